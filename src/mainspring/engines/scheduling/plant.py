"""An industrial plan as arrays: orders and their operations, machines, people, tools, calendars and change-overs.

Time is in whole minutes from the start of the plan; intervals are half-open. What is absent is -1.
"""

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from mainspring.engines import problem

NONE = -1
# A transfer of the whole lot, in thousandths.
WHOLE = 1000


# Stands for an array that was not given.
_ABSENT = np.zeros(0)


def _absent() -> np.ndarray:
    return _ABSENT


def _none(rows: int) -> np.ndarray:
    return np.full(rows, NONE, np.int64)


@dataclass(frozen=True, eq=False)
class Calendar:
    """The open intervals of a resource, in order: work pauses between them (C05), exceptions already applied (C03)."""

    name: str
    opens: np.ndarray
    closes: np.ndarray

    def __post_init__(self):
        rows = len(self.opens)
        problem.require(rows == len(self.closes), "calendars", self.name, "closes", len(self.closes), f"must be {rows}")
        wrong = self.opens >= self.closes
        wrong[1:] |= self.opens[1:] < self.closes[:-1]
        for row in np.flatnonzero(wrong)[:1]:
            shown = (int(self.opens[row]), int(self.closes[row]))
            problem.require(False, "calendars", self.name, f"interval {row}", shown, "must be in order and not overlap")

    @staticmethod
    def weekly(name: str, intervals: list[tuple[int, int]], *, weeks: int) -> "Calendar":
        """The same open intervals every week, minutes from Monday 0:00; touching ones become one."""
        week = 7 * 24 * 60
        merged: list[list[int]] = []
        for number in range(weeks):
            for opens, closes in sorted(intervals):
                if merged and merged[-1][1] >= opens + number * week:
                    merged[-1][1] = max(merged[-1][1], closes + number * week)
                else:
                    merged.append([opens + number * week, closes + number * week])
        pairs = np.array(merged, np.int64).reshape(-1, 2)
        return Calendar(name, pairs[:, 0].copy(), pairs[:, 1].copy())

    def without(self, name: str, starts_at: int, ends_at: int) -> "Calendar":
        """Closed in addition from one minute to another: a breakdown, a leave (C11)."""
        pieces = []
        for opens, closes in zip(self.opens.tolist(), self.closes.tolist(), strict=True):
            pieces += [(opens, min(closes, starts_at)), (max(opens, ends_at), closes)]
        pairs = np.array([piece for piece in pieces if piece[0] < piece[1]], np.int64).reshape(-1, 2)
        return Calendar(name, pairs[:, 0].copy(), pairs[:, 1].copy())


@dataclass(frozen=True, eq=False)
class Resources:
    """Who and what does the work.

    calendars          open hours by name
    machine_calendar   [machines] row of calendars
    machine_size       [machines] operations it does at a time, 1 or more
    machine_family     [machines] what it is set up for at the start (C09); -1: nothing, every first set-up is free
    person_calendar    [people] row of calendars
    person_skills      [people, skills] whether the person has the skill
    tool_count         [tools] pieces of each tool
    changeover         [families, families] minutes from one family to another; -1: not allowed; may be asymmetric
    """

    calendars: tuple[Calendar, ...]
    machine_calendar: np.ndarray
    machine_size: np.ndarray
    machine_family: np.ndarray
    person_calendar: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    person_skills: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), bool))
    tool_count: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    changeover: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.int64))

    def __post_init__(self):
        families = len(self.changeover)
        _range("machine_calendar", self.machine_calendar, 0, len(self.calendars))
        _range("person_calendar", self.person_calendar, 0, len(self.calendars))
        _range("machine_family", self.machine_family, NONE, families)
        _range("machine_size", self.machine_size, 1, None)
        _range("tool_count", self.tool_count, 0, None)
        _range("changeover", self.changeover.ravel(), NONE, None)
        _lengths("machine_calendar", self, machine_size=self.machines, machine_family=self.machines)
        shape = self.changeover.shape
        problem.require(shape == (families, families), "changeover", 0, "shape", shape, "must be square")
        found = self.person_skills.shape[0]
        problem.require(found == len(self.person_calendar), "person_skills", 0, "rows", found, "must be one a person")

    @property
    def machines(self) -> int:
        """Number of machines."""
        return len(self.machine_calendar)


@dataclass(frozen=True, eq=False)
class Plan:
    """What has to be done, and what it is worth.

    order_release      [orders] not before
    order_due          [orders] late from this minute on
    order_weight       [orders] cost of a minute late
    order_value        [orders] contribution: price less truly variable cost; earned when done by the horizon (C12)
    order_holding      [orders] cost of a minute between first start and end: work in process
    operation_order    [operations] the order it belongs to
    mode_start         [operations + 1] first alternative of each operation
    mode_machine       [alternatives] machine
    mode_minutes       [alternatives] working minutes without change-over, own for each alternative (C01, C08)
    material_ready     [operations] when its material is there
    skill, tool        [operations] a person with this skill, a piece of this tool for the whole time; -1: none
    family             [operations] what the machine must be set up for; -1: no change-over before or after
    whole              [operations] no pause over closed time
    pin_start          [operations] fixed start, -1: free; `pin_machine` with it
    before, after      [links] an operation and one that waits for it
    lag_min, lag_max   [links] minutes between end and start, any hour; lag_max -1: any
    transfer           [links] thousandths of the lot after which it is passed on; 1000: no overlap
    horizon            end of the period in which contribution counts
    """

    order_release: np.ndarray
    order_due: np.ndarray
    order_weight: np.ndarray
    operation_order: np.ndarray
    mode_start: np.ndarray
    mode_machine: np.ndarray
    mode_minutes: np.ndarray
    order_value: np.ndarray = field(default_factory=_absent)
    order_holding: np.ndarray = field(default_factory=_absent)
    material_ready: np.ndarray = field(default_factory=_absent)
    skill: np.ndarray = field(default_factory=_absent)
    tool: np.ndarray = field(default_factory=_absent)
    family: np.ndarray = field(default_factory=_absent)
    whole: np.ndarray = field(default_factory=_absent)
    pin_start: np.ndarray = field(default_factory=_absent)
    pin_machine: np.ndarray = field(default_factory=_absent)
    before: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    after: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    lag_min: np.ndarray = field(default_factory=_absent)
    lag_max: np.ndarray = field(default_factory=_absent)
    transfer: np.ndarray = field(default_factory=_absent)
    horizon: int = 2**40

    def __post_init__(self):
        orders, operations, links = self.orders, self.operations, len(self.before)
        defaults = {
            "order_value": np.zeros(orders), "order_holding": np.zeros(orders),
            "material_ready": np.zeros(operations, np.int64), "skill": _none(operations), "tool": _none(operations),
            "family": _none(operations), "whole": np.zeros(operations, bool), "pin_start": _none(operations),
            "pin_machine": _none(operations), "lag_min": np.zeros(links, np.int64), "lag_max": _none(links),
            "transfer": np.full(links, WHOLE, np.int64),
        }  # fmt: skip
        for name, value in defaults.items():
            if getattr(self, name) is _ABSENT:
                object.__setattr__(self, name, value)
        self._check(orders, operations, links)

    def _check(self, orders: int, operations: int, links: int) -> None:
        of_orders = ("order_due", "order_weight", "order_value", "order_holding")
        _lengths("order_release", self, **dict.fromkeys(of_orders, orders))
        of_operations = ("material_ready", "skill", "tool", "family", "whole", "pin_start", "pin_machine")
        _lengths("operation_order", self, **dict.fromkeys(of_operations, operations))
        _lengths("operation_order", self, mode_start=operations + 1)
        _lengths("before", self, **dict.fromkeys(("after", "lag_min", "lag_max", "transfer"), links))
        _range("operation_order", self.operation_order, 0, orders)
        _range("mode_minutes", self.mode_minutes, 1, None)
        _range("before", self.before, 0, operations)
        _range("after", self.after, 0, operations)
        _range("transfer", self.transfer, 1, WHOLE + 1)
        for name in ("order_weight", "order_value", "order_holding"):
            _range(name, getattr(self, name), 0, None)
        for row in np.flatnonzero(np.diff(self.mode_start) < 1)[:1]:
            problem.require(False, "mode_start", int(row), "alternatives", 0, "an operation needs at least one machine")
        wrong = (self.lag_max != NONE) & (self.lag_max < self.lag_min)
        for row in np.flatnonzero(wrong)[:1]:
            rule = f"must not be below lag_min, {self.lag_min[row]}"
            problem.require(False, "lag_max", int(row), "minutes", int(self.lag_max[row]), rule)

    @property
    def orders(self) -> int:
        """Number of orders."""
        return len(self.order_release)

    @property
    def operations(self) -> int:
        """Number of operations."""
        return len(self.operation_order)

    @cached_property
    def shortest(self) -> np.ndarray:
        """[operations] minutes on the fastest alternative."""
        return np.minimum.reduceat(self.mode_minutes, self.mode_start[:-1])


@dataclass(frozen=True)
class Weights:
    """How much each part of the objective counts: cost units a cost unit, and cost units a change-over minute."""

    tardiness: float = 1.0
    value: float = 1.0
    holding: float = 1.0
    changeover: float = 0.0


def work_minutes(setup: float, quantity: float, run: float, *, efficiency: float = 1.0, reported: float = 0.0) -> int:
    """Minutes of capacity an operation still needs: set-up once, and run for each piece not yet reported (C01, C07).

    setup, run  minutes for the lot and for a piece; a started operation is set up already
    efficiency  output for the standard hour, above 0; slows the run, not the set-up
    Queue and move times are lags: they take time but no capacity. Whole minutes, rounded up, at least one.
    """
    problem.require(efficiency > 0, "operations", 0, "efficiency", efficiency, "must be above 0")
    left = max(0.0, quantity - reported)
    return max(1, math.ceil((0.0 if reported else setup) + left * run / efficiency - 1e-9))


def check(resources: Resources, plan: Plan) -> None:
    """Raise InvalidProblem where plan and resources do not fit together; C10 names the two calendars."""
    _range("mode_machine", plan.mode_machine, 0, resources.machines)
    _range("skill", plan.skill, NONE, resources.person_skills.shape[1])
    _range("tool", plan.tool, NONE, len(resources.tool_count))
    _range("family", plan.family, NONE, len(resources.changeover))
    pinned = np.flatnonzero(plan.pin_start != NONE)
    for row in pinned:
        own = plan.mode_machine[plan.mode_start[row] : plan.mode_start[row + 1]]
        shown, rule = int(plan.pin_machine[row]), "must be one of the operation's own machines"
        problem.require(plan.pin_machine[row] in own, "pin_machine", int(row), "machine", shown, rule)
    for row in np.flatnonzero((plan.tool != NONE) & (np.append(resources.tool_count, 1)[plan.tool] == 0))[:1]:
        problem.require(False, "tool", int(row), "tool", int(plan.tool[row]), "has no piece")
    loop = find_loop(plan.operations, plan.before, plan.after)
    if loop:
        path = tuple(str(row) for row in loop)
        rule = f"operations must not wait for each other: {' > '.join(path)}"
        raise problem.InvalidProblem(problem.Defect("before", loop[0], "loop", loop[0], rule, path))


def find_loop(count: int, before: np.ndarray, after: np.ndarray) -> list[int]:
    """Of so many rows, some that wait for each other in a circle, the first again at the end; empty when none do."""
    following: list[list[int]] = [[] for _ in range(count)]
    waiting = np.bincount(after, minlength=count)
    for one, other in zip(before.tolist(), after.tolist(), strict=True):
        following[one].append(other)
    free = np.flatnonzero(waiting == 0).tolist()
    while free:
        for row in following[free.pop()]:
            waiting[row] -= 1
            if not waiting[row]:
                free.append(row)
    left = set(np.flatnonzero(waiting > 0).tolist())
    if not left:
        return []
    # Going back from a waiting row to one it waits for must come round.
    behind = {other: one for one, other in zip(before.tolist(), after.tolist(), strict=True) if one in left}
    row, seen = next(iter(left)), []
    while row not in seen:
        seen.append(row)
        row = behind[row]
    return [row, *reversed(seen[seen.index(row) :])]


def _range(array: str, values: np.ndarray, low: int, count: int | None) -> None:
    wrong = values < low if count is None else (values < low) | (values >= count)
    for row in np.flatnonzero(wrong)[:1]:
        rule = f"must be {low} or more" if count is None else f"must be {low} to {count - 1}"
        problem.require(False, array, int(row), "value", values[row].item(), rule)


def _lengths(of: str, owner: object, **wanted: int) -> None:
    for name, length in wanted.items():
        found = len(getattr(owner, name))
        problem.require(found == length, name, 0, "length", found, f"must be {length}, to match {of}")
