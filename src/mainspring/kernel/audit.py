"""The audit trail: one entry a command, tied to the row history by the transaction's `mainspring.command`."""

import datetime
from decimal import Decimal
from uuid import UUID

from django.db import models

from .ids import uuid7
from .models.records import AuditEntry


def write(command_id: UUID, record, verb: str, ctx, **details) -> AuditEntry:
    """One entry for one command; `details` are made fit for JSON."""
    made = entry(command_id, record, verb, ctx, **details)
    made.save(force_insert=True)
    return made


def entry(command_id: UUID | None, record, verb: str, ctx, **details) -> AuditEntry:
    """The entry of a command (None: of a part of one), not yet written."""
    return AuditEntry(
        id=command_id or uuid7(),
        parent=ctx.command_id,
        company_id=getattr(record, "company_id", None) or ctx.company_id,
        entity=record._meta.label_lower,
        record_id=str(record.pk or ""),
        verb=verb,
        record_label=str(record if record.pk else record._meta.verbose_name_plural)[:120],
        user=ctx.user if ctx.user and ctx.user.pk else None,
        source=ctx.source,
        request_id=ctx.request_id,
        business_date=ctx.business_date,
        details={k: plain(v) for k, v in details.items() if v not in (None, {}, [])},
    )


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
