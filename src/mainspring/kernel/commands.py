"""The only ways a record changes: create, change, delete and perform. One call is one transaction.

Callers never open transactions and never call save(). Outermost calls check the person's permission; calls made
inside an effect or a handler get `ctx.inside(...)` and are trusted, because the command around them decided.
"""

from collections.abc import Iterable
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from . import (
    access,
    audit,
    custom,
    database,
    document_lines,
    errors,
    filling,
    numbering,
    running,
    shapes,
    stored,
    workflow,
)
from . import values as typed
from .models.base import Document, DocumentIdentity, DocumentLink
from .plugin_points import PluginPoint

approval_gate = PluginPoint("commands.approval_gate", default=lambda record, verb, ctx, inputs: None)
"""Called before a verb does its work, on outermost calls; raises ApprovalRequired when the verb must wait."""

write_gate = PluginPoint("commands.write_gate", default=lambda verb, record, ctx, sent, lines=None: None)
"""Called before create, change and delete write, on outermost calls; raises ApprovalRequired when they must wait."""

after_change = PluginPoint("commands.after_change", many=True)
"""Called with (record, changed field names, ctx) after a change, e.g. to void approvals."""


# -- the three verbs every record has ---------------------------------------------------------------------------------


def create(
    model, ctx, *, lines: Iterable[dict] = (), custom_values: dict | None = None, links: Iterable = (), **values
):
    """Create a record, with its lines when it is a document. `links`: documents it comes from.

    Raises ValidationError naming fields, PermissionDenied, and returns the earlier record for a repeated key.
    """
    access.require(ctx, model, "create")
    if not ctx.trusted:
        filling.refuse_read_only(model, ctx, values)
    lines = list(lines)
    sent = {"values": values, "lines": lines, "custom": custom_values}
    with running.asking(), running.command(model, ctx, "create", sent) as run:
        if run.earlier is not None:
            return run.earlier
        values = typed.coerce(model, [values], ctx, prefixes=[""])[0]
        many = filling.take_links_to_many(model, values)
        lines = document_lines.coerce(model, lines, ctx)
        record = filling.new(model, ctx, values)
        new_lines = [document_lines.make(model, spec, position) for position, spec in enumerate(lines, 1)]
        filling.prepare(record, run.ctx, new_lines)
        if shapes.has(model, "custom"):
            record.custom = custom.clean(record, custom_values or {}, run.ctx, creating=True)
        elif custom_values:
            raise ValidationError({NON_FIELD_ERRORS: _("This record takes no custom fields.")})
        filling.validate(record, new_lines)
        filling.refuse_beside(record, ctx)
        if not ctx.trusted:
            write_gate("create", record, ctx, sent, new_lines)
        (_insert_document if isinstance(record, Document) else _insert)(record, new_lines, links, run)
        for name, linked in many.items():
            getattr(record, name).set(linked)
        stored.must_be_in_scope(record, "create", ctx)
        run.finish(record, values=values, lines=len(new_lines))
    return record


def _insert_document(record, new_lines: list, links: Iterable, run: running.Run) -> None:
    """Write a document with its identity, lines and links in one round trip."""
    model = type(record)
    record.identity = DocumentIdentity(
        kind=model._meta.label_lower, company_id=record.company_id, title=numbering.title(record)
    )
    record.pk = record.identity_id
    if record.state not in ("draft", model.workflow.initial) or getattr(model, "number_at_create", False):
        number = numbering.next_numbers(model, record.company_id, run.ctx.business_date.year)[0]
        record.number = record.identity.number = number
    came_from = {s.pk for s in links} - {record.pk}
    for line in new_lines:
        line.document = record
    database.insert(
        [record.identity],
        [record],
        new_lines,
        [DocumentLink(source_id=key, target_id=record.pk) for key in sorted(came_from)],
    )


def _insert(record, new_lines: list, links: Iterable, run: running.Run) -> None:
    record.save(force_insert=True)
    for line in new_lines:
        line.document = record
    if new_lines:
        type(new_lines[0]).objects.bulk_create(new_lines)
    for source in links:
        link(source, record)


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
        filling.refuse_read_only(model, ctx, values)
    lines = None if lines is None else list(lines)
    sent: dict[str, Any] = {"values": dict(values), "lines": lines, "custom": custom_values}
    with running.asking(), running.command(model, ctx, "change", {"pk": str(record.pk), "values": values}) as run:
        if run.earlier is not None:
            return run.earlier
        record = stored.locked(record, "change", ctx)
        stored.check_version(record, version)
        _refuse_closed(record, values, lines, ctx)
        as_read = stored.values_of(record)
        values = typed.coerce(model, [values], ctx, prefixes=[""])[0]
        many = filling.take_links_to_many(model, values)
        lines = document_lines.coerce(model, lines, ctx) if lines is not None else None
        before = {name: getattr(record, name) for name in values}
        filling.refuse_fixed(record, values, ctx)
        for name, value in values.items():
            setattr(record, name, value)
        kept, removed = document_lines.merge(record, lines)
        filling.prepare(record, run.ctx, kept)
        if custom_values is not None:
            before |= {f"custom.{k}": record.custom.get(k) for k in custom_values}
            record.custom = custom.clean(record, custom_values, run.ctx, creating=False)
        filling.validate(record, kept or ())
        filling.refuse_beside(record, ctx, [name for name, was in before.items() if was != _now(record, name, many)])
        if not ctx.trusted:
            write_gate("change", record, ctx, sent, kept)
        stored.save(record, as_read)
        for name, linked in many.items():
            before[name] = list(getattr(record, name).all())
            getattr(record, name).set(linked)
        if kept is not None:
            document_lines.write(record, kept, removed)
        stored.must_be_in_scope(record, "change", ctx)
        changed = [name for name, was in before.items() if was != _now(record, name, many)]
        after_change(record, changed + (["lines"] if kept is not None else []), run.ctx)
        run.finish(record, before={name: before[name] for name in changed})
    return record


def _refuse_closed(record, values: dict, lines: list | None, ctx) -> None:
    """A person edits a document only in the states that allow it, and the fields that stay open in any."""
    if not isinstance(record, Document) or ctx.trusted or record.state in record.workflow.editable:
        return
    if lines is not None or set(values) - set(getattr(type(record), "always_editable", ())):
        raise errors.Conflict(
            _("%(record)s is %(state)s and can no longer be edited.") % {"record": record, "state": record.state_label},
            code="state",
        )


def _now(record, name: str, many: dict):
    """The value of a changed field; links to many as they were set."""
    if name.startswith("custom."):
        return record.custom.get(name[7:])
    return many.get(name, getattr(record, name, None))


def delete(record, ctx, *, version: int | None = None):
    """Delete a draft or a record nothing refers to; anything else is refused with the reason.

    Returns the id of the command, by which `restoring.restore` takes it back.
    """
    model = type(record)
    access.require(ctx, model, "delete")
    with running.asking(), running.command(model, ctx, "delete", {"pk": str(record.pk)}) as run:
        record = stored.locked(record, "delete", ctx)
        stored.check_version(record, version)
        if isinstance(record, Document) and (record.number or record.state != model.workflow.initial):
            raise errors.Conflict(
                _("%(record)s has a number; cancel or reverse it instead.") % {"record": record}, code="state"
            )
        if not ctx.trusted:
            write_gate("delete", record, ctx, {"values": {}})
        many = {f.name: [r.pk for r in getattr(record, f.name).all()] for f in model._meta.many_to_many}
        run.finish(record, before=stored.snapshot(record), many=many)
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
    with running.asking():
        return _perform(record, verb, ctx, version, cleaned)


def _perform(record, verb: workflow.Verb, ctx, version: int | None, cleaned: dict):
    model, name = type(record), verb.name
    with running.command(model, ctx, name, {"pk": str(record.pk), "inputs": cleaned}) as run:
        if run.earlier is not None:
            return run.earlier
        record = stored.locked(record, name, ctx)
        stored.check_version(record, version)
        record._read, before = {}, stored.values_of(record)
        check_possible(record, verb, ctx)
        if not ctx.trusted:
            approval_gate(record, name, ctx, cleaned)
        source = getattr(record, "state", "")
        gapless = isinstance(record, Document) and numbering.is_gapless(model)
        leaves_draft = (
            isinstance(record, Document) and not record.number and verb.target not in ("", "draft", "cancelled")
        )
        if leaves_draft and not gapless:
            record.number = numbering.number_one(record, run.ctx.business_date.year)
        work = workflow.effect_of(model, name)
        outcome = (work([record], run.ctx, **cleaned) or [None])[0] if work else None
        del record._read
        before |= {name: record.__dict__[name] for name in record.__dict__.pop("_wrote", ())}
        if verb.target and record.state == source:  # an effect may choose another target itself
            record.state = verb.target
        if leaves_draft and gapless:
            running.number_late(record)
        if any(before.get(f.attname) != record.__dict__.get(f.attname) for f in model._meta.concrete_fields):
            stored.save(record, before)
        record.outcome = outcome
        run.finish(record, source=source, target=getattr(record, "state", ""), inputs=cleaned)
    return record


@contextmanager
def batch(model, ctx, verb: str, **details):
    """One command over many records of a model, with one audit entry that says how many; yields the inner context."""
    access.require(ctx, model, verb)
    with running.command(model, ctx, verb, details) as run:
        yield run.ctx
        run.give_late_numbers()
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
    """The verbs of a record a person may perform, each with the reason it is locked now ("" when it is free)."""
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


def link(source, target) -> None:
    """Note that `target` came from `source` (documents or identities)."""
    if source.pk != target.pk:
        DocumentLink.objects.bulk_create(
            [DocumentLink(source_id=source.pk, target_id=target.pk)], ignore_conflicts=True
        )
