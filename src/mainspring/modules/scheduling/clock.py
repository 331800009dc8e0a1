"""Minutes and moments: open time of calendars as minutes from the minute a schedule begins."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.utils import timezone

from mainspring.engines.calendar.working import Calendar as Days
from mainspring.engines.scheduling import plant

HORIZON_DAYS = 730
ALWAYS = "always"


@dataclass(frozen=True)
class Clock:
    """Minute 0 of a schedule and the time zone of its site."""

    zero: datetime
    zone: ZoneInfo

    @staticmethod
    def of(ctx, site) -> "Clock":
        """Now, on the person's business date; the morning of that day when it is another one than the clock's."""
        zone = ZoneInfo(site.time_zone)
        now = timezone.now().replace(second=0, microsecond=0)
        if now.astimezone(zone).date() == ctx.business_date:
            return Clock(now, zone)
        return Clock(datetime.combine(ctx.business_date, time(), zone).astimezone(UTC), zone)

    @staticmethod
    def since(zero: datetime, site) -> "Clock":
        """The clock of a schedule that began then."""
        return Clock(zero, ZoneInfo(site.time_zone))

    @property
    def today(self) -> date:
        return self.zero.astimezone(self.zone).date()

    def minute(self, moment: datetime) -> int:
        """Whole minutes from the begin of the schedule, below 0 before it."""
        return int((moment - self.zero).total_seconds() // 60)

    def morning(self, day: date) -> int:
        """The minute a day begins at the site."""
        return self.minute(datetime.combine(day, time(), self.zone))

    def moment(self, minute: int) -> datetime:
        return self.zero + timedelta(minutes=int(minute))

    def local(self, minute: int) -> datetime:
        """The moment on the clock of the site."""
        return self.moment(minute).astimezone(self.zone)

    def day(self, minute: int) -> date:
        """The day of the site a minute falls on."""
        return self.local(minute).date()

    def open_time(self, name: str, days: Days, *, until_days: int = HORIZON_DAYS) -> plant.Calendar:
        """Open minutes of a calendar from now on; nights that began yesterday run on (C03), summer time counts."""
        mornings: dict[date, int] = {}

        def at(day: date, minute: int) -> int:
            extra, within = divmod(minute, 1440)
            day += timedelta(days=extra)
            if day not in mornings:
                mornings[day] = self.morning(day)
            if within == 0:
                return mornings[day]
            plain = mornings[day] + within
            tomorrow = mornings.setdefault(day + timedelta(days=1), self.morning(day + timedelta(days=1)))
            if tomorrow - mornings[day] == 1440:
                return plain
            return self.minute(datetime.combine(day, time(within // 60, within % 60), self.zone))

        found = []
        for n in range(-1, until_days):
            day = self.today + timedelta(days=n)
            found += [(at(day, start), at(day, end)) for start, end in days.intervals(day)]
        return calendar(name, found)


def calendar(name: str, intervals: Iterable[tuple[int, int]]) -> plant.Calendar:
    """The open minutes from 0 on, in order, touching and overlapping ones as one."""
    merged: list[list[int]] = []
    for opens, closes in sorted(intervals):
        opens = max(opens, 0)
        if closes <= opens:
            continue
        if merged and merged[-1][1] >= opens:
            merged[-1][1] = max(merged[-1][1], closes)
        else:
            merged.append([opens, closes])
    pairs = np.array(merged, np.int64).reshape(-1, 2)
    return plant.Calendar(name, pairs[:, 0].copy(), pairs[:, 1].copy())


class Calendars:
    """The calendars of one schedule, each read once; closures make one of their own."""

    def __init__(self, clock: Clock, days: Mapping[int, Days], *, until_days: int = HORIZON_DAYS):
        self.clock, self._days, self._until = clock, days, until_days
        self._known: dict = {}
        self.all: list[plant.Calendar] = []

    def of(self, key: int, closed: Iterable[tuple[int, int]] = (), name: str = "") -> int:
        """Row of a working calendar without these spans of minutes."""
        row = self._keep(
            key, lambda: self.clock.open_time(self._days[key].name, self._days[key], until_days=self._until)
        )
        return self._without(row, closed, name)

    def of_both(self, outer: int, inner: int, closed: Iterable[tuple[int, int]] = (), name: str = "") -> int:
        """Row of what two working calendars have in common (C03)."""
        one, other = self.all[self.of(outer)], self.all[self.of(inner)]

        def common() -> plant.Calendar:
            from mainspring.engines.scheduling import plant_model  # loads the compiler; pages do without it

            opens, closes = plant_model.common_hours(one, other)
            return plant.Calendar(f"{one.name} / {other.name}", opens, closes)

        return self._without(self._keep((outer, inner), common), closed, name)

    def always(self, closed: Iterable[tuple[int, int]] = (), name: str = "") -> int:
        """Row of the calendar that is never closed."""
        row = self._keep(ALWAYS, lambda: calendar(ALWAYS, [(0, self._until * 1440)]))
        return self._without(row, closed, name)

    def _without(self, row: int, closed: Iterable[tuple[int, int]], name: str) -> int:
        spans = tuple(sorted(closed))
        if not spans:
            return row

        def cut() -> plant.Calendar:
            found = self.all[row]
            own = f"{found.name} ({name})" if name else found.name
            for start, end in spans:
                found = found.without(own, start, end)
            return found

        return self._keep((row, spans, name), cut)

    def _keep(self, key, make: Callable[[], plant.Calendar]) -> int:
        if key not in self._known:
            self.all.append(make())
            self._known[key] = len(self.all) - 1
        return self._known[key]
