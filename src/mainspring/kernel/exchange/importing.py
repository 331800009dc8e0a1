"""Bringing a file in: check all of it, commit piece by piece, resume where it stopped, undo it in one go.

A run that finds anything wrong brings nothing in, unless its rules say `skip_wrong`: then the wrong rows are refused,
named in the error file, and all others arrive.
"""

import csv
import hashlib
import io
import json
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.files import File
from django.db import models, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import access, bulk, commands, database, errors, remembered, resource
from ..models import ExternalId, ImportChunk, ImportRun, RowHistory
from ..models.base import Document
from ..workflow import effect
from . import reading, rows, rules
from .exporting import neutral

PIECE = 1000
PROBLEMS_MAX = 5000


@dataclass
class Outcome:
    """What one piece of a file would do or did."""

    new: list = field(default_factory=list)  # (unit, values)
    changed: list = field(default_factory=list)  # (unit, draft) without lines
    relined: list = field(default_factory=list)  # (unit, record, values): documents whose lines come anew
    same: int = 0
    problems: list = field(default_factory=list)


def start(of: resource.Resource, ctx, path, mapping: dict, *, name: str = "") -> ImportRun:
    """A new run of a file; nothing is read yet beyond its header."""
    access.require(ctx, of.model, "import")
    path = Path(path)
    run = ImportRun(
        company_id=ctx.company_id,
        entity=of.label,
        file_name=(name or path.name)[:200],
        rules=mapping,
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
        created_by=ctx.user,
    )
    with path.open("rb") as file:
        run.file.save(f"{run.digest[:16]}{path.suffix[:8]}", File(file), save=False)
    run.save()
    return run


def reader(run: ImportRun, ctx, folder: Path | None = None) -> rows.Reader:
    """The run's file as records. `folder`: where a joined file lies."""
    of, how = resource_of(run), run.rules
    options = {k: how.get(k, "") for k in ("encoding", "delimiter", "sheet")}
    table = reading.read(run.file.path, **options)
    other = how.get("join", {}).get("file", "")
    if other and (folder is None or Path(other).name != other):
        raise ValidationError({"rules": _("A joined file is brought in from the command line, beside the first.")})
    return rows.Reader(of, ctx, table, how, reading.read(folder / other) if other and folder else None)


def resource_of(run: ImportRun) -> resource.Resource:
    found = resource.by_model.get(run.entity)
    if found is None:
        raise ValidationError(_("“%(value)s” is not a record type.") % {"value": run.entity})
    return found


def check(run: ImportRun, ctx, *, folder: Path | None = None, progress=lambda done, total: None) -> ImportRun:
    """Look at every row with the rules of the commands; counts, control totals and all problems are kept on the run."""
    return _go_through(run, ctx, folder, progress, write=False)


def carry_out(run: ImportRun, ctx, *, folder: Path | None = None, progress=lambda done, total: None) -> ImportRun:
    """Bring the file in, piece by piece; pieces already in are passed over. ValidationError when rows are wrong."""
    access.require(ctx, resource_of(run).model, "import")
    if run.progress in ("done", "undone"):
        raise errors.Conflict(_("%(run)s is finished.") % {"run": run}, code="state")
    if run.progress == "draft":
        check(run, ctx, folder=folder)
    if run.rows_wrong and not run.rules.get("skip_wrong"):
        raise ValidationError(_("%(n)s rows are wrong; nothing was brought in.") % {"n": run.rows_wrong})
    ImportRun.objects.filter(pk=run.pk).update(progress="running")
    return _go_through(run, ctx, folder, progress, write=True)


def _go_through(run: ImportRun, ctx, folder, progress, *, write: bool) -> ImportRun:
    source = reader(run, ctx, folder)
    total = sum(1 for _row in source.chosen())
    counts = {"created": 0, "changed": 0, "same": 0, "wrong": 0}
    problems: list[tuple] = []
    file_sums: dict[str, Decimal] = {}
    sums: dict[str, Decimal] = {}
    seen: dict = {}
    done = 0
    finished = {c.position: c for c in run.chunks.all()} if write else {}
    for position, units in enumerate(source.pieces(PIECE if not source.has_lines else PIECE // 4)):
        for unit in units:
            for path, value in unit.sums.items():
                file_sums[path] = file_sums.get(path, Decimal(0)) + value
        if position in finished:
            piece, touched = finished[position], finished[position].created + finished[position].changed
            counts["created"] += len(piece.created)
            counts["changed"] += len(piece.changed)
            counts["same"] += piece.same
        else:
            outcome = _plan(source, units, seen)
            problems += outcome.problems
            counts["wrong"] += len({p[0] for p in outcome.problems})
            counts["created"] += len(outcome.new)
            counts["changed"] += len(outcome.changed) + len(outcome.relined)
            counts["same"] += outcome.same
            touched = _write_or_refuse(run, source, outcome, position, problems) if write else []
        _add_sums(sums, source, touched)
        done += sum(len(unit.rows) for unit in units)
        progress(done, total)
    run.rows_total = total
    run.rows_created, run.rows_changed, run.rows_same = counts["created"], counts["changed"], counts["same"]
    run.rows_wrong = max(counts["wrong"], run.rows_wrong if write else 0)
    if not write:
        run.problems = [{"row": n, "column": c, "value": v[:200], "text": t} for n, c, v, t in problems[:PROBLEMS_MAX]]
    run.totals = _totals(run, total, file_sums, sums if write else None)
    run.totals["rows"]["left_out"] = source.left_out
    run.progress = "done" if write else "checked"
    run.finished_at = timezone.now() if write else None
    run.save()
    return run


# -- one piece --------------------------------------------------------------------------------------------------------


def _plan(source: rows.Reader, units: list[rows.Unit], seen: dict) -> Outcome:
    """What each unit means: new, changed, same or wrong; nothing is written."""
    found, model, ctx = Outcome(), source.resource.model, source.ctx
    known = _known(source, units)
    fresh, known_units = [], []
    for unit in units:
        key = _key(source, unit)
        if key is not None and key in seen:
            unit.problems.append(
                (
                    unit.rows[0],
                    _key_header(source),
                    " ".join(map(str, key)),
                    _("The same key is in row %(n)s.") % {"n": seen[key]},
                )
            )
        seen.setdefault(key, unit.rows[0]) if key is not None else None
        if unit.problems:
            found.problems += unit.problems
        elif key is not None and key in known:
            known_units.append((unit, known[key]))
        elif not source.resource.creatable:
            found.problems.append((unit.rows[0], "", "", _("These records come from other records.")))
        else:
            fresh.append((unit, dict(unit.values)))
    drafts = bulk.drafts(model, ctx, [values for _unit, values in fresh])
    for (unit, values), draft in zip(fresh, drafts, strict=True):
        if draft.problems:
            found.problems += _named(source, unit, draft.problems)
        else:
            found.new.append((unit, values, draft))
    _plan_changes(source, known_units, found)
    return found


def _plan_changes(source: rows.Reader, pairs: list, found: Outcome) -> None:
    model, ctx = source.resource.model, source.ctx
    values = [{k: v for k, v in unit.values.items() if k not in ("lines", *_fixed(model))} for unit, _record in pairs]
    existing = {n: record for n, (_unit, record) in enumerate(pairs)}
    for (unit, record), draft in zip(pairs, bulk.drafts(model, ctx, values, existing), strict=True):
        lines = unit.values.get("lines")
        if draft.problems:
            found.problems += _named(source, unit, draft.problems)
        elif lines is not None and not _same_lines(record, lines) and not bulk.is_editable(record, ctx):
            found.problems.append((unit.rows[0], "", str(record), bulk.not_editable(record).messages[0]))
        elif lines is not None and not _same_lines(record, lines):
            found.relined.append((unit, record, {k: v for k, v in unit.values.items() if k not in _fixed(model)}))
        elif draft.before:
            found.changed.append((unit, draft))
        else:
            found.same += 1


def _write_or_refuse(run, source, outcome: Outcome, position: int, problems: list) -> list[str]:
    """Write a piece; rows only the database could refuse are named, and left out where the rules allow that."""
    try:
        return _write(run, source, outcome, position)
    except ValidationError as error:
        found: dict[int, dict] = {}
        for path, messages in (error.message_dict if hasattr(error, "error_dict") else {}).items():
            number, _sep, name = path.partition(".")
            if number.isdigit():
                found.setdefault(int(number), {})[name] = messages
        wrong = [p for n, by_field in found.items() for p in _named(source, outcome.new[n][0], by_field)]
        problems += wrong
        run.problems = [*run.problems, *({"row": n, "column": c, "value": v[:200], "text": t} for n, c, v, t in wrong)]
        if not found or not source.rules.get("skip_wrong"):
            ImportRun.objects.filter(pk=run.pk).update(progress="stopped", problems=run.problems[:PROBLEMS_MAX])
            raise
    outcome.new = [entry for n, entry in enumerate(outcome.new) if n not in found]
    for _unit, _values, draft in outcome.new:
        draft.record._state.adding = True
    return _write(run, source, outcome, position)


def _write(run: ImportRun, source: rows.Reader, outcome: Outcome, position: int) -> list[str]:
    """Commit one piece in one transaction, with the note that makes it resumable. Returns the keys of its records."""
    model, ctx = source.resource.model, source.ctx
    with transaction.atomic():
        made = (
            bulk.create_many(model, ctx, [], ready=[draft for _unit, _values, draft in outcome.new])
            if outcome.new
            else []
        )
        commands_run = [remembered.last_command()] if made else []
        changed = bulk.change_many(model, ctx, [draft for _unit, draft in outcome.changed])
        if changed:
            commands_run.append(remembered.last_command())
        for _unit, record, values in outcome.relined:
            custom_values = values.pop("custom", None)
            changed.append(
                commands.change(
                    type(record)._default_manager.get(pk=record.pk), ctx, custom_values=custom_values, **values
                )
            )
            commands_run.append(remembered.last_command())
        if source.rules.get("system"):
            ExternalId.objects.bulk_create(
                [
                    ExternalId(
                        system=source.rules["system"],
                        entity=run.entity,
                        external_id=unit.external_id,
                        record_id=str(r.pk),
                    )
                    for (unit, _values, _draft), r in zip(outcome.new, made, strict=True)
                    if unit.external_id
                ]
            )
        ImportChunk.objects.create(
            run=run,
            position=position,
            created=[str(r.pk) for r in made],
            changed=[str(r.pk) for r in changed],
            same=outcome.same,
            command_ids=[c for c in commands_run if c],
        )
    return [str(r.pk) for r in [*made, *changed]]


def _known(source: rows.Reader, units: list[rows.Unit]) -> dict:
    """Records the units name, by key."""
    model, key = source.resource.model, source.key
    visible = access.rows(source.ctx, model)
    if not key:
        return {}
    if key == ["external_id"]:
        pairs = dict(
            ExternalId.objects.filter(
                system=source.rules.get("system", ""),
                entity=model._meta.label_lower,
                external_id__in={u.external_id for u in units if u.external_id},
            ).values_list("external_id", "record_id")
        )
        records = {str(r.pk): r for r in visible.filter(pk__in=set(pairs.values()))}
        return {(text,): records[pk] for text, pk in pairs.items() if pk in records}
    values = {name: {_plain(u.values.get(name)) for u in units if u.values.get(name) not in (None, "")} for name in key}
    if not all(values.values()):
        return {}
    narrow = max(key, key=lambda name: len(values[name]))
    found = visible.filter(**{f"{narrow}__in": values[narrow]})
    if commands._has(model, "company") and "company" in rules.key_fields(model):
        found = found.filter(company_id=source.ctx.company_id)
    columns = [model._meta.get_field(name).attname for name in key]
    return {tuple(getattr(r, column) for column in columns): r for r in found}


def _key(source: rows.Reader, unit: rows.Unit):
    if not source.key:
        return None
    if source.key == ["external_id"]:
        return (unit.external_id,) if unit.external_id else None
    key = tuple(_plain(unit.values.get(name)) for name in source.key)
    return None if any(k in (None, "") for k in key) else key


def _plain(value):
    return value.pk if isinstance(value, models.Model) else value


def _key_header(source: rows.Reader) -> str:
    return source.header_of.get(source.key[0], source.key[0])


def _fixed(model) -> set[str]:
    """Key fields a file may name but not set."""
    return {n for n in rules.key_fields(model) if not model._meta.get_field(n).editable}


def _same_lines(record, lines: list[dict]) -> bool:
    names = sorted({name for line in lines for name in line})
    have = [[getattr(line, n) for n in names] for line in record.lines.all()]
    return have == [[line.get(n) for n in names] for line in lines]


def _named(source: rows.Reader, unit: rows.Unit, problems: dict) -> list[tuple]:
    """Problems of fields as problems of rows and columns of the file."""
    found = []
    for name, messages in problems.items():
        parts = name.split(".")
        row = (
            unit.rows[min(int(parts[1]), len(unit.rows) - 1)]
            if parts[0] == "lines" and len(parts) > 2
            else unit.rows[0]
        )
        path = f"lines.{parts[2]}" if parts[0] == "lines" and len(parts) > 2 else name
        header = source.header_of.get(path, "" if name == NON_FIELD_ERRORS else path)
        spec = unit.values["lines"][int(parts[1])] if path.startswith("lines.") else unit.values
        value = spec.get(parts[-1])
        for message in messages if isinstance(messages, list | tuple) else [messages]:
            texts = message.messages if isinstance(message, ValidationError) else [str(message)]
            found += [(row, header, "" if value is None else str(value), text) for text in texts]
    return found


# -- control totals and the error file --------------------------------------------------------------------------------


def _add_sums(sums: dict, source: rows.Reader, touched: list[str]) -> None:
    """Add what the database now holds of the numeric columns, for the records of a piece."""
    if not touched:
        return
    for lines in (False, True):
        paths = [
            p
            for p, t in source.targets.items()
            if t.is_line == lines
            and isinstance(t.field, models.DecimalField | models.IntegerField)
            and not isinstance(t.field, models.BooleanField)
        ]
        if paths:
            model = commands.line_model_of(source.resource.model) if lines else source.resource.model
            where = {"document_id__in" if lines else "pk__in": touched}
            answer = model._default_manager.filter(**where).aggregate(
                **{f"s{n}": Sum(p.removeprefix("lines.")) for n, p in enumerate(paths)}
            )
            for n, path in enumerate(paths):
                sums[path] = sums.get(path, Decimal(0)) + Decimal(answer[f"s{n}"] or 0)


def _totals(run: ImportRun, total: int, file_sums: dict, sums: dict | None) -> dict:
    """{"rows": {...}, path: {"file", "arrived", "expected", "equal"}}; amounts as text."""
    expected = run.rules.get("expected", {})
    found = {"rows": {"file": total, "expected": expected.get("rows"), "equal": expected.get("rows", total) == total}}
    for path, value in file_sums.items():
        arrived = None if sums is None else sums.get(path)
        want = expected.get("sums", {}).get(path)
        equal = (arrived is None or arrived == value) and (want is None or Decimal(str(want)) == value)
        found[path] = {
            "file": format(value.normalize(), "f"),
            "equal": equal,
            "expected": want,
            "arrived": None if arrived is None else format(arrived.normalize(), "f"),
        }
    return found


def error_file(run: ImportRun) -> str:
    """All problems as CSV: row, column, value, what is wrong."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_("Row"), _("Column"), _("Value"), _("Problem")])
    writer.writerows([p["row"], neutral(p["column"]), neutral(p["value"]), p["text"]] for p in run.problems)
    return "\ufeff" + out.getvalue()


# -- undo -------------------------------------------------------------------------------------------------------------


@effect(ImportRun, "undo")
def undo(run, ctx):
    """Take the records it made away and put back what it changed; refused where work has gone on since."""
    if run.progress not in ("done", "running", "stopped"):
        raise errors.Conflict(_("There is nothing to undo."), code="state")
    model = resource_of(run).model
    for chunk in run.chunks.order_by("-position"):
        _restore(model, chunk)
        _remove(model, chunk)
        chunk.delete()
    run.progress, run.finished_at = "undone", timezone.now()


def _restore(model, chunk: ImportChunk) -> None:
    """Put back the values before the change, field by field, unless somebody changed them again."""
    pk, table = model._meta.pk, model._meta.db_table
    entries = RowHistory.objects.filter(
        command_id__in=chunk.command_ids, table_name=table, operation="UPDATE", row_id__in=chunk.changed
    )
    for entry in entries.order_by("-id"):
        columns = [f for f in model._meta.concrete_fields if f.column in entry.changes]
        record = model._default_manager.select_for_update(of=("self",)).get(pk=pk.to_python(entry.row_id))
        now = database.rows(
            f'SELECT to_jsonb(t) AS now FROM "{table}" t WHERE "{pk.column}"::text = %(id)s', id=entry.row_id
        )
        current = json.loads(now[0]["now"]) if isinstance(now[0]["now"], str) else now[0]["now"]
        if any(current.get(f.column) != entry.changes[f.column][1] for f in columns):
            raise errors.Conflict(
                _("%(record)s was changed after the import; it cannot be undone.") % {"record": record}, code="version"
            )
        for f in columns:
            before = entry.changes[f.column][0]
            setattr(
                record,
                f.attname,
                before
                if isinstance(f, models.JSONField) or before is None
                else (f.target_field if f.is_relation else f).to_python(
                    str(before) if isinstance(before, float) else before
                ),
            )
        record.version = getattr(record, "version", 0) + 1
        record.save(force_update=True)


def _remove(model, chunk: ImportChunk) -> None:
    made = model._default_manager.filter(pk__in=chunk.created)
    busy = made.filter(version__gt=1).first() if commands._has(model, "version") else None
    if issubclass(model, Document):
        busy = busy or made.exclude(state=model.workflow.initial).first()
    if busy is not None:
        raise errors.Conflict(
            _("%(record)s was changed after the import; it cannot be undone.") % {"record": busy}, code="version"
        )
    try:
        with transaction.atomic():
            made.delete()
    except (models.ProtectedError, models.RestrictedError):
        raise errors.Conflict(
            _("Other records refer to what was imported; it cannot be undone."), code="used"
        ) from None
    ExternalId.objects.filter(entity=model._meta.label_lower, record_id__in=chunk.created).delete()


def remember(run: ImportRun, ctx, headers: list[str]) -> None:
    rules.remember(resource_of(run), ctx, headers, run.rules)
