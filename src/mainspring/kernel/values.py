"""Turn what a surface sent into typed values, naming each wrong one: the same rule for page, API and import."""

from decimal import Decimal

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.utils.translation import gettext as _

from . import access, limits, remembered, sentences
from .models.base import DocumentLine

TEXTS = (models.CharField, models.TextField)


def coerce(model, specs: list[dict], ctx, *, prefixes: list[str]) -> list[dict]:
    """Typed copies of `specs` (field name -> raw value), links fetched set-wise within the person's sight.

    prefixes  one per spec, put before the field's name in errors ("" or "lines.3.")
    Raises one ValidationError with every error. Unknown fields are errors; the keys "id" and "custom" pass through.
    """
    found: dict[str, list] = {}
    links: dict[str, set] = {}
    typed = [_typed(model, spec, prefix, links, found) for spec, prefix in zip(specs, prefixes, strict=True)]
    known = {name: _fetch(model._meta.get_field(name).related_model, keys, ctx) for name, keys in links.items()}
    for row, prefix in zip(typed, prefixes, strict=True):
        _follow(row, known, prefix, found)
    if found:
        raise ValidationError(found)
    return typed


def _typed(model, spec: dict, prefix: str, links: dict[str, set], found: dict[str, list]) -> dict:
    """Typed values of one record, links as keys; notes what to fetch in `links` and what is wrong in `found`."""
    row: dict = {}
    for name, raw in spec.items():
        if name in ("id", "custom"):
            row[name] = raw
            continue
        try:
            field = model._meta.get_field(name)
            if field.many_to_many:
                row[field.name] = _many(field, raw)
                links.setdefault(field.name, set()).update(row[field.name])
                continue
            value = row[field.name] = _value(field, raw)
            if isinstance(field, models.ForeignKey) and value is not None and not isinstance(value, models.Model):
                links.setdefault(field.name, set()).add(value)
        except FieldDoesNotExist:
            found.setdefault(prefix + name, []).append(_("There is no such field."))
        except ValidationError as error:
            found.setdefault(prefix + name, []).extend(error.messages)
    return row


def _follow(row: dict, known: dict[str, dict], prefix: str, found: dict[str, list]) -> None:
    """Put records in place of their keys; those that are not there or out of sight are wrong."""
    for name, records in known.items():
        value = row.get(name)
        if value is None or isinstance(value, models.Model):
            continue
        many = isinstance(value, list)
        keys = value if many else [value]
        if unknown := [str(key) for key in keys if key not in records]:
            found.setdefault(prefix + name, []).append(
                _("“%(value)s” does not exist or is out of your sight.") % {"value": ", ".join(unknown)}
            )
        if many:
            row[name] = [records[key] for key in keys if key in records]
        elif value in records:
            row[name] = records[value]


def _many(field, raw) -> list:
    """Keys of a link to many: from a list of keys, records or {"id": …}, or from text with commas."""
    parts = raw.split(",") if isinstance(raw, str) else raw or []
    if not isinstance(parts, list | tuple | set):
        raise ValidationError(_("“%(value)s” is not a valid value.") % {"value": str(raw)[:80]})
    keys = []
    for part in parts:
        part = part.get("id") if isinstance(part, dict) else getattr(part, "pk", part)
        key = field.target_field.to_python(part.strip() if isinstance(part, str) else part) if part else None
        if isinstance(key, int) and abs(key) >= 2**63:
            raise ValidationError(_("“%(value)s” is not a valid value.") % {"value": part})
        keys += [key] if key is not None else []
    return list(dict.fromkeys(keys))


def _value(field, raw):
    if isinstance(raw, models.Model):
        if not isinstance(raw, field.related_model):
            raise ValidationError(_("“%(value)s” is not a valid value.") % {"value": raw})
        return raw
    if isinstance(raw, sentences.Sentence):  # what another record says, carried over
        return raw
    if isinstance(raw, str):
        raw = raw.strip() if not isinstance(field, models.TextField) else raw
        limits.storable(raw)
        if raw == "" and (field.null or not isinstance(field, TEXTS)):
            raw = None
    if raw is None:
        return field.get_default() if field.blank and not field.null else None
    if not isinstance(field, models.JSONField) and _is_misshapen(field, raw):
        raise ValidationError(_("“%(value)s” is not a valid value.") % {"value": str(raw)[:80]})
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
    value = field.to_python(raw)
    return limits.day_in_range(value) if isinstance(field, models.DateField) else value


def _is_misshapen(field, raw) -> bool:
    """Whether a list, an object or a yes/no stands where one plain value is needed."""
    if isinstance(raw, list | tuple):
        return not hasattr(field, "base_field")
    return isinstance(raw, dict) or (isinstance(raw, bool) and not isinstance(field, models.BooleanField))


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
