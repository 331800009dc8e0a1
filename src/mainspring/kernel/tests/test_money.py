"""Rounding and exact shares (rules M01, M05)."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainspring.kernel import money

cents = st.integers(-(10**12), 10**12).map(lambda n: D(n).scaleb(-2))
weights = st.lists(st.integers(0, 10**6).map(D), min_size=1, max_size=30)


@pytest.mark.parametrize(("code", "digits"), [("JPY", 0), ("EUR", 2), ("CNY", 2), ("KWD", 3)])
def test_m01_digits_follow_the_currency(code, digits):
    assert money.currency_digits(code) == digits


@pytest.mark.parametrize("code", ["", "eur", "EURO", "E1R"])
def test_m01_a_malformed_code_is_refused(code):
    with pytest.raises(ValueError, match="currency code"):
        money.currency_digits(code)


@pytest.mark.parametrize(
    ("amount", "digits", "expected"),
    [
        ("163.725", 2, "163.73"),
        ("-163.725", 2, "-163.73"),
        ("0.5", 0, "1"),
        ("1.0005", 3, "1.001"),
        ("-0.001", 2, "0.00"),
    ],
)
def test_m01_half_goes_away_from_zero(amount, digits, expected):
    assert str(money.rounded(D(amount), digits)) == expected


def test_m01_float_and_nan_are_refused():
    with pytest.raises(TypeError):
        money.rounded(1.5, 2)
    with pytest.raises(ValueError, match="finite"):
        money.rounded(D("NaN"), 2)


def test_m05_ten_over_three_equal_lines():
    assert money.allocate(D("10.00"), [D(1)] * 3, 2) == [D("3.34"), D("3.33"), D("3.33")]


def test_refusals_name_the_reason():
    with pytest.raises(ValueError, match="empty"):
        money.allocate(D(1), [], 2)
    with pytest.raises(ValueError, match="sum to zero"):
        money.allocate(D(1), [D(1), D(-1)], 2)
    with pytest.raises(ValueError, match="more than 2 digits"):
        money.allocate(D("1.005"), [D(1)], 2)


@given(cents, weights)
def test_shares_sum_exactly_and_stay_within_a_cent(total, parts):
    shares = money.allocate(total, parts, 2)
    assert sum(shares) == total
    if any(parts):
        assert all(
            abs(share - total * part / sum(parts)) < D("0.0101") for share, part in zip(shares, parts, strict=True)
        )
    assert money.allocate(-total, parts, 2) == [-share for share in shares]
