"""Working calendars as tables of days: when to start for a due day, and when a component is needed (P13, P14, P16).

A lead time of n working days means that n working days lie in [start, due): what is started in the morning of
`start` is there in the morning of `due`. So an order may be due on a closed day, and one without lead time starts on
its due day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mainspring.engines.mrp.network import Horizon


@dataclass(frozen=True)
class WorkingDays:
    """A calendar as one flag a day from day `first` (mostly negative) on; days outside the flags are worked."""

    flags: NDArray[np.bool_]
    first: int = 0

    @classmethod
    def every_day(cls) -> "WorkingDays":
        """Open always."""
        return cls(np.ones(0, np.bool_))

    def back(self, day: NDArray, lead: int) -> NDArray[np.int64]:
        """The latest start such that `lead` working days lie before each day; lead 0 is the day itself."""
        day = np.asarray(day, np.int64)
        return day if not lead else self._day(self._worked_before(day) - lead)

    def ahead(self, day: NDArray, lead: int) -> NDArray[np.int64]:
        """The earliest day such that `lead` working days lie in [start, day)."""
        day = np.asarray(day, np.int64)
        return day if not lead else self._day(self._worked_before(day) + lead - 1) + 1

    def day_after(self, day: int, lead: int) -> int:
        """`ahead` of one day."""
        if not lead:
            return day
        inside = min(max(day - self.first, 0), len(self.flags))
        number = self._counts[inside] + (day - self.first - inside) + lead - 1
        if number >= len(self._worked):
            number += len(self.flags) - len(self._worked)
        elif number >= 0:
            number = self._worked[number]
        return self.first + number + 1

    def next_open(self, day: NDArray) -> NDArray[np.int64]:
        """The day itself when it is worked, else the next that is."""
        return self._day(self._worked_before(np.asarray(day, np.int64)))

    @cached_property
    def _counts(self) -> list[int]:
        """Working days before each of the days the flags tell of."""
        return [0, *np.cumsum(self.flags).tolist()]

    @cached_property
    def _worked(self) -> list[int]:
        """The days the flags tell of that are worked."""
        return np.flatnonzero(self.flags).tolist()

    def _worked_before(self, day: NDArray) -> NDArray[np.int64]:
        """Working days in [first, day); negative before `first`."""
        counted = np.concatenate([[0], np.cumsum(self.flags)])
        inside = np.clip(day - self.first, 0, len(self.flags))
        return counted[inside] + (day - self.first - inside)

    def _day(self, number: NDArray) -> NDArray[np.int64]:
        """The working day with this number, counted from `first` as 0."""
        worked = np.flatnonzero(self.flags)
        if not len(worked):
            inside = np.zeros(number.shape, np.int64)
        else:
            inside = worked[np.clip(number, 0, len(worked) - 1)]
        after = len(self.flags) + number - len(worked)
        return self.first + np.where(number < 0, number, np.where(number < len(worked), inside, after))


def start_row(horizon: Horizon, stages: Sequence[tuple[WorkingDays, int]]) -> NDArray[np.int32]:
    """Start day for each bucket, through stages in the order they happen: supplier, transport, inspection (P14)."""
    day = horizon.first_days[:-1].astype(np.int64)
    for calendar, lead in reversed(stages):
        day = calendar.back(day, lead)
    return day.astype(np.int32)


def need_row(horizon: Horizon, offset: int, calendar: WorkingDays | None = None) -> NDArray[np.int32]:
    """Bucket of need for each start day: so many days later, or working days of a calendar; -1 beyond the horizon."""
    day = np.arange(horizon.days, dtype=np.int64)
    return horizon.bucket_of(day + offset if calendar is None else calendar.ahead(day, offset))


def begin_row(horizon: Horizon, offset: int, calendar: WorkingDays) -> NDArray[np.int32]:
    """Day an operation begins for each start day of its order: so many days later, or the next its center is open."""
    day = calendar.next_open(np.arange(horizon.days, dtype=np.int64) + offset)
    return np.where(day < horizon.days, day, -1).astype(np.int32)
