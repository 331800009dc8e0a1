"""Check constraints looked at before writing: so a refusal names the field and comes with all the others.

The database has the last word; what cannot be told here, such as a transform of a value, is left to it.
"""

import operator
from functools import cache

from django.core.exceptions import NON_FIELD_ERRORS, FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import F, Q

COMPARE = {"exact": operator.eq, "gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}


def refuse_broken(record) -> None:
    """Raise ValidationError with every broken constraint, beside its field where it is about one alone."""
    wrong: dict[str, list[ValidationError]] = {}
    for constraint in _judged(type(record)):
        parts = constraint.condition.children if constraint.condition.connector == Q.AND else [constraint.condition]
        whole = not constraint.condition.negated
        if _holds(constraint.condition, record) is False:
            broken = [part for part in parts if _holds(part, record) is False] if whole else [constraint.condition]
            names = {name for part in broken for name in _names(part)}
            field = names.pop() if len(names) == 1 else NON_FIELD_ERRORS
            text = constraint.get_violation_error_message()
            wrong.setdefault(field, []).append(ValidationError(text, code=constraint.name))
    if wrong:
        raise ValidationError(wrong)


@cache
def _judged(model) -> tuple[models.CheckConstraint, ...]:
    """Constraints about fields people set: the others are about what commands fill in afterwards."""
    return tuple(
        c
        for c in model._meta.constraints
        if isinstance(c, models.CheckConstraint)
        and isinstance(c.condition, Q)
        and all(_is_entered(model, name) for name in _names(c.condition))
    )


def _is_entered(model, name: str) -> bool:
    try:
        return model._meta.get_field(name).editable
    except FieldDoesNotExist:
        return False


def _names(part) -> set[str]:
    """Fields a condition is about."""
    if isinstance(part, Q):
        return {name for child in part.children for name in _names(child)}
    if not isinstance(part, tuple):
        return {""}  # an expression: the database's work
    path, value = part
    names = {path.partition("__")[0]}
    return names | {value.name} if isinstance(value, F) else names


def _holds(part, record) -> bool | None:
    """Whether a condition holds; None where a value is missing, as in SQL, or it cannot be told here."""
    if not isinstance(part, Q):
        return _compared(*part, record)
    if part.connector == Q.XOR:
        return None
    answers = [_holds(child, record) for child in part.children]
    decisive = part.connector == Q.OR
    found: bool | None = None if None in answers else not decisive
    if decisive in answers:
        found = decisive
    return not found if part.negated and found is not None else found


def _compared(path: str, value, record) -> bool | None:
    name, _sep, how = path.partition("__")
    own = _value(record, name)
    if how == "isnull" or (how in ("", "exact") and value is None):
        return (own is None) == (value is None or bool(value))
    other = _value(record, value.name) if isinstance(value, F) else value
    if isinstance(other, models.Model):
        other = other.pk
    if own is None or other is None or hasattr(other, "resolve_expression"):
        return None
    try:
        return own in other if how == "in" else COMPARE[how or "exact"](own, other)
    except (KeyError, TypeError):
        return None


def _value(record, name: str):
    return record.__dict__.get(record._meta.get_field(name).attname)
