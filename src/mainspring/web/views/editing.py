"""Forms with a line grid: new records, edits, copies, and the preview that computes without writing."""

from contextlib import suppress
from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from rest_framework.exceptions import ParseError

from mainspring.kernel import access, commands, errors, sight, values
from mainspring.kernel.ids import uuid7
from mainspring.web import addresses, forms, grids
from mainspring.web.api import incoming
from mainspring.web.views import base, records

ROWS_MAX = 2000  # of a grid in one request


@require_http_methods(["GET", "POST"])
@base.of_resource("create")
def new(request, res):
    """A new record; GET parameters propose values, ?copy= takes them from another record."""
    if not res.creatable:
        raise PermissionDenied(_("These records come from other documents."))
    fields = sight.Fields(res, request.ctx)
    record, lines = blank(request, res, fields)
    if request.method == "GET":
        return _form_page(request, res, record, fields, lines=lines)
    form = forms.record_form(fields, _names(res, fields), record, data=request.POST, files=request.FILES)
    try:
        sent, custom = form.raw()
        specs = grids.read_text(res, request.POST.get("lines", ""), request.ctx) if res.lines else []
        sent = {k: v for k, v in sent.items() if v not in (None, "") or not _has_default(res.model, k)}
        extra = {"lines": specs} if res.lines else {}
        record = commands.create(res.model, base.with_key(request), custom_values=custom or None, **extra, **sent)
    except errors.ApprovalRequired:
        return _waiting(request, addresses.of_resource(res))
    except ValidationError as error:
        return _refused(request, res, record, fields, form, error)
    return redirect(addresses.of_record(record))


@require_http_methods(["GET", "POST"])
@base.of_record
def edit(request, res, record):
    """The whole record as a form, carrying the version that was read."""
    if not records.may_change(request.ctx, res, record):
        raise errors.Conflict(_("%(record)s can no longer be edited.") % {"record": record})
    fields = sight.Fields(res, request.ctx)
    if request.method == "GET":
        return _form_page(request, res, record, fields, lines=list(record.lines.all()) if res.lines else [])
    form = forms.record_form(fields, _names(res, fields), record, data=request.POST, files=request.FILES)
    try:
        sent, custom = form.raw()
        specs = grids.read_text(res, request.POST.get("lines", ""), request.ctx) if res.lines else None
        extra = {"lines": specs} if res.lines and "lines" in request.POST else {}
        record = commands.change(
            record,
            base.with_key(request),
            version=base.version_of(request),
            custom_values=custom or None,
            **extra,
            **sent,
        )
    except errors.Conflict:
        raise
    except errors.ApprovalRequired:
        return _waiting(request, addresses.of_record(record))
    except ValidationError as error:
        return _refused(request, res, record, fields, form, error)
    return redirect(addresses.of_record(record))


def _waiting(request, address: str):
    """What was sent waits for approval: say so where the person goes next."""
    messages.info(request, _("This now waits for approval."))
    return redirect(address)


def _has_default(model, name: str) -> bool:
    field = model._meta.get_field(name)
    return field.has_default() or (field.null and field.blank) or isinstance(field, models.BooleanField)


def _names(res, fields: sight.Fields) -> list[str]:
    declared = res.names("form") or [f.name for f in res.model._meta.concrete_fields if f.editable]
    return [n for n in declared if fields.mode(n) != "hide"] + list(fields.custom)


def blank(request, res, fields: sight.Fields):
    """(unsaved record, its lines) with proposed values the person may set."""
    record = res.model()
    lines: list = []
    if request.GET.get("copy"):
        source = base.get(request.ctx, res, request.GET["copy"])
        for name in _names(res, fields):
            if (
                fields.mode_on(source, name) == "edit"
                and not name.startswith("custom.")
                and not res.model._meta.get_field(name).unique
            ):
                setattr(record, name, getattr(source, name))
        if hasattr(source, "custom"):
            record.custom = {k: v for k, v in source.custom.items() if fields.mode(f"custom.{k}") == "edit"}
        if res.lines:
            shown = {c.path for c in grids.columns(res, request.ctx) if c.editable and "__" not in c.path}
            lines = [res.line_model(**{n: getattr(line, n) for n in shown}) for line in source.lines.all()]
    proposed = {k: v for k, v in request.GET.items() if k in _names(res, fields) and not k.startswith("custom.")}
    for name, value in proposed.items():
        with suppress(ValidationError):
            setattr(record, name, values.coerce(res.model, [{name: value}], request.ctx, prefixes=[""])[0][name])
    if hasattr(record, "company_id") and record.company_id is None:
        record.company_id = request.ctx.company_id
    if res.workflow:
        record.state = res.workflow.initial
    return record, lines


def _refused(request, res, record, fields, form, error: ValidationError):
    """The form again with every error at its place; lines as they were sent."""
    form.show_errors(error)
    lines, wrong = [], grids.errors_by_line(error)
    if res.lines:
        with suppress(ValidationError):
            specs = grids.read_text(res, request.POST.get("lines", ""), request.ctx)
            lines, found = grids.preview(res, record, specs, {}, replace(request.ctx, trusted=True))
            for index, texts in found.items():
                wrong.setdefault(index, {}).update(texts)
        if wrong:
            form.add_error(None, _("Some lines need attention; see the marked cells."))
    return _form_page(request, res, record, fields, form=form, lines=lines, wrong=wrong, status=422)


def _form_page(request, res, record, fields, *, form=None, lines=(), wrong=None, status=200):
    adding = record._state.adding
    form = form or forms.record_form(fields, _names(res, fields), record)
    groups = [
        {"title": title[:1].upper() + title[1:], "fields": [form[n] for n in names if n in form.fields]}
        for title, names in (res.groups() if res.form else [("", list(form.fields))])
    ]
    own = [form[n] for n in form.fields if n.startswith("custom-")]
    groups = [g for g in [*groups, {"title": _("Own fields"), "fields": own}] if g["fields"]]
    title = _("New: %(record)s") % {"record": res.singular} if adding else _("Edit: %(record)s") % {"record": record}
    context = {
        "page": {"title": title, "trail": [{"label": res.plural, "href": addresses.of_resource(res)}]},
        "form": form,
        "groups": groups,
        "submit": _("Create %(record)s") % {"record": res.singular.lower()} if adding else _("Save"),
        "cancel": addresses.of_resource(res) if adding else addresses.of_record(record),
        "hidden": [("idempotency_key", request.POST.get("idempotency_key") or str(uuid7()))],
        "draft": f"{res.key}/new" if adding else f"{res.key}/{record.pk}",
        "version": None if adding else (base.version_of(request) or getattr(record, "version", None)),
    }
    if res.lines:
        context["grid"] = grids.props(
            res,
            record,
            request.ctx,
            lines=lines,
            editable=True,
            errors=wrong,
            url=addresses.of_resource(res, "preview", **({} if adding else {"pk": record.pk})),
            header="#record-form",
        ) | {"saved": False}
    return render(request, "web/form.html", context, status=status)


@require_POST
@base.of_resource()
def preview(request, res):
    """Totals and per-cell errors of an unsaved form: `prepare` on instances, nothing written."""
    verb = "change" if request.GET.get("pk") else "create"
    access.require(request.ctx, res.model, verb)
    if not res.lines:
        raise Http404
    sent = _json(request)
    fields = sight.Fields(res, request.ctx)
    record = base.get(request.ctx, res, request.GET["pk"]) if request.GET.get("pk") else blank(request, res, fields)[0]
    rows = _rows(sent, "lines") or _rows(sent, "changed")
    specs = grids.read(res, rows, request.ctx, blank=True)
    changed = {str(r.get("key")) for r in _rows(sent, "changed")}
    header = (
        {k: v for k, v in (sent.get("header") or {}).items() if fields.mode(k) == "edit"}
        if isinstance(sent.get("header"), dict)
        else {}
    )
    lines, wrong = grids.preview(res, record, specs, header, replace(request.ctx, trusted=True))
    shown = grids.columns(res, request.ctx)
    return JsonResponse(
        {
            "totals": grids.totals(res, record, request.ctx),
            "lines": [
                found
                for n, (row, line) in enumerate(zip(rows, lines, strict=True))
                if (found := answer_line(shown, row, line, specs[n], wrong.get(n), str(row.get("key")) in changed))
            ],
        }
    )


def answer_line(shown, row: dict, line, spec: dict, wrong: dict | None, changed: bool) -> dict | None:
    """What the grid has to show anew in a line: cells that differ from what was sent, and errors; None for nothing.

    Cells with an error keep what was typed.
    """
    cells = row.get("values") if isinstance(row.get("values"), dict) else row
    filled = any(v not in (None, "") for k, v in spec.items() if k != "id")
    values = {
        k: v
        for k, v in (grids.values(shown, line).items() if filled else ())
        if k not in (wrong or {}) and (k not in cells or not _same(v, cells[k]))
    }
    if not (values or wrong or changed):
        return None
    return {"key": row.get("key"), "id": row.get("id"), "errors": wrong or {}, "values": values}


def _same(value, sent) -> bool:
    """Whether the grid shows this value already; links are sent as their key."""
    value = value["id"] if isinstance(value, dict) else value
    return not isinstance(sent, dict) and str("" if value is None else value) == str("" if sent is None else sent)


def _json(request) -> dict:
    try:
        sent = incoming.loads(request.body or b"{}")
    except ParseError as error:
        raise ValidationError(str(error.detail)) from None
    if not isinstance(sent, dict):
        raise ValidationError(_("The request could not be read."))
    return sent


def _rows(sent: dict, name: str) -> list[dict]:
    """The rows a grid sent under a name; ValidationError for anything but a list of rows."""
    rows = sent.get(name)
    if rows is None:
        return []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or len(rows) > ROWS_MAX:
        raise ValidationError(_("The lines could not be read."))
    return rows


@require_POST
@base.of_record
def lines(request, res, record):
    """Edits of a saved document's grid, each kept at once; wrong cells are named and nothing of them is kept."""
    access.require(request.ctx, res.model, "change")
    if not res.lines:
        raise Http404
    sent = _json(request)
    shown = grids.columns(res, request.ctx)
    before = {line.pk: grids.values(shown, line) for line in grids.lines_of(record, shown)}
    removed = sent.get("removed") or []
    if not isinstance(removed, list):
        raise ValidationError(_("The lines could not be read."))
    removed = {str(pk) for pk in removed}
    specs: list[dict] = [{"id": pk} for pk in before if str(pk) not in removed]
    rows = _rows(sent, "changed")
    for row, spec in zip(rows, grids.read(res, rows, request.ctx, blank=True), strict=True):
        spec = spec if any(v not in (None, "") for v in spec.values()) else {}
        at = next((n for n, s in enumerate(specs) if s.get("id") and str(s["id"]) == str(row.get("id"))), None)
        if at is not None:
            specs[at] = spec | {"id": specs[at]["id"], "_row": row}
        elif spec:
            specs.insert(min(_position(row, len(specs)), len(specs)), spec | {"_row": row})
    for move in _rows(sent, "moved"):
        at = next((n for n, s in enumerate(specs) if s.get("id") and str(s["id"]) == str(move.get("id"))), None)
        if at is not None:
            specs.insert(_position(move, len(specs)), specs.pop(at))
    rows_by_place = {n: s.pop("_row") for n, s in enumerate(specs) if "_row" in s}
    try:
        record = commands.change(record, request.ctx, lines=specs, version=_version(sent))
    except errors.ApprovalRequired as error:
        raise errors.Conflict(_("This now waits for approval.")) from error
    except errors.Conflict:
        raise
    except ValidationError as error:
        wrong = grids.errors_by_line(error)
        if not wrong:
            raise
        return JsonResponse(
            {
                "version": record.version,
                "totals": grids.totals(res, record, request.ctx),
                "lines": [
                    {"key": row.get("key"), "id": row.get("id"), "errors": wrong.get(n, {})}
                    for n, row in rows_by_place.items()
                ],
            }
        )
    saved = [(n, line, grids.values(shown, line)) for n, line in enumerate(grids.lines_of(record, shown))]
    return JsonResponse(
        {
            "version": record.version,
            "totals": grids.totals(res, record, request.ctx),
            "lines": [
                {
                    "key": rows_by_place.get(n, {}).get("key"),
                    "id": line.pk,
                    "errors": {},
                    "values": values,
                }
                for n, line, values in saved
                if n in rows_by_place or before.get(line.pk) != values
            ],
        }
    )


def _position(row: dict, end: int) -> int:
    """Place of a line counted from 0; the end when none was sent."""
    place = row.get("position")
    return max(0, place) if isinstance(place, int) else end


def _version(sent: dict) -> int | None:
    return base.version_from(sent.get("version"))
