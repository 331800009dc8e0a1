"""Values into records: which fields may be set, what a new record starts with, and the rules its fields must meet."""

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, FieldDoesNotExist, ObjectDoesNotExist, ValidationError
from django.db import models
from django.utils.translation import gettext as _

from . import access, amounts, constraints, shapes
from .models.base import Document

SHARED = (str, int, Decimal, date)
"""Values whose check asks nothing of their record."""


def new(model, ctx, values: dict):
    """A record not yet saved: the values, who makes it, its company and its first state."""
    if shapes.has(model, "created_by"):
        record = model(created_by=ctx.user if ctx.user and ctx.user.pk else None, **values)
    else:
        record = model(**values)
    if isinstance(record, Document):
        if record.company_id is None:
            record.company_id = ctx.company_id
        record.state = record.state or model.workflow.initial
    elif shapes.has(model, "company") and record.company_id is None and not model._meta.get_field("company").null:
        record.company_id = ctx.company_id
    return record


def editable_names(model, ctx) -> set[str]:
    """Names of the fields a person may set on records of a model."""
    modes = access.field_modes(ctx, model)
    return {f.name for f in model._meta.fields if f.editable and modes.get(f.name, "edit") == "edit"}


def refuse_read_only(model, ctx, names) -> None:
    """ValidationError naming every field among `names` that is not there or that the person may not set."""
    modes = access.field_modes(ctx, model)
    refused = {}
    for name in names:
        try:
            editable = model._meta.get_field(name).editable
        except FieldDoesNotExist:
            refused[name] = _("There is no such field.")
            continue
        if not editable or modes.get(name, "edit") != "edit":
            refused[name] = _("This field cannot be set.")
    if refused:
        raise ValidationError(refused)


def refuse_fixed(record, values: dict, ctx) -> None:
    """A person may not change a key, nor what the lines of a record were made from."""
    wrong = {
        name: _("This stays as it was when the record was made.")
        for name in (record._meta.pk.name, *getattr(record, "fixed", ()))
        if name in values and values[name] != getattr(record, name)
    }
    if wrong and not ctx.trusted:
        raise ValidationError(wrong)


def take_links_to_many(model, values: dict) -> dict:
    """Take the links to many records out of typed values: they are set once the record is written."""
    return {f.name: values.pop(f.name) for f in model._meta.many_to_many if f.name in values}


def prepare(record, ctx, lines=None) -> None:
    """Let the record fill in its blanks. Where that fails for what is missing or out of bounds, say what it is."""
    if not hasattr(record, "prepare"):
        return
    try:
        record.prepare(ctx, lines)
    except ValidationError:
        refuse_out_of_bounds(record, lines or ())
        raise
    except (TypeError, AttributeError, ArithmeticError, ValueError, ObjectDoesNotExist):
        validate(record, lines or ())
        raise


def refusals(records: list, ctx) -> dict[int, ValidationError]:
    """What stands against records because of others, asked of all at once: {position: why}.

    A model with such a rule has `refused_beside(records, ctx)`, and in `compared_by` the fields the rule reads.
    """
    rule = getattr(type(records[0]), "refused_beside", None) if records else None
    return rule(records, ctx) if rule else {}


def refuse_beside(record, ctx, changed=None) -> None:
    """Raise what stands against one record; `changed`: only when one of these fields is compared by the rule."""
    if changed is None or set(changed) & set(getattr(type(record), "compared_by", ())):
        for refusal in refusals([record], ctx).values():
            raise refusal


def validate(record, lines=()) -> None:
    """Field rules of the record and its lines, all errors at once; keys and constraints are the database's work."""
    found: dict[str, Any] = {}
    passed: dict[tuple, Any] = {}
    for instance, prefix in [(record, ""), *((line, f"lines.{n}.") for n, line in enumerate(lines))]:
        skip = ("document",) if prefix else ("identity", "company", "created_by")
        _drop_trailing_zeros(instance)
        wrong = _field_errors(instance, skip, passed)
        try:
            if not wrong:
                instance.clean()
                _check_bounds(instance, record if prefix else None)
                _check_places(instance)
        except ValidationError as error:
            wrong = _messages(error)
        for name, messages in wrong.items():
            found.setdefault(prefix + name, []).extend(messages)
    if found:
        raise ValidationError(found)


def refuse_out_of_bounds(record, lines) -> None:
    """ValidationError with every value beyond what a constraint or its currency allows, beside its field."""
    found: dict[str, Any] = {}
    for instance, prefix in [(record, ""), *((line, f"lines.{n}.") for n, line in enumerate(lines))]:
        try:
            _check_bounds(instance, record if prefix else None)
        except ValidationError as error:
            found |= {prefix + name: messages for name, messages in error.error_dict.items()}
    if found:
        raise ValidationError(found)


def _check_bounds(instance, header) -> None:
    constraints.refuse_broken(instance)
    amounts.refuse_finer(instance, header)


def _check_places(instance) -> None:
    """What is linked belongs to the same place as the record itself; see `fields.link`, `within`."""
    model: Any = type(instance)
    for field in _placed(model):
        own = getattr(instance, f"{field.within}_id")
        chosen = getattr(instance, field.name) if own and getattr(instance, field.attname) else None
        if chosen is not None and getattr(chosen, f"{field.within}_id") != own:
            owner = getattr(instance, field.within)
            raise ValidationError({field.name: _("This does not belong to %(owner)s.") % {"owner": owner}})


@cache
def _placed(model) -> list:
    return [f for f in model._meta.concrete_fields if getattr(f, "within", "")]


def _field_errors(instance, skip, passed: dict) -> dict[str, list]:
    """What the fields say of their values; clean values are set. A link that is set is looked up by the database.

    passed  {(field, value): clean value}: what many lines share is asked once
    """
    wrong: dict[str, Any] = {}
    values = instance.__dict__
    model: Any = type(instance)
    for name, field, empties in _checked(model, skip):
        raw = values[name] if name in values else getattr(instance, name)  # a deferred one is fetched
        shared = raw is None or isinstance(raw, SHARED)
        if shared and (field, raw) in passed:
            values[name] = passed[field, raw]
            continue
        if (field.is_relation and raw is not None) or (empties and raw in empties):
            continue
        try:
            clean = field.clean(raw, instance)
        except ValidationError as error:
            wrong[field.name] = error.error_list
            continue
        setattr(instance, name, clean)
        if shared:
            passed[field, raw] = clean
    return _messages(ValidationError(wrong)) if wrong else {}


@cache
def _checked(model, skip: tuple[str, ...]) -> list[tuple[str, models.Field, tuple]]:
    """(attribute, field, values that may stay empty) of the fields whose values are checked."""
    return [
        (f.attname, f, tuple(f.empty_values) if f.blank else ())
        for f in model._meta.fields
        if f.name not in skip and not f.generated
    ]


def _messages(error: ValidationError) -> dict[str, list]:
    """What is wrong by field; a missing value is asked for in the words of the forms."""
    if not hasattr(error, "error_dict"):
        return {NON_FIELD_ERRORS: error.messages}
    return {
        name: [
            ValidationError(_("This field is required."), code=one.code) if one.code in ("null", "blank") else one
            for one in errors
        ]
        for name, errors in error.error_dict.items()
    }


def _drop_trailing_zeros(instance) -> None:
    """Bring Decimals to their column's digits where that loses nothing, so that 2.000000 × 3.0000 fits four digits."""
    values = instance.__dict__
    model: Any = type(instance)
    for name, unit in _decimals(model):
        value = values.get(name)
        if isinstance(value, Decimal) and value.is_finite():
            exact = value.quantize(unit)
            if exact == value:
                values[name] = exact


@cache
def _decimals(model) -> list[tuple[str, Decimal]]:
    """(attribute, its smallest unit) of the model's columns of Decimals."""
    fields = [f for f in model._meta.concrete_fields if isinstance(f, models.DecimalField)]
    return [(f.attname, Decimal(1).scaleb(-f.decimal_places)) for f in fields]
