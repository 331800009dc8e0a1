"""The only ways a record changes: create, change, delete and perform. One call is one transaction.

Callers never open transactions and never call save(). Outermost calls check the person's permission; calls made
inside an effect or a handler get `ctx.inside(...)` and are trusted, because the command around them decided.
"""

import copy
import hashlib
import json
from collections.abc import Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from django.core.exceptions import (
    NON_FIELD_ERRORS,
    FieldDoesNotExist,
    ObjectDoesNotExist,
    PermissionDenied,
    ValidationError,
)
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from . import access, amounts, audit, constraints, custom, database, errors, events, numbering, remembered, workflow
from . import values as typed
from .ids import uuid7
from .models.base import Document, DocumentIdentity, DocumentLink
from .models.records import IdempotencyKey
from .plugin_points import PluginPoint
from .prepared import Prepared

approval_gate = PluginPoint("commands.approval_gate", default=lambda record, verb, ctx, inputs: None)
"""Called before a verb does its work, on outermost calls; raises ApprovalRequired when the verb must wait."""

write_gate = PluginPoint("commands.write_gate", default=lambda verb, record, ctx, sent, lines=None: None)
"""Called before create, change and delete write, on outermost calls; raises ApprovalRequired when they must wait."""

after_change = PluginPoint("commands.after_change", many=True)
"""Called with (record, changed field names, ctx) after a change, e.g. to void approvals."""

MEET_CONSTRAINTS = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"
"""Deferred constraints are met at the end of a command, where their refusal can be worded."""

SHARED = (str, int, Decimal, date)
"""Values whose check asks nothing of their record."""

_late_numbers: ContextVar[list | None] = ContextVar("late_numbers", default=None)


# -- the three verbs every record has ---------------------------------------------------------------------------------


def create(
    model, ctx, *, lines: Iterable[dict] = (), custom_values: dict | None = None, links: Iterable = (), **values
):
    """Create a record, with its lines when it is a document. `links`: documents it comes from.

    Raises ValidationError naming fields, PermissionDenied, and returns the earlier record for a repeated key.
    """
    access.require(ctx, model, "create")
    if not ctx.trusted:
        _refuse_read_only(model, ctx, values)
    lines = list(lines)
    sent = {"values": values, "lines": lines, "custom": custom_values}
    with _asking(), _command(model, ctx, "create", sent) as run:
        if run.earlier is not None:
            return run.earlier
        values = typed.coerce(model, [values], ctx, prefixes=[""])[0]
        many = _links_to_many(model, values)
        lines = _coerce_lines(model, lines, ctx)
        record = (
            model(created_by=ctx.user if ctx.user and ctx.user.pk else None, **values)
            if _has(model, "created_by")
            else model(**values)
        )
        if isinstance(record, Document):
            if record.company_id is None:
                record.company_id = ctx.company_id
            record.state = record.state or model.workflow.initial
        elif _has(model, "company") and record.company_id is None and not model._meta.get_field("company").null:
            record.company_id = ctx.company_id
        new_lines = [_line(model, spec, position) for position, spec in enumerate(lines, 1)]
        prepare(record, run.ctx, new_lines)
        if _has(model, "custom"):
            record.custom = custom.clean(record, custom_values or {}, run.ctx, creating=True)
        elif custom_values:
            raise ValidationError({NON_FIELD_ERRORS: _("This record takes no custom fields.")})
        validate(record, new_lines)
        if not ctx.trusted:
            write_gate("create", record, ctx, sent, new_lines)
        if isinstance(record, Document):
            record.identity = DocumentIdentity(
                kind=model._meta.label_lower, company_id=record.company_id, title=_title(record)
            )
            record.pk = record.identity_id
            if record.state not in ("draft", model.workflow.initial) or getattr(model, "number_at_create", False):
                record.number = record.identity.number = _next_number(record, run)
            came_from = {s.pk for s in links} - {record.pk}
            for line in new_lines:
                line.document = record
            database.insert(
                [record.identity],
                [record],
                new_lines,
                [DocumentLink(source_id=key, target_id=record.pk) for key in sorted(came_from)],
            )
        else:
            record.save(force_insert=True)
            for line in new_lines:
                line.document = record
            if new_lines:
                type(new_lines[0]).objects.bulk_create(new_lines)
            for source in links:
                link(source, record)
        for name, linked in many.items():
            getattr(record, name).set(linked)
        _must_be_in_scope(record, "create", ctx)
        run.finish(record, values=values, lines=len(new_lines))
    return record


def change(
    record,
    ctx,
    *,
    lines: Iterable[dict] | None = None,
    custom_values: dict | None = None,
    version: int | None = None,
    **values,
):
    """Change fields and, when `lines` is given, replace the lines (a dict with "id" keeps that line).

    version: the version the caller read; Conflict when somebody changed the record since.
    """
    model = type(record)
    access.require(ctx, model, "change")
    if not ctx.trusted:
        _refuse_read_only(model, ctx, values)
    lines = None if lines is None else list(lines)
    sent: dict[str, Any] = {"values": dict(values), "lines": lines, "custom": custom_values}
    with _asking(), _command(model, ctx, "change", {"pk": str(record.pk), "values": values}) as run:
        if run.earlier is not None:
            return run.earlier
        record = _locked(record, "change", ctx)
        _check_version(record, version)
        closed = isinstance(record, Document) and not ctx.trusted and record.state not in record.workflow.editable
        if closed and (lines is not None or set(values) - set(getattr(model, "always_editable", ()))):
            raise errors.Conflict(
                _("%(record)s is %(state)s and can no longer be edited.")
                % {"record": record, "state": record.state_label},
                code="state",
            )
        as_read = _values_of(record)
        values = typed.coerce(model, [values], ctx, prefixes=[""])[0]
        many = _links_to_many(model, values)
        lines = _coerce_lines(model, lines, ctx) if lines is not None else None
        before = {name: getattr(record, name) for name in values}
        refuse_fixed(record, values, ctx)
        for name, value in values.items():
            setattr(record, name, value)
        kept, removed = _merge_lines(record, lines)
        prepare(record, run.ctx, kept)
        if custom_values is not None:
            before |= {f"custom.{k}": record.custom.get(k) for k in custom_values}
            record.custom = custom.clean(record, custom_values, run.ctx, creating=False)
        validate(record, kept or ())
        if not ctx.trusted:
            write_gate("change", record, ctx, sent, kept)
        _save(record, as_read)
        for name, linked in many.items():
            before[name] = list(getattr(record, name).all())
            getattr(record, name).set(linked)
        if kept is not None:
            _write_lines(record, kept, removed)
        _must_be_in_scope(record, "change", ctx)
        changed = [
            k
            for k, v in before.items()
            if v != (many.get(k, getattr(record, k, None)) if not k.startswith("custom.") else record.custom.get(k[7:]))
        ]
        after_change(record, changed + (["lines"] if kept is not None else []), run.ctx)
        run.finish(record, before={k: before[k] for k in changed})
    return record


def delete(record, ctx, *, version: int | None = None):
    """Delete a draft or a record nothing refers to; anything else is refused with the reason.

    Returns the id of the command, by which `restoring.restore` takes it back.
    """
    model = type(record)
    access.require(ctx, model, "delete")
    with _asking(), _command(model, ctx, "delete", {"pk": str(record.pk)}) as run:
        record = _locked(record, "delete", ctx)
        _check_version(record, version)
        if isinstance(record, Document) and (record.number or record.state != model.workflow.initial):
            raise errors.Conflict(
                _("%(record)s has a number; cancel or reverse it instead.") % {"record": record}, code="state"
            )
        if getattr(model, "append_only", False):
            raise errors.Conflict(_("These records are never deleted."), code="append_only")
        if not ctx.trusted:
            write_gate("delete", record, ctx, {"values": {}})
        many = {f.name: [r.pk for r in getattr(record, f.name).all()] for f in model._meta.many_to_many}
        run.finish(record, before=_snapshot(record), many=many)
        try:
            with transaction.atomic():
                record.delete()
        except (models.ProtectedError, models.RestrictedError) as error:
            used = sorted({str(o._meta.verbose_name) for o in list(getattr(error, "protected_objects", ()))[:50]})
            raise errors.Conflict(
                _("%(record)s is used by: %(uses)s.") % {"record": record, "uses": ", ".join(used)}, code="used"
            ) from None
        return run.id


def perform(record, name: str, ctx, *, version: int | None = None, **inputs):
    """Run one verb: lock, check state, permission, scope, four eyes, guards and approvals, do the work, log it.

    Raises Conflict (state, version), PermissionDenied, ValidationError, ApprovalRequired. Returns the record; an effect
    may return another record (say the invoice it made), which is then on `record.outcome`.
    """
    model = type(record)
    try:
        verb = workflow.verb_of(model, name)
    except KeyError:
        raise ValidationError(
            _("“%(verb)s” is not something that can be done here.") % {"verb": name}, code="verb"
        ) from None
    access.require(ctx, model, name)
    cleaned = verb.clean(inputs, ctx)
    with _asking():
        return _perform(record, verb, ctx, version, cleaned)


def _perform(record, verb: workflow.Verb, ctx, version: int | None, cleaned: dict):
    model, name = type(record), verb.name
    with _command(model, ctx, name, {"pk": str(record.pk), "inputs": cleaned}) as run:
        if run.earlier is not None:
            return run.earlier
        record = _locked(record, name, ctx)
        _check_version(record, version)
        record._read, before = {}, _values_of(record)
        check_possible(record, verb, ctx)
        if not ctx.trusted:
            approval_gate(record, name, ctx, cleaned)
        source = getattr(record, "state", "")
        gapless = isinstance(record, Document) and numbering.is_gapless(model)
        leaves_draft = (
            isinstance(record, Document) and not record.number and verb.target not in ("", "draft", "cancelled")
        )
        if leaves_draft and not gapless:
            _number(record, run)
        work = workflow.effect_of(model, name)
        outcome = (work([record], run.ctx, **cleaned) or [None])[0] if work else None
        del record._read
        if verb.target and record.state == source:  # an effect may choose another target itself
            record.state = verb.target
        if leaves_draft and gapless:
            _late_numbers.get().append(record)
        if any(before.get(f.attname) != record.__dict__.get(f.attname) for f in model._meta.concrete_fields):
            _save(record, before)
        record.outcome = outcome
        run.finish(record, source=source, target=getattr(record, "state", ""), inputs=cleaned)
    return record


@contextmanager
def batch(model, ctx, verb: str, **details):
    """One command over many records of a model, with one audit entry that says how many; yields the inner context."""
    access.require(ctx, model, verb)
    with _command(model, ctx, verb, details) as run:
        yield run.ctx
        if ctx.command_id is None:
            _give_late_numbers(run)
        audit.write(run.id, model(pk=None), verb, ctx, **details)


def check_possible(record, verb: workflow.Verb, ctx) -> None:
    """Raise the reason why the verb is not available on this record now, if there is one. Only reads."""
    check_all_possible([record], verb, ctx)


def check_all_possible(records: list, verb: workflow.Verb, ctx) -> None:
    """The same for some records of a model: the first reason found."""
    for record in records:
        _check_state(record, verb, ctx)
    for check in workflow.guards_of(type(records[0]), verb.name):
        check(records, ctx)


def _check_state(record, verb: workflow.Verb, ctx) -> None:
    if verb.sources and record.state not in verb.sources:
        flow = record.workflow
        raise errors.Conflict(
            _("%(record)s is %(state)s; “%(verb)s” needs it to be %(needed)s.")
            % {
                "record": record,
                "state": flow.label(record.state),
                "verb": verb.title,
                "needed": " / ".join(flow.label(s) for s in verb.sources),
            },
            code="state",
        )
    if verb.four_eyes and not ctx.trusted and record.created_by_id == getattr(ctx.user, "pk", None):
        raise errors.Forbidden(_("Someone else has to do this: you created %(record)s.") % {"record": record})


def once(record, read):
    """What `read(record)` answers, asked once while a verb runs on the record: by its guards, then by its effect."""
    known = record.__dict__.get("_read")
    if known is None:
        return read(record)
    if read not in known:
        known[read] = read(record)
    return known[read]


def verbs_for(record, ctx) -> list[tuple[workflow.Verb, str]]:
    """The verbs of a record a person may perform, each with the reason it is locked now ("" when it is free).

    Verbs that do not fit the state are left out unless they lead on from it later in the table.
    """
    found = []
    for verb in workflow.verbs_of(type(record)):
        if verb.hidden or not access.can(ctx, type(record), verb.name):
            continue
        try:
            check_possible(record, verb, ctx)
            found.append((verb, ""))
        except (ValidationError, PermissionDenied) as error:
            found.append((verb, " ".join(error.messages) if isinstance(error, ValidationError) else str(error)))
    return found


def link(source, target, kind: str = "next") -> None:
    """Note that `target` came from `source` (documents or identities)."""
    ids = [d.pk for d in (source, target)]
    if ids[0] != ids[1]:
        DocumentLink.objects.bulk_create(
            [DocumentLink(source_id=ids[0], target_id=ids[1], kind=kind)], ignore_conflicts=True
        )


# -- helpers, outermost first -----------------------------------------------------------------------------------------


class _Run:
    """One command under way: its id, the context of what it calls, and its end."""

    def __init__(self, command_id, model, ctx, verb: str, key: IdempotencyKey | None, earlier):
        self.model, self.outer, self.verb, self.key, self.earlier = model, ctx, verb, key, earlier
        self.id = command_id
        self.ctx = ctx.inside(command_id)

    def finish(self, record, **details) -> None:
        if self.outer.command_id is None:
            _give_late_numbers(self)
        audit.write(self.id, record, self.verb, self.outer, **details)
        if self.key:
            IdempotencyKey.objects.filter(pk=self.key.pk).update(record_id=str(record.pk))
        events.publish(events.CommandDone(record, self.verb, self.outer.command_id is not None), self.ctx)


@contextmanager
def _asking():
    """What waits for approval is undone; the request for it is to stay, in a transaction of its own."""
    try:
        yield
    except errors.ApprovalRequired as waiting:
        if waiting.request is None and waiting.ask:
            waiting.request = waiting.ask()
        raise


@contextmanager
def _command(model, ctx, verb: str, call: dict):
    """One transaction; broken rules of the data come out as ValidationError.

    A command inside another has no savepoint of its own: when it is refused, all is undone, unless the caller who
    means to go on opened one.
    """
    outermost = ctx.command_id is None
    token = _late_numbers.set([]) if outermost else None
    command_id = uuid7()
    try:
        with (
            transaction.atomic(savepoint=outermost),
            remembered.command(command_id, outermost=outermost),
            audit.collected(outermost),
        ):
            key, earlier = _answered(model, ctx, verb, call)
            yield _Run(command_id, model, ctx, verb, key, earlier)
            if outermost:
                audit.flush(MEET_CONSTRAINTS)
    except IntegrityError as error:
        written = [model, *(r.related_model for r in model._meta.related_objects if r.name == "lines")]
        raise errors.from_integrity_error(error, written) from error
    except database.DatabaseError as error:
        if getattr(getattr(error.__cause__, "diag", None), "sqlstate", None) == "P0001":
            raise ValidationError(error.__cause__.diag.message_primary, code="guard") from error
        raise
    finally:
        if token is not None:
            _late_numbers.reset(token)


def _answered(model, ctx, verb, call):
    if not ctx.idempotency_key or ctx.trusted:
        return None, None
    text = json.dumps([model._meta.label_lower, verb, audit.plain(call)], sort_keys=True, default=str)
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    key, made = IdempotencyKey.objects.get_or_create(
        user=ctx.user,
        key=ctx.idempotency_key[:120],
        defaults={"fingerprint": fingerprint, "entity": model._meta.label_lower},
    )
    if made:
        return key, None
    if key.fingerprint != fingerprint:
        raise errors.Conflict(
            _("The idempotency key “%(key)s” was used for another call.") % {"key": key.key}, code="idempotency"
        )
    return None, model._default_manager.get(pk=key.record_id)


def _locked(record, verb: str, ctx):
    """The record, read again under a row lock; DoesNotExist when it is out of the person's sight."""
    model: Any = type(record)
    fresh = _lock(model).one(record.pk)
    if access.surely(ctx, fresh, verb):
        return fresh
    if not access.rows(ctx, type(record), verb).filter(pk=record.pk).exists():
        if access.rows(ctx, type(record)).filter(pk=record.pk).exists():
            raise PermissionDenied(_("You may not do this to %(record)s.") % {"record": fresh})
        raise type(record).DoesNotExist
    return fresh


@cache
def _lock(model) -> Prepared:
    links = ("identity", *getattr(model, "read_with", ())) if issubclass(model, Document) else ()
    found = model._default_manager.select_for_update(of=("self",)).order_by()
    return Prepared(lambda pk: (found.select_related(*links) if links else found).filter(pk=pk))


def _must_be_in_scope(record, verb: str, ctx) -> None:
    """A person may not create or move a record to where they could not have written it."""
    if not access.surely(ctx, record, verb) and not access.rows(ctx, type(record), verb).filter(pk=record.pk).exists():
        raise PermissionDenied(_("This would put %(record)s outside your own records.") % {"record": record})


def _check_version(record, version: int | None) -> None:
    if version is not None and getattr(record, "version", version) != int(version):
        from .models.records import AuditEntry

        last = (
            AuditEntry.objects.filter(entity=record._meta.label_lower, record_id=str(record.pk)).order_by("-at").first()
        )
        raise errors.Conflict(
            _("%(record)s was changed meanwhile by %(user)s. Load it again to see the change.")
            % {"record": record, "user": last.user if last else "?"},
            code="version",
        )


def _refuse_read_only(model, ctx, values) -> None:
    modes = access.field_modes(ctx, model)
    refused = {}
    for name in values:
        try:
            editable = model._meta.get_field(name).editable
        except FieldDoesNotExist:
            refused[name] = _("There is no such field.")
            continue
        if not editable or modes.get(name, "edit") != "edit":
            refused[name] = _("This field cannot be set.")
    if refused:
        raise ValidationError(refused)


def refuse_fixed(record, values: dict, ctx) -> None:
    """A person may not change a key, nor what the lines of a record were made from."""
    wrong = {
        name: _("This stays as it was when the record was made.")
        for name in (record._meta.pk.name, *getattr(record, "fixed", ()))
        if name in values and values[name] != getattr(record, name)
    }
    if wrong and not ctx.trusted:
        raise ValidationError(wrong)


def prepare(record, ctx, lines=None) -> None:
    """Let the record fill in its blanks. Where that fails for want of something required, say what is missing."""
    if not hasattr(record, "prepare"):
        return
    try:
        record.prepare(ctx, lines)
    except (TypeError, AttributeError, ArithmeticError, ObjectDoesNotExist):
        validate(record, lines or ())
        raise


def validate(record, lines=()) -> None:
    """Field rules of the record and its lines, all errors at once; keys and constraints are the database's work."""
    found: dict[str, Any] = {}
    passed: dict[tuple, Any] = {}
    for instance, prefix in [(record, ""), *((line, f"lines.{n}.") for n, line in enumerate(lines))]:
        skip = ("document",) if prefix else ("identity", "company", "created_by")
        _drop_trailing_zeros(instance)
        wrong = _field_errors(instance, skip, passed)
        try:
            if not wrong:
                instance.clean()
                constraints.refuse_broken(instance)
                amounts.refuse_finer(instance, record if prefix else None)
        except ValidationError as error:
            wrong = _words(error) if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
        for name, messages in wrong.items():
            found.setdefault(prefix + name if name != NON_FIELD_ERRORS or prefix else name, []).extend(messages)
    if found:
        raise ValidationError(found)


def _field_errors(instance, skip, passed: dict) -> dict[str, list[ValidationError]]:
    """What the fields say of their values; clean values are set. A link that is set is looked up by the database.

    passed  {(field, value): clean value}: what many lines share is asked once
    """
    wrong: dict[str, Any] = {}
    for field in instance._meta.fields:
        raw = getattr(instance, field.attname)
        if field.name in skip or field.generated or (field.is_relation and raw is not None):
            continue
        if field.blank and raw in field.empty_values:
            continue
        shared = raw is None or isinstance(raw, SHARED)
        if shared and (field, raw) in passed:
            setattr(instance, field.attname, passed[field, raw])
            continue
        try:
            clean = field.clean(raw, instance)
        except ValidationError as error:
            wrong[field.name] = error.error_list
            continue
        setattr(instance, field.attname, clean)
        if shared:
            passed[field, raw] = clean
    return _words(ValidationError(wrong)) if wrong else {}


def _words(error: ValidationError) -> dict[str, list[ValidationError]]:
    """Messages by field; a missing value is asked for in the words of the forms, whatever the database calls it."""
    return {
        name: [
            ValidationError(_("This field is required."), code=one.code) if one.code in ("null", "blank") else one
            for one in errors
        ]
        for name, errors in error.error_dict.items()
    }


def _drop_trailing_zeros(instance) -> None:
    """Bring Decimals to their column's digits where that loses nothing, so that 2.000000 × 3.0000 fits four digits."""
    for field in instance._meta.concrete_fields:
        value = instance.__dict__.get(field.attname)
        if isinstance(field, models.DecimalField) and isinstance(value, Decimal) and value.is_finite():
            exact = value.quantize(Decimal(1).scaleb(-field.decimal_places))
            if exact == value:
                instance.__dict__[field.attname] = exact


def _links_to_many(model, values: dict) -> dict:
    """Take the links to many records out of typed values: they are set once the record is written."""
    return {f.name: values.pop(f.name) for f in model._meta.many_to_many if f.name in values}


def _coerce_lines(model, lines, ctx) -> list[dict]:
    lines = list(lines)
    if not lines:
        return []
    line_model = line_model_of(model)
    if not ctx.trusted:
        open_fields = editable_names(line_model, ctx) | {"id"}
        refused = {
            f"lines.{n}.{name}": _("This field cannot be set.")
            for n, spec in enumerate(lines)
            for name in spec
            if name not in open_fields and name in {f.name for f in line_model._meta.fields}
        }
        if refused:
            raise ValidationError(refused)
    return typed.coerce(line_model, lines, ctx, prefixes=[f"lines.{n}." for n in range(len(lines))])


def editable_names(model, ctx) -> set[str]:
    """Names of the fields a person may set on records of a model."""
    modes = access.field_modes(ctx, model)
    return {f.name for f in model._meta.fields if f.editable and modes.get(f.name, "edit") == "edit"}


def _line(model, spec: dict, position: int):
    return line_model_of(model)(
        position=position, **{k: v for k, v in spec.items() if k not in ("id", "custom", "position")}
    )


def line_model_of(model):
    """The line model of a document; FieldDoesNotExist when it has no lines."""
    return model._meta.get_field("lines").related_model


def _merge_lines(record, lines):
    """(lines to keep in order, lines to remove); (None, []) when lines are not touched."""
    if lines is None:
        return None, []
    existing = {line.pk: line for line in record.lines.all()}
    for line in existing.values():
        line._read = _values_of(line)
    kept = []
    for position, spec in enumerate(lines, 1):
        line = existing.pop(spec.get("id"), None) if spec.get("id") else None
        if spec.get("id") and line is None:
            raise errors.Conflict({f"lines.{position - 1}.id": _("This line is gone.")}, code="line")
        if line is None:
            line = _line(type(record), spec, position)
            line.document = record
        else:
            for name, value in spec.items():
                if name not in ("id", "custom"):
                    setattr(line, name, value)
            line.position = position
        kept.append(line)
    return kept, list(existing.values())


def _write_lines(record, kept, removed) -> None:
    line_model = line_model_of(type(record))
    if removed:
        try:
            line_model.objects.filter(pk__in=[line.pk for line in removed]).delete()
        except (models.ProtectedError, models.RestrictedError):
            raise errors.Conflict(_("A line that later documents refer to cannot be removed."), code="used") from None
    altered, names = [], set()
    for line in kept:
        now = _values_of(line) if line.pk else {}
        if differing := {name for name, value in now.items() if line._read.get(name, ...) != value}:
            altered.append(line)
            names |= differing
    if altered:  # one edit in an order of 500 lines writes what it changed, not all of them
        fields = [f.name for f in line_model._meta.concrete_fields if f.attname in names and not f.primary_key]
        line_model.objects.bulk_update(altered, fields, batch_size=500)
    line_model.objects.bulk_create([line for line in kept if not line.pk])


def _save(record, before: dict) -> None:
    """Write what differs from `before`, the values as they were read."""
    amounts.refuse_finer(record)
    custom.refresh(record)
    model: Any = type(record)
    if _has(model, "version"):
        record.version += 1
    names = [
        f.name
        for f in record._meta.local_concrete_fields
        if not f.primary_key and (before.get(f.attname, ...) != record.__dict__.get(f.attname) or _sets_itself(f))
    ]
    if names:
        record.save(update_fields=names)


def _values_of(record) -> dict:
    """The column values of a record as they are now; JSON is copied, for it may be changed in place."""
    return {
        f.attname: copy.deepcopy(value) if isinstance(value := record.__dict__.get(f.attname), dict | list) else value
        for f in record._meta.local_concrete_fields
    }


def _sets_itself(field) -> bool:
    """Whether a field changes with every save, as `updated_at` does."""
    return getattr(field, "auto_now", False)


def _next_number(record, run: _Run) -> str:
    return numbering.next_numbers(type(record), record.company_id, run.ctx.business_date.year)[0]


def _number(record, run: _Run) -> None:
    record.number = numbering.number_one(record, run.ctx.business_date.year, _title(record))


def _give_late_numbers(run: _Run) -> None:
    """Gapless numbers, last of all and series by series in one order, so their locks are short and never cross."""
    waiting: dict[tuple, list] = {}
    for record in _late_numbers.get() or ():
        day = getattr(record, "numbering_date", None) or run.ctx.business_date
        name = (
            type(record)._meta.label_lower,
            record.company_id,
            day.year,
            *getattr(record, "number_series", ("", "")),
        )
        waiting.setdefault(name, []).append(record)
    for (_label, company_id, year, suffix, number_format), records in sorted(waiting.items(), key=lambda pair: pair[0]):
        titles = [_title(record) for record in records]
        numbering.number_all(records, company_id, year, titles, suffix, number_format)
    if waiting:
        _late_numbers.get().clear()


def number_late(record) -> None:
    """Give a document created by an effect its gapless number at the end of the running command."""
    _late_numbers.get().append(record)


def _title(record) -> str:
    return str(getattr(record, "party_label", "") or "")[:200]


def _snapshot(record) -> dict:
    return {f.name: audit.plain(getattr(record, f.attname)) for f in record._meta.concrete_fields}


@cache
def _has(model, name: str) -> bool:
    try:
        return model._meta.get_field(name).concrete
    except FieldDoesNotExist:
        return False
