"""Values of custom fields: checked by kind, kept in the record's `custom` under the field's name.

Numbers and money are kept as text so that nothing is lost; formulas are worked out at every save and kept too, so that
they filter, sort and sum like any other value. Definitions are held in memory (see `shared`).
"""

import datetime
from collections import defaultdict
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from . import access, formulas, limits, shapes
from .events import CommandDone, on
from .models import Attachment, ImportMapping, RoleGrant, SavedView
from .models.custom import CustomField
from .shared import Shared

FORMULA_KINDS = {"number": "number", "money": "number", "date": "date", "bool": "bool"}


def _load() -> dict[str, list[CustomField]]:
    found = defaultdict(list)
    for f in CustomField.objects.filter(active=True).order_by("entity", "position", "id"):
        found[f.entity].append(f)
    return dict(found)


_definitions = Shared("custom_fields", _load)


def fields_of(model) -> list[CustomField]:
    """Active custom fields of a model, in order; costs no query on the way."""
    return list(_definitions.get().get(model._meta.label_lower, ()))


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
    todo = [f for f in fields if f.kind == "formula"]
    if not todo:
        return stored
    result = {k: v for k, v in stored.items() if k not in {f.name for f in todo}}
    values = {name: _for_formula(getattr(record, name)) for name in kinds_of_fields(type(record))}
    values |= {f.name: from_json(f, stored.get(f.name)) for f in fields if f.kind != "formula"}
    values["today"] = date.today()
    for _turn in range(len(todo)):  # a formula may read another; each round works out at least one
        for f in [f for f in todo if not formulas.names(f.formula) & {t.name for t in todo if t is not f}]:
            try:
                value = formulas.evaluate(f.formula, values)
            except ValidationError:
                value = None
            if isinstance(value, Decimal):
                value = formulas.evaluate(f"round(value, {f.digits})", {"value": value})
            values[f.name] = value = value if value is None or formulas.kind_of(value) == f.result_kind else None
            if value is not None:
                result[f.name] = value if isinstance(value, bool) else str(value)
            todo.remove(f)
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


# -- rules of a definition (rules Z01, Z02) ---------------------------------------------------------------------------


def fill_in(field: CustomField) -> None:
    """Give a new field its name from the label."""
    if not field.name:
        base = (slugify(field.label).replace("-", "_") or "field")[:36]
        base = f"f_{base}" if base[0].isdigit() else base
        taken = set(CustomField.objects.filter(entity=field.entity).values_list("name", flat=True))
        field.name = next(n for n in (base, *(f"{base}_{i}" for i in range(2, 999))) if n not in taken)


def check(field: CustomField) -> None:
    """Everything a definition must satisfy; ValidationError by field, all errors at once."""
    found: dict[str, Any] = {}
    model = shapes.model_named(field.entity)
    if not hasattr(model, "custom"):
        raise ValidationError({"entity": _("“%(value)s” takes no custom fields.") % {"value": field.entity}})
    if not field.name.isidentifier() or field.name in {f.name for f in model._meta.get_fields()}:
        found["name"] = _("“%(value)s” cannot be a name here.") % {"value": field.name}
    if field.kind == "choice" and not _good_choices(field.choices):
        found["choices"] = _("Name at least one choice; each once.")
    if field.kind == "link" and shapes.model_named(field.link_to) is None:
        found["link_to"] = _("“%(value)s” is not a record type.") % {"value": field.link_to}
    if field.kind == "formula":
        try:
            _check_formula(field, model)
        except ValidationError as error:
            found["formula"] = error.messages
    if field.digits > 9:
        found["digits"] = _("At most 9 digits.")
    before = CustomField.objects.filter(pk=field.pk).first() if field.pk else None
    if before:
        if field.name != before.name:
            found["name"] = _(
                "The name stays, so that everything that uses the field goes on working; change the label."
            )
        if field.entity != before.entity:
            found["entity"] = _("A field stays with its record type.")
        if field.kind != before.kind or (before.active and not field.active):
            where = used_in(before)
            if where:
                found["kind" if field.kind != before.kind else "active"] = _("The field is used: %(uses)s.") % {
                    "uses": "; ".join(where)
                }
        if field.kind != before.kind and "kind" not in found and _has_values(before, model):
            found["kind"] = _("Records hold values of this field; add a new field of the other kind.")
    if found:
        raise ValidationError(found)


def _good_choices(choices) -> bool:
    if not isinstance(choices, list) or not choices:
        return False
    keys = [c.get("value") if isinstance(c, dict) else c for c in choices]
    return all(isinstance(k, str) and k for k in keys) and len(set(keys)) == len(keys)


def _check_formula(field: CustomField, model) -> None:
    others = [f for f in CustomField.objects.filter(entity=field.entity, active=True) if f.name != field.name]
    kinds = (
        kinds_of_fields(model) | {f.name: FORMULA_KINDS.get(f.kind, f.result_kind) for f in others} | {"today": "date"}
    )
    field.result_kind = formulas.check(field.formula, kinds)
    reads = {f.name: formulas.names(f.formula) for f in others if f.kind == "formula"}
    reached, waiting = set(), set(formulas.names(field.formula))
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= reads.get(name, set()) - reached
    if field.name in reached:
        raise ValidationError(_("The formula leads back to itself."))


def used_in(field: CustomField) -> list[str]:
    """Where a field is used, in words: formulas, permissions, import mappings and saved views."""
    found = [
        _("formula of “%(name)s”") % {"name": f.label}
        for f in CustomField.objects.filter(entity=field.entity, kind="formula").exclude(pk=field.pk)
        if field.name in formulas.names(f.formula)
    ]
    key = f"custom.{field.name}"
    found += [
        _("permission of “%(name)s”") % {"name": g.role}
        for g in RoleGrant.objects.filter(fields__has_key=key).select_related("role")
    ]
    found += [
        _("import mapping “%(name)s”") % {"name": m.name}
        for m in ImportMapping.objects.filter(entity=field.entity)
        if key in str(m.rules)
    ]
    found += [
        _("saved view “%(name)s”") % {"name": v.name}
        for v in SavedView.objects.filter(entity__in=[r.key for r in _resources(field)])
        if key in f"{v.parameters} {getattr(v, 'columns', '')}"
    ]
    return found


def _resources(field: CustomField) -> list:
    from . import resource

    return [r for r in resource.registry.values() if r.label == field.entity]


def _has_values(field: CustomField, model) -> bool:
    return model._default_manager.filter(custom__has_key=field.name).exists()


@on(CommandDone)
def follow_definition(event, ctx) -> None:
    """Keep definitions in memory, indexes and stored formula values in step with what an administrator did."""
    field = event.record
    if not isinstance(field, CustomField):
        return
    if event.verb == "delete":
        where = used_in(field)
        if where:
            raise ValidationError(_("The field is used: %(uses)s.") % {"uses": "; ".join(where)}, code="used")
    _definitions.changed()
    if event.verb in ("create", "change"):
        from . import jobs

        if field.indexed:
            jobs.defer("custom.build_index", None, key=str(field.pk), field_id=field.pk)
        if field.kind == "formula":
            jobs.defer("custom.recompute", None, key=str(field.pk), field_id=field.pk)


# -- slow work, done by jobs ------------------------------------------------------------------------------------------


def index_name(field: CustomField) -> str:
    return f"custom_{field.pk}_value"


def build_index(field_id: int) -> None:
    """Make a field searchable without stopping writers; runs outside any transaction."""
    field = CustomField.objects.filter(pk=field_id, indexed=True).first()
    if field is None:
        return
    table = connection.ops.quote_name(apps.get_model(field.entity)._meta.db_table)
    value = f"(custom ->> '{field.name}')"  # a name is an identifier, see `check`
    number = field.kind in ("number", "money") or (field.kind == "formula" and field.result_kind == "number")
    wanted = {index_name(field): f"({value + '::numeric(38, 10)' if number else value})"}
    if field.kind in ("text", "formula") and not number:
        wanted[f"{index_name(field)}_words"] = f"USING gin (upper({value}) gin_trgm_ops)"
    for name, expression in wanted.items():
        with connection.cursor() as cursor:
            cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name])
            row = cursor.fetchone()
            if row and not row[0]:  # left over from a build that was broken off
                cursor.execute(f'DROP INDEX CONCURRENTLY "{name}"')
            cursor.execute(f'CREATE INDEX CONCURRENTLY IF NOT EXISTS "{name}" ON {table} {expression}')


def recompute(field_id: int, progress=lambda done: None, size: int = 2000) -> int:
    """Work a formula out for all records, a piece a transaction; returns the number of records changed."""
    field = CustomField.objects.filter(pk=field_id).first()
    if field is None:
        return 0
    model, last, changed, done = apps.get_model(field.entity), None, 0, 0
    while True:
        query = model._default_manager.order_by("pk")
        with transaction.atomic():
            batch = list(
                (query.filter(pk__gt=last) if last is not None else query).select_for_update(of=("self",))[:size]
            )
            moved = []
            for record in batch:
                before = record.custom
                refresh(record)
                if record.custom != before:
                    moved.append(record)
            model._default_manager.bulk_update(moved, ["custom"], batch_size=500)
        if not batch:
            return changed
        last, changed, done = batch[-1].pk, changed + len(moved), done + len(batch)
        progress(done)
