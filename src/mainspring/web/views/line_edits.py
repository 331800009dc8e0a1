"""The line grid of a form and of a record: what its edits come to, computed or kept at once."""

from dataclasses import replace

from django.core.exceptions import ValidationError
from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mainspring.kernel import access, commands, errors, sight
from mainspring.web import grids
from mainspring.web.views import base
from mainspring.web.views.editing import blank

ROWS_MAX = 2000  # of a grid in one request


@require_POST
@base.of_resource()
def preview(request, res):
    """Totals and per-cell errors of an unsaved form: `prepare` on instances, nothing written."""
    verb = "change" if request.GET.get("pk") else "create"
    access.require(request.ctx, res.model, verb)
    if not res.lines:
        raise Http404
    sent = base.json_of(request)
    fields = sight.Fields(res, request.ctx)
    record = base.get(request.ctx, res, request.GET["pk"]) if request.GET.get("pk") else blank(request, res, fields)[0]
    rows = _rows(sent, "lines") or _rows(sent, "changed")
    changed = {str(r.get("key")) for r in _rows(sent, "changed")}
    header = (
        {k: v for k, v in (sent.get("header") or {}).items() if fields.mode(k) == "edit"}
        if isinstance(sent.get("header"), dict)
        else {}
    )
    unknown: dict = {}
    site = header.get("site") or getattr(record, "site_id", None)
    specs = grids.read(res, rows, request.ctx, blank=True, site=site, wrong=unknown)
    lines, wrong = grids.preview(res, record, specs, header, replace(request.ctx, trusted=True))
    for n, texts in unknown.items():
        wrong.setdefault(n, {}).update(texts)
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
    sent = base.json_of(request)
    shown = grids.columns(res, request.ctx)
    before = {line.pk: grids.values(shown, line) for line in grids.lines_of(record, shown)}
    unknown: dict = {}
    changed = _rows(sent, "changed")
    read = grids.read(res, changed, request.ctx, blank=True, site=getattr(record, "site_id", None), wrong=unknown)
    if unknown:
        return _refused(request, res, record, ((row, unknown.get(n, {})) for n, row in enumerate(changed)))
    specs = _arranged(sent, list(before), read)
    rows_by_place = {n: s.pop("_row") for n, s in enumerate(specs) if "_row" in s}
    try:
        version = base.version_from(sent.get("version"))
        record = commands.change(record, request.ctx, lines=specs, version=version)
    except errors.ApprovalRequired as error:
        raise errors.Conflict(_("This now waits for approval.")) from error
    except errors.Conflict:
        raise
    except ValidationError as error:
        wrong = grids.errors_by_line(error)
        if not wrong:
            raise
        return _refused(request, res, record, ((row, wrong.get(n, {})) for n, row in rows_by_place.items()))
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


def _refused(request, res, record, rows) -> JsonResponse:
    """The rows that were sent, each with its errors; nothing of them was kept."""
    return JsonResponse(
        {
            "version": record.version,
            "totals": grids.totals(res, record, request.ctx),
            "lines": [{"key": row.get("key"), "id": row.get("id"), "errors": wrong} for row, wrong in rows],
        }
    )


def _arranged(sent: dict, keys: list, changed: list[dict]) -> list[dict]:
    """All lines as they are to be: those kept, changed, added and moved, in order; the row sent is kept as "_row"."""
    removed = sent.get("removed") or []
    if not isinstance(removed, list):
        raise ValidationError(_("The lines could not be read."))
    gone = {str(pk) for pk in removed}
    specs: list[dict] = [{"id": pk} for pk in keys if str(pk) not in gone]

    def place_of(row: dict) -> int | None:
        return next((n for n, s in enumerate(specs) if s.get("id") and str(s["id"]) == str(row.get("id"))), None)

    for row, spec in zip(_rows(sent, "changed"), changed, strict=True):
        spec = spec if any(v not in (None, "") for v in spec.values()) else {}
        at = place_of(row)
        if at is not None:
            specs[at] = spec | {"id": specs[at]["id"], "_row": row}
        elif spec:
            specs.insert(min(_position(row, len(specs)), len(specs)), spec | {"_row": row})
    for move in _rows(sent, "moved"):
        at = place_of(move)
        if at is not None:
            specs.insert(_position(move, len(specs)), specs.pop(at))
    return specs


def _position(row: dict, end: int) -> int:
    """Place of a line counted from 0; the end when none was sent."""
    place = row.get("position")
    return max(0, place) if isinstance(place, int) else end
