"""Taking a deletion back: the rows come again from the row history, exactly as they were, in one audited command."""

from datetime import timedelta

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from . import access, database, errors, running, stored
from .models.records import AuditEntry

WINDOW = timedelta(hours=1)


def can_restore(model) -> bool:
    """Whether deletions of this kind of record leave what it takes to undo them."""
    return bool(getattr(model, "history", False))


def restore(command_id, ctx):
    """Undo one's own deletion within an hour: the record, its lines and what was cut from it. Returns the record.

    Raises Conflict when it is too late or the record is there again, PermissionDenied when somebody else deleted it.
    """
    entry = AuditEntry.objects.filter(pk=command_id, verb="delete").first()
    if entry is None or entry.user_id != getattr(ctx.user, "pk", None):
        raise errors.Forbidden(_("Only who deleted a record can take that back."))
    if timezone.now() - entry.at > WINDOW:
        raise errors.Conflict(_("This can no longer be undone."), code="window")
    model = apps.get_model(entry.entity)
    access.require(ctx, model, "delete")
    with running.command(model, ctx, "restore", {"pk": entry.record_id}) as run:
        if not can_restore(model) or model._default_manager.filter(pk=entry.record_id).exists():
            raise errors.Conflict(_("This can no longer be undone."), code="there")
        tables = {m._meta.db_table: m for m in apps.get_models()}
        version = int((entry.details.get("before") or {}).get("version") or 1) + 1
        for row in database.rows(
            "SELECT id, table_name, row_id, operation, ARRAY(SELECT jsonb_object_keys(changes)) AS columns "
            "FROM kernel_rowhistory WHERE command_id = %(command)s ORDER BY id DESC",
            command=entry.pk,
        ):
            _bring_back(tables[row["table_name"]], row, version)
        record = model._default_manager.get(pk=entry.record_id)
        for name, keys in (entry.details.get("many") or {}).items():
            getattr(record, name).set(keys)
        stored.must_be_in_scope(record, "delete", ctx)
        run.finish(record, restored=str(entry.pk))
    return record


def _bring_back(model, row: dict, version: int) -> None:
    """Insert a deleted row again, or put cut references back, from one entry of the history."""
    table = model._meta.db_table
    columns = [f.column for f in model._meta.concrete_fields if not isinstance(f, models.GeneratedField)]
    kept = (
        "(SELECT jsonb_object_agg(e.key, e.value -> 0) FROM kernel_rowhistory h, jsonb_each(h.changes) e "
        "WHERE h.id = %(id)s)"
    )
    if row["operation"] == "DELETE":
        listed = ", ".join(f'"{c}"' for c in columns)
        database.execute(
            f'INSERT INTO "{table}" ({listed}) SELECT {listed} FROM jsonb_populate_record(NULL::"{table}", {kept} '
            "|| jsonb_build_object('version', %(version)s::int, 'updated_at', now()))",
            id=row["id"],
            version=version,
        )
        return
    names = [c for c in columns if c in row["columns"]]
    if names:
        sets = ", ".join(f'"{c}" = old."{c}"' for c in names)
        database.execute(
            f'UPDATE "{table}" AS t SET {sets} FROM jsonb_populate_record(NULL::"{table}", {kept}) AS old '
            f'WHERE t."{model._meta.pk.column}"::text = %(row)s',
            id=row["id"],
            row=row["row_id"],
        )
