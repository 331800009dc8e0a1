"""The lines of a document: made from what was sent, merged with those that are there, written where they differ."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from . import database, errors, filling, shapes, stored
from . import values as typed

NOT_VALUES = ("id", "custom", "position")


def coerce(model, lines: list[dict], ctx) -> list[dict]:
    """Typed values of the lines sent for a document; ValidationError names each wrong one as lines.<n>.<field>."""
    if not lines:
        return []
    line_model = shapes.line_model_of(model)
    if not ctx.trusted:
        open_fields = filling.editable_names(line_model, ctx) | {"id"}
        refused = {
            f"lines.{n}.{name}": _("This field cannot be set.")
            for n, spec in enumerate(lines)
            for name in spec
            if name not in open_fields and name in {f.name for f in line_model._meta.fields}
        }
        if refused:
            raise ValidationError(refused)
    return typed.coerce(line_model, lines, ctx, prefixes=[f"lines.{n}." for n in range(len(lines))])


def make(model, spec: dict, position: int):
    """A new line of a document of the model, from typed values; the document is set once it has its key."""
    return shapes.line_model_of(model)(position=position, **{k: v for k, v in spec.items() if k not in NOT_VALUES})


def merge(record, lines: list[dict] | None) -> tuple[list | None, list]:
    """(lines to keep in order, lines to remove); (None, []) when lines are not touched."""
    if lines is None:
        return None, []
    existing = {line.pk: line for line in record.lines.all()}
    for line in existing.values():
        line._read = stored.values_of(line)
    kept = []
    for position, spec in enumerate(lines, 1):
        line = existing.pop(spec.get("id"), None) if spec.get("id") else None
        if spec.get("id") and line is None:
            raise errors.Conflict({f"lines.{position - 1}.id": _("This line is gone.")}, code="line")
        if line is None:
            line = make(type(record), spec, position)
            line.document = record
        else:
            for name, value in spec.items():
                if name not in ("id", "custom"):
                    setattr(line, name, value)
            line.position = position
        kept.append(line)
    return kept, list(existing.values())


def write(record, kept: list, removed: list) -> None:
    """Write what `merge` answered: removed lines go, those that differ from what was read are updated, new ones come.

    One edit in an order of 500 lines writes the columns it changed on the lines it changed, not all of them.
    """
    line_model = shapes.line_model_of(type(record))
    if removed:
        try:
            line_model.objects.filter(pk__in=[line.pk for line in removed]).delete()
        except (models.ProtectedError, models.RestrictedError):
            raise errors.Conflict(_("A line that later documents refer to cannot be removed."), code="used") from None
    altered, names = [], set()
    for line in kept:
        now = stored.values_of(line) if line.pk else {}
        if differing := {name for name, value in now.items() if line._read.get(name, ...) != value}:
            altered.append(line)
            names |= differing
    if altered:
        fields = [f.name for f in line_model._meta.concrete_fields if f.attname in names and not f.primary_key]
        database.update(altered, fields)
    line_model.objects.bulk_create([line for line in kept if not line.pk])
