"""Load and capacity by the rules' own numbers (C01 to C04, C07, C11) and rough-cut (CAP-03)."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainspring.engines.calendar.working import CLOSED, OFFICE, Calendar
from mainspring.engines.capacity import load, rough
from mainspring.engines.mrp.network import Horizon, Items, Lines, Network, Shop
from mainspring.engines.problem import InvalidProblem


def operations(*rows, **columns):
    """Rows of (center, day, setup, run, quantity)."""
    count = len(rows)
    center, day, setup, run, quantity = zip(*rows, strict=True) if rows else ([],) * 5
    efficiency = columns.get("efficiency", [1.0] * count)
    done, started = columns.get("done", [0.0] * count), columns.get("started", [False] * count)
    return load.Operations(center, day, setup, run, quantity, efficiency, done, started)


def test_c01_hours_are_setup_once_and_run_by_efficiency():
    assert list(operations((0, 0, 60, 3, 100), efficiency=[1.25]).ticks()) == [60 + 240]


def test_c02_load_fills_the_days_it_spans():
    found = load.load(operations((0, 1, 30, 10, 100)), np.array([[480, 480, 0, 480, 480]]))
    assert found.load.tolist() == [[0, 480, 0, 480, 70]]
    assert load.spans(operations((0, 1, 30, 10, 100)), found.available, 0) == [(1, 480), (3, 480), (4, 70)]
    assert load.on_bucket(operations((0, 1, 30, 10, 100), (0, 0, 0, 1, 5)), found.available, 0, 3, 5) == [0]


def test_c03_calendars_are_intersected_times_size_times_efficiency():
    plant = Calendar("plant", exceptions={date(2026, 10, 1): CLOSED, date(2026, 10, 10): OFFICE})
    night = Calendar("night", weekly=(((22 * 60, 30 * 60),),) * 7)  # 22:00 to 06:00
    day = Calendar("machine", weekly=(((0, 1440),),) * 7)
    found = load.available([[plant, day], [night]], date(2026, 9, 30), 11, size=[2, 1], efficiency=[0.9, 1])
    assert found[0].tolist() == [864, 0, 864, 0, 0, 864, 864, 864, 864, 864, 864]
    assert found[1].tolist() == [480] * 11  # six hours of last night's shift and two of tonight's


def test_c04_load_on_nothing_is_overload():
    found = load.load(operations((0, 1, 0, 1, 50)), np.zeros((1, 3), np.int64))
    assert found.load.tolist() == [[0, 50, 0]]
    assert found.percent().tolist() == [[0.0, float("inf"), 0.0]]
    assert found.overloads() == [(0, 1, 50)]


def test_c07_a_started_order_loads_what_is_left():
    found = operations((0, 0, 60, 2, 100), (0, 0, 60, 2, 100), (0, 0, 60, 2, 100), done=[40, 0, 100], started=[1, 1, 1])
    assert list(found.ticks()) == [120, 200, 0]


def test_c11_a_breakdown_takes_capacity_away():
    table = np.full((1, 4), 480)
    assert load.without(table, 0, 1, 3).tolist() == [[480, 0, 0, 480]]
    assert load.without(table, 0, 1, 2, 0.5).tolist() == [[480, 240, 480, 480]]


def test_a_week_with_a_holiday_shows_less():
    available = np.array([[8] * 5 + [0, 0] + [8, 0, 8, 8, 8, 0, 0]])
    found = load.Load(np.zeros_like(available), available, np.zeros(1)).by_bucket([0, 7, 14])
    assert found.available.tolist() == [[40, 32]]


def test_bad_rows_are_named():
    with pytest.raises(InvalidProblem) as refusal:
        load.load(operations((3, 0, -1, 1, 1), efficiency=[0]), np.zeros((1, 3), np.int64))
    assert {each.field for each in refusal.value.defects} == {"center", "setup", "efficiency"}


rows = st.tuples(st.integers(0, 1), st.integers(-1, 6), st.integers(0, 30), st.integers(0, 4), st.integers(0, 20))


@given(st.lists(rows, max_size=8), st.lists(st.sampled_from([0, 10, 16]), min_size=12, max_size=12))
@settings(max_examples=60)
def test_nothing_is_lost_and_order_does_not_matter(given_rows, open_ticks):
    table = np.array(open_ticks, np.int64).reshape(2, 6)
    found = load.load(operations(*given_rows), table)
    assert found.load.sum() + found.beyond.sum() == operations(*given_rows).ticks().sum()
    again = load.load(operations(*reversed(given_rows)), table)
    assert np.array_equal(found.load, again.load)


def test_cap03_a_schedule_cell_becomes_hours_where_its_parts_are_made():
    # A takes 2 B and half an hour on center 0; B a quarter of an hour on center 1. Lead times 3 and 5 days.
    horizon = Horizon.of(30)
    table = np.zeros((1, 30), np.int32)
    ints = lambda *values: np.array(values, np.int32)  # noqa: E731
    capacity = np.zeros((2, 30), np.int64)
    shop = Shop(ints(0, 1), ints(0, 1), np.array([0, 30]), np.array([30.0, 15.0]), ints(0, 0), table, capacity)
    items = Items([0, 0], minimum=[0, 60])
    network = Network(horizon, items, table, table, Lines([0], [1], [2]), shop=shop)
    bills = rough.profile(network, [0], np.array([3, 5]), ticks_per_hour=60)
    assert bills.before.tolist() == [3, 8]
    assert bills.hours.tolist() == pytest.approx([0.5, 2 * (0.25 + 0.5 / 60)])
    hours = rough.rough_cut(np.array([[0, 0, 40]]), bills, np.array([0, 7, 14, 21]), 2)
    assert hours.round(6).tolist() == [[0, 20, 0], [20.666667, 0, 0]]
