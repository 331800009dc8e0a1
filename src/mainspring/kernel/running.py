"""One command under way: its transaction, its answer to a repeated key, its end, and the numbers given last of all."""

import hashlib
import json
from contextlib import contextmanager
from contextvars import ContextVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from . import audit, database, errors, events, numbering, remembered
from .ids import uuid7
from .models.records import IdempotencyKey

MEET_CONSTRAINTS = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"
"""Deferred constraints are met at the end of a command, where their refusal can be worded."""

_late_numbers: ContextVar[list | None] = ContextVar("late_numbers", default=None)


class Run:
    """One command under way: its id, the context of what it calls, and its end.

    earlier  the record an earlier call with the same key made or changed; then there is nothing left to do
    """

    def __init__(self, command_id, model, ctx, verb: str, key: IdempotencyKey | None, earlier):
        self.model, self.outer, self.verb, self.key, self.earlier = model, ctx, verb, key, earlier
        self.id = command_id
        self.ctx = ctx.inside(command_id)

    @property
    def is_nested(self) -> bool:
        """Whether another command is under way around this one."""
        return self.outer.command_id is not None

    def finish(self, record, **details) -> None:
        """Give the numbers that wait, write the audit entry, keep the answer for a repeated key, tell who listens."""
        self.give_late_numbers()
        audit.write(self.id, record, self.verb, self.outer, **details)
        if self.key:
            IdempotencyKey.objects.filter(pk=self.key.pk).update(record_id=str(record.pk))
        events.publish(events.CommandDone(record, self.verb, self.is_nested), self.ctx)

    def give_late_numbers(self) -> None:
        """Gapless numbers, last of all and series by series in one order, so their locks are short and never cross."""
        if self.is_nested:
            return
        waiting: dict[tuple, list] = {}
        for record in _late_numbers.get() or ():
            day = getattr(record, "numbering_date", None) or self.ctx.business_date
            suffix, number_format = getattr(record, "number_series", ("", ""))
            series = type(record)._meta.label_lower, record.company_id, day.year, suffix, number_format
            waiting.setdefault(series, []).append(record)
        for (_label, company_id, year, suffix, number_format), records in sorted(waiting.items(), key=lambda p: p[0]):
            numbering.number_all(records, company_id, year, suffix, number_format)
        if waiting:
            _late_numbers.get().clear()


@contextmanager
def command(model, ctx, verb: str, call: dict):
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
            yield Run(command_id, model, ctx, verb, key, earlier)
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


@contextmanager
def asking():
    """What waits for approval is undone; the request for it is to stay, in a transaction of its own."""
    try:
        yield
    except errors.ApprovalRequired as waiting:
        if waiting.request is None and waiting.ask:
            waiting.request = waiting.ask()
        raise


def _answered(model, ctx, verb: str, call: dict):
    """(key to keep the answer under or None, the record of the same call made earlier or None)."""
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


def number_late(record) -> None:
    """Give a document created by an effect its gapless number at the end of the running command."""
    _late_numbers.get().append(record)
