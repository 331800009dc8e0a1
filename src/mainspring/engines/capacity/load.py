"""Load of open and planned orders against what work centers have open (CAP-02, C01 to C04, C07, C11).

Times are whole ticks of the caller's choice (minutes, tenths of a millisecond); days count from the first day of the
table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from mainspring.engines.calendar import working
from mainspring.engines.calendar.working import Calendar
from mainspring.engines.problem import Defect, InvalidProblem


@dataclass
class Operations:
    """One row an operation of an order that is planned, firm or released.

    center     row of the work center
    day        the day it starts; overdue work (negative) starts on the first day
    setup      ticks, once a lot
    run        ticks a unit at 100 %; efficiency divides it (C01): 1.25 does in 48 minutes what is rated an hour
    quantity   of the lot; `done` is what is already reported (C07)
    started    set-up is behind it
    """

    center: NDArray[np.int32]
    day: NDArray[np.int32]
    setup: NDArray[np.int64]
    run: NDArray[np.float64]
    quantity: NDArray[np.float64]
    efficiency: NDArray[np.float64]
    done: NDArray[np.float64]
    started: NDArray[np.bool_]

    def __post_init__(self):
        kinds = (np.int32, np.int32, np.int64, np.float64, np.float64, np.float64, np.float64, np.bool_)
        for name, kind in zip(self.__dataclass_fields__, kinds, strict=True):
            setattr(self, name, np.ascontiguousarray(getattr(self, name), kind))

    def ticks(self) -> NDArray[np.int64]:
        """What is left of each: set-up unless begun, and the run of what is not reported, never below 0 (C01, C07)."""
        begun = self.started | (self.done > 0)
        left = np.maximum(self.quantity - self.done, 0)
        run = left * self.run / self.efficiency
        return np.where((left > 0) | ~begun, np.where(begun, 0, self.setup) + np.rint(run).astype(np.int64), 0)


@dataclass(frozen=True)
class Load:
    """Ticks by work center and day.

    load, available   [center, day]
    beyond            [center] ticks after the last day
    """

    load: NDArray[np.int64]
    available: NDArray[np.int64]
    beyond: NDArray[np.int64]

    def by_bucket(self, first_days: Sequence[int]) -> "Load":
        """The same by longer buckets: weeks show less capacity when a holiday falls into them."""
        at = np.asarray(first_days[:-1])
        add = np.add.reduceat
        return Load(add(self.load, at, axis=1), add(self.available, at, axis=1), self.beyond)

    def percent(self) -> NDArray[np.float64]:
        """100 x load / available; infinite where there is load on nothing, 0 where there is neither (C04)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.load == 0, 0.0, 100.0 * self.load / self.available)

    def overloads(self) -> list[tuple[int, int, int]]:
        """(center, bucket, ticks too many) wherever load exceeds what is available."""
        too_many = self.load - self.available
        return [(int(c), int(b), int(too_many[c, b])) for c, b in zip(*np.nonzero(too_many > 0), strict=True)]


def load(operations: Operations, available: NDArray[np.int64]) -> Load:
    """Spread every operation over the days it really spans (C02). Raises InvalidProblem naming array, row and rule."""
    from mainspring.engines.capacity import kernels

    _check(operations, available)
    table, beyond = np.zeros_like(available), np.zeros(len(available), np.int64)
    day = np.maximum(operations.day, 0)
    kernels.spread_all(operations.center, day, operations.ticks(), available, table, beyond)
    return Load(table, available, beyond)


def spans(operations: Operations, available: NDArray[np.int64], row: int) -> list[tuple[int, int]]:
    """(day, ticks) of one operation: the way from a bucket's load down to its orders."""
    one = Operations(*(getattr(operations, name)[row : row + 1] for name in operations.__dataclass_fields__))
    center = int(one.center[0])
    found = load(one, available).load[center]
    return [(int(day), int(found[day])) for day in np.flatnonzero(found)]


def on_bucket(operations: Operations, available: NDArray[np.int64], center: int, starts: int, ends: int) -> list[int]:
    """Rows of the operations that load a center in [starts, ends): what a planner sees behind a red bar."""
    _check(operations, available)
    candidates = np.flatnonzero((operations.center == center) & (operations.day < ends) & (operations.ticks() > 0))
    return [row for row in candidates.tolist() if any(starts <= d < ends for d, _ in spans(operations, available, row))]


def available(
    calendars: Sequence[Sequence[Calendar]],
    first: date,
    days: int,
    *,
    size: Sequence[float] | None = None,
    efficiency: Sequence[float] | None = None,
    ticks_per_minute: int = 1,
) -> NDArray[np.int64]:
    """Ticks open by center and day: its calendars (plant, machine, people) intersected x size x efficiency (C03).

    Exceptions override the weekly pattern; the part of a night shift after midnight counts on the day it falls on.
    Give the efficiency here or with the operations, not in both places.
    """
    table = np.zeros((len(calendars), days), np.int64)
    for row, all_of in enumerate(calendars):
        shared = working.intersect(f"center {row}", all_of)
        rate = (1.0 if size is None else size[row]) * (1.0 if efficiency is None else efficiency[row])
        if rate < 0:
            raise InvalidProblem(Defect("size x efficiency", row, "value", rate, "must not be negative"))
        for day in range(days):
            minutes = sum(end - start for start, end in shared.intervals(first + timedelta(days=day)))
            table[row, day] = round(minutes * ticks_per_minute * rate)
    return table


def without(table: NDArray[np.int64], center: int, starts: int, ends: int, share: float = 1.0) -> NDArray[np.int64]:
    """Capacity after leave or a breakdown takes this share of a center away in [starts, ends) (C11)."""
    less = table.copy()
    less[center, starts:ends] = np.rint(less[center, starts:ends] * (1.0 - share))
    return less


def _check(operations: Operations, available: NDArray[np.int64]) -> None:
    centers = len(available)
    rules = (
        ("center", (operations.center >= 0) & (operations.center < centers), f"must be a row below {centers}"),
        ("setup", operations.setup >= 0, "must not be negative"),
        ("run", (operations.run >= 0) & np.isfinite(operations.run), "must be a number, not negative"),
        ("quantity", (operations.quantity >= 0) & np.isfinite(operations.quantity), "must be a number, not negative"),
        ("done", (operations.done >= 0) & np.isfinite(operations.done), "must be a number, not negative"),
        ("efficiency", operations.efficiency > 0, "must be above 0"),
    )
    found = []
    for name, holds, rule in rules:
        column = getattr(operations, name)
        found += [Defect("operations", int(row), name, column[row], rule) for row in np.flatnonzero(~holds)[:20]]
    if (available < 0).any():
        row = int(np.flatnonzero((available < 0).any(axis=1))[0])
        found.append(Defect("available", row, "ticks", int(available[row].min()), "must not be negative"))
    if not found and len(operations.center) and operations.ticks().max() > 4e15:
        row = int(operations.ticks().argmax())
        found.append(Defect("operations", row, "run", operations.run[row], "ticks must stay below 4e15"))
    if found:
        raise InvalidProblem(*found)
