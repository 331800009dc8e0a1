"""Forms with a line grid: new records, edits, copies, and the preview that computes without writing."""

from contextlib import suppress
from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mainspring.kernel import commands, errors, sight, values
from mainspring.kernel.ids import uuid7
from mainspring.web import addresses, forms, grids, proposing
from mainspring.web.views import base, records


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
        specs = _lines_sent(request, res, sent.get("site")) if res.lines else []
        sent = {k: v for k, v in sent.items() if v not in (None, "") or not _has_default(res.model, k)}
        extra = {"lines": specs} if res.lines else {}
        record = commands.create(res.model, base.with_key(request), custom_values=custom or None, **extra, **sent)
        proposing.remember(request, record)
    except errors.ApprovalRequired:
        return _waiting(request, addresses.of_resource(res))
    except ValidationError as error:
        return _refused(request, res, record, fields, form, error)
    return _goes_to(request, addresses.of_record(record))


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
        specs = _lines_sent(request, res, getattr(record, "site_id", None)) if res.lines else None
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
    return _goes_to(request, addresses.of_record(record))


def _goes_to(request, address: str):
    """Lead the person on; a page that sent the form itself is told where, without loading it first."""
    return base.done(redirect=address) if request.headers.get("HX-Request") else redirect(address)


def _lines_sent(request, res, site, wrong: dict | None = None) -> list[dict]:
    """Specs of the lines in the form; what names nothing is raised, or noted in `wrong`."""
    return grids.read_text(res, request.POST.get("lines", ""), request.ctx, site=site, wrong=wrong)


def _waiting(request, address: str):
    """What was sent waits for approval: say so where the person goes next."""
    messages.info(request, _("This now waits for approval."))
    return _goes_to(request, address)


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
    if request.method == "GET":
        proposing.fill(request, res, record, _names(res, fields))
    if res.workflow:
        record.state = res.workflow.initial
    return record, lines


def _refused(request, res, record, fields, form, error: ValidationError):
    """The form again with every error at its place; lines as they were sent."""
    form.show_errors(error)
    lines, wrong = [], grids.errors_by_line(error)
    if res.lines:
        with suppress(ValidationError):
            specs = _lines_sent(request, res, request.POST.get("site"), wrong)
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
    if res.lines and any(c.editable for c in grids.columns(res, request.ctx)):
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
