"""The master plan: its items, one item by week, what a change asks of work centers before it is saved."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from mainspring.kernel import access, formats, limits
from mainspring.kernel.models import Site
from mainspring.kernel.workflow import Input
from mainspring.modules.items.models import Item
from mainspring.web import addresses, forms, menus
from mainspring.web.views import base

from . import mps
from .models import FirmProposal
from .pages_age import item_address, planners, told_age

FENCES = {
    "demand": (_lazy("Demand fence"), "danger"),
    "planning": (_lazy("Planning fence"), "warning"),
}


@planners
@require_GET
def masters(request):
    """The items that have a master plan."""
    text = limits.storable(request.GET.get("q", "").strip()[:60])
    names = (
        ("item", _("Item"), "link"),
        ("site", _("Site"), "text"),
        ("demand_fence", _("Demand fence (days)"), "quantity"),
        ("planning_fence", _("Planning fence (days)"), "quantity"),
        ("forecast", _("Forecast"), "quantity"),
        ("orders", _("Orders"), "quantity"),
    )
    table = {
        "url": request.get_full_path(),
        "title": _("Master plan"),
        "columns": [{"name": n, "label": label, "kind": kind} for n, label, kind in names],
        "rows": [_master(row) for row in mps.masters(request.ctx, text)],
        "count": None,
        "empty": {
            "title": _("No item has a master plan"),
            "text": _("Give an item a fence in its item planning, or a forecast."),
            "icon": "calendar-stats",
        },
    }
    page = {"title": _("Master plan"), "trail": [{"label": menus.name_of("Planning")}]}
    return render(
        request, "planning/masters.html", {"page": page, "age": told_age(request.ctx), "table": table, "q": text}
    )


def _master(row: dict) -> dict:
    href = address(row["item_id"], row["site_id"])
    return {
        "id": f"{row['item_id']}-{row['site_id']}",
        "href": href,
        "cells": [
            {"text": f"{row['code']} {row['name']}", "href": href, "kind": "link"},
            {"text": row["site_code"], "kind": "text"},
            {"text": formats.number(row["demand_fence_days"]), "kind": "quantity"},
            {"text": formats.number(row["planning_fence_days"]), "kind": "quantity"},
            {"text": formats.number(row["forecast"], 0, 6), "unit": row["unit"], "kind": "quantity"},
            {"text": formats.number(row["orders"], 0, 6), "unit": row["unit"], "kind": "quantity"},
        ],
    }


def address(item: int, site: int) -> str:
    return f"/planning/mps/{item}/{site}/"


@planners
@require_GET
def item(request, item_id, site_id):
    """The master plan of an item at a site, week by week."""
    record, site = _of(request, item_id, site_id)
    found = mps.plan(request.ctx, record, site)
    page = {
        "title": record.local_name,
        "number": record.code,
        "subtitle": str(site),
        "trail": [{"label": menus.name_of("Planning")}, {"label": _("Master plan"), "href": "/planning/mps/"}],
        "quiet": [
            {"label": _("Timeline"), "href": item_address(record.pk, site.pk), "icon": "timeline", "name": "timeline"},
            {"label": _("Item"), "href": addresses.of_record(record), "icon": "box", "name": "item"},
        ],
    }
    return render(
        request,
        "planning/mps.html",
        {
            "page": page,
            "age": told_age(request.ctx),
            "unit": record.unit.code,
            "on_hand": formats.number(found.on_hand, 0, 6),
            "weeks": [_heading(week) for week in found.weeks],
            "rows": _rows(found),
            "inputs": [_input(n, week) for n, week in enumerate(found.weeks)],
            "may_change": access.can(request.ctx, FirmProposal, "create"),
            "url": address(record.pk, site.pk),
        },
    )


def _of(request, item_id, site_id):
    record = access.rows(request.ctx, Item).filter(pk=item_id).select_related("unit").first()
    site = access.rows(request.ctx, Site).filter(pk=site_id, company=request.ctx.company_id).first()
    if record is None or site is None:
        raise Http404
    return record, site


def _heading(week: mps.Week) -> dict:
    label, tone = FENCES.get(week.fence, ("", ""))
    return {"label": f"{week.starts_on:%G-W%V}", "day": formats.day(week.starts_on), "fence": label, "tone": tone}


def _rows(found: mps.Plan) -> list[dict]:
    def row(label, name, help_text=""):
        cells = []
        for week in found.weeks:
            value = getattr(week, name)
            low = (name == "stock" and week.below) or (name == "promise" and (value or 0) < 0)
            cells.append({"text": "" if value is None else formats.number(value, 0, 6), "low": low})
        return {"label": label, "help": help_text, "cells": cells, "strong": name == "supply"}

    found_rows = [
        row(_("Forecast"), "forecast"),
        row(_("Left of the forecast"), "expected", _("What no order has consumed and is outside the demand fence.")),
        row(_("Orders"), "orders"),
        row(_("Confirmed supply"), "received"),
        row(_("Proposed by the plan"), "proposed"),
        row(_("Master plan"), "supply", _("Confirmed, firm and proposed supply.")),
        row(_("Projected stock"), "stock"),
        row(_("Can be promised"), "promise", _("Of the supply of a week what no order takes before the next supply.")),
    ]
    if any(week.parts for week in found.weeks):
        found_rows.insert(3, row(_("For other items"), "parts"))
    return found_rows


def _input(n: int, week: mps.Week) -> dict:
    return {
        "name": f"w{n}",
        "value": formats.number(week.firm, 0, 6) if week.firm else "",
        "locked": week.fence == "demand",
        "label": _("Firm quantity of the week from %(day)s") % {"day": formats.day(week.starts_on)},
    }


@planners
@require_POST
def effect(request, item_id, site_id):
    """What the quantities in the form ask of work centers, nothing saved (CAP-03)."""
    record, site = _of(request, item_id, site_id)
    found = mps.plan(request.ctx, record, site)
    try:
        wanted = _wanted(request)
        mps.check(found, wanted)
    except ValidationError as error:
        return _effect(request, problems=error.messages, status=422)
    return _effect(request, centers=mps.effect(request.ctx, found, wanted), weeks=found.weeks)


@planners
@require_POST
def save(request, item_id, site_id):
    """Make the quantities firm."""
    record, site = _of(request, item_id, site_id)
    ctx = base.with_key(request)
    try:
        count = mps.save(ctx, record, site, _wanted(request), why=limits.storable(request.POST.get("why", "")))
    except ValidationError as error:
        return _effect(request, problems=error.messages, status=422)
    said = ngettext("%(n)s week changed.", "%(n)s weeks changed.", count) % {"n": count}
    return base.done(text=said, topics=("table",))


def _wanted(request) -> dict[int, Decimal]:
    """{number of the week: firm quantity} of the fields sent; an empty one is zero."""
    found, problems = {}, {}
    for n in range(mps.WEEKS):
        name = f"w{n}"
        if name not in request.POST:
            continue
        typed = forms.plain_number(request.POST[name].strip()[:40])
        try:
            found[n] = Input(name, "decimal", required=False).clean(typed, request.ctx) or Decimal(0)
        except ValidationError as error:
            problems[name] = error.messages
    if problems:
        raise ValidationError(problems)
    return found


def _effect(request, *, centers=(), weeks=(), problems=(), status: int = 200):
    shown = [
        {
            "name": f"{one['center']} {one['name']}",
            "cells": [
                {
                    "text": formats.number(week["after"], 0, 1),
                    "before": formats.number(week["before"], 0, 1),
                    "open": formats.number(week["available"], 0, 1),
                    "changed": week["changed"],
                    "over": week["over"],
                }
                for week in one["weeks"]
            ],
        }
        for one in centers
    ]
    context = {"centers": shown, "weeks": [_heading(week) for week in weeks], "problems": problems}
    return render(request, "planning/mps_effect.html", context, status=status)
