"""There is one way to round (rule M01): the kernel's and the engines' functions agree on everything."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from mainspring.engines import rounding
from mainspring.kernel import money

amounts = st.decimals(min_value=-(10**15), max_value=10**15, places=7)
digits = st.integers(0, 6)


@given(amounts, digits)
def test_amounts_round_alike(amount, digits):
    assert str(money.rounded(amount, digits)) == str(rounding.rounded(amount, digits))


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 1000).map(Decimal), min_size=1), st.integers(0, 4))
def test_shares_are_alike(units, weights, digits):
    total = Decimal(units).scaleb(-digits)
    assert money.allocate(total, weights, digits) == rounding.allocate(total, weights, digits)
