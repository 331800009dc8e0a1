"""Convert quantities once, by exact rational factors (rules I20, P12)."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from mainspring import rounding
from mainspring.engines import problem

Direction = Literal["nearest", "up", "down"]


@dataclass(frozen=True)
class Unit:
    """A unit of measure.

    factor     base units of the dimension in one of this unit, exact: a dozen is 12, a pound 45359237/100000 g
    digits     decimal places a quantity in this unit may have; 0 for pieces
    dimension  units convert only within one dimension
    """

    code: str
    dimension: str
    factor: Fraction = Fraction(1)
    digits: int = 0

    def __post_init__(self):
        problem.require(self.factor > 0, "units", self.code, "factor", self.factor, "must be above 0")
        problem.require(0 <= self.digits <= 9, "units", self.code, "digits", self.digits, "must be 0 to 9")


@dataclass(frozen=True)
class Measure:
    """Both numbers of a document line: as entered, and converted once to the base unit."""

    entered: Decimal
    unit: str
    base: Decimal
    base_unit: str


@dataclass(frozen=True)
class Packages:
    """Whole packages and what they hold in base units."""

    count: int
    base: Decimal


def exact(quantity: Decimal, unit: Unit, to: Unit) -> Fraction:
    """The quantity in the other unit without any rounding. Raises InvalidProblem between dimensions."""
    same = unit.dimension == to.dimension
    problem.require(same, "units", unit.code, "dimension", unit.dimension, f"does not convert to {to.dimension}")
    return Fraction(quantity) * unit.factor / to.factor


def convert(quantity: Decimal, unit: Unit, to: Unit, direction: Direction = "nearest") -> Decimal:
    """The quantity in the other unit, rounded once at that unit's digits.

    direction  `up` keeps a minimum order quantity safe (P12), `down` a maximum
    """
    value = exact(quantity, unit, to)
    if direction == "up":
        return rounding.raised(value, to.digits)
    if direction == "down":
        return -rounding.raised(-value, to.digits)
    return rounding.from_fraction(value, to.digits)


def measure(quantity: Decimal, unit: Unit, base: Unit) -> Measure:
    """Convert a document quantity to base once and keep both numbers (I20)."""
    return Measure(quantity, unit.code, convert(quantity, unit, base), base.code)


def packages(quantity: Decimal, unit: Unit, package: Unit) -> Packages:
    """Fewest whole packages that hold the quantity: 200 pieces in dozens are 17 dozen, 204 pieces (I20)."""
    count = int(rounding.raised(exact(quantity, unit, package), 0))
    return Packages(count, rounding.from_fraction(count * package.factor / unit.factor, unit.digits))


def is_same(left: Decimal, left_unit: Unit, right: Decimal, right_unit: Unit, base: Unit) -> bool:
    """Whether two quantities agree in base, compared at the coarser of the two units' roundings (I20)."""
    step = max(unit.factor / base.factor / 10**unit.digits for unit in (left_unit, right_unit))
    gap = abs(exact(left, left_unit, base) - exact(right, right_unit, base))
    return gap <= step / 2
