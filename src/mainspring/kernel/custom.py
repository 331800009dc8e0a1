"""Values of custom fields: checked by kind, kept in the record's `custom` under the field's name.

Numbers and money are kept as text so that nothing is lost; formulas are worked out at every save and kept too, so that
they filter, sort and sum like any other value. Definitions are held in memory (see `shared`).
"""

import datetime
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from . import access, formulas, limits
from .models import Attachment
from .models.custom import CustomField
from .shared import Shared

FORMULA_KINDS = {"number": "number", "money": "number", "date": "date", "bool": "bool"}


def _load() -> dict[str, list[CustomField]]:
    found = defaultdict(list)
    for f in CustomField.objects.filter(active=True).order_by("entity", "position", "id"):
        found[f.entity].append(f)
    return dict(found)


definitions = Shared("custom_fields", _load)
"""Active custom fields by record type."""


def fields_of(model) -> list[CustomField]:
    """Active custom fields of a model, in order; costs no query on the way."""
    return list(definitions.get().get(model._meta.label_lower, ()))


@dataclass(frozen=True)
class Arriving:
    """A file that comes along with its record: kept by `keep` when that is written, only looked at without it."""

    name: str
    digest: str
    keep: Callable[[], Attachment] | None = None


def is_text(field: CustomField) -> bool:
    """Whether a field holds words that can be searched for."""
    return field.kind == "text" or (field.kind == "formula" and field.result_kind == "text")


def clean(record, values: dict, ctx, *, creating: bool) -> dict:
    """The record's custom values with `values` applied; ValidationError names each wrong one as custom.<name>."""
    fields = {f.name: f for f in fields_of(type(record))}
    result, found = dict(record.custom or {}), {}
    for name, raw in values.items():
        if name not in fields or not may(ctx, type(record), name, "edit"):
            found[f"custom.{name}"] = _("There is no such field.")
        elif fields[name].kind == "formula":
            found[f"custom.{name}"] = _("This field cannot be set.")
        else:
            try:
                if fields[name].kind == "attachment":
                    result[name] = _attached(record, name, raw, ctx)
                    continue
                result[name] = to_json(fields[name], raw, ctx)
            except (ValueError, TypeError, InvalidOperation, LookupError, ValidationError):
                found[f"custom.{name}"] = _("“%(value)s” is not a valid value.") % {"value": str(raw)[:80]}
    for f in fields.values():
        if f.required and f.kind != "formula" and result.get(f.name) in (None, "") and (creating or f.name in values):
            found.setdefault(f"custom.{f.name}", _("This field is required."))
    if found:
        raise ValidationError(found)
    return with_formulas(record, {k: v for k, v in result.items() if v not in (None, "")})


def to_json(field: CustomField, raw, ctx=None):
    """A value as stored: numbers as text so that nothing is lost, dates as ISO, links as the key."""
    if raw is None or raw == "":
        return None
    match field.kind:
        case "number" | "money":
            value = Decimal(str(raw))
            if isinstance(raw, bool) or not value.is_finite() or abs(value) >= Decimal(10) ** 16:
                raise ValueError(raw)
            return format(value, "f")
        case "date":
            return limits.day_in_range(raw if isinstance(raw, date) else date.fromisoformat(str(raw))).isoformat()
        case "bool":
            return limits.yes(raw)
        case "choice":
            if str(raw) not in [c["value"] if isinstance(c, dict) else c for c in field.choices]:
                raise ValueError(raw)
            return str(raw)
        case "link":
            return _linked(field, raw, ctx)
    text = limits.storable(str(raw))
    if field.kind == "attachment" or len(text) > 4000 or isinstance(raw, dict | list):
        raise ValueError(raw)
    return text


def _attached(record, name: str, raw, ctx) -> dict | None:
    """A file as stored, {"id", "name"}: one this person has just sent, or the one that is there already."""
    if isinstance(raw, Arriving):
        there = Attachment.objects.filter(
            entity=record._meta.label_lower, record_id=str(record.pk), field=name, digest=raw.digest
        )
        found = (there.first() if record.pk else None) or (raw.keep() if raw.keep else None)
        return {"id": found.pk if found else 0, "name": raw.name}
    key = raw.get("id") if isinstance(raw, dict) else raw
    if key in (None, "", False):
        return None
    mine = {"entity": "", "created_by": ctx.user if getattr(ctx.user, "pk", None) else None}
    own = {"entity": record._meta.label_lower, "record_id": str(record.pk), "field": name}
    found = Attachment.objects.filter(models.Q(**mine) | models.Q(**own), pk=int(key)).first()
    if found is None:
        raise LookupError(key)
    return {"id": found.pk, "name": found.name}


def _linked(field: CustomField, raw, ctx) -> str:
    model = apps.get_model(field.link_to)
    if isinstance(raw, models.Model):
        return str(raw.pk)
    try:
        key = model._meta.pk.to_python(raw)
        known = access.rows(ctx, model) if ctx else model._default_manager
        if known.filter(pk=key).exists():
            return str(key)
    except (ValidationError, OverflowError):
        pass
    raise ValueError(raw)


def from_json(field: CustomField, value):
    """A stored value as Python types."""
    if value in (None, ""):
        return None
    match field.kind:
        case "number" | "money":
            return Decimal(str(value))
        case "date":
            return date.fromisoformat(value)
        case "formula" if field.result_kind == "number":
            return Decimal(str(value))
        case "formula" if field.result_kind == "date":
            return date.fromisoformat(value)
    return value


# -- formulas ---------------------------------------------------------------------------------------------------------


def with_formulas(record, stored: dict) -> dict:
    """`stored` with the value of every formula field, in dependency order; a formula that fails has no value."""
    fields = fields_of(type(record))
    waiting = [f for f in fields if f.kind == "formula"]
    if not waiting:
        return stored
    result = {k: v for k, v in stored.items() if k not in {f.name for f in waiting}}
    values = {name: _for_formula(getattr(record, name)) for name in kinds_of_fields(type(record))}
    values |= {f.name: from_json(f, stored.get(f.name)) for f in fields if f.kind != "formula"}
    values["today"] = date.today()
    for _turn in range(len(waiting)):  # a formula may read another; each round works out at least one
        for f in [f for f in waiting if not formulas.names(f.formula) & {w.name for w in waiting if w is not f}]:
            try:
                value = formulas.evaluate(f.formula, values)
            except ValidationError:
                value = None
            if isinstance(value, Decimal):
                value = formulas.evaluate(f"round(value, {f.digits})", {"value": value})
            values[f.name] = value = value if value is None or formulas.kind_of(value) == f.result_kind else None
            if value is not None:
                result[f.name] = value if isinstance(value, bool) else str(value)
            waiting.remove(f)
    return result


def refresh(record) -> None:
    """Work the formulas of a record out again before it is saved."""
    if hasattr(record, "custom") and any(f.kind == "formula" for f in fields_of(type(record))):
        record.custom = with_formulas(record, record.custom or {})


def kinds_of_fields(model) -> dict[str, str]:
    """Names a formula on this model may use besides custom fields, with their kinds."""
    found: dict[str, str] = {}
    for f in model._meta.concrete_fields:
        if f.is_relation or f.name in ("custom", "version"):
            continue
        match f:
            case models.BooleanField():
                found[f.name] = "bool"
            case models.DecimalField() | models.IntegerField():
                found[f.name] = "number"
            case models.DateField():
                found[f.name] = "date"
            case models.CharField() | models.TextField():
                found[f.name] = "text"
    return found


def _for_formula(value):
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    return value


# -- who may see one (rule Z02) ---------------------------------------------------------------------------------------


def may(ctx, model, name: str, needed: str = "view") -> bool:
    return access.MODES.index(access.custom_mode(ctx, model, f"custom.{name}")) >= access.MODES.index(needed)


def visible(ctx, model, stored: dict) -> dict:
    """The custom values a person may see, masked where so granted."""
    found = {}
    for f in fields_of(model):
        how = access.custom_mode(ctx, model, f"custom.{f.name}")
        if f.name in stored and how != "hide":
            found[f.name] = access.mask(stored[f.name]) if how == "mask" else stored[f.name]
    return found
