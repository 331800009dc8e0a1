"""Pages of import, file by file, and the export of exactly what a list shows."""

import tempfile
from pathlib import Path

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from mainspring.kernel import access, formats, jobs, policies
from mainspring.kernel.exchange import exporting, importing, reading, rules, taking_out
from mainspring.kernel.models import ImportRun, JobRun
from mainspring.web import addresses
from mainspring.web.views import base, lists, verbs

NOW_ROWS = 500  # so many rows are checked and brought in while the person waits, more of them by a job
SAMPLES = 3
EARLIER = 5
PROBLEMS_SHOWN = 200
TONES = {"checked": "info", "running": "info", "done": "success", "stopped": "warning"}


class FileForm(forms.Form):
    """The file and what cannot be told from it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"] = forms.FileField(
            label=_("File"),
            help_text=_(
                "CSV or a spreadsheet, the first row names the columns; or a zip with one of them and the files that "
                "cells name."
            ),
        )
        self.fields["dates"] = forms.ChoiceField(
            label=_("Dates like 03/04/2026"),
            required=False,
            choices=[("", _("are refused")), ("dmy", _("day first")), ("mdy", _("month first"))],
        )
        self.fields["decimal"] = forms.ChoiceField(
            label=_("Decimal sign"), required=False, choices=[("", _("Told from the file")), (".", "."), (",", ",")]
        )


@require_GET
@base.of_resource("export")
def export(request, res):
    """?format=csv|xlsx and the parameters of the list."""
    kind = request.GET.get("format", "xlsx")
    if kind not in exporting.FORMATS:
        raise ValidationError({"format": _("“%(value)s” is not a format.") % {"value": kind[:20]}})
    q, columns = lists.exported(request, res)
    columns, lines = exporting.table(res, request.ctx, q.spec, [c.path for c in columns])
    return taken_out(request, res.slug, res.label, q.filtered().count(), columns, lines)


def taken_out(request, name: str, entity: str, rows: int, columns, lines) -> StreamingHttpResponse:
    """A file of records for this person, noted and marked as an export (SEC-03); ?format= says of which kind."""
    kind = request.GET.get("format", "xlsx")
    run = taking_out.begin(request.ctx, entity=entity, rows=rows, address=request.get_full_path(), kind=kind)
    pieces = exporting.write(kind, columns, lines, taking_out.mark(run, request.ctx))
    answer = StreamingHttpResponse(pieces, content_type=exporting.FORMATS[kind])
    name = f"{slugify(name)}-{request.ctx.business_date}-{run.pk}.{kind}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_GET
@base.of_resource("import")
def template(request, res):
    """An empty spreadsheet with the columns that can be filled."""
    answer = HttpResponse(b"".join(exporting.template(res, request.ctx)), content_type=exporting.FORMATS["xlsx"])
    answer["Content-Disposition"] = f'attachment; filename="{slugify(res.slug)}.xlsx"'
    return answer


@require_http_methods(["GET", "POST"])
@base.of_resource("import")
def start(request, res):
    """First step: the file."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        with tempfile.NamedTemporaryFile(suffix=Path(upload.name).suffix[:8]) as file:
            for piece in upload.chunks():
                file.write(piece)
            file.flush()
            try:
                table = reading.read(file.name)
                mapping = {
                    "columns": rules.guess(res, request.ctx, table.headers, files=table.bundle is not None),
                    **{k: form.cleaned_data[k] for k in ("dates", "decimal") if form.cleaned_data[k]},
                }
                run = importing.start(res, request.ctx, file.name, mapping, name=upload.name)
                return redirect(addresses.of_resource(res, "import", run.pk))
            except ValidationError as error:
                form.add_error("file", " ".join(error.messages))
    return _page(
        request,
        res,
        "file",
        form=form,
        submit=_("Continue"),
        template_url=addresses.of_resource(res, "import") + "template.xlsx",
        earlier=_earlier(request, res),
    )


def _earlier(request, res) -> list[dict]:
    """Imports of these records in sight, the newest first: each opens where it may be looked at or taken back."""
    found = access.rows(request.ctx, ImportRun).filter(entity=res.label).exclude(progress="draft").order_by("-pk")
    return [
        {
            "href": addresses.of_resource(res, "import", run.pk),
            "title": run.file_name,
            "text": f"{run.get_progress_display()} · {formats.moment(run.created_at)}",
            "icon": "file-import",
        }
        for run in found[:EARLIER]
    ]


@require_http_methods(["GET", "POST"])
@base.of_resource("import")
def step(request, res, run: int):
    """The steps after it: columns, check, done."""
    record = _run(request, res, run)
    asked = request.POST.get("step", "")
    if request.method == "POST" and asked == "columns" and record.progress in ("draft", "checked"):
        return _take_columns(request, res, record)
    if request.method == "POST" and asked == "check" and record.progress in ("checked", "stopped"):
        return _bring_in(request, record)
    if record.progress == "draft" or "columns" in request.GET:
        return _columns(request, res, record)
    return _result(request, res, record)


def _bring_in(request, record: ImportRun):
    """A small file at once, a large one by a job; what is refused is said on the page of the run."""
    if record.rows_total > NOW_ROWS:
        jobs.defer("exchange.import", request.ctx, key=str(record.pk), title=str(record), import_id=record.pk)
    else:
        try:
            importing.carry_out(record, request.ctx)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    return redirect(request.path)


@require_GET
@base.of_resource("import")
def problems(request, res, run: int):
    """The error file."""
    answer = HttpResponse(exporting.error_file(_run(request, res, run)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="problems.csv"'
    return answer


@require_GET
@base.of_resource("import")
def job(request, res, run: int):
    """The job of an import, which asks again until it ends."""
    record = _run(request, res, run)
    found = _job(res, record)
    answer = render(request, "web/parts/job.html", {"job": found})
    if not found or not found["running"]:
        answer["HX-Refresh"] = "true"
    return answer


def _run(request, res, pk: int) -> ImportRun:
    found = ImportRun.objects.filter(pk=pk, entity=res.label, company_id=request.ctx.company_id)
    if not policies.of(request.ctx).all_powerful:
        found = found.filter(created_by=request.user)
    record = found.first()
    if record is None:
        raise Http404
    return record


def _columns(request, res, record: ImportRun, errors=()):
    table = reading.read(record.file.path, encoding=record.rules.get("encoding", ""))
    targets = sorted(rules.targets(res, request.ctx).values(), key=lambda t: (t.is_line, t.label.lower()))
    choices = [("", _("(not imported)")), *((t.path, t.label[:1].upper() + t.label[1:]) for t in targets)]
    form = forms.Form(
        initial={f"column-{n}": record.rules.get("columns", {}).get(h, "") for n, h in enumerate(table.headers)}
    )
    samples: list[list[str]] = [[] for _h in table.headers]
    for _number, row in table.body[:SAMPLES]:
        for n, cell in enumerate(row[: len(samples)]):
            samples[n].append(reading.cell_text(cell)[:40])
    for n, header in enumerate(table.headers):
        form.fields[f"column-{n}"] = forms.ChoiceField(label=header, choices=choices, required=False)
    mapping = [{"header": h, "sample": samples[n], "field": form[f"column-{n}"]} for n, h in enumerate(table.headers)]
    return _page(request, res, "columns", mapping=mapping, submit=_("Check the file"), errors=list(errors), form=form)


def _take_columns(request, res, record: ImportRun):
    table = reading.read(record.file.path, encoding=record.rules.get("encoding", ""))
    chosen = {h: request.POST.get(f"column-{n}", "") for n, h in enumerate(table.headers)}
    record.rules = record.rules | {"columns": chosen}
    try:
        rules.check(res, request.ctx, record.rules, table.headers, files=table.bundle is not None)
    except ValidationError as error:
        return _columns(request, res, record, error.messages)
    record.save()
    rules.remember(res, request.ctx, table.headers, record.rules)
    if len(table.body) <= NOW_ROWS:
        importing.check(record, request.ctx)
    else:
        ImportRun.objects.filter(pk=record.pk).update(progress="draft")
        jobs.defer("exchange.check", request.ctx, key=str(record.pk), title=str(record), import_id=record.pk)
        return redirect(f"{request.path}?wait=1")
    return redirect(request.path)


def _result(request, res, record: ImportRun):
    counts = [
        {"label": _("Rows"), "text": str(record.rows_total)},
        {"label": _("New"), "text": str(record.rows_created)},
        {"label": _("Changed"), "text": str(record.rows_changed)},
        {"label": _("Unchanged"), "text": str(record.rows_same)},
        {
            "label": _("Wrong"),
            "text": str(record.rows_wrong),
            "tone": "danger" if record.rows_wrong else "",
            "href": f"{request.path}problems.csv" if record.problems else "",
        },
    ]
    labels = {p: t.label for p, t in rules.targets(res, request.ctx).items()}
    counts += [
        {
            "label": _("Sum of %(column)s") % {"column": labels.get(path, path)},
            "text": total["file"],
            "note": _("Arrived: %(sum)s") % {"sum": total["arrived"]} if total.get("arrived") is not None else "",
            "tone": "" if total["equal"] else "danger",
        }
        for path, total in record.totals.items()
        if path != "rows"
    ]
    ready = record.progress in ("checked", "stopped") and (not record.rows_wrong or record.rules.get("skip_wrong"))
    return _page(
        request,
        res,
        "check",
        counts=counts,
        problems=record.problems[:PROBLEMS_SHOWN],
        job=_job(res, record),
        submit=_("Import") if ready and record.rows_total else "",
        record=record,
    )


def _finished(request, record: ImportRun) -> dict:
    """Title line of a run: how far it is, and the way back once something came in."""
    page = {"state": {"label": record.get_progress_display(), "tone": TONES.get(record.progress, "neutral")}}
    if record.progress in ("done", "stopped") and access.can(request.ctx, ImportRun, "undo"):
        page["quiet"] = [button for button in verbs.buttons(request, record)["more"] if button["name"] == "undo"]
    return page


def _job(res, record: ImportRun) -> dict | None:
    found = (
        JobRun.objects.filter(name__in=("exchange.import", "exchange.check"), arguments__import_id=record.pk)
        .order_by("-pk")
        .first()
    )
    if found is None:
        return None
    running = found.state in ("queued", "running")
    return {
        "id": found.pk,
        "title": found.title,
        "url": addresses.of_resource(res, "import", record.pk, "job"),
        "running": running,
        "percent": found.done * 100 // found.total if found.total else None,
        "error": found.error,
        "state": {
            "label": str(found.get_state_display() if hasattr(found, "get_state_display") else found.state),
            "tone": "info" if running else "danger" if found.error else "success",
        },
    }


def _page(request, res, name: str, record: ImportRun | None = None, **context):
    steps = [("file", _("File")), ("columns", _("Columns")), ("check", _("Check and import"))]
    order = [key for key, _label in steps].index(name)
    page = {
        "title": _("Import: %(records)s") % {"records": res.plural},
        "trail": [{"label": res.plural, "href": addresses.of_resource(res)}],
    } | (_finished(request, record) if record else {})
    return render(
        request,
        "web/import.html",
        {
            "page": page,
            "step": name,
            "cancel": addresses.of_resource(res),
            "hidden": [],
            "topic": f"record:{record.pk}" if record else "",
            **context,
            "steps": [
                {"label": label, "state": "done" if n < order else "current" if n == order else "next"}
                for n, (_key, label) in enumerate(steps)
            ],
        },
    )
