"""One small typed language for computed fields and conditions: numbers are Decimal, dates are dates, nothing else runs.

    price * quantity * (1 - discount / 100)
    "late" if due_on < today else "in time"
    round(weight * 2.20462, 2)          days(due_on, ordered_on)

Names are the record's fields. Empty numbers count as nothing (None); a calculation with nothing gives nothing.
"""

import ast
import datetime
from decimal import ROUND_HALF_UP, Decimal, DecimalException, localcontext
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from simpleeval import DEFAULT_OPERATORS, InvalidExpression, NameNotDefined, SimpleEval

LENGTH_MAX = 500
SAMPLES: dict[str, Any] = {"number": Decimal("1.5"), "text": "text", "date": datetime.date(2026, 1, 31), "bool": True}


def _round(value, digits=0):
    return value if value is None else Decimal(value).quantize(Decimal(1).scaleb(-int(digits)), ROUND_HALF_UP)


def _days(later, earlier):
    return None if later is None or earlier is None else Decimal((later - earlier).days)


def _first(*values):
    return next((v for v in values if v not in (None, "")), None)


def _power(base, exponent):
    if abs(exponent) > 64:
        raise InvalidExpression("exponent")
    return base**exponent


def _text(value) -> str:
    return "" if value is None else str(value)


FUNCTIONS = {
    "round": _round,
    "days": _days,
    "first": _first,
    "abs": abs,
    "min": min,
    "max": max,
    "text": _text,
    "length": lambda value: Decimal(len(_text(value))),
    "upper": lambda value: _text(value).upper(),
    "lower": lambda value: _text(value).lower(),
    "add_days": lambda day, n: None if day is None else day + datetime.timedelta(days=int(n)),
}
_OPERATORS = {
    kind: function
    for kind, function in DEFAULT_OPERATORS.items()
    if kind not in (ast.BitXor, ast.BitOr, ast.BitAnd, ast.Invert, ast.LShift, ast.RShift)
}
_OPERATORS[ast.Pow] = _power


class _Evaluator(SimpleEval):
    """simpleeval without attributes, subscripts and formatting; literals are Decimal."""

    def __init__(self, names: dict):
        super().__init__(operators=_OPERATORS, functions=FUNCTIONS, names=names)
        for kind in (ast.Attribute, ast.Subscript, ast.Slice, ast.JoinedStr, ast.FormattedValue):
            self.nodes.pop(kind, None)

    def _eval_binop(self, node):
        if isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div | ast.Mod | ast.Pow | ast.FloorDiv):
            left, right = self._eval(node.left), self._eval(node.right)
            return None if left is None or right is None else self.operators[type(node.op)](left, right)
        return super()._eval_binop(node)

    @staticmethod
    def _eval_constant(node):
        value = SimpleEval._eval_constant(node)
        return value if isinstance(value, bool | str | None) else Decimal(str(value))


@lru_cache(maxsize=2000)
def parse(text: str):
    """The parsed formula; ValidationError when it is not one."""
    if len(text) > LENGTH_MAX:
        raise ValidationError(_("A formula has at most %(n)s characters.") % {"n": LENGTH_MAX}, code="formula")
    try:
        return SimpleEval.parse(text.strip())
    except (InvalidExpression, SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValidationError(_("“%(value)s” is not a formula.") % {"value": text[:80]}, code="formula") from None


def names(text: str) -> set[str]:
    """The fields a formula reads."""
    tree = parse(text)
    called = {n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} - called


def evaluate(text: str, values: dict):
    """The value of a formula: Decimal, text, date, bool, or None where it cannot be worked out (a division by zero).

    Raises ValidationError when the formula names an unknown field or mixes kinds that do not fit.
    """
    tree = parse(text)
    try:
        with localcontext(prec=34):
            result = _Evaluator({"true": True, "false": False, "none": None, **values}).eval(
                text, previously_parsed=tree
            )
            return _plain(result)
    except ZeroDivisionError:
        return None
    except NameNotDefined as error:
        raise ValidationError(_("There is no field “%(name)s”.") % {"name": error.name}, code="formula") from None
    except (
        InvalidExpression,
        DecimalException,
        TypeError,
        ValueError,
        OverflowError,
        RecursionError,
        KeyError,
    ) as error:
        raise ValidationError(
            _("The formula cannot be worked out: %(why)s") % {"why": str(error)[:120]}, code="formula"
        ) from None


def _plain(value):
    if isinstance(value, bool | str | datetime.date | None):
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    raise ValueError(type(value).__name__)


def check(text: str, kinds: dict[str, str]) -> str:
    """The kind of a formula's result (number, text, date, bool), tried on samples; ValidationError says what is wrong.

    kinds  name -> number | text | date | bool
    """
    unknown = names(text) - kinds.keys() - {"true", "false", "none"}
    if unknown:
        raise ValidationError(_("There is no field “%(name)s”.") % {"name": ", ".join(sorted(unknown))}, code="formula")
    return kind_of(evaluate(text, {name: SAMPLES[kind] for name, kind in kinds.items()}))


def kind_of(result) -> str:
    return next(
        (
            kind
            for kind, type_ in (("bool", bool), ("number", Decimal), ("date", datetime.date))
            if isinstance(result, type_)
        ),
        "text",
    )
