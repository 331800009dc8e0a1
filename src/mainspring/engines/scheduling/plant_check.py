"""Is an industrial plan feasible? Written apart from the builder and asked before a plan leaves the engine."""

import numpy as np

from mainspring.engines import problem
from mainspring.engines.scheduling import plant


def check(resources: plant.Resources, plan: plant.Plan, schedule) -> None:
    """Raise InvalidProblem at the first rule of `schedule` (see `plant_result.Schedule`) that does not hold."""
    _check_choice(resources, plan, schedule)
    hours = Hours(resources, schedule)
    _check_times(plan, schedule, hours)
    _check_links(plan, schedule, hours)
    _check_units("machine", schedule.machine, schedule, resources.machine_size)
    held = schedule.person != plant.NONE
    _check_units("person", schedule.person, schedule, np.ones(len(resources.person_calendar), np.int64), held)
    held = plan.tool != plant.NONE
    _check_units("tool", plan.tool, schedule, resources.tool_count, held)
    _check_changeovers(resources, plan, schedule)


class OpenTime:
    """Open minutes of one calendar, or of what two have in common."""

    def __init__(self, one: plant.Calendar, other: plant.Calendar | None = None):
        opened = [(int(t), 1) for c in (one, other) if c for t in c.opens]
        closed = [(int(t), -1) for c in (one, other) if c for t in c.closes]
        needed, have, since, pieces = 1 + (other is not None), 0, 0, []
        for moment, step in sorted(opened + closed):
            if have == needed and moment > since:
                pieces.append((since, moment))
            have += step
            since = moment
        pairs = np.array(pieces, np.int64).reshape(-1, 2)
        self.opens, self.closes = pairs[:, 0], pairs[:, 1]
        self.total = np.concatenate([[0], np.cumsum(self.closes - self.opens)])

    def before(self, moments: np.ndarray) -> np.ndarray:
        """Open minutes before each moment."""
        passed = np.searchsorted(self.opens, moments, side="right")
        began = np.append(self.opens, 0)[np.maximum(passed - 1, 0)]
        ended = np.append(self.closes, 0)[np.maximum(passed - 1, 0)]
        running = np.where(passed > 0, np.minimum(moments, ended) - began, 0)
        return self.total[np.maximum(passed - 1, 0)] + running


class Hours:
    """Open time of every operation of a schedule: its machine's and its person's calendar."""

    def __init__(self, resources: plant.Resources, schedule):
        none = len(resources.calendars)
        person = np.append(resources.person_calendar, none)[schedule.person]
        machine = resources.machine_calendar[schedule.machine]
        self.kind, self.known = machine * (none + 1) + person, {}
        for kind in np.unique(self.kind).tolist():
            one, other = divmod(kind, none + 1)
            second = None if other == none else resources.calendars[other]
            self.known[kind] = OpenTime(resources.calendars[one], second)

    def between(self, rows: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Open minutes of these operations in [start, end)."""
        found = np.zeros(len(rows), np.int64)
        for kind, open_time in self.known.items():
            own = self.kind[rows] == kind
            found[own] = open_time.before(end[own]) - open_time.before(start[own])
        return found


def _refuse(array: str, row, field: str, value: object, rule: str) -> None:
    problem.require(False, array, int(row), field, value, rule)


def _check_choice(resources, plan, schedule) -> None:
    inside = (schedule.mode >= plan.mode_start[:-1]) & (schedule.mode < plan.mode_start[1:])
    for row in np.flatnonzero(~inside)[:1]:
        _refuse("mode", row, "alternative", int(schedule.mode[row]), "is not one of the operation's own")
    for row in np.flatnonzero(plan.mode_machine[schedule.mode] != schedule.machine)[:1]:
        _refuse("machine", row, "machine", int(schedule.machine[row]), "is not the one of its alternative")
    wanted = np.flatnonzero(plan.skill != plant.NONE)
    person = schedule.person[wanted]
    able = person != plant.NONE
    able[able] = resources.person_skills[person[able], plan.skill[wanted[able]]]
    for row in wanted[~able][:1]:
        _refuse("person", row, "person", int(schedule.person[row]), f"must have skill {plan.skill[row]}")
    pinned = np.flatnonzero(plan.pin_start != plant.NONE)
    for row in pinned:
        if (schedule.start[row], schedule.machine[row]) != (plan.pin_start[row], plan.pin_machine[row]):
            _refuse("start", row, "start", int(schedule.start[row]), f"is pinned to {plan.pin_start[row]}")


def _check_times(plan, schedule, hours) -> None:
    earliest = np.maximum(np.maximum(plan.order_release[plan.operation_order], plan.material_ready), 0)
    free = plan.pin_start == plant.NONE
    for row in np.flatnonzero(free & (schedule.start < earliest))[:1]:
        _refuse("start", row, "start", int(schedule.start[row]), f"released or material ready at {earliest[row]} only")
    rows = np.arange(plan.operations)
    worked = hours.between(rows, schedule.start, schedule.end)
    needed = plan.mode_minutes[schedule.mode] + schedule.setup
    for row in np.flatnonzero(worked != needed)[:1]:
        _refuse("end", row, "worked", int(worked[row]), f"must be {needed[row]} open minutes")
    paused = plan.whole & (schedule.end - schedule.start != needed)
    for row in np.flatnonzero(paused)[:1]:
        _refuse("end", row, "end", int(schedule.end[row]), "must not pause over closed time")
    for row in np.flatnonzero(hours.between(rows, schedule.start, schedule.start + 1) == 0)[:1]:
        _refuse("start", row, "start", int(schedule.start[row]), "is closed time")


def _check_links(plan, schedule, hours) -> None:
    one, other = plan.before, plan.after
    ready = schedule.end[one] + plan.lag_min
    batches = plan.transfer < plant.WHOLE
    for link in np.flatnonzero(~batches & (schedule.start[other] < ready))[:1]:
        rule = f"must wait for {one[link]} until {ready[link]}"
        _refuse("start", other[link], "start", int(schedule.start[other[link]]), rule)
    late = (plan.lag_max != plant.NONE) & (schedule.start[other] > schedule.end[one] + plan.lag_max)
    for link in np.flatnonzero(late)[:1]:
        rule = f"must follow {one[link]} by {schedule.end[one[link]] + plan.lag_max[link]}"
        _refuse("start", other[link], "start", int(schedule.start[other[link]]), rule)
    _check_overlap(plan, schedule, hours, np.flatnonzero(batches))


def _check_overlap(plan, schedule, hours, links) -> None:
    """The first batch is through before the next operation starts; the last is left to it after the end."""
    one, other, lag = plan.before[links], plan.after[links], plan.lag_min[links]
    part = plan.transfer[links]
    done = hours.between(one, schedule.start[one], schedule.start[other] - lag) - schedule.setup[one]
    early = schedule.start[other] - lag < schedule.start[one]
    early |= done * plant.WHOLE < part * plan.mode_minutes[schedule.mode[one]]
    for link in np.flatnonzero(early)[:1]:
        rule = f"must wait for the first transfer batch of {one[link]}"
        _refuse("start", other[link], "start", int(schedule.start[other[link]]), rule)
    arrives = np.maximum(schedule.start[other], schedule.end[one] + lag)
    left = hours.between(other, arrives, np.maximum(arrives, schedule.end[other]))
    short = left * plant.WHOLE < part * plan.mode_minutes[schedule.mode[other]]
    for link in np.flatnonzero(short)[:1]:
        rule = f"must leave the last transfer batch of {one[link]} until {arrives[link]}"
        _refuse("start", other[link], "start", int(schedule.start[other[link]]), rule)


def _check_units(array, subject, schedule, size, held=None) -> None:
    """At no minute more operations on a resource than its size (C05)."""
    rows = np.arange(len(subject)) if held is None else np.flatnonzero(held)
    moments = np.concatenate([schedule.start[rows], schedule.end[rows]])
    steps = np.repeat([1, -1], len(rows))
    of = np.concatenate([subject[rows], subject[rows]])
    order = np.lexsort((steps, moments, of))
    load = np.cumsum(steps[order])  # every resource ends at 0, so the next begins there
    for k in np.flatnonzero(load > size[of[order]])[:1]:
        row = rows[order[k] % len(rows)]
        _refuse(array, row, array, int(of[order[k]]), f"is taken at minute {moments[order[k]]}")


def _check_changeovers(resources, plan, schedule) -> None:
    """C09: every change-over is at least what the family before on the same unit of the machine asks for."""
    rows = np.flatnonzero(plan.family != plant.NONE)
    rows = rows[np.lexsort((schedule.start[rows], schedule.unit[rows]))]
    family = plan.family[rows]
    first = np.diff(schedule.unit[rows], prepend=-1) != 0
    was = np.where(first, resources.machine_family[schedule.machine[rows]], np.roll(family, 1))
    needed = np.where(was == plant.NONE, 0, resources.changeover[was, family])
    for k in np.flatnonzero((needed < 0) | (schedule.setup[rows] < needed))[:1]:
        rule = f"family {was[k]} to {family[k]} needs {needed[k]} minutes (-1: not allowed)"
        _refuse("setup", rows[k], "minutes", int(schedule.setup[rows[k]]), rule)
