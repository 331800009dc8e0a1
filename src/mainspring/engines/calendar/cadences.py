"""When the next follow-up of a plan falls due (rule K10): steps after a start, then one that comes again."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from mainspring.engines import problem
from mainspring.engines.calendar import working

Rhythm = Literal["once", "days", "months"]
Shift = Literal["none", "next", "previous"]
CountFrom = Literal["done", "planned"]


@dataclass(frozen=True)
class Step:
    """One step of a plan.

    rhythm     once: `number` days after the start (after a step that comes again: after that one); days, months:
               again and again, every `number` days or months
    number     days after the start, 0 or more; else the days or months between two times, above 0
    month_day  of months: 1 to 31, shorter months use their last day; None keeps the day of the month of the start
    times_max  of a step that comes again: after so many times the plan goes on; None: until the plan is ended
    """

    rhythm: Rhythm
    number: int
    month_day: int | None = None
    times_max: int | None = None

    def __post_init__(self):
        lowest = 0 if self.rhythm == "once" else 1
        problem.require(self.number >= lowest, "steps", self.rhythm, "number", self.number, f"must be {lowest} or more")
        fits = self.month_day is None or 1 <= self.month_day <= 31
        problem.require(fits, "steps", self.rhythm, "month_day", self.month_day, "must be 1 to 31")
        enough = self.times_max is None or self.times_max >= 1
        problem.require(enough, "steps", self.rhythm, "times_max", self.times_max, "must be above 0")


@dataclass(frozen=True)
class Due:
    """A step that falls due: its place in the plan, the how manieth time, the planned day and the day after shifting.

    The planned day is what later days are counted from; the 31st does not drift because one of them fell on a holiday.
    """

    position: int
    time: int
    planned_on: date
    due_on: date


def first(steps: Sequence[Step], starts_on: date, *, calendar: working.Calendar | None, shift: Shift) -> Due | None:
    """The first step of a plan that starts on a day; None for a plan without steps."""
    if not steps:
        return None
    planned = _after(steps[0], starts_on, starts_on, again=False)
    return Due(0, 1, planned, shifted(planned, calendar, shift, starts_on))


def following(
    steps: Sequence[Step],
    last: Due,
    *,
    starts_on: date,
    done_on: date,
    count_from: CountFrom,
    calendar: working.Calendar | None,
    shift: Shift,
) -> Due | None:
    """The step after one that was done; None when the plan has no more.

    done_on     the local day of who did it
    count_from  whether the next is counted from the day it was done or from the day it was planned; planned times that
                passed meanwhile are left out, so that the next always comes after the day this one was done
    """
    now = steps[last.position]
    comes_again = now.rhythm != "once" and (now.times_max is None or last.time < now.times_max)
    if not comes_again and last.position + 1 >= len(steps):
        return None
    position, time = (last.position, last.time + 1) if comes_again else (last.position + 1, 1)
    step = steps[position]
    anchor = done_on if count_from == "done" else last.planned_on
    if step.rhythm == "once":
        planned = anchor + timedelta(days=step.number - (now.number if now.rhythm == "once" else 0))
    else:
        planned = _after(step, anchor, starts_on, again=True)
        while planned <= done_on:
            planned = _after(step, planned, starts_on, again=True)
    planned = max(planned, done_on + timedelta(days=1)) if step.rhythm == "once" else planned
    return Due(position, time, planned, shifted(planned, calendar, shift, done_on + timedelta(days=1)))


def _after(step: Step, anchor: date, starts_on: date, *, again: bool) -> date:
    """The planned day one stretch after the anchor; a month's first time may still fall in the month of the start."""
    if step.rhythm != "months":
        return anchor + timedelta(days=step.number)
    day = step.month_day or starts_on.day
    month = anchor.year * 12 + anchor.month - 1
    if not again and _in_month(month, day) > anchor:
        return _in_month(month, day)
    return _in_month(month + step.number, day)


def _in_month(month: int, day: int) -> date:
    year, index = divmod(month, 12)
    return date(year, index + 1, min(day, monthrange(year, index + 1)[1]))


def shifted(planned: date, calendar: working.Calendar | None, shift: Shift, earliest: date) -> date:
    """A closed day moved to the next or previous worked one, but never before `earliest`."""
    if calendar is None or shift == "none" or calendar.is_working(planned):
        return planned
    if shift == "previous":
        found = working.previous_working_day(calendar, planned)
        if found >= earliest:
            return found
    return working.next_working_day(calendar, planned)
