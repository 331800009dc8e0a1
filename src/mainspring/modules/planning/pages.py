"""The planner's workbench: proposals with what to do about them, the timeline of an item, load, and the plan's age."""

import json
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from mainspring.kernel import access, formats, resource, sentences
from mainspring.kernel.models import Site
from mainspring.kernel.workflow import Input
from mainspring.modules.engineering.models import WorkCenter
from mainspring.modules.items.models import Item
from mainspring.web import addresses, forms, menus
from mainspring.web.views import base, lookup

from . import exceptions_shown, firming, queries
from .models import FirmProposal, PlanMessage

PAGE_ROWS = 100
CHOSEN_MAX = 5000
KIND_NAMES = {"make": _lazy("Make"), "buy": _lazy("Buy")}
WHAT = (("", _lazy("All")), ("due", _lazy("To start")), ("late", _lazy("Late")), ("firm", _lazy("Firm")))


def planners(view):
    """Only for people who read the plan's exceptions of the whole company."""

    @base.signed_in
    def inner(request, *args, **kwargs):
        if not access.can(request.ctx, PlanMessage, "view"):
            raise Http404
        return view(request, *args, **kwargs)

    return inner


# -- how current ------------------------------------------------------------------------------------------------------


@planners
@require_GET
def age(request):
    """How current the plan is, as a line that renews itself."""
    return render(request, "planning/age.html", {"age": told_age(request.ctx)})


def told_age(ctx) -> dict:
    """{text, tone}: current, following so many changes, or that nobody follows."""
    found = queries.age(ctx)
    if not found.runs and (found.waiting or found.planned_on != ctx.business_date):
        said = ngettext("%(n)s change waits: no planner runs.", "%(n)s changes wait: no planner runs.", found.waiting)
        return {"text": said % {"n": found.waiting}, "tone": "danger"}
    if found.waiting:
        said = ngettext(
            "Following %(n)s change, %(s)s s behind", "Following %(n)s changes, %(s)s s behind", found.waiting
        )
        return {"text": said % {"n": found.waiting, "s": formats.number(found.behind, 1)}, "tone": "warning"}
    said = _("The plan is current; the last change took %(s)s s.")
    return {"text": said % {"s": formats.number(found.seconds, 1)}, "tone": "success"}


# -- workbench --------------------------------------------------------------------------------------------------------

CHOICES = (
    Input("site", "link", _lazy("Site"), required=False, to="kernel.site"),
    Input("kind", "choice", _lazy("Make or buy"), required=False, choices=tuple(KIND_NAMES.items())),
    Input("category", "link", _lazy("Item category"), required=False, to="items.itemcategory"),
    Input("center", "link", _lazy("Work center"), required=False, to="engineering.workcenter"),
    Input("supplier", "link", _lazy("Supplier"), required=False, to="parties.party"),
    Input("until", "date", _lazy("Starts until"), required=False),
    Input("q", "text", _lazy("Item or document"), required=False),
)


@planners
@require_GET
def workbench(request):
    """Proposals of the plan, the first to start first, with counts of what needs a person."""
    form, chosen = _choice(request)
    chosen["what"] = request.GET.get("what", "") if request.GET.get("what", "") in dict(WHAT) else ""
    start = base.version_from(request.GET.get("from")) or 0
    rows = queries.proposals(request.ctx, limit=PAGE_ROWS + 1, offset=start, **chosen)
    counts = queries.proposal_counts(request.ctx, **chosen)
    tabs = [
        {
            "label": label,
            "count": counts[name or "all"],
            "active": name == chosen["what"],
            "href": addresses.with_params(request, what=name or None, **{"from": None}),
        }
        for name, label in WHAT
    ]
    return render(
        request,
        "planning/workbench.html",
        {
            "page": {"title": _("Planner's workbench"), "trail": [{"label": menus.name_of("Planning")}]},
            "age": told_age(request.ctx),
            "form": form,
            "tabs": tabs,
            "messages_by_kind": _kinds(request.ctx),
            "table": _table(request, rows, start, counts[chosen["what"] or "all"]),
        },
    )


def _choice(request):
    """The form of the filters and their values; what cannot be read is said beside the field and not used."""
    form = forms.RecordForm(request.GET if request.GET else None)
    values = {}
    for one in CHOICES:
        given = request.GET.get(one.name)
        column = resource.Column(one.name, str(one.label), one.kind, choices=tuple(one.choices), to=one.to)
        value = given or None
        if one.kind == "link" and given:
            value = lookup.find(request.ctx, one.to, given)
        form.fields[one.name] = forms.field_for(column, request.ctx, value=value)
        form.fields[one.name].required = False
        if one.kind == "link" and value is not None:
            form.fields[one.name].widget.attrs["data-text"] = str(value)
        try:
            values[one.name] = one.clean(given, request.ctx) if given and value is not None else None
        except ValidationError as error:
            form.show_errors(error)
        values[one.name] = getattr(values.get(one.name), "pk", values.get(one.name))
    return form, values


def _kinds(ctx) -> list[dict]:
    """Exceptions by kind, the most urgent first."""
    counts = dict(
        access.rows(ctx, PlanMessage).values_list("code").annotate(n=Count("pk")).values_list("code", "n").order_by()
    )
    return [
        {"label": heading, "count": counts[code], "href": f"/planning/plan-messages/?code={code}"}
        for code, (heading, _do) in exceptions_shown.KINDS.items()
        if counts.get(code)
    ]


COLUMNS = (
    ("item", _lazy("Item"), "link"),
    ("what", _lazy("Make or buy"), "text"),
    ("quantity", _lazy("Quantity"), "quantity"),
    ("starts_on", _lazy("Starts on"), "date"),
    ("due_on", _lazy("Due on"), "date"),
    ("for", _lazy("For document"), "link"),
    ("state", _lazy("State"), "text"),
    ("why", _lazy("Why"), "text"),
    ("site", _lazy("Site"), "text"),
)


def _table(request, rows: list[dict], start: int, count: int) -> dict:
    more, rows = len(rows) > PAGE_ROWS, rows[:PAGE_ROWS]
    return {
        "url": request.get_full_path(),
        "title": _("Proposals"),
        "columns": [{"name": n, "label": label, "kind": kind} for n, label, kind in COLUMNS],
        "rows": [_row(row) for row in rows],
        "count": formats.number(count),
        "count_value": count,
        "shown": f"{start + 1}-{start + len(rows)}" if rows else "",
        "previous": addresses.with_params(request, **{"from": max(0, start - PAGE_ROWS) or None}) if start else None,
        "next": addresses.with_params(request, **{"from": start + PAGE_ROWS}) if more else None,
        "bulk": _bulk(request.ctx),
        "empty": {
            "title": _("Nothing is proposed"),
            "text": _("The plan covers all demand with what is there and on order."),
            "icon": "checks",
        },
    }


def _row(row: dict) -> dict:
    reason = row["reason"] if isinstance(row["reason"], dict) else json.loads(row["reason"] or "{}")
    late = (reason.get("available_on") or "") > (reason.get("due_on") or "")
    state = _("Late") if late else _("Firm") if row["firm"] else _("Proposed")
    href = _item_address(row["item_id"], row["site_id"])
    own = resource.by_model["production.productionorder" if row["kind"] == "make" else "purchasing.purchaserequest"]
    return {
        "id": str(row["id"]),
        "href": href,
        "tone": "danger" if late else "",
        "label": row["code"],
        "cells": [
            {"text": f"{row['code']} {row['name']}", "href": href, "kind": "link"},
            {"text": str(KIND_NAMES[row["kind"]]), "href": addresses.of_resource(own, row["id"]), "kind": "link"},
            {"text": formats.number(row["quantity"], 0, 6), "unit": row["unit"], "kind": "quantity"},
            {"text": formats.day(row["starts_on"]) if row["starts_on"] else "", "kind": "date"},
            {"text": formats.day(row["due_on"]) if row["due_on"] else "", "kind": "date"},
            {"text": row["for_number"] or "", "kind": "text"},
            {"text": state, "kind": "text"},
            {"text": str(sentences.read(row["reason_text"])), "kind": "text"},
            {"text": row["site_code"], "kind": "text"},
        ],
    }


def _item_address(item: int, site: int) -> str:
    return f"/planning/workbench/{item}/{site}/"


# -- what can be done -------------------------------------------------------------------------------------------------

WHY = Input("why", "text", _lazy("Reason"), required=False)
VERBS: dict[str, tuple] = {
    "convert": (_lazy("Convert to orders"), (), _lazy("What is made is confirmed, what is bought goes into orders.")),
    "firm": (_lazy("Firm"), (WHY,), _lazy("The plan keeps their quantity and dates.")),
    "unfirm": (_lazy("Unfirm"), (), _lazy("The plan may change or withdraw them again.")),
    "move": (
        _lazy("Move"),
        (Input("to", "date", _lazy("Due on")), WHY),
        _lazy("They are due on that day and start as much earlier or later."),
    ),
    "merge": (_lazy("Merge"), (WHY,), _lazy("One order of the same item for all, on the earliest day.")),
    "split": (
        _lazy("Split"),
        (Input("parts", "integer", _lazy("Number of parts"), initial=2), WHY),
        _lazy("Into so many orders of the same size; the last takes the rest."),
    ),
}


def _bulk(ctx) -> list[dict]:
    if not access.can(ctx, FirmProposal, "create"):
        return []
    return [
        {"name": name, "label": label, "dialog": True, "url": f"/planning/workbench/do/{name}/"}
        for name, (label, _ask, _help) in VERBS.items()
    ]


@planners
@require_http_methods(["GET", "POST"])
def do(request, name):
    """GET ?id=…: ask. POST: do it to all of them in one transaction, or refuse all."""
    if name not in VERBS:
        raise Http404
    access.require(request.ctx, FirmProposal, "create")
    label, ask, text = VERBS[name]
    keys = _chosen(request)
    data = request.POST if request.method == "POST" else None
    form = forms.RecordForm(data)
    for one in ask:
        column = resource.Column(one.name, str(one.label), one.kind, required=one.required)
        form.fields[one.name] = forms.field_for(column, request.ctx, value=one.initial)
    if request.method == "POST":
        try:
            given = {one.name: one.clean(request.POST.get(one.name), request.ctx) for one in ask}
            done = _perform(request.ctx, name, keys, given)
        except ValidationError as error:
            form.show_errors(error) if hasattr(error, "error_dict") else form.add_error(None, error.messages)
        else:
            trigger = {"toast": {"text": done, "tone": "success"}, "live:table": None}
            return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(trigger)})
    count = ngettext("%(n)s proposal", "%(n)s proposals", len(keys)) % {"n": len(keys)}
    return render(
        request,
        "web/dialog.html",
        {
            "title": f"{label}: {count}",
            "text": text,
            "form": form,
            "url": f"/planning/workbench/do/{name}/",
            "submit": label,
            "hidden": [("ids", json.dumps([str(key) for key in keys]))],
        },
        status=422 if form.errors else 200,
    )


def _chosen(request) -> list[UUID]:
    """Keys of the selection: "ids" as JSON, "id" once a row, or "all=1" with the filters of the page."""
    source = request.POST if request.method == "POST" else request.GET
    if source.get("all"):
        _form, chosen = _choice(request)
        found = queries.proposals(request.ctx, limit=CHOSEN_MAX + 1, **chosen, what=source.get("what", ""))
        raw = [str(row["id"]) for row in found]
    else:
        raw = source.getlist("id") or _list(source.get("ids", ""))
    if len(raw) > CHOSEN_MAX:
        raise ValidationError(_("Choose at most %(n)s records.") % {"n": CHOSEN_MAX})
    try:
        return [UUID(str(key)) for key in raw]
    except ValueError:
        raise Http404 from None


def _list(text: str) -> list:
    try:
        found = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list) else []


def _perform(ctx, name: str, keys: list[UUID], given: dict) -> str:
    if not keys:
        raise ValidationError(_("Choose at least one proposal."))
    if name == "convert":
        found = firming.convert(ctx, keys)
        said = _("%(confirmed)s orders confirmed, %(ordered)s requests ordered, %(approved)s approved.")
        return said % found
    if name == "split":
        if len(keys) != 1:
            raise ValidationError(_("Choose one proposal to split."))
        firming.split(ctx, keys[0], _parts(ctx, keys[0], given["parts"]), why=given["why"] or "")
    elif name == "move":
        firming.move(ctx, keys, to=given["to"], why=given["why"] or "")
    elif name == "unfirm":
        firming.unfirm(ctx, keys)
    else:
        getattr(firming, name)(ctx, keys, why=given["why"] or "")
    return ngettext("%(n)s proposal changed.", "%(n)s proposals changed.", len(keys)) % {"n": len(keys)}


def _parts(ctx, key: UUID, count: int) -> list[Decimal]:
    if not 2 <= count <= 100:
        raise ValidationError({"parts": _("From 2 to 100 parts.")})
    proposal = firming._proposals(ctx, [key])[0]
    step = Decimal(1).scaleb(-proposal.item.unit.digits)
    each = (proposal.quantity / count).quantize(step, "ROUND_DOWN")
    return [each] * (count - 1) + [proposal.quantity - each * (count - 1)]


# -- an item ----------------------------------------------------------------------------------------------------------


@planners
@require_GET
def item(request, item_id, site_id):
    """The timeline of an item at a site: stock curve, demand and supply, exceptions, and what serves what."""
    record = access.rows(request.ctx, Item).filter(pk=item_id).select_related("unit").first()
    site = access.rows(request.ctx, Site).filter(pk=site_id, company=request.ctx.company_id).first()
    if record is None or site is None:
        raise Http404
    tree = queries.Tree(request.ctx, site)
    timeline = tree.timeline(record)
    chosen = request.GET.get("order") or ""
    supply = next((e for e in timeline.events if e.quantity > 0 and str(e.document) == chosen), None)
    supply = supply or next((e for e in timeline.events if e.quantity > 0), None)
    messages = PlanMessage.objects.filter(company=request.ctx.company_id, item=record, site=site)
    told = [exceptions_shown.told(m) for m in messages.select_related("item", "site", "document")]
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
            "sentences": [exceptions_shown.sentence(message) for message in told],
            "table": _events(request, timeline),
            "supply": supply and _event_label(supply),
            "why": supply.reason if supply else "",
            "up": _nodes(tree.up(record, supply), site, upwards=True) if supply else [],
            "down": _nodes(tree.down(record, supply), site, upwards=False) if supply else [],
        },
    )


def _curve(timeline: queries.Timeline) -> dict:
    """Projected stock by day, safety stock, and a mark for each supply that is only proposed."""
    days: dict[date, queries.Event] = {}
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


def _event_label(event: queries.Event) -> str:
    names = {
        "stock": _("On hand"),
        "make": _("Proposal to make"),
        "buy": _("Proposal to buy"),
        "request": _("Purchase request"),
        "part": _("Part of"),
    }
    return " ".join(part for part in (names.get(event.kind, ""), event.label) if part) or _("a plan")


def _document_address(event: queries.Event) -> str:
    res = resource.by_model.get(event.document_kind) if event.document else None
    return addresses.of_resource(res, event.document) if res else ""


def _events(request, timeline: queries.Timeline) -> dict:
    may = bool(_bulk(request.ctx))
    names = (
        ("on", _("Date"), "date"),
        ("what", _("What"), "link"),
        ("demand", _("Demand"), "quantity"),
        ("supply", _("Supply"), "quantity"),
        ("balance", _("Projected stock"), "quantity"),
        ("state", _("State"), "text"),
        ("pegs", _("Pegging"), "link"),
    )
    rows = [_event_row(e, timeline) for e in timeline.events]
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
        "bulk": _bulk(request.ctx) if may and any(e.kind in KIND_NAMES for e in timeline.events) else None,
        "count": None,
        "empty": {"title": _("Nothing comes or goes"), "text": "", "icon": "checks"},
    }


def _event_row(event: queries.Event, timeline: queries.Timeline) -> dict:
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
            {"text": _event_label(event), "href": _document_address(event), "kind": "link"},
            {"text": quantity if event.quantity < 0 else "", "kind": "quantity"},
            {"text": quantity if event.quantity > 0 else "", "kind": "quantity"},
            {"text": formats.number(event.balance, 0, 6), "kind": "quantity"},
            {"text": state, "kind": "text"},
            pegs if event.quantity > 0 and event.document else {"text": "", "kind": "text"},
        ],
    }


def _nodes(found: list, site, *, upwards: bool) -> list[dict]:
    nodes = []
    for record, event, quantity, further in found:
        amount = f"{formats.number(quantity, 0, 6)} {record.unit.code}"
        name = _event_label(event)
        nodes.append(
            {
                "label": name if upwards else f"{record.code}: {name}",
                "text": f"{amount} · {formats.day(event.on)}",
                "href": _document_address(event) or _item_address(record.pk, site.pk),
                "children": _nodes(further, site, upwards=upwards),
                "open": True,
                "count": None,
            }
        )
    return nodes


# -- load -------------------------------------------------------------------------------------------------------------


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
                "label": _("Open"),
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
    return render(request, "planning/load.html", {"page": page, "age": told_age(request.ctx), "table": table})


@menus.extra.fill
def menu(ctx):
    """Where planners find the pages."""
    if not access.can(ctx, PlanMessage, "view"):
        return []
    return [
        ("Planning", _("Planner's workbench"), "/planning/workbench/"),
        ("Planning", _("Load of work centers"), "/planning/load/"),
    ]


urlpatterns = [
    path("workbench/", workbench, name="planning-workbench"),
    path("workbench/do/<slug:name>/", do, name="planning-do"),
    path("workbench/<int:item_id>/<int:site_id>/", item, name="planning-item"),
    path("load/", load, name="planning-load"),
    path("load/<int:center_id>/<str:week>/", load_of, name="planning-load-of"),
    path("age/", age, name="planning-age"),
]
