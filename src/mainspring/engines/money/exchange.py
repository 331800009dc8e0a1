"""Exchange rates and the differences they leave (rules M06, M11 to M14, M17).

Signs: what we are owed is positive, what we owe is negative. A positive difference is then always a gain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from mainspring import rounding
from mainspring.engines import problem


@dataclass(frozen=True)
class Rate:
    """A quoted rate: base units for one foreign unit, or the other way round when `is_inverse`.

    The quotation is kept as given; its inverse is exact and never rounded (M17).
    """

    quoted: Decimal
    is_inverse: bool = False

    def __post_init__(self):
        problem.require(self.quoted > 0, "rates", 0, "quoted", self.quoted, "must be above 0")

    @property
    def factor(self) -> Fraction:
        """Base units for one foreign unit, exact."""
        return 1 / Fraction(self.quoted) if self.is_inverse else Fraction(self.quoted)


@dataclass(frozen=True)
class DatedRate:
    """A rate and the day it was published for."""

    dated_on: date
    rate: Rate


@dataclass(frozen=True)
class FoundRate:
    """The rate to use, and whether an earlier day's had to serve."""

    rate: Rate
    dated_on: date
    is_earlier: bool


@dataclass(frozen=True)
class Open:
    """What is open of one item: foreign amount and its carried amount in base currency."""

    foreign: Decimal
    base: Decimal


@dataclass(frozen=True)
class Settlement:
    """What a payment relieves (base, at carried value), the gain or loss, and what stays open."""

    relieved: Decimal
    difference: Decimal
    remaining: Open


def rate_on(rates: Sequence[DatedRate], on: date) -> FoundRate:
    """The rate of that day, else the last earlier one and saying so (M17). Raises InvalidProblem when none is."""
    earlier = [entry for entry in rates if entry.dated_on <= on]
    problem.require(bool(earlier), "rates", 0, "dated_on", on, "has no rate on or before this day")
    found = max(earlier, key=lambda entry: entry.dated_on)
    return FoundRate(found.rate, found.dated_on, is_earlier=found.dated_on < on)


def convert(amount: Decimal, rate: Rate, digits: int) -> Decimal:
    """A foreign amount in base currency, rounded once."""
    return rounding.from_fraction(Fraction(amount) * rate.factor, digits)


def convert_lines(amounts: Sequence[Decimal], rate: Rate, digits: int) -> list[Decimal]:
    """Document lines in base currency whose sum is the converted total; the largest line takes the rest (M06)."""
    if not amounts:
        return []
    lines = [convert(amount, rate, digits) for amount in amounts]
    rest = convert(sum(amounts, Decimal(0)), rate, digits) - sum(lines)
    largest = max(range(len(amounts)), key=lambda row: (abs(amounts[row]), -row))
    lines[largest] += rest
    return lines


def settle(item: Open, paid: Decimal, paid_base: Decimal, digits: int) -> Settlement:
    """Realised difference when `paid` foreign, worth `paid_base` that day, settles all or part (M11 to M13).

    Settling all of the foreign amount relieves all of the base amount, so no cent stays behind.
    Raises InvalidProblem when the payment has the other sign or exceeds what is open.
    """
    _check_within(item.foreign, paid)
    relieved = _share(item, paid, digits)
    return Settlement(relieved, paid_base - relieved, Open(item.foreign - paid, item.base - relieved))


def apply_advance(item: Open, advance: Open, applied: Decimal, digits: int) -> tuple[Settlement, Open]:
    """An advance, carried at its own rate, settles an invoice (M14).

    item, advance  both positive on the side they stand for; `applied` is foreign
    Returns the invoice's settlement (its difference is booked) and what is left of the advance.
    """
    _check_within(advance.foreign, applied)
    used = _share(advance, applied, digits)
    return settle(item, applied, used, digits), Open(advance.foreign - applied, advance.base - used)


def revalue(item: Open, rate: Rate, digits: int) -> Decimal:
    """Unrealised difference at a closing rate, to be reversed the next day (M12).

    A foreign balance of 0 is worth 0: whatever base is left over is the difference.
    """
    return convert(item.foreign, rate, digits) - item.base


def _share(item: Open, part: Decimal, digits: int) -> Decimal:
    if part == item.foreign:
        return item.base
    return rounding.from_fraction(Fraction(item.base) * Fraction(part) / Fraction(item.foreign), digits)


def _check_within(open_foreign: Decimal, part: Decimal) -> None:
    fits = abs(part) <= abs(open_foreign) and part * open_foreign > 0
    problem.require(fits, "settlement", 0, "paid", part, f"must be within the open amount {open_foreign}")
