"""Units convert exactly and once (I20, P12)."""

from decimal import Decimal as D
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainspring.engines import problem
from mainspring.engines.units import conversion
from mainspring.engines.units.conversion import Unit

PIECE = Unit("pc", "count")
DOZEN = Unit("dz", "count", Fraction(12))
GRAM = Unit("g", "mass", digits=3)
POUND = Unit("lb", "mass", Fraction(45359237, 100000), digits=3)


def test_i20_two_hundred_pieces_are_seventeen_dozen():
    assert conversion.packages(D(200), PIECE, DOZEN) == conversion.Packages(17, D(204))


def test_i20_an_exact_fit_is_not_raised():
    assert conversion.packages(D(204), PIECE, DOZEN).count == 17


def test_i20_both_numbers_are_kept():
    assert conversion.measure(D(5), DOZEN, PIECE) == conversion.Measure(D(5), "dz", D(60), "pc")


def test_i20_compared_at_the_coarser_rounding():
    coarse = Unit("kg", "mass", Fraction(1000), digits=1)
    assert conversion.is_same(D("1.0"), coarse, D("1040.000"), GRAM, GRAM)
    assert not conversion.is_same(D("1.0"), coarse, D("1060.000"), GRAM, GRAM)


def test_p12_conversion_does_not_break_the_minimum():
    assert conversion.convert(D(50000), GRAM, POUND) == D("110.231")
    assert conversion.convert(D(50000), GRAM, POUND, "up") == D("110.232")
    assert conversion.exact(D("110.232"), POUND, GRAM) >= 50000


def test_dimensions_do_not_mix():
    with pytest.raises(problem.InvalidProblem, match="does not convert"):
        conversion.convert(D(1), GRAM, PIECE)
    with pytest.raises(problem.InvalidProblem, match="above 0"):
        Unit("bad", "count", Fraction(0))


factors = st.fractions(min_value=Fraction(1, 1000), max_value=1000)


@given(st.decimals(-(10**6), 10**6, places=6), factors, factors)
def test_there_and_back_does_not_drift(quantity, there, back):
    unit, other = Unit("a", "x", there, 9), Unit("b", "x", back, 9)
    value = conversion.exact(quantity, unit, other)
    assert value * other.factor / unit.factor == Fraction(quantity)


@given(st.decimals(0, 10**6, places=3), factors)
def test_down_nearest_up_enclose_the_exact_value(quantity, factor):
    unit, other = Unit("a", "x", factor, 3), Unit("b", "x", Fraction(1), 3)
    low, near, high = (conversion.convert(quantity, unit, other, way) for way in ("down", "nearest", "up"))
    assert low <= conversion.exact(quantity, unit, other) <= high
    assert low <= near <= high
    assert high - low <= D("0.001")


@given(st.integers(0, 10**6), st.integers(1, 500))
def test_packages_are_the_fewest_that_hold_the_need(need, size):
    packed = conversion.packages(D(need), PIECE, Unit("box", "count", Fraction(size)))
    assert packed.base == packed.count * size
    assert need <= packed.base < need + size
