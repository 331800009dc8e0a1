"""Turn what a surface sent into typed values, naming each wrong one: the same rule for page, API and import."""

from decimal import Decimal

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.utils.translation import gettext as _

from . import access, remembered
from .models.base import DocumentLine


def coerce(model, specs: list[dict], ctx, *, prefixes: list[str]) -> list[dict]:
    """Typed copies of `specs` (field name -> raw value), links fetched set-wise within the person's sight.

    prefixes  one per spec, put before the field's name in errors ("" or "lines.3.")
    Raises one ValidationError with every error. Unknown fields are errors; the keys "id" and "custom" pass through.
    """
    found: dict[str, list] = {}
    links: dict[str, set] = {}
    typed: list[dict] = []
    for spec, prefix in zip(specs, prefixes, strict=True):
        row: dict = {}
        for name, raw in spec.items():
            if name in ("id", "custom"):
                row[name] = raw
                continue
            try:
                field = model._meta.get_field(name)
                row[field.name] = _value(field, raw)
                if (
                    isinstance(field, models.ForeignKey)
                    and row[field.name] is not None
                    and not isinstance(row[field.name], models.Model)
                ):
                    links.setdefault(field.name, set()).add(row[field.name])
            except FieldDoesNotExist:
                found.setdefault(prefix + name, []).append(_("There is no such field."))
            except ValidationError as error:
                found.setdefault(prefix + name, []).extend(error.messages)
        typed.append(row)
    known = {name: _fetch(model._meta.get_field(name).related_model, keys, ctx) for name, keys in links.items()}
    for row, prefix in zip(typed, prefixes, strict=True):
        for name, records in known.items():
            value = row.get(name)
            if value is not None and not isinstance(value, models.Model):
                if value in records:
                    row[name] = records[value]
                else:
                    found.setdefault(prefix + name, []).append(
                        _("“%(value)s” does not exist or is out of your sight.") % {"value": value}
                    )
    if found:
        raise ValidationError(found)
    return typed


def _value(field, raw):
    if isinstance(raw, models.Model):
        if not isinstance(raw, field.related_model):
            raise ValidationError(_("“%(value)s” is not a valid value.") % {"value": raw})
        return raw
    if isinstance(raw, str):
        raw = raw.strip() if not isinstance(field, models.TextField) else raw
        if "\x00" in raw:
            raise ValidationError(_("Null characters are not allowed."))
        if raw == "" and (field.null or not isinstance(field, models.CharField | models.TextField)):
            raw = None
    if raw is None:
        return field.get_default() if field.blank and not field.null else None
    if isinstance(field, models.ForeignKey):
        value = field.target_field.to_python(raw)
        if isinstance(value, int) and abs(value) >= 2**63:
            raise ValidationError(_("“%(value)s” is not a valid value.") % {"value": raw})
        return value
    if isinstance(field, models.DecimalField):
        value = field.to_python(raw if isinstance(raw, Decimal | int) else str(raw))
        if value is not None and (
            not value.is_finite() or (value and value.adjusted() >= field.max_digits - field.decimal_places)
        ):
            raise ValidationError(_("“%(value)s” is not a valid value.") % {"value": raw})
        return value
    return field.to_python(raw)


def _fetch(model, keys: set, ctx) -> dict:
    """Records by key; the lines of a document are in sight of those who see the document."""
    try:
        if issubclass(model, DocumentLine):
            header = model._meta.get_field("document").related_model
            found = model._default_manager.filter(document__in=access.rows(ctx, header))
        else:
            if remembered.is_kept(model):
                known = remembered.rows(model, keys)
                if len(known) == len(keys) and all(access.surely(ctx, r) for r in known.values()):
                    return known
            found = access.rows(ctx, model)
        return {r.pk: r for r in found.filter(pk__in=keys)}
    except (OverflowError, ValueError):
        return {}
