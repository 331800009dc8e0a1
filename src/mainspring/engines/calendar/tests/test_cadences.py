"""Days of follow-up plans: ends of months, closed days, early and late completion (K10)."""

import itertools
from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainspring.engines.calendar import cadences, working
from mainspring.engines.problem import InvalidProblem

WEEK = working.Calendar("office")
NEW_LEAD = (cadences.Step("once", 1), cadences.Step("once", 3), cadences.Step("once", 10))
FORTNIGHT = (cadences.Step("days", 14),)
LAST_OF_MONTH = (cadences.Step("months", 1, 31),)


def run(steps, starts_on, *, late=lambda n: 0, count_from="done", calendar=None, shift="none", most=12):
    """The days a plan falls due when each step is done so many days after it was due."""
    due, found = cadences.first(steps, starts_on, calendar=calendar, shift=shift), []
    while due and len(found) < most:
        found.append(due)
        done_on = due.due_on + timedelta(days=late(len(found)))
        due = cadences.following(
            steps, due, starts_on=starts_on, done_on=done_on, count_from=count_from, calendar=calendar, shift=shift
        )
    return found


def days(found):
    return [due.due_on.isoformat()[5:] for due in found]


def test_a_new_lead_is_called_after_one_day_mailed_after_three_visited_after_ten():
    assert days(run(NEW_LEAD, date(2026, 3, 2))) == ["03-03", "03-05", "03-12"]


def test_every_month_on_the_31st_is_the_last_day_and_comes_back_to_the_31st():
    found = run(LAST_OF_MONTH, date(2026, 1, 5), most=5)
    assert days(found) == ["01-31", "02-28", "03-31", "04-30", "05-31"]


def test_a_closed_day_moves_by_setting_and_the_planned_day_stays():
    assert days(run(LAST_OF_MONTH, date(2026, 1, 5), calendar=WEEK, shift="previous", most=3)) == [
        "01-30", "02-27", "03-31",
    ]  # fmt: skip
    moved = run(LAST_OF_MONTH, date(2026, 1, 5), calendar=WEEK, shift="next", count_from="planned", most=3)
    assert days(moved) == ["02-02", "03-02", "03-31"]
    assert [due.planned_on.day for due in moved] == [31, 28, 31]


def test_early_completion_counts_from_the_day_done_or_planned():
    early = {"late": lambda n: -4, "most": 3}
    assert days(run(FORTNIGHT, date(2026, 3, 2), **early)) == ["03-16", "03-26", "04-05"]
    assert days(run(FORTNIGHT, date(2026, 3, 2), count_from="planned", **early)) == ["03-16", "03-30", "04-13"]
    assert days(run(NEW_LEAD, date(2026, 3, 2), late=lambda n: -1)) == ["03-03", "03-04", "03-10"]


def test_times_that_passed_meanwhile_are_left_out():
    assert days(run(FORTNIGHT, date(2026, 3, 2), late=lambda n: 30, count_from="planned", most=2)) == [
        "03-16", "04-27",
    ]  # fmt: skip
    late = run(NEW_LEAD, date(2026, 3, 2), late=lambda n: 5, count_from="planned")
    assert days(late) == ["03-03", "03-09", "03-16"]


def test_a_step_that_comes_again_so_often_gives_way_to_the_next():
    steps = (cadences.Step("days", 7, times_max=2), cadences.Step("months", 1, 1))
    assert days(run(steps, date(2026, 3, 2), most=4)) == ["03-09", "03-16", "04-01", "05-01"]


def test_steps_out_of_range_are_refused():
    for wrong in ({"rhythm": "days", "number": 0}, {"rhythm": "once", "number": -1}):
        with pytest.raises(InvalidProblem):
            cadences.Step(**wrong)
    with pytest.raises(InvalidProblem):
        cadences.Step("months", 1, 32)


STEPS = st.lists(
    st.one_of(
        st.integers(0, 60).map(lambda n: cadences.Step("once", n)),
        st.tuples(st.integers(1, 60), st.none() | st.integers(1, 4)).map(
            lambda t: cadences.Step("days", t[0], None, t[1])
        ),
        st.tuples(st.integers(1, 6), st.none() | st.integers(1, 31), st.none() | st.integers(1, 4)).map(
            lambda t: cadences.Step("months", *t)
        ),
    ),
    min_size=1,
    max_size=4,
)


@given(
    STEPS,
    st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    st.sampled_from(["done", "planned"]),
    st.sampled_from(["none", "next", "previous"]),
    st.lists(st.integers(-3, 40), min_size=12, max_size=12),
)
def test_the_next_step_always_comes_after_the_last_was_done(steps, starts_on, count_from, shift, late):
    holidays = {starts_on + timedelta(days=n): working.CLOSED for n in range(0, 90, 7)}
    calendar = working.Calendar("holidays", exceptions=holidays)
    found = run(steps, starts_on, late=lambda n: late[n - 1], count_from=count_from, calendar=calendar, shift=shift)
    for n, (before, after) in enumerate(itertools.pairwise(found)):
        done_on = before.due_on + timedelta(days=late[n])
        assert after.due_on > done_on
        assert after.planned_on > done_on
        assert (after.position, after.time) > (before.position, before.time)
        assert after.position - before.position in (0, 1)
    for due in found:
        if shift != "none":
            assert calendar.is_working(due.due_on)
        step = steps[due.position]
        if step.rhythm == "months":
            last = monthrange(due.planned_on.year, due.planned_on.month)[1]
            assert due.planned_on.day == min(step.month_day or starts_on.day, last)


@given(st.dates(date(2024, 1, 1), date(2028, 12, 31)), st.integers(1, 31), st.integers(1, 6))
def test_months_follow_one_another_when_done_on_the_day(starts_on, day, every):
    """K10: no month is left out and none comes twice, whatever its length."""
    found = run((cadences.Step("months", every, day),), starts_on, count_from="planned")
    months = [due.planned_on.year * 12 + due.planned_on.month for due in found]
    assert [b - a for a, b in itertools.pairwise(months)] == [every] * (len(months) - 1)
