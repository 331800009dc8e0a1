"""The timeline of an item at a site: stock curve, demand and supply, exceptions, and what serves what."""

from collections.abc import Iterable, Iterator
from datetime import date

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mainspring.kernel import access, commands, formats, resource, workflow
from mainspring.kernel.models import Site
from mainspring.modules.items.models import Item
from mainspring.web import addresses, menus

from . import exceptions_shown, timelines
from .models import PlanMessage
from .pages_age import KIND_NAMES, item_address, planners, told_age
from .pages_workbench import bulk_verbs


@planners
@require_GET
def item(request, item_id, site_id):
    """The timeline of an item at a site: stock curve, demand and supply, exceptions, and what serves what."""
    record = access.rows(request.ctx, Item).filter(pk=item_id).select_related("unit").first()
    site = access.rows(request.ctx, Site).filter(pk=site_id, company=request.ctx.company_id).first()
    if record is None or site is None:
        raise Http404
    tree = timelines.Tree(request.ctx, site)
    timeline = tree.timeline(record)
    if request.GET.get("part") == "pegging":
        return _pegging(request, tree, timeline)
    messages = PlanMessage.objects.filter(company=request.ctx.company_id, item=record, site=site)
    messages = messages.select_related("item", "site", "document")
    return render(
        request,
        "planning/item.html",
        {
            "page": {
                "title": record.local_name,
                "number": record.code,
                "subtitle": str(site),
                "trail": [
                    {"label": menus.name_of("Planning")},
                    {"label": _("Planner's workbench"), "href": "/planning/workbench/"},
                ],
                "quiet": [{"label": _("Item"), "href": addresses.of_record(record), "icon": "box", "name": "item"}],
            },
            "age": told_age(request.ctx),
            "chart": _curve(timeline),
            "exceptions": [_exception(message, request.ctx) for message in messages],
            "table": _events(request, timeline),
            "pegging": addresses.with_params(request, part="pegging"),
        },
    )


def _pegging(request, tree: timelines.Tree, timeline: timelines.Timeline):
    """What the chosen supply, or the first, serves and is made from: read after the page, for it walks all levels."""
    chosen = request.GET.get("order") or ""
    supplies = [e for e in timeline.events if e.quantity > 0]
    supply = next((e for e in supplies if str(e.document) == chosen), supplies[0] if supplies else None)
    up = tree.up(timeline.item, supply) if supply else []
    down = tree.down(timeline.item, supply) if supply else []
    links = _Links(request.ctx, [*_within(up), *_within(down)])
    context = {
        "supply": supply and _event_label(supply),
        "why": supply.reason if supply else "",
        "up": _nodes(up, timeline.site, links, upwards=True),
        "down": _nodes(down, timeline.site, links, upwards=False),
    }
    return render(request, "planning/pegging.html", context)


def _exception(message: PlanMessage, ctx) -> dict:
    """{text, button}: what is wrong, and what does at once what the plan asks for."""
    verb = workflow.verb_of(PlanMessage, "follow")
    try:
        commands.check_possible(message, verb, ctx)
    except ValidationError:
        free = False
    else:
        free = access.can(ctx, PlanMessage, "follow")
    url = addresses.of_record(message, "do", "follow")
    button = {"label": exceptions_shown.short(message.code), "url": url} if free else None
    return {"text": exceptions_shown.sentence(exceptions_shown.told(message)), "button": button}


def _curve(timeline: timelines.Timeline) -> dict:
    """Projected stock by day, safety stock, and a mark for each supply that is only proposed."""
    days: dict[date, timelines.Event] = {}
    for event in timeline.events:
        days[event.on] = event
    first = timeline.ctx.business_date
    on = [first, *(d for d in sorted(days) if d > first)]
    start = days[first].balance if first in days else timeline.on_hand
    values = [float(start), *(float(days[d].balance) for d in on[1:])]
    unit = timeline.item.unit.code
    series = [{"label": _("Projected stock"), "values": values, "step": True}]
    if timeline.safety_stock:
        series.append({"label": _("Safety stock"), "values": [float(timeline.safety_stock)] * len(on), "dashed": True})
    props = {
        "kind": "line",
        "x": {"values": [d.isoformat() for d in on], "dates": True},
        "y": {"unit": unit},
        "today": first.isoformat(),
        "series": series,
    }
    return {"title": _("Projected stock"), "wide": True, "props": props}


def _event_label(event: timelines.Event) -> str:
    names = {
        "stock": _("On hand"),
        "make": _("Proposal to make"),
        "buy": _("Proposal to buy"),
        "request": _("Purchase request"),
        "part": _("Part of"),
        "brought": _("Brought to"),
        "forecast": _("Forecast"),
    }
    name = (
        _("Proposal to bring from %(site)s") % {"site": event.origin.code}
        if event.origin
        else names.get(event.kind, "")
    )
    called = " ".join(part for part in (name, event.label) if part) or _("a plan")
    if event.owner_number:
        called = _("%(supply)s, for %(order)s alone") % {"supply": called, "order": event.owner_number}
    return called


class _Links:
    """Addresses of the documents of events, of those the person may open; a statement a kind of document."""

    def __init__(self, ctx, events: Iterable[timelines.Event]):
        keys: dict[str, set] = {}
        for event in events:
            if event.document:
                keys.setdefault(event.document_kind, set()).add(event.document)
        self.found: dict = {}
        for kind, some in keys.items():
            res = resource.by_model.get(kind)
            if res is None or not access.can(ctx, res.model, "view"):
                continue
            for key in access.rows(ctx, res.model).filter(pk__in=some).values_list("pk", flat=True):
                self.found[key] = addresses.of_resource(res, key)

    def address(self, event: timelines.Event) -> str:
        return self.found.get(event.document, "")


def _within(found: list) -> Iterator[timelines.Event]:
    """The events of a tree."""
    for _item, event, _quantity, further in found:
        yield event
        yield from _within(further)


def _events(request, timeline: timelines.Timeline) -> dict:
    may = bool(bulk_verbs(request.ctx))
    names = (
        ("on", _("Date"), "date"),
        ("what", _("What"), "link"),
        ("demand", _("Demand"), "quantity"),
        ("supply", _("Supply"), "quantity"),
        ("balance", _("Projected stock"), "quantity"),
        ("state", _("State"), "text"),
        ("pegs", _("Pegging"), "link"),
    )
    links = _Links(request.ctx, timeline.events)
    rows = [_event_row(e, timeline, links) for e in timeline.events]
    opening = {
        "id": "stock",
        "href": "",
        "cells": [
            {"text": formats.day(request.ctx.business_date), "kind": "date"},
            {"text": _("On hand"), "kind": "text"},
            {"text": "", "kind": "quantity"},
            {"text": "", "kind": "quantity"},
            {"text": formats.number(timeline.on_hand, 0, 6), "kind": "quantity"},
            {"text": "", "kind": "text"},
            {"text": "", "kind": "text"},
        ],
    }
    return {
        "url": request.get_full_path(),
        "title": _("Demand and supply"),
        "columns": [{"name": n, "label": label, "kind": kind} for n, label, kind in names],
        "rows": [opening, *rows],
        "bulk": bulk_verbs(request.ctx) if may and any(e.kind in KIND_NAMES for e in timeline.events) else None,
        "count": None,
        "empty": {"title": _("Nothing comes or goes"), "text": "", "icon": "checks"},
    }


def _event_row(event: timelines.Event, timeline: timelines.Timeline, links: _Links) -> dict:
    overdue = event.original_on is not None and event.original_on < timeline.ctx.business_date
    below = event.balance < timeline.safety_stock
    state = _("Firm") if event.firm else _("Overdue") if overdue else _("Proposed") if event.kind in KIND_NAMES else ""
    quantity = formats.number(abs(event.quantity), 0, 6)
    pegs = {"text": _("Pegging"), "href": f"?order={event.document}#pegging", "kind": "link"}
    return {
        "id": str(event.document) if event.kind in KIND_NAMES else f"{event.kind}-{event.on}",
        "href": "",
        "tone": "danger" if event.balance < 0 else "warning" if below else "",
        "cells": [
            {"text": formats.day(event.on), "kind": "date"},
            {"text": _event_label(event), "href": links.address(event), "kind": "link"},
            {"text": quantity if event.quantity < 0 else "", "kind": "quantity"},
            {"text": quantity if event.quantity > 0 else "", "kind": "quantity"},
            {"text": formats.number(event.balance, 0, 6), "kind": "quantity"},
            {"text": state, "kind": "text"},
            pegs if event.quantity > 0 and event.document else {"text": "", "kind": "text"},
        ],
    }


def _nodes(found: list, site, links: _Links, *, upwards: bool) -> list[dict]:
    nodes = []
    for record, event, quantity, further in found:
        amount = f"{formats.number(quantity, 0, 6)} {record.unit.code}"
        name = _event_label(event)
        nodes.append(
            {
                "label": name if upwards else f"{record.code}: {name}",
                "text": f"{amount} · {formats.day(event.on)}",
                "href": links.address(event) or item_address(record.pk, site.pk),
                "children": _nodes(further, site, links, upwards=upwards),
                "open": True,
                "count": None,
            }
        )
    return nodes
