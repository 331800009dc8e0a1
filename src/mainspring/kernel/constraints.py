"""Check constraints looked at before writing: so a refusal names the field and comes with all the others.

The database has the last word; what cannot be told here, such as a transform of a value, is left to it. Conditions
are turned into plain functions once, for an order of 500 lines is checked with every edit.
"""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import F, Q

Test = Callable[[dict], bool | None]
"""Whether a condition holds for the values of a record; None where that cannot be told, as in SQL."""

COMPARE = {"exact": operator.eq, "gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}


@dataclass(frozen=True)
class Rule:
    """A constraint as functions: the whole, and its parts with the fields each is about."""

    constraint: models.CheckConstraint
    holds: Test
    parts: Sequence[tuple[Test, frozenset[str]]]


def refuse_broken(record) -> None:
    """Raise ValidationError with every broken constraint, beside its field where it is about one alone."""
    model: Any = type(record)
    values = record.__dict__
    wrong: dict[str, list[ValidationError]] = {}
    for rule in rules_of(model):
        if rule.holds(values) is False:
            names = {name for holds, fields in rule.parts if holds(values) is False for name in fields}
            field = names.pop() if len(names) == 1 else NON_FIELD_ERRORS
            text = rule.constraint.get_violation_error_message()
            wrong.setdefault(field, []).append(ValidationError(text, code=rule.constraint.name))
    if wrong:
        raise ValidationError(wrong)


@cache
def rules_of(model) -> tuple[Rule, ...]:
    """Constraints about fields people set: the others are about what commands fill in afterwards."""
    found = []
    for constraint in model._meta.constraints:
        condition = getattr(constraint, "condition", None)
        if not isinstance(constraint, models.CheckConstraint) or not isinstance(condition, Q):
            continue
        if all(_is_entered(model, name) for name in names_of(condition)):
            several = condition.connector == Q.AND and not condition.negated
            parts = condition.children if several else [condition]
            tests = [(_test(model, part), names_of(part)) for part in parts]
            found.append(Rule(constraint, _test(model, condition), tests))
    return tuple(found)


def names_of(part) -> frozenset[str]:
    """Fields a condition is about; "" for an expression."""
    if isinstance(part, Q):
        return frozenset(name for child in part.children for name in names_of(child))
    if not isinstance(part, tuple):
        return frozenset({""})
    path, value = part
    return frozenset({path.partition("__")[0], *([value.name] if isinstance(value, F) else [])})


def _is_entered(model, name: str) -> bool:
    try:
        return model._meta.get_field(name).editable
    except FieldDoesNotExist:
        return False


# -- conditions as functions ------------------------------------------------------------------------------------------


def _test(model, part) -> Test:
    if not isinstance(part, Q):
        return _leaf(model, *part)
    if part.connector == Q.XOR:
        return lambda values: None
    tests = [_test(model, child) for child in part.children]
    whole = _any(tests) if part.connector == Q.OR else _all(tests)
    return _not(whole) if part.negated else whole


def _all(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]

    def holds(values):
        answers = [test(values) for test in tests]
        return False if False in answers else None if None in answers else True

    return holds


def _any(tests: list[Test]) -> Test:
    def holds(values):
        answers = [test(values) for test in tests]
        return True if True in answers else None if None in answers else False

    return holds


def _not(test: Test) -> Test:
    def holds(values):
        answer = test(values)
        return None if answer is None else not answer

    return holds


def _leaf(model, path: str, value) -> Test:
    name, _sep, how = path.partition("__")
    own = model._meta.get_field(name).attname
    if how == "isnull" or (how in ("", "exact") and value is None):
        null = value is None or bool(value)
        return lambda values: (values.get(own) is None) == null
    if isinstance(value, F):
        other = model._meta.get_field(value.name).attname
        return _compared(own, how, lambda values: values.get(other))
    if hasattr(value, "resolve_expression"):
        return lambda values: None
    fixed = value.pk if isinstance(value, models.Model) else value
    return _compared(own, how, lambda values: fixed)


def _compared(own: str, how: str, other: Callable[[dict], object]) -> Test:
    compare = (lambda a, b: a in b) if how == "in" else COMPARE.get(how or "exact")

    def holds(values):
        left, right = values.get(own), other(values)
        if left is None or right is None or compare is None:
            return None
        try:
            return compare(left, right)
        except TypeError:  # a text where a number belongs is told by the field itself
            return None

    return holds
