"""Payment terms (M10)."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainspring.engines import problem
from mainspring.engines.money import terms


def test_m10_the_last_part_takes_the_remainder():
    parts = [terms.Part(D("33.33")), terms.Part(D("33.33"), days=30), terms.Part(D("33.34"), days=60)]
    rows = terms.instalments(D("100.01"), parts, dated_on=date(2026, 3, 2), digits=2)
    assert [row.amount for row in rows] == [D("33.33"), D("33.33"), D("33.35")]
    assert [row.due_on for row in rows] == [date(2026, 3, 2), date(2026, 4, 1), date(2026, 5, 1)]


@pytest.mark.parametrize(("year", "last"), [(2026, 28), (2028, 29)])
def test_m10_a_month_after_31_january_is_the_end_of_february(year, last):
    assert terms.due_on(date(year, 1, 31), terms.Part(D(100), months=1)) == date(year, 2, last)


def test_m10_end_of_month_ignores_weekends_unless_set():
    part = terms.Part(D(100), days=30, end_of_month=True)
    [row] = terms.instalments(D(1), [part], dated_on=date(2026, 4, 15), digits=2)
    assert row.due_on == date(2026, 5, 31)  # a Sunday
    [moved] = terms.instalments(
        D(1), [part], dated_on=date(2026, 4, 15), digits=2, move=lambda day: day + timedelta(days=1)
    )
    assert moved.due_on == date(2026, 6, 1)


def test_the_fifteenth_after_month_end():
    part = terms.Part(D(100), end_of_month=True, days_after_month_end=15)
    assert terms.due_on(date(2026, 12, 3), part) == date(2027, 1, 15)


@pytest.mark.parametrize("percents", [[], ["60", "30"], ["120", "-20"]])
def test_parts_must_make_a_hundred(percents):
    with pytest.raises(problem.InvalidProblem):
        terms.instalments(D(1), [terms.Part(D(p)) for p in percents], dated_on=date(2026, 1, 1), digits=2)


@given(st.decimals(-(10**6), 10**6, places=2), st.integers(1, 99))
def test_parts_sum_exactly(total, percent):
    parts = [terms.Part(D(percent)), terms.Part(D(100 - percent), months=1)]
    assert sum(row.amount for row in terms.instalments(total, parts, dated_on=date(2026, 1, 31), digits=2)) == total
