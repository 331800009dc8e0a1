"""A record as the database has it: read again under its lock, compared with what was read, written where it differs."""

import copy
from functools import cache
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from . import access, amounts, audit, custom, database, errors, moved, shapes
from .models.base import Document
from .models.records import AuditEntry
from .prepared import Prepared


def locked(record, verb: str, ctx):
    """The record, read again under a row lock; DoesNotExist when it is out of the person's sight."""
    model: Any = type(record)
    try:
        fresh = _lock(model).one(record.pk)
    except model.DoesNotExist:
        moved.refuse(ctx, model, record.pk)
        raise
    if access.surely(ctx, fresh, verb):
        return fresh
    if not access.rows(ctx, model, verb).filter(pk=record.pk).exists():
        if access.rows(ctx, model).filter(pk=record.pk).exists():
            raise PermissionDenied(_("You may not do this to %(record)s.") % {"record": fresh})
        raise model.DoesNotExist
    return fresh


@cache
def _lock(model) -> Prepared:
    links = ("identity", *getattr(model, "read_with", ())) if issubclass(model, Document) else ()
    found = model._default_manager.select_for_update(of=("self",)).order_by()
    return Prepared(lambda pk: (found.select_related(*links) if links else found).filter(pk=pk))


def must_be_in_scope(record, verb: str, ctx) -> None:
    """A person may not create or move a record to where they could not have written it."""
    if not access.surely(ctx, record, verb) and not access.rows(ctx, type(record), verb).filter(pk=record.pk).exists():
        raise PermissionDenied(_("This would put %(record)s outside your own records.") % {"record": record})


def check_version(record, version: int | None) -> None:
    """Conflict when somebody changed the record since the caller read it."""
    if version is None or getattr(record, "version", version) == int(version):
        return
    told = AuditEntry.objects.filter(entity=record._meta.label_lower, record_id=str(record.pk))
    last = told.order_by("-at").first()
    raise errors.Conflict(
        _("%(record)s was changed meanwhile by %(user)s. Load it again to see the change.")
        % {"record": record, "user": last.user if last else "?"},
        code="version",
    )


def values_of(record) -> dict:
    """The column values of a record as they are now; JSON is copied, for it may be changed in place."""
    return {
        f.attname: copy.deepcopy(value) if isinstance(value := record.__dict__.get(f.attname), dict | list) else value
        for f in record._meta.local_concrete_fields
    }


def save(record, before: dict) -> None:
    """Write what differs from `before`, the values as they were read, and what changes with every save."""
    amounts.refuse_finer(record)
    custom.refresh(record)
    model: Any = type(record)
    if shapes.has(model, "version"):
        record.version += 1
    names = [
        f.name
        for f in record._meta.local_concrete_fields
        if not f.primary_key
        and (before.get(f.attname, ...) != record.__dict__.get(f.attname) or getattr(f, "auto_now", False))
    ]
    if names:
        database.write(record, names)


def read_again(record) -> None:
    """Bring every column up to date, after a command wrote the row through another object."""
    model: Any = type(record)
    fresh = _now(model).one(record.pk)
    for field in record._meta.concrete_fields:
        value = fresh.__dict__[field.attname]
        if field.is_relation and field.is_cached(record) and record.__dict__.get(field.attname) != value:
            field.delete_cached_value(record)
        record.__dict__[field.attname] = value
    record.__dict__.pop("_prefetched_objects_cache", None)


@cache
def _now(model) -> Prepared:
    return Prepared(lambda pk: model._base_manager.filter(pk=pk).order_by())


def wrote(record, now, **values) -> None:
    """Note what the effect of a verb wrote by a statement of its own, version and time included: it is not written
    again."""
    for name, value in values.items():
        setattr(record, name, value)
    record.version += 1
    record.updated_at = now
    record._wrote = [record._meta.get_field(name).attname for name in (*values, "version", "updated_at")]


def snapshot(record) -> dict:
    """All column values as the audit entry of a deletion keeps them."""
    return {f.name: audit.plain(getattr(record, f.attname)) for f in record._meta.concrete_fields}
