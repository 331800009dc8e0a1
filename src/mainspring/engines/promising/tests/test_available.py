"""Available to promise (I18)."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainspring.engines import problem
from mainspring.engines.promising import available
from mainspring.engines.promising.available import Cover, Entry

TODAY = date(2026, 3, 2)


def entry(name, day, quantity):
    return Entry(name, TODAY + timedelta(days=day), D(quantity))


SUPPLIES = [entry("stock", 0, 10), entry("PO-1", 5, 20)]
DEMANDS = [entry("SO-1", 3, 4), entry("SO-2", 7, 18)]


@pytest.mark.parametrize(("day", "expected"), [(0, 6), (3, 6), (4, 6), (5, 8), (7, 8), (30, 8)])
def test_i18_available_is_the_least_of_all_later_dates(day, expected):
    assert available.available(SUPPLIES, DEMANDS, TODAY + timedelta(days=day)) == expected


def test_i18_a_later_promise_may_need_todays_stock():
    assert available.available([entry("stock", 0, 10)], [entry("SO", 20, 8)], TODAY) == 2


def test_a_promise_says_what_covers_it():
    promise = available.earliest(SUPPLIES, DEMANDS, D(8), wanted_on=TODAY)
    assert promise.on == TODAY + timedelta(days=5)
    assert promise.covers == (Cover("stock", TODAY, D(6)), Cover("PO-1", TODAY + timedelta(days=5), D(2)))


def test_what_stock_covers_is_promised_for_the_wanted_day():
    assert available.earliest(SUPPLIES, DEMANDS, D(6), wanted_on=TODAY + timedelta(days=1)).on == TODAY + timedelta(
        days=1
    )


def test_a_part_that_nothing_covers_is_missing():
    promise = available.earliest(SUPPLIES, DEMANDS, D(11), wanted_on=TODAY)
    assert (promise.on, promise.missing) == (None, D(3))
    assert sum(cover.quantity for cover in promise.covers) == 8


def test_a_promise_is_not_made_twice():
    first = available.earliest(SUPPLIES, DEMANDS, D(6), wanted_on=TODAY)
    taken = [*DEMANDS, Entry("quote", first.on, D(6))]
    assert available.earliest(SUPPLIES, taken, D(6), wanted_on=TODAY).on is None


def test_bad_quantities_are_named():
    with pytest.raises(problem.InvalidProblem, match=r"supplies\[0\].quantity"):
        available.available([entry("x", 0, -1)], [], TODAY)
    with pytest.raises(problem.InvalidProblem, match="above 0"):
        available.earliest([], [], D(0), wanted_on=TODAY)


rows = st.lists(st.tuples(st.integers(0, 15), st.integers(0, 9)), max_size=10)


@given(rows, rows)
def test_free_supply_adds_up_to_available_on_every_day(supplied, demanded):
    supplies = [entry(f"s{n}", day, quantity) for n, (day, quantity) in enumerate(supplied)]
    demands = [entry(f"d{n}", day, quantity) for n, (day, quantity) in enumerate(demanded)]
    free = available.free_supply(supplies, demands)
    for day in (TODAY + timedelta(days=n) for n in range(16)):
        assert sum(cover.quantity for cover in free if cover.on <= day) == available.available(supplies, demands, day)


@given(rows, rows, st.integers(1, 20))
def test_the_promised_day_is_the_first_with_enough(supplied, demanded, wanted):
    supplies = [entry(f"s{n}", day, quantity) for n, (day, quantity) in enumerate(supplied)]
    demands = [entry(f"d{n}", day, quantity) for n, (day, quantity) in enumerate(demanded)]
    promise = available.earliest(supplies, demands, D(wanted), wanted_on=TODAY)
    days = [TODAY + timedelta(days=n) for n in range(16)]
    enough = [day for day in days if available.available(supplies, demands, day) >= wanted]
    assert promise.on == (enough[0] if enough else None)
    assert sum(cover.quantity for cover in promise.covers) + promise.missing == wanted
