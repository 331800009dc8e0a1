"""Hours asked of work centers against what is open, and what asks for them."""

from datetime import date
from decimal import Decimal

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from mainspring.kernel import access, formats, resource
from mainspring.modules.engineering.models import WorkCenter
from mainspring.web import addresses, menus

from . import queries
from .pages_age import planners, told_age


@planners
@require_GET
def load(request):
    """Hours asked of each work center by week against what is open; a click opens the orders (CAP-02)."""
    centers: dict[int, list[dict]] = {}
    for row in queries.load(request.ctx, weeks=12):
        centers.setdefault(row["work_center_id"], []).append(row)
    return render(
        request,
        "planning/load.html",
        {
            "page": {"title": _("Load of work centers"), "trail": [{"label": menus.name_of("Planning")}]},
            "age": told_age(request.ctx),
            "charts": [_load_chart(rows) for rows in centers.values() if any(r["load"] for r in rows)],
        },
    )


def _load_chart(rows: list[dict]) -> dict:
    hrefs = [f"/planning/load/{r['work_center_id']}/{r['week'].isoformat()}/" for r in rows]
    over = [r["is_overloaded"] for r in rows]

    def bars(label, name, tone):
        return {"label": label, "values": [float(r[name]) for r in rows], "hrefs": hrefs, "stack": "load", "tone": tone}

    props = {
        "kind": "stacked",
        "x": {"values": [f"{r['week']:%G-W%V}" for r in rows]},
        "y": {"unit": "h"},
        "series": [
            bars(_("Spent"), "done", "neutral"),
            bars(_("Confirmed"), "planned", "danger" if any(over) else "info"),
            bars(_("Proposed"), "proposed", "warning"),
            {
                "label": pgettext("hours", "Available"),
                "values": [float(r["available"]) for r in rows],
                "kind": "line",
                "step": True,
                "dashed": True,
            },
        ],
    }
    worst = max((r["load_pct"] for r in rows if r["load_pct"] is not None), default=Decimal(0))
    note = _("at most %(pct)s %%") % {"pct": formats.number(worst)}
    return {"title": f"{rows[0]['work_center']} {rows[0]['name']}", "note": note, "wide": True, "props": props}


@planners
@require_GET
def load_of(request, center_id, week):
    """The orders that load a work center in a week."""
    center = access.rows(request.ctx, WorkCenter).filter(pk=center_id, site__company=request.ctx.company_id).first()
    try:
        monday = date.fromisoformat(week)
    except ValueError:
        raise Http404 from None
    if center is None:
        raise Http404
    flow = resource.by_model["production.productionorder"].model.workflow
    rows = queries.orders_of(request.ctx, center, monday)
    own = resource.by_model["production.productionorder"]
    table = {
        "url": request.get_full_path(),
        "title": str(center),
        "columns": [
            {"name": "number", "label": _("Order"), "kind": "link"},
            {"name": "code", "label": _("Item"), "kind": "text"},
            {"name": "state", "label": _("State"), "kind": "text"},
            {"name": "hours", "label": _("Hours"), "kind": "quantity"},
            {"name": "due_on", "label": _("Due on"), "kind": "date"},
        ],
        "rows": [
            {
                "id": str(r["id"]),
                "href": addresses.of_resource(own, r["id"]),
                "cells": [
                    {"text": r["number"] or _("Proposed"), "href": addresses.of_resource(own, r["id"]), "kind": "link"},
                    {"text": r["code"], "kind": "text"},
                    {"text": str(flow.label(r["state"])), "kind": "text"},
                    {"text": formats.number(r["hours"], 0, 2), "kind": "quantity"},
                    {"text": formats.day(r["due_on"]) if r["due_on"] else "", "kind": "date"},
                ],
            }
            for r in rows
        ],
        "count": None,
        "empty": {"title": _("Nothing to show"), "text": "", "icon": "checks"},
    }
    page = {
        "title": f"{center}",
        "subtitle": f"{monday:%G-W%V}",
        "trail": [{"label": _("Load of work centers"), "href": "/planning/load/"}],
    }
    context = {"page": page, "age": told_age(request.ctx), "table": table}
    return render(request, "planning/load.html", context | {"relief": queries.relief(request.ctx, center, monday)})
