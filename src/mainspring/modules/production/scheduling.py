"""When the operations of an order run: forward from its start, one after another, on the calendars of the work centers.

Clock hours are what an operation takes: set-up and quantity × run time ÷ efficiency (C01). Standard hours are what it
takes of the capacity, which counts the efficiency on its side (C03): set-up and quantity × run time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any

from mainspring.engines.calendar.working import Calendar
from mainspring.kernel.plugin_points import PluginPoint
from mainspring.modules.engineering import queries as engineering

ZERO = Decimal(0)
FOUR = Decimal("0.0001")
DAYS_MAX = 1500

agreed = PluginPoint("production.agreed", default=lambda orders, today: {})
"""f(orders, today) -> {operation key: [(day, share of the work)]} of operations that were given a time; the rest is
planned forwards on the calendars. Days are in order, none before today, the shares above 0."""


@dataclass
class Slot:
    """When one operation runs and how many standard hours fall on each day (C02)."""

    operation: Any
    starts_on: date
    ends_on: date
    days: list[tuple[date, Decimal]]


def standard_hours(operation, quantity: Decimal, *, with_setup: bool = True) -> Decimal:
    """Hours of capacity for a quantity."""
    return (operation.setup_hours if with_setup else ZERO) + quantity * operation.run_hours_per_unit


def clock_hours(operation, quantity: Decimal, *, with_setup: bool = True) -> Decimal:
    """Hours the work takes at the work center's efficiency."""
    run = quantity * operation.run_hours_per_unit * 100 / operation.work_center.efficiency_pct
    return ((operation.setup_hours if with_setup else ZERO) + run).quantize(FOUR, ROUND_HALF_UP)


def forward(
    operations: Sequence,
    remaining: Mapping[int, tuple[Decimal, bool]],
    starts_on: date,
    calendars: Mapping[int, Calendar],
) -> list[Slot]:
    """Run the operations from the morning of a day: one after another, side by side, or overlapping.

    remaining  {operation key: (quantity left, set-up still to do)}; nothing left means the operation is passed over
    Queue and move time pass in working hours and take no capacity. A parallel operation starts with the one before
    it; one that passes units on lets the next start after so many of them, and the next never ends before it.
    """
    slots: list[Slot] = []
    begins = follows = ends = (starts_on, ZERO)
    for operation in operations:
        quantity, with_setup = remaining[operation.pk]
        calendar = calendars[operation.work_center_id]
        beside = bool(getattr(operation, "is_parallel", False) and slots)
        at = begins if beside else follows
        begins = at
        clock = clock_hours(operation, quantity, with_setup=with_setup) if quantity > 0 else ZERO
        day, used = at
        if operation.queue_hours and clock:
            day, used, _days = _pass(calendar, day, used, operation.queue_hours)
        first = _first_open(calendar, day, used)
        passed_on = _passed_on(operation, quantity, with_setup, calendar, (day, used), clock)
        day, used, days = _pass(calendar, day, used, clock)
        before, ends = ends, max(ends, (day, used))
        standard = standard_hours(operation, quantity, with_setup=with_setup) if clock else ZERO
        last = max(before, (day, used))[0] if clock else day
        slots.append(Slot(operation, days[0][0] if days else first, last, _spread(days, clock, standard)))
        after = passed_on or _moved(operation, calendar, (day, used), clock)
        follows = max(follows, after) if beside else after
    return slots


def _passed_on(operation, quantity, with_setup, calendar, at, clock):
    """When the first units reach the next operation; None when all go on together."""
    some = getattr(operation, "overlap_quantity", None)
    if not (some and clock and some < quantity):
        return None
    day, used, _days = _pass(calendar, *at, clock_hours(operation, some, with_setup=with_setup))
    return _moved(operation, calendar, (day, used), clock)


def _moved(operation, calendar, at, clock):
    hours = getattr(operation, "move_hours", ZERO)
    return _pass(calendar, *at, hours)[:2] if hours and clock else at


def held(slot: Slot, days: list[tuple[date, Decimal]] | None) -> Slot:
    """The slot at the time its operation was given, its hours on those days; as it is without one."""
    if not days or not slot.days:
        return slot
    standard = sum((hours for _day, hours in slot.days), ZERO)
    clock = sum((share for _day, share in days), ZERO)
    return replace(slot, starts_on=days[0][0], ends_on=days[-1][0], days=_spread(days, clock, standard))


def calendars_of(operations) -> dict[int, Calendar]:
    """{work center: what it and its plant have open}; shared by the process, so treat them as read-only."""
    return engineering.calendars({operation.work_center_id for operation in operations})


def hours_a_day(center_ids) -> dict[int, Decimal]:
    """{work center: hours one place of it is open on a working day of an ordinary week}; none when it never opens."""
    found = {}
    for pk, calendar in engineering.calendars(center_ids).items():
        minutes = [sum(end - start for start, end in day) for day in calendar.weekly]
        days = sum(1 for one in minutes if one)
        if days:
            found[pk] = Decimal(sum(minutes)) / 60 / days
    return found


def working_days(operations: Sequence, quantity: Decimal) -> int:
    """Working days the operations take one after another, at the hours their work centers are open."""
    pace = hours_a_day({operation.work_center_id for operation in operations})
    days = sum(
        (
            (operation.queue_hours + clock_hours(operation, quantity)) / pace[operation.work_center_id]
            for operation in operations
            if operation.work_center_id in pace
        ),
        ZERO,
    )
    return int(days.to_integral_value(ROUND_CEILING))


def open_hours(calendar: Calendar, day: date) -> Decimal:
    """Working hours that start on a day."""
    return Decimal(sum(end - start for start, end in calendar.intervals(day))) / 60


def _pass(
    calendar: Calendar, day: date, used: Decimal, hours: Decimal
) -> tuple[date, Decimal, list[tuple[date, Decimal]]]:
    """Let so many working hours pass; (day, hours used of it, what fell on each day). A closed calendar ends it."""
    days: list[tuple[date, Decimal]] = []
    last = day + timedelta(days=DAYS_MAX)
    while hours > 0 and day <= last:
        free = open_hours(calendar, day) - used
        if free > 0:
            part = min(free, hours)
            days.append((day, part))
            hours -= part
            used += part
        if hours > 0:
            day, used = day + timedelta(days=1), ZERO
    return day, used, days


def _first_open(calendar: Calendar, day: date, used: Decimal) -> date:
    for _ in range(DAYS_MAX):
        if open_hours(calendar, day) - used > 0:
            return day
        day, used = day + timedelta(days=1), ZERO
    return day


def _spread(days, clock: Decimal, standard: Decimal) -> list[tuple[date, Decimal]]:
    """Standard hours in proportion to the clock; the last day takes the remainder."""
    shares, left = [], standard
    for day, part in days[:-1]:
        share = (standard * part / clock).quantize(FOUR, ROUND_HALF_UP)
        shares.append((day, share))
        left -= share
    return [*shares, (days[-1][0], left)] if days else []
