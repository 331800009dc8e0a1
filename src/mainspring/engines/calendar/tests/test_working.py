"""Working-day arithmetic (P13, C03) and monthly dates (K10)."""

from datetime import date, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainspring.engines import problem
from mainspring.engines.calendar import recurrence, working
from mainspring.engines.calendar.working import AROUND_THE_CLOCK, CLOSED, OFFICE, Calendar

GOLDEN_WEEK = {date(2026, 10, day): CLOSED for day in range(1, 8)}
SUPPLIER = Calendar("supplier", exceptions=GOLDEN_WEEK)
PLAIN = Calendar("plain")


def test_p13_five_supplier_days_before_twelve_october():
    assert working.subtract_working_days(SUPPLIER, date(2026, 10, 12), 5) == date(2026, 9, 28)
    assert working.add_working_days(SUPPLIER, date(2026, 9, 28), 5) == date(2026, 10, 12)


def test_p13_make_up_weekends_are_worked():
    with_make_up = Calendar("china", exceptions=GOLDEN_WEEK | {date(2026, 10, 10): OFFICE})
    assert working.subtract_working_days(with_make_up, date(2026, 10, 12), 5) == date(2026, 9, 29)


def test_a_closed_day_rolls_in_the_direction_of_travel():
    saturday = date(2026, 3, 7)
    assert working.add_working_days(PLAIN, saturday, 0) == date(2026, 3, 9)
    assert working.add_working_days(PLAIN, saturday, 1) == date(2026, 3, 10)
    assert working.subtract_working_days(PLAIN, saturday, 1) == date(2026, 3, 5)
    assert working.add_working_days(PLAIN, date(2026, 3, 9), -1) == date(2026, 3, 6)


def test_working_days_are_half_open():
    assert working.working_days(PLAIN, date(2026, 3, 2), date(2026, 3, 9)) == 5


def test_hours_skip_breaks_and_weekends():
    friday, monday = datetime(2026, 3, 6, 16), datetime(2026, 3, 9, 14)
    assert working.working_minutes(PLAIN, friday, monday) == 60 + 240 + 60


def test_c03_a_night_shift_crosses_midnight():
    night = Calendar("night", weekly=(((22 * 60, 30 * 60),),) * 5 + (CLOSED,) * 2)
    assert working.working_minutes(night, datetime(2026, 3, 7, 0), datetime(2026, 3, 8, 0)) == 360  # Friday's shift
    assert working.working_minutes(night, datetime(2026, 3, 3, 23), datetime(2026, 3, 4, 1)) == 120


def test_c03_calendars_intersect_over_midnight_and_exceptions():
    night = Calendar("night", weekly=(((22 * 60, 30 * 60),),) * 7, exceptions={date(2026, 3, 10): CLOSED})
    early = Calendar("early", weekly=(((0, 8 * 60),),) * 7)
    both = working.intersect("both", [night, early])
    assert both.intervals(date(2026, 3, 10)) == ((0, 360),)
    assert both.intervals(date(2026, 3, 11)) == CLOSED  # no shift began on the 10th


def test_a_calendar_that_never_opens_is_refused_not_searched_forever():
    with pytest.raises(problem.InvalidProblem, match="no working day"):
        working.add_working_days(Calendar("never", weekly=(CLOSED,) * 7), date(2026, 1, 1), 1)


@pytest.mark.parametrize("day", [((10, 10),), ((0, 60), (30, 90)), ((1500, 1600),), ((0, 3000),)])
def test_malformed_days_are_refused(day):
    with pytest.raises(problem.InvalidProblem, match="interval"):
        Calendar("bad", weekly=(day,) * 7)


def test_k10_the_thirty_first_comes_back_after_february():
    dates = recurrence.monthly(date(2026, 1, 31), day=31)
    assert list(islice(dates, 4)) == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


def test_k10_holidays_shift_without_moving_the_series():
    dates = recurrence.monthly(date(2026, 1, 2), day=31, calendar=PLAIN, shift="previous")
    assert list(islice(dates, 3)) == [date(2026, 1, 30), date(2026, 2, 27), date(2026, 3, 31)]


def test_k10_a_passed_day_starts_next_month():
    assert next(recurrence.monthly(date(2026, 1, 20), day=15)) == date(2026, 2, 15)


days = st.dates(date(2025, 1, 1), date(2030, 1, 1))
patterns = st.lists(st.sampled_from([OFFICE, CLOSED]), min_size=6, max_size=6)
calendars = st.builds(
    lambda pattern, closed: Calendar("any", (OFFICE, *pattern), dict.fromkeys(closed, CLOSED)),
    patterns,
    st.sets(days, max_size=20),
)


@given(calendars, days, st.integers(0, 40))
def test_adding_and_subtracting_are_each_others_bounds(calendar, day, count):
    released = working.subtract_working_days(calendar, day, count)
    ready = working.add_working_days(calendar, day, count)
    assert working.add_working_days(calendar, released, count) <= day
    assert working.subtract_working_days(calendar, ready, count) >= day
    assert working.working_days(calendar, released, working.previous_working_day(calendar, day)) == count


@given(calendars, days, st.integers(0, 20), st.integers(0, 20))
def test_hours_add_up(calendar, day, first, second):
    start = datetime(day.year, day.month, day.day, 10)
    middle, end = start + timedelta(hours=first), start + timedelta(hours=first + second)
    whole = working.working_minutes(calendar, start, end)
    assert whole == working.working_minutes(calendar, start, middle) + working.working_minutes(calendar, middle, end)


@given(calendars, calendars, days)
def test_an_intersection_is_open_only_when_both_are(left, right, day):
    start = datetime(day.year, day.month, day.day)
    both = working.intersect("both", [left, right, Calendar("always", (AROUND_THE_CLOCK,) * 7)])
    end = start + timedelta(days=7)
    common = working.working_minutes(both, start, end)
    assert common <= min(working.working_minutes(each, start, end) for each in (left, right))
    assert common == sum(
        8 * 60 for n in range(7) if all(each.is_working(day + timedelta(days=n)) for each in (left, right))
    )
