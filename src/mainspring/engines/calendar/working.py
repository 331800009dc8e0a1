"""Working days and hours of a plant, a supplier or a carrier (rules P13, C03).

Times are local wall-clock; an interval is (start, end) in minutes from midnight, half-open. A night shift ends past
1440 and belongs to the day it starts on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import reduce

from mainspring.engines import problem

Interval = tuple[int, int]
Day = tuple[Interval, ...]

MINUTES = 1440
CLOSED: Day = ()
OFFICE: Day = ((8 * 60, 12 * 60), (13 * 60, 17 * 60))
AROUND_THE_CLOCK: Day = ((0, MINUTES),)
# A calendar closed for longer than this has no next working day.
_GAP_DAYS_MAX = 3660


@dataclass(frozen=True)
class Calendar:
    """A weekly pattern (Monday first) and dated exceptions: closed on holidays, open on make-up working days."""

    name: str
    weekly: tuple[Day, ...] = (OFFICE,) * 5 + (CLOSED,) * 2
    exceptions: Mapping[date, Day] = field(default_factory=dict)

    def __post_init__(self):
        problem.require(len(self.weekly) == 7, "weekly", self.name, "length", len(self.weekly), "must be 7 days")
        for row, day in enumerate(self.weekly):
            _check_day("weekly", row, day)
        for on, day in self.exceptions.items():
            _check_day("exceptions", on.isoformat(), day)

    def intervals(self, day: date) -> Day:
        """The working intervals that start on this day."""
        return self.exceptions.get(day, self.weekly[day.weekday()])

    def is_working(self, day: date) -> bool:
        """Whether any work starts on this day."""
        return bool(self.intervals(day))


def next_working_day(calendar: Calendar, day: date) -> date:
    """This day if it is worked, else the next one that is. Raises InvalidProblem when closed for ten years."""
    return _first_working(calendar, day, 1)


def previous_working_day(calendar: Calendar, day: date) -> date:
    """This day if it is worked, else the last one before it that is."""
    return _first_working(calendar, day, -1)


def add_working_days(calendar: Calendar, day: date, days: int) -> date:
    """The day on which something started on `day` and taking so many working days is ready.

    A start on a closed day waits for the next working day. 0 days are ready on that day. Negative days subtract.
    """
    if days < 0:
        return subtract_working_days(calendar, day, -days)
    return _walk(calendar, next_working_day(calendar, day), days, 1)


def subtract_working_days(calendar: Calendar, day: date, days: int) -> date:
    """The latest day to start something that takes so many working days and is due on `day` (P13).

    A due date on a closed day means the last working day before it.
    """
    if days < 0:
        return add_working_days(calendar, day, -days)
    return _walk(calendar, previous_working_day(calendar, day), days, -1)


def working_days(calendar: Calendar, starts_on: date, ends_on: date) -> int:
    """Number of working days in [starts_on, ends_on)."""
    return sum(calendar.is_working(starts_on + timedelta(days=n)) for n in range((ends_on - starts_on).days))


def working_minutes(calendar: Calendar, starts_at: datetime, ends_at: datetime) -> int:
    """Working minutes in [starts_at, ends_at), whole minutes of local time; night shifts run past midnight."""
    total, day = 0, starts_at.date() - timedelta(days=1)
    while day <= ends_at.date():
        low, high = _minute_of(starts_at, day), _minute_of(ends_at, day)
        total += sum(max(0, min(end, high) - max(start, low)) for start, end in calendar.intervals(day))
        day += timedelta(days=1)
    return total


def intersect(name: str, calendars: Sequence[Calendar]) -> Calendar:
    """The time open in every calendar; hours past midnight count on the day they fall on (C03)."""
    problem.require(bool(calendars), "calendars", name, "count", 0, "must be at least one")
    dates = {on + timedelta(days=shift) for calendar in calendars for on in calendar.exceptions for shift in (0, 1)}
    monday = date(1, 1, 8)  # any Monday serves: patterns are read without their exceptions
    patterns = [Calendar(calendar.name, calendar.weekly) for calendar in calendars]
    weekly = tuple(_common(patterns, monday + timedelta(days=row)) for row in range(7))
    return Calendar(name, weekly, {on: _common(calendars, on) for on in sorted(dates)})


def _common(calendars: Sequence[Calendar], day: date) -> Day:
    return reduce(_overlap, (_within(calendar, day) for calendar in calendars))


def _within(calendar: Calendar, day: date) -> Day:
    """What is open between this day's two midnights, the end of last night's shift included."""
    tail = [(start - MINUTES, end - MINUTES) for start, end in calendar.intervals(day - timedelta(days=1))]
    pieces = [(max(0, start), min(MINUTES, end)) for start, end in (*tail, *calendar.intervals(day))]
    return tuple(sorted(piece for piece in pieces if piece[0] < piece[1]))


def _overlap(left: Day, right: Day) -> Day:
    pieces = [(max(a, c), min(b, d)) for a, b in left for c, d in right]
    return tuple(sorted({piece for piece in pieces if piece[0] < piece[1]}))


def _first_working(calendar: Calendar, day: date, step: int) -> date:
    for _ in range(_GAP_DAYS_MAX):
        if calendar.is_working(day):
            return day
        day += timedelta(days=step)
    raise problem.InvalidProblem(
        problem.Defect("calendars", calendar.name, "weekly", day.isoformat(), "has no working day within ten years")
    )


def _walk(calendar: Calendar, day: date, days: int, step: int) -> date:
    for _ in range(days):
        day = _first_working(calendar, day + timedelta(days=step), step)
    return day


def _minute_of(instant: datetime, day: date) -> int:
    return int((instant - datetime.combine(day, time())).total_seconds() // 60)


def _check_day(array: str, row: int | str, day: Day) -> None:
    end_before = 0
    for start, end in day:
        fits = end_before <= start < end <= 2 * MINUTES and start < MINUTES
        rule = "must be ordered, not overlap, start within the day and end within the next"
        problem.require(fits, array, row, "interval", (start, end), rule)
        end_before = end
