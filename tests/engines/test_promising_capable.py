"""Promises from stock, supply, bills and free hours; nothing is promised twice (SAL-04, I18)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainspring.engines.mrp.network import Entries, Items, Lines, Shop
from mainspring.engines.mrp.tables import WorkingDays
from mainspring.engines.problem import InvalidProblem
from mainspring.engines.promising.capable import NEVER, Planner

EVERY_DAY = WorkingDays.every_day()


def planner(
    on_hand=(0, 0), lines=((0, 1, 2),), demand=(), receipts=(), days=30, leads=(0, 4), run=30, opened=480,
    of=Planner, **columns
):  # fmt: skip
    """Item 0 is made of item 1 on one center: `run` minutes each, `opened` minutes a day."""
    parent, component, num = zip(*lines, strict=True) if lines else ((), (), ())
    entries = [Entries(*zip(*rows, strict=True)) if rows else Entries.none() for rows in (demand, receipts)]
    one, capacity = np.zeros(1, np.int32), np.full((1, days), opened)
    shop = Shop(one, one, np.array([60]), np.array([float(run)]), one, np.zeros((1, days), np.int32), capacity)
    lead = [(EVERY_DAY, each) for each in leads]
    return of(Items(list(on_hand), **columns), Lines(parent, component, num), *entries, days=days, lead=lead, shop=shop)


def test_i18_available_is_the_least_of_all_later_days():
    found = planner(on_hand=[10, 0], demand=[(0, 3, 4), (0, 9, 12)], receipts=[(0, 6, 8)]).available(0)
    assert found[[0, 2, 3, 6, 9, 20]].tolist() == [2, 2, 2, 2, 2, 2]
    assert planner(on_hand=[10, 0], receipts=[(0, 6, 8)]).available(0)[[0, 5, 6]].tolist() == [10, 10, 18]


def test_stock_then_supply_then_capacity_and_a_second_quote_cannot_have_the_same():
    free = planner(on_hand=[5, 0], receipts=[(0, 5, 4)])
    first = free.promise(0, 5)
    assert (first.day, [source.kind for source in first.sources]) == (0, ["stock"])
    second = free.promise(0, 4)
    assert (second.day, second.sources[0].kind) == (5, "incoming")  # making would be no sooner
    free.release(first)
    assert free.promise(0, 5).day == 0


def test_components_are_bought_and_hours_are_reserved():
    free = planner(on_hand=[0, 6])
    promise = free.promise(0, 20)
    # 40 components, 6 on hand; the rest is there on day 4; 60 + 600 minutes fill day 4 and part of day 5.
    assert promise.day == 6
    assert [(s.item, s.kind, s.quantity, s.day) for s in promise.sources] == [
        (0, "make", 20, 6), (1, "stock", 6, 0), (1, "buy", 34, 4),
    ]  # fmt: skip
    assert promise.hours == ((0, 4, 480), (0, 5, 180))
    assert free.promise(0, 15).day == 7  # 60 + 450 minutes: 300 of day 5 and 210 of day 6


def test_a_lot_larger_than_the_promise_leaves_free_supply():
    free = planner(on_hand=[0, 100], minimum=[10, 0])
    assert free.promise(0, 4).sources[0].order == 10
    assert free.promise(0, 6).sources[0].kind == "incoming"


def test_no_day_within_the_horizon_reserves_nothing():
    free = planner(leads=(0, 99))
    before = free.free_hours.copy(), free.available(1).copy()
    assert free.promise(0, 1).day == NEVER
    assert np.array_equal(free.free_hours, before[0])
    assert np.array_equal(free.available(1), before[1])


def test_bad_questions_and_loops_are_refused():
    with pytest.raises(InvalidProblem, match="must be above 0"):
        planner().promise(0, 0)
    with pytest.raises(InvalidProblem) as refusal:
        planner(lines=[(0, 1, 1), (1, 0, 1)])
    assert refusal.value.defects[0].path in {("0", "1", "0"), ("1", "0", "1")}


row = st.tuples(st.integers(0, 1), st.integers(0, 29), st.integers(1, 9))


@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(1, 12), st.integers(0, 20)), min_size=1, max_size=6),
    st.lists(row, max_size=4), st.lists(row, max_size=4), st.integers(0, 20),
)  # fmt: skip
@settings(max_examples=80)
def test_promises_never_take_what_is_not_there(questions, demand, receipts, on_hand):
    free = planner(on_hand=[on_hand, on_hand], demand=demand, receipts=receipts)
    hours = free.free_hours.copy()
    before = [free.available(item).copy() for item in (0, 1)]
    short = [np.minimum(free.projected(item), 0).copy() for item in (0, 1)]
    made = [free.promise(item, quantity, wanted=wanted) for item, quantity, wanted in questions]
    assert all(
        promise.day == NEVER or promise.day >= wanted for promise, (_, _, wanted) in zip(made, questions, strict=True)
    )
    assert (free.free_hours >= 0).all()
    for item in (0, 1):
        assert (free.projected(item) >= short[item]).all()
    for promise in made:
        free.release(promise)
    assert np.array_equal(free.free_hours, hours)
    assert all(np.array_equal(free.available(item), before[item]) for item in (0, 1))


def test_a_part_is_taken_from_what_comes_on_the_way_and_only_the_rest_is_made():
    # Making all 20 takes until day 5 and waiting for the 30 until day 9; with the 10 of day 2, ten are made by day 3.
    free = planner(on_hand=[0, 99], receipts=[(0, 2, 10), (0, 9, 30)], run=108)
    promise = free.promise(0, 20)
    assert (promise.day, [source.kind for source in promise.sources]) == (3, ["incoming", "make", "stock"])


def test_the_branch_that_takes_longest_is_served_first():
    # A is of B and C, B of C: the C in stock goes into B at once, the C of day 4 is early enough for A itself.
    lines, leads = Lines([0, 0, 1], [2, 1, 2], [1, 1, 1]), [(EVERY_DAY, each) for each in (1, 5, 20)]
    receipts = Entries([2], [4], [1])
    free = Planner(Items([0, 0, 1]), lines, Entries.none(), receipts, days=30, lead=leads)
    assert free.promise(0, 1).day == 6


def test_what_waits_for_the_rest_leaves_stock_to_others_until_then():
    lines, leads = Lines([0, 0], [1, 2], [1, 1]), [(EVERY_DAY, each) for each in (1, 9, 3)]
    free = Planner(Items([0, 0, 1]), lines, Entries.none(), Entries([2], [5], [1]), days=30, lead=leads)
    assert free.promise(0, 1).day == 10  # item 1 is bought until day 9
    assert free.promise(2, 1).day == 0  # so the one in stock is free today: that of day 5 takes its place


small_rows = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5), st.integers(1, 2)), max_size=3)


@given(
    st.lists(st.integers(0, 2), min_size=3, max_size=3), small_rows, small_rows,
    st.lists(st.integers(0, 3), min_size=3, max_size=3), st.integers(1, 2), st.integers(0, 2),
)  # fmt: skip
@settings(max_examples=120)
def test_no_split_of_two_items_promises_an_earlier_day(on_hand, receipts, demand, leads, quantity, wanted):
    """A of B and C, nothing shared: every way of taking part and making the rest is tried."""
    days = 9
    lead = [(EVERY_DAY, each) for each in leads]
    entries = [Entries(*zip(*rows, strict=True)) if rows else Entries.none() for rows in (demand, receipts)]
    free = Planner(Items(on_hand), Lines([0, 0], [1, 2], [1, 2]), *entries, days=days, lead=lead)
    atp = [free.available(item).tolist() for item in range(3)]

    def earliest(item, amount, first):
        ways = []
        for day in range(first, days):
            made = amount - min(amount, atp[item][day])
            needs = [(1, made), (2, 2 * made)] if item == 0 and made else []
            start = max((earliest(below, need, 0) for below, need in needs), default=0)
            ways.append(max(day, start + leads[item] if made else 0))
        return min([way for way in ways if way < days], default=days)

    found = free.promise(0, quantity, wanted=wanted).day
    assert (days if found == NEVER else found) == earliest(0, quantity, wanted)


class EveryWay(Planner):
    """Tries each day on which more comes, one after another."""

    def _get(self, item, quantity, wanted, level, log):
        atp = self.available(item).copy()
        waiting = max(int(np.searchsorted(atp, quantity)), wanted)
        ways = [(waiting, waiting)] if waiting < self.days else []
        for day in range(wanted, min(waiting, self.days)):
            mark = log.mark()
            ready, _row = self._mixed(item, quantity, day, int(atp[day]), level, log)
            self._undo(log, mark)
            if ready != NEVER:
                ways.append((ready, day))
        if not ways:
            return NEVER, -1
        ready, day = min(ways)
        if day == waiting:
            return waiting, self._take(item, quantity, waiting, level, log)
        return self._mixed(item, quantity, day, int(atp[day]), level, log)


rows = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 25), st.integers(1, 8)), max_size=12)


@settings(max_examples=300, deadline=None)
@given(rows, rows, st.tuples(st.integers(0, 6), st.integers(0, 30)), st.integers(1, 20), st.integers(5, 60))
def test_halving_finds_the_day_that_trying_every_way_finds(receipts, demand, on_hand, quantity, run):
    given_ = {"receipts": receipts, "demand": demand, "on_hand": on_hand, "run": run}
    quick, slow = planner(**given_), planner(of=EveryWay, **given_)
    assert quick.promise(0, quantity).day == slow.promise(0, quantity).day
