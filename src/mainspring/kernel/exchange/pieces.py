"""One piece of a file: what each of its records would do, and all of it written in one transaction."""

from dataclasses import dataclass, field

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from .. import access, bulk, commands, remembered, shapes
from ..models import ExternalId, ImportChunk, ImportRun
from . import rows, rules

PROBLEMS_MAX = 5000


@dataclass
class Outcome:
    """What one piece of a file would do or did."""

    new: list = field(default_factory=list)  # (unit, values)
    changed: list = field(default_factory=list)  # (unit, draft) without lines
    relined: list = field(default_factory=list)  # (unit, record, values): documents whose lines come anew
    same: int = 0
    problems: list = field(default_factory=list)


def plan(source: rows.Reader, units: list[rows.Unit], seen: dict) -> Outcome:
    """What each unit means: new, changed, same or wrong; nothing is written."""
    found, model, ctx = Outcome(), source.resource.model, source.ctx
    known = _known(source, units)
    fresh, known_units = [], []
    for unit in units:
        key = _key(source, unit)
        if key is not None and key in seen:
            told = _("The same key is in row %(n)s.") % {"n": seen[key]}
            header = source.header_of.get(source.key[0], source.key[0])
            unit.problems.append((unit.rows[0], header, " ".join(map(str, key)), told))
        elif key is not None:
            seen[key] = unit.rows[0]
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


def write_or_refuse(run, source, outcome: Outcome, position: int, problems: list) -> list[str]:
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
    if shapes.has(model, "company") and "company" in rules.key_fields(model):
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
