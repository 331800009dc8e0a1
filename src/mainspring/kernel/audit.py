"""The audit trail: one entry a command, tied to the row history by the transaction's `mainspring.command`."""

import datetime
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from uuid import UUID

from django.db import models

from . import database
from .ids import uuid7
from .models.records import AuditEntry

_waiting: ContextVar[list[AuditEntry] | None] = ContextVar("audit_waiting", default=None)
"""Entries of the running command and those inside it, written together when it ends."""


@contextmanager
def collected(outermost: bool):
    """Entries of the block wait for `flush`; those of a block that fails are dropped."""
    token = _waiting.set([]) if outermost else None
    waiting = _waiting.get()
    before = len(waiting) if waiting is not None else 0
    try:
        yield
    except BaseException:
        if waiting is not None:
            del waiting[before:]
        raise
    finally:
        if token is not None:
            _waiting.reset(token)


def flush(then: str = "") -> None:
    """Write what waits, and run what is to come right after it."""
    waiting = _waiting.get() or []
    database.insert(waiting, then=then)
    waiting.clear()


def write(command_id: UUID, record, verb: str, ctx, **details) -> None:
    """One entry for one command; `details` are made fit for JSON."""
    made = entry(command_id, record, verb, ctx, **details)
    waiting = _waiting.get()
    if waiting is None:
        made.save(force_insert=True)
    else:
        waiting.append(made)


def entry(command_id: UUID | None, record, verb: str, ctx, **details) -> AuditEntry:
    """The entry of a command (None: of a part of one), not yet written."""
    return AuditEntry(
        id=command_id or uuid7(),
        parent=ctx.command_id,
        company_id=getattr(record, "company_id", None) or ctx.company_id,
        entity=record._meta.label_lower,
        record_id=str(record.pk or ""),
        verb=verb,
        record_label=str(getattr(record, "name_in_any_language", record))[:120] if record.pk else "",
        user=ctx.user if ctx.user and ctx.user.pk else None,
        source=ctx.source,
        request_id=ctx.request_id,
        business_date=ctx.business_date,
        details={k: _told(record, plain(v)) for k, v in details.items() if v not in (None, {}, [])},
    )


def _told(record, detail):
    """A detail without the values that never go into the trail."""
    unwritten = getattr(record, "unwritten", ())
    if not unwritten or not isinstance(detail, dict):
        return detail
    return {k: "***" if k in unwritten and v else v for k, v in detail.items()}


def plain(value):
    """A value as JSON can hold it: records by key and name, Decimals and dates as text."""
    if isinstance(value, models.Model):
        return {"id": str(value.pk), "name": str(value)}
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(v) for v in value]
    if isinstance(value, Decimal | datetime.date | datetime.datetime | UUID):
        return str(value)
    return value if isinstance(value, str | int | float | bool | None) else str(value)
