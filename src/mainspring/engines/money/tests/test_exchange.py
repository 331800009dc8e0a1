"""Exchange differences (M06, M11 to M14, M17)."""

from datetime import date
from decimal import Decimal as D
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainspring.engines import problem
from mainspring.engines.money import exchange
from mainspring.engines.money.exchange import DatedRate, Open, Rate


def pay(item, amount, rate):
    return exchange.settle(item, D(amount), exchange.convert(D(amount), Rate(D(rate)), 2), 2)


def test_m06_the_total_is_converted_once_and_the_largest_line_takes_the_rest():
    lines = exchange.convert_lines([D("0.33"), D("0.34"), D("0.33")], Rate(D("1.5")), 2)
    assert lines == [D("0.50"), D("0.50"), D("0.50")]
    assert sum(lines) == exchange.convert(D("1.00"), Rate(D("1.5")), 2)


def test_m11_realised_gain_of_a_part_payment():
    paid = pay(Open(D(100), D(600)), "40", "6.20")
    assert paid.difference == D("8.00")
    assert paid.remaining == Open(D(60), D("360.00"))


def test_m11_a_dearer_payable_is_a_loss():
    assert pay(Open(D(-100), D(-600)), "-40", "6.20").difference == D("-8.00")


def test_m12_revaluation_is_reversed_and_the_total_gain_is_twenty():
    receivable = Open(D(100), D(600))
    assert exchange.revalue(receivable, Rate(D("6.10")), 2) == D("10.00")
    assert pay(receivable, "100", "6.20").difference == D("20.00")  # 20 after the reversal, not 30


def test_m12_no_foreign_balance_means_no_base_balance():
    assert exchange.revalue(Open(D(0), D("0.03")), Rate(D(6)), 2) == D("-0.03")


def test_m13_residual_cents_close_with_the_last_payment():
    first = exchange.settle(Open(D(100), D("60.61")), D(50), D("30.30"), 2)
    last = exchange.settle(first.remaining, D(50), D("30.30"), 2)
    assert first.difference + last.difference == D("-0.01")
    assert last.remaining == Open(D(0), D(0))


def test_m14_an_advance_keeps_its_own_rate():
    settled, left = exchange.apply_advance(Open(D(200), D(1240)), Open(D(100), D(600)), D(100), 2)
    assert settled.remaining.foreign == D(100)
    assert settled.difference == D("-20.00")  # relieved at 620, the advance was worth 600
    assert left == Open(D(0), D(0))


def test_m17_a_missing_day_uses_the_last_earlier_rate_and_says_so():
    rates = [DatedRate(date(2026, 1, 2), Rate(D(6))), DatedRate(date(2026, 1, 5), Rate(D(7)))]
    found = exchange.rate_on(rates, date(2026, 1, 4))
    assert (found.rate.quoted, found.is_earlier) == (D(6), True)
    assert not exchange.rate_on(rates, date(2026, 1, 5)).is_earlier
    with pytest.raises(problem.InvalidProblem, match="no rate"):
        exchange.rate_on(rates, date(2026, 1, 1))


def test_m17_the_inverse_is_exact():
    assert Rate(D(3), is_inverse=True).factor == Fraction(1, 3)
    assert exchange.convert(D(300), Rate(D(3), is_inverse=True), 2) == D("100.00")


def test_more_than_open_or_the_other_sign_is_refused():
    for amount in ("101", "-1", "0"):
        with pytest.raises(problem.InvalidProblem, match="within the open amount"):
            pay(Open(D(100), D(600)), amount, "6")


@given(st.lists(st.decimals(-(10**5), 10**5, places=2), min_size=1), st.decimals("0.0001", "9999", places=4))
def test_m06_converted_lines_always_tie(amounts, rate):
    lines = exchange.convert_lines(amounts, Rate(rate), 2)
    assert sum(lines) == exchange.convert(sum(amounts), Rate(rate), 2)


@given(st.integers(2, 10**6), st.decimals("0.01", "50", places=4), st.lists(st.integers(1, 99), min_size=1, max_size=6))
def test_m13_any_chain_of_payments_ends_at_zero(cents, rate, percents):
    item = Open(D(cents).scaleb(-2), exchange.convert(D(cents).scaleb(-2), Rate(rate), 2))
    booked, gain, received = item.base, D(0), D(0)
    while item.foreign:
        percent = percents.pop() if percents else 100
        part = min(item.foreign, max(D("0.01"), (item.foreign * percent / 100).quantize(D("0.01"))))
        received += (base := exchange.convert(part, Rate(rate + 1), 2))
        done = exchange.settle(item, part, base, 2)
        item, gain = done.remaining, gain + done.difference
    assert item.base == 0
    assert gain == received - booked
