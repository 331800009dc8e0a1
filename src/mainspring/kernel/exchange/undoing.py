"""An import taken back: what it made goes, what it changed gets its values back, unless work has gone on since."""

import json
from dataclasses import replace

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import access, database, errors, shapes
from ..models import Attachment, ExternalId, ImportChunk, ImportRun, RowHistory
from ..models.base import Document
from ..workflow import effect, guard
from . import importing


@guard(ImportRun, "undo")
def may_import_still(run, ctx):
    access.require(replace(ctx, trusted=False), importing.resource_of(run).model, "import")


@effect(ImportRun, "undo")
def undo(run, ctx):
    """Take the records it made away and put back what it changed; refused where work has gone on since."""
    if run.progress not in ("done", "running", "stopped"):
        raise errors.Conflict(_("There is nothing to undo."), code="state")
    model = importing.resource_of(run).model
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
    busy = made.filter(version__gt=1).first() if shapes.has(model, "version") else None
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
    for theirs in (ExternalId, Attachment):
        theirs.objects.filter(entity=model._meta.label_lower, record_id__in=chunk.created).delete()
