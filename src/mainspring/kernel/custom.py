"""Values of custom fields: checked by kind, kept in the record's `custom`."""

from datetime import date
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .models.custom import CustomField

_cache: dict[str, list[CustomField]] = {}


def fields_of(model) -> list[CustomField]:
    """Active custom fields of a model, in order; one query a call."""
    return list(CustomField.objects.filter(entity=model._meta.label_lower, active=True))


def clean(record, values: dict, ctx, *, creating: bool) -> dict:
    """The record's custom values with `values` applied; ValidationError names each wrong one as custom.<name>."""
    fields = {f.name: f for f in fields_of(type(record))} if values or creating else {}
    result, found = dict(record.custom or {}), {}
    for name, raw in values.items():
        if name not in fields:
            found[f"custom.{name}"] = _("There is no such field.")
            continue
        try:
            result[name] = to_json(fields[name], raw)
        except (ValueError, TypeError, InvalidOperation):
            found[f"custom.{name}"] = _("“%(value)s” is not a valid value.") % {"value": str(raw)[:80]}
    for f in fields.values():
        if f.required and result.get(f.name) in (None, ""):
            found[f"custom.{f.name}"] = _("This field is required.")
    if found:
        raise ValidationError(found)
    return {k: v for k, v in result.items() if v not in (None, "")}


def to_json(field: CustomField, raw):
    """A value as stored: numbers as text so that nothing is lost, dates as ISO, links as the key."""
    if raw is None or raw == "":
        return None
    match field.kind:
        case "number" | "money":
            value = Decimal(str(raw))
            if not value.is_finite():
                raise ValueError(raw)
            return str(value)
        case "date":
            return (raw if isinstance(raw, date) else date.fromisoformat(str(raw))).isoformat()
        case "bool":
            return raw if isinstance(raw, bool) else str(raw).lower() in ("1", "true", "on", "yes")
        case "choice":
            if str(raw) not in [c["value"] if isinstance(c, dict) else c for c in field.choices]:
                raise ValueError(raw)
            return str(raw)
        case _:
            return str(raw)
