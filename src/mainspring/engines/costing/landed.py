"""Spread landed cost over receipt lines and over units (rules I10, I11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from mainspring import rounding
from mainspring.engines import problem

Basis = Literal["quantity", "value", "weight", "volume"]


@dataclass(frozen=True)
class ReceiptLine:
    """What a line weighs in the allocation; measures it does not have are 0."""

    quantity: Decimal
    value: Decimal = Decimal(0)
    weight: Decimal = Decimal(0)
    volume: Decimal = Decimal(0)


def over_lines(total: Decimal, lines: Sequence[ReceiptLine], basis: Basis, digits: int) -> list[Decimal]:
    """The cost of each line, summing exactly. A line without the measure gets none; if no line has it, by quantity."""
    for row, line in enumerate(lines):
        value = getattr(line, basis)
        problem.require(value >= 0, "lines", row, basis, value, "must not be negative")
    weights = [getattr(line, basis) for line in lines]
    return rounding.allocate(total, weights if any(weights) else [line.quantity for line in lines], digits)


def over_units(total: Decimal, units: int, digits: int) -> list[Decimal]:
    """The cost of each single unit; the last takes the remainder: 15.00 over 13 = 12 x 1.15 + 1 x 1.20 (I10)."""
    problem.require(units > 0, "units", 0, "count", units, "must be above 0")
    each = rounding.truncated(Fraction(total) / units, digits)
    return [each] * (units - 1) + [total - each * (units - 1)]
