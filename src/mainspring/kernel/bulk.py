"""Many records in one command: the rules of `commands.create` and `commands.change`, a handful of statements.

One transaction, one audit entry and one event (`BatchDone`) for the batch; checks of values are the very same code.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from . import access, audit, commands, custom, document_lines, errors, events, filling, numbering, running, shapes
from . import values as typed
from .models.base import Document, DocumentIdentity, DocumentLink
from .models.records import AuditEntry

KEYS_IN_AUDIT = 1000


@dataclass
class Draft:
    """A record to be written, not yet saved. `before`: what a change replaces; problems by field."""

    record: object = None
    lines: list = field(default_factory=list)
    before: dict = field(default_factory=dict)
    problems: dict[str, list[str]] = field(default_factory=dict)


def drafts(model, ctx, rows: list[dict], existing: dict | None = None) -> list[Draft]:
    """One draft a row (field values, "lines", "custom"), checked in full; nothing is written.

    existing  row number -> record that the row changes; other rows make new records
    """
    existing = existing or {}
    found = [Draft() for _row in rows]
    if not ctx.trusted:
        filling.refuse_read_only(model, ctx, dict.fromkeys({k for row in rows for k in row} - {"lines", "custom"}))
    plain = [{k: v for k, v in row.items() if k not in ("lines", "custom")} for row in rows]
    heads = _coerced(model, plain, ctx, [str(n) for n in range(len(rows))], found)
    places = [(n, i) for n, row in enumerate(rows) for i in range(len(row.get("lines") or ()))]
    lines: dict[int, list] = defaultdict(list)
    if places:
        specs = [rows[n]["lines"][i] for n, i in places]
        line_model = shapes.line_model_of(model)
        for (n, _i), spec in zip(
            places, _coerced(line_model, specs, ctx, [f"{n}.lines.{i}" for n, i in places], found), strict=True
        ):
            lines[n].append(spec)
    inner = replace(ctx, trusted=True, idempotency_key="")
    for n, (draft, head) in enumerate(zip(found, heads, strict=True)):
        if not draft.problems:
            try:
                _fill(draft, model, head, lines.get(n, []), rows[n].get("custom"), existing.get(n), ctx, inner)
            except ValidationError as error:
                draft.problems = errors.by_field(error)
    _refuse_beside(model, [d for d in found if not d.problems], ctx)
    return found


def _refuse_beside(model, ready: list[Draft], ctx) -> None:
    """What stands against the drafts because of other records, asked of all at once."""
    compared = set(getattr(model, "compared_by", ()))
    asked: list[Any] = [d for d in ready if d.record._state.adding or compared & d.before.keys()]  # type: ignore[attr-defined]
    for n, error in filling.refusals([d.record for d in asked], ctx).items():
        asked[n].problems = errors.by_field(error)


def _coerced(model, specs, ctx, names, found: list[Draft]) -> list[dict]:
    """Typed values, all at once; where some are wrong, their problems go to the drafts and the rest is typed."""
    if not specs:
        return []
    try:
        return typed.coerce(model, specs, ctx, prefixes=[f"{n}." for n in names])
    except ValidationError as error:
        for path, messages in error.message_dict.items():
            number, _sep, name = path.partition(".")
            found[int(number)].problems[name] = messages
    wrong = {n for n, draft in enumerate(found) if draft.problems}
    good = [(spec, n) for spec, n in zip(specs, names, strict=True) if int(n.partition(".")[0]) not in wrong]
    again = iter(typed.coerce(model, [s for s, _n in good], ctx, prefixes=[f"{n}." for _s, n in good]) if good else ())
    return [{} if int(n.partition(".")[0]) in wrong else next(again) for n in names]


def _fill(draft: Draft, model, head, lines, custom_values, record, ctx, inner) -> None:
    if record is None:
        record = filling.new(model, ctx, head)
        if shapes.has(model, "company") and record.company_id is None:
            record.company_id = ctx.company_id  # many at once never become common to all companies
        creating = True
    else:
        filling.refuse_fixed(record, head, ctx)
        for name, value in head.items():
            if getattr(record, name) != value:
                draft.before[name] = getattr(record, name)
                setattr(record, name, value)
        if draft.before and not is_editable(record, ctx):
            raise not_editable(record)
        creating = False
    draft.record = record
    draft.lines = [document_lines.make(model, spec, position) for position, spec in enumerate(lines, 1)]
    if creating or draft.before:
        filling.prepare(record, inner, draft.lines if creating else None)
    if hasattr(record, "custom") and (custom_values or (creating and custom.fields_of(model))):
        cleaned = custom.clean(record, custom_values or {}, ctx, creating=creating)
        if cleaned != (record.custom or {}):
            draft.before["custom"] = record.custom
            record.custom = cleaned
    filling.validate(record, draft.lines)


def is_editable(record, ctx) -> bool:
    return ctx.trusted or not isinstance(record, Document) or record.state in record.workflow.editable


def not_editable(record) -> ValidationError:
    return ValidationError(
        _("%(record)s is %(state)s and can no longer be edited.") % {"record": record, "state": record.state_label},
        code="state",
    )


def create_many(model, ctx, rows: list[dict], *, ready: list[Draft] | None = None, links: Sequence = ()) -> list:
    """Create all records or none. ValidationError names every broken rule as "<row>.<field>".

    ready  drafts of these rows, when the caller made them already
    links  for each row the documents its record comes from
    """
    access.require(ctx, model, "create")
    with running.command(model, replace(ctx, idempotency_key=""), "create", {}) as run:
        ready = ready if ready is not None else drafts(model, ctx, rows)
        _gate("create", ready, ctx)
        _refuse_problems(ready)
        records = [draft.record for draft in ready]
        if issubclass(model, Document) and records:
            _identify(model, records, run)
        new_lines = []
        try:
            with transaction.atomic():
                model._default_manager.bulk_create(records, batch_size=1000)
                for draft in ready:
                    for line in draft.lines:
                        line.document = draft.record
                    new_lines += draft.lines
                if new_lines:
                    type(new_lines[0]).objects.bulk_create(new_lines, batch_size=2000)
        except IntegrityError as error:
            raise _culprits(model, ready, error) from error
        if not ctx.trusted and access.rows(ctx, model, "create").filter(pk__in=[r.pk for r in records]).count() != len(
            records
        ):
            raise PermissionDenied(_("This would put records outside your own."))
        _link(records, links)
        _finish(run, model, records, "create", lines=len(new_lines))
    return records


def _link(records: list, links: Sequence) -> None:
    pairs = {(source.pk, record.pk) for record, sources in zip(records, links, strict=False) for source in sources}
    if pairs:
        DocumentLink.objects.bulk_create(
            [DocumentLink(source_id=a, target_id=b) for a, b in sorted(pairs)], ignore_conflicts=True
        )


def change_many(model, ctx, ready: list[Draft]) -> list:
    """Write changed drafts (without lines) at once; drafts without a difference are left alone."""
    access.require(ctx, model, "change")
    changed = [d for d in ready if d.before]
    if not changed:
        _refuse_problems(ready)
        return []
    with running.command(model, replace(ctx, idempotency_key=""), "change", {}) as run:
        _gate("change", changed, ctx)
        _refuse_problems(ready)
        keys = [d.record.pk for d in changed]
        found = access.rows(ctx, model, "change").select_for_update(of=("self",)).filter(pk__in=keys)
        versions = dict(found.values_list("pk", "version")) if shapes.has(model, "version") else {}
        if len(versions or set(found.values_list("pk", flat=True))) != len(keys):
            raise PermissionDenied(_("You may not change some of these records."))
        for d in changed:
            if versions and versions[d.record.pk] != d.record.version:
                raise errors.Conflict(_("%(record)s was changed meanwhile.") % {"record": d.record}, code="version")
            custom.refresh(d.record)
            if versions:
                d.record.version += 1
            if shapes.has(model, "updated_at"):
                d.record.updated_at = timezone.now()
        names = {
            f.name
            for f in model._meta.concrete_fields
            if not f.primary_key and f.name not in ("created_at", "created_by")
        }
        try:
            with transaction.atomic():
                model._default_manager.bulk_update([d.record for d in changed], sorted(names), batch_size=500)
        except IntegrityError as error:
            raise errors.from_integrity_error(error, [model]) from error
        if not ctx.trusted and access.rows(ctx, model, "change").filter(pk__in=keys).count() != len(keys):
            raise PermissionDenied(_("This would put records outside your own."))
        _finish(run, model, [d.record for d in changed], "change")
    return [d.record for d in changed]


def _gate(verb: str, ready: list[Draft], ctx) -> None:
    """What a rule wants agreed first cannot come in with many others: it is done by hand, one by one."""
    for draft in ready if not ctx.trusted else ():
        try:
            if not draft.problems:
                commands.write_gate(verb, draft.record, ctx, {}, draft.lines or None)
        except errors.ApprovalRequired:
            draft.problems[NON_FIELD_ERRORS] = [_("This has to be approved first; enter it by itself.")]


def _refuse_problems(ready: list[Draft]) -> None:
    found = {f"{n}.{name}": messages for n, d in enumerate(ready) for name, messages in d.problems.items()}
    if found:
        raise ValidationError(found)


def _identify(model, records: list, run) -> None:
    """Identities, and numbers where the kind of document has one from the start."""
    numbering.name_parties(records)
    kind = model._meta.label_lower
    identities = [DocumentIdentity(kind=kind, company_id=r.company_id, title=numbering.title(r)) for r in records]
    if getattr(model, "number_at_create", False) and not numbering.is_gapless(model):
        numbers = numbering.next_numbers(model, records[0].company_id, run.ctx.business_date.year, len(records))
        for record, identity, number in zip(records, identities, numbers, strict=True):
            record.number = identity.number = number
    DocumentIdentity.objects.bulk_create(identities, batch_size=1000)
    for record, identity in zip(records, identities, strict=True):
        record.identity, record.pk = identity, identity.pk


def _culprits(model, ready: list[Draft], error: IntegrityError) -> ValidationError:
    """Which rows break a rule of the data: found by writing them one by one, each undone."""
    found: dict[str, Any] = {}
    written = [model]
    try:
        with transaction.atomic():
            for n, draft in enumerate(ready):
                try:
                    with transaction.atomic():
                        draft.record._state.adding = True
                        model._default_manager.bulk_create([draft.record])
                except IntegrityError as one:
                    refusal = errors.from_integrity_error(one, written)
                    found |= {f"{n}.{name}": messages for name, messages in errors.by_field(refusal).items()}
            raise _Undo
    except _Undo:
        pass
    return ValidationError(found) if found else errors.from_integrity_error(error, written)


class _Undo(Exception):
    """Leaves a transaction that was only a trial."""


def _finish(run, model, records: list, verb: str, **details) -> None:
    run.give_late_numbers()
    AuditEntry.objects.create(
        id=run.id,
        parent=run.outer.command_id,
        company_id=run.outer.company_id or None,
        entity=model._meta.label_lower,
        record_id="",
        verb=verb,
        user=run.outer.user if getattr(run.outer.user, "pk", None) else None,
        source=run.outer.source,
        request_id=run.outer.request_id,
        business_date=run.outer.business_date,
        details={
            "count": len(records),
            "records": [str(r.pk) for r in records[:KEYS_IN_AUDIT]],
            **{k: audit.plain(v) for k, v in details.items() if v},
        },
    )
    events.publish(events.BatchDone(records, verb), run.ctx)
