"""Dates that come again every month (rule K10)."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import Literal

from mainspring.engines import problem
from mainspring.engines.calendar import working

Shift = Literal["none", "next", "previous"]


def monthly(
    starts_on: date,
    *,
    day: int,
    every: int = 1,
    calendar: working.Calendar | None = None,
    shift: Shift = "none",
) -> Iterator[date]:
    """Endless dates on or after `starts_on`, on one day of the month; shorter months use their last day.

    day       1 to 31; the 31st returns after February, it does not drift to the 28th
    every     months between dates, above 0
    shift     where a closed day moves; needs a calendar. Dates are counted from the planned, not the moved day
    """
    problem.require(1 <= day <= 31, "recurrence", 0, "day", day, "must be 1 to 31")
    problem.require(every > 0, "recurrence", 0, "every", every, "must be above 0")
    first = starts_on.year * 12 + starts_on.month - 1
    if _in_month(first, day) < starts_on:
        first += 1
    for step in count():
        yield _moved(_in_month(first + step * every, day), calendar, shift)


def _in_month(month: int, day: int) -> date:
    year, index = divmod(month, 12)
    return date(year, index + 1, min(day, monthrange(year, index + 1)[1]))


def _moved(day: date, calendar: working.Calendar | None, shift: Shift) -> date:
    if calendar is None or shift == "none":
        return day
    move = working.next_working_day if shift == "next" else working.previous_working_day
    return move(calendar, day)
