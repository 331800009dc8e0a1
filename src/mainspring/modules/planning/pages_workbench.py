"""The planner's workbench: proposals with what to do about them."""

import json
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from mainspring.kernel import access, formats, resource, sentences
from mainspring.kernel.workflow import Input
from mainspring.web import addresses, forms, menus
from mainspring.web.views import base, lookup

from . import exceptions_shown, firming, queries
from .models import FirmProposal, PlanMessage
from .pages_age import KIND_NAMES, item_address, planners, told_age

PAGE_ROWS = 100
CHOSEN_MAX = 5000
WHAT = (("", _lazy("All")), ("due", _lazy("To start")), ("late", _lazy("Late")), ("firm", _lazy("Firm")))


CHOICES = (
    Input("site", "link", _lazy("Site"), required=False, to="kernel.site"),
    Input("kind", "choice", _lazy("Make or buy"), required=False, choices=tuple(KIND_NAMES.items())),
    Input("category", "link", _lazy("Item category"), required=False, to="items.itemcategory"),
    Input("center", "link", _lazy("Work center"), required=False, to="engineering.workcenter"),
    Input("supplier", "link", _lazy("Supplier"), required=False, to="parties.party"),
    Input("planner", "link", _lazy("Planner"), required=False, to="kernel.user"),
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
        "bulk": bulk_verbs(request.ctx),
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
    href = item_address(row["item_id"], row["site_id"])
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
            {"text": _for(row), "kind": "text"},
            {"text": state, "kind": "text"},
            {"text": str(sentences.read(row["reason_text"])), "kind": "text"},
            {"text": row["site_code"], "kind": "text"},
        ],
    }


def _for(row: dict) -> str:
    """The document a proposal serves first, or alone."""
    number = row["for_number"] or ""
    return _("%(order)s alone") % {"order": number} if row["is_dedicated"] and number else number


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


def bulk_verbs(ctx) -> list[dict]:
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
    proposal = firming.proposals_of(ctx, [key])[0]
    step = Decimal(1).scaleb(-proposal.item.unit.digits)
    each = (proposal.quantity / count).quantize(step, "ROUND_DOWN")
    return [each] * (count - 1) + [proposal.quantity - each * (count - 1)]
