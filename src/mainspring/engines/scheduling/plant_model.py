"""A plan and its resources in the shape the compiled builder reads."""

import numpy as np

from mainspring.engines import problem
from mainspring.engines.scheduling import plant, plant_build


class Model:
    """Flat arrays of one problem; machines, people and tool pieces are numbered through as units."""

    def __init__(self, resources: plant.Resources, plan: plant.Plan):
        plant.check(resources, plan)
        self.resources, self.plan = resources, plan
        self._number_units()
        self._cross_hours()
        self._gather_operations()
        self._gather_links()
        self._gather_groups()
        self._require_shared_hours()

    def fresh(self) -> tuple[np.ndarray, np.ndarray]:
        """Room for the answer of one build: placed, waits."""
        return np.zeros((8, self.plan.operations), np.int64), np.zeros((5, self.plan.operations), np.int64)

    def build(self, key: np.ndarray, floor: np.ndarray, placed: np.ndarray, waits: np.ndarray, stop: np.ndarray) -> int:
        """Place every operation; -1 when all are placed, -2 when stopped, else the operation without a place."""
        return plant_build.build(
            key, floor, self.operation, self.plan.mode_start, self.modes, self.link_start, self.links, self.next_start,
            self.next_rows, self.group_start, self.group_rows, self.resources.changeover, self.hours_start, self.hours,
            self.pairs, self.machine_start, self.skill_start, self.skill_people, self.tool_start, self.unit_calendar,
            self.unit_family, self.pinned, placed, waits, stop,
        )  # fmt: skip

    def refuse(self, row: int) -> None:
        """Raise InvalidProblem for an operation that found no place, with the likely rule."""
        plan = self.plan
        if plan.pin_start[row] != plant.NONE:
            rule = "the pinned start is closed, taken, or not allowed by its change-over"
            raise problem.InvalidProblem(problem.Defect("pin_start", int(row), "start", int(plan.pin_start[row]), rule))
        tied = plan.lag_max[np.flatnonzero(plan.after == row)]
        rule = "finds no place before the calendars end"
        if (tied != plant.NONE).any():
            rule = "finds no place within its maximum lag before the calendars end"
        order = int(plan.operation_order[row])
        raise problem.InvalidProblem(problem.Defect("operation_order", int(row), "order", order, rule))

    def _number_units(self) -> None:
        resources = self.resources
        size = resources.machine_size
        people, pieces = len(resources.person_calendar), int(resources.tool_count.sum())
        self.machine_start = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
        self.first_person = int(self.machine_start[-1])
        self.first_piece = self.first_person + people
        machine = np.repeat(np.arange(resources.machines), size)
        self.unit_machine = machine
        self.unit_calendar = np.concatenate(
            [resources.machine_calendar[machine], resources.person_calendar, np.zeros(pieces, np.int64)]
        ).astype(np.int64)
        self.unit_family = np.concatenate(
            [resources.machine_family[machine], np.full(people + pieces, plant.NONE)]
        ).astype(np.int64)
        person, skill = np.nonzero(resources.person_skills)
        by_skill = np.argsort(skill, kind="stable")
        self.skill_people = (person[by_skill] + self.first_person).astype(np.int64)
        counts = np.bincount(skill, minlength=resources.person_skills.shape[1])
        self.skill_start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self.tool_start = (np.concatenate([[0], np.cumsum(resources.tool_count)]) + self.first_piece).astype(np.int64)

    def _cross_hours(self) -> None:
        """Common hours of each machine calendar with each person calendar, and alone in the last column."""
        calendars = self.resources.calendars
        count = len(calendars)
        self.pairs = np.zeros((count, count + 1), np.int64)
        starts, opens, closes, done = [0], [], [], []
        wanted = np.zeros((count, count + 1), bool)
        machines = np.unique(self.resources.machine_calendar)
        wanted[machines, count] = True
        wanted[np.ix_(machines, np.unique(self.resources.person_calendar))] = True
        for row, column in np.argwhere(wanted):
            one = calendars[row]
            a, b = (one.opens, one.closes) if column == count else common_hours(one, calendars[column])
            self.pairs[row, column] = len(starts) - 1
            opens.append(a)
            closes.append(b)
            done.append(np.cumsum(b - a) - (b - a))
            starts.append(starts[-1] + len(a))
        self.hours_start = np.array(starts, np.int64)
        self.hours = np.ascontiguousarray(
            np.array([np.concatenate(opens), np.concatenate(closes), np.concatenate(done)], np.int64)
        )

    def _gather_operations(self) -> None:
        plan = self.plan
        earliest = np.maximum(plan.order_release[plan.operation_order], plan.material_ready)
        rows = [
            np.zeros(plan.operations), np.maximum(earliest, 0), plan.whole, plan.family, plan.skill, plan.tool,
            plan.pin_start, plan.pin_machine,
        ]  # fmt: skip
        self.operation = np.ascontiguousarray(np.array(rows, np.int64))
        self.modes = np.ascontiguousarray(np.array([plan.mode_machine, plan.mode_minutes], np.int64))
        pinned = np.flatnonzero(plan.pin_start != plant.NONE)
        self.pinned = pinned[np.argsort(plan.pin_start[pinned], kind="stable")].astype(np.int64)

    def _gather_links(self) -> None:
        plan = self.plan
        by_after = np.argsort(plan.after, kind="stable")
        counts = np.bincount(plan.after, minlength=plan.operations)
        self.link_start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self.links = np.ascontiguousarray(
            np.array([plan.before, plan.lag_min, plan.lag_max, plan.transfer], np.int64)[:, by_after]
        )
        by_before = np.argsort(plan.before, kind="stable")
        counts = np.bincount(plan.before, minlength=plan.operations)
        self.next_start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self.next_rows = plan.after[by_before].astype(np.int64)

    def _gather_groups(self) -> None:
        """Operations tied by maximum lags, in the order they depend on each other; a group must not wait for itself."""
        plan = self.plan
        self.level = levels(plan)
        root = np.arange(plan.operations)

        def find(row):
            while root[row] != row:
                root[row] = root[root[row]]
                row = root[row]
            return row

        for link in np.flatnonzero(plan.lag_max != plant.NONE):
            root[find(plan.before[link])] = find(plan.after[link])
        roots = np.array([find(row) for row in range(plan.operations)]) if (plan.lag_max != plant.NONE).any() else root
        rows = np.lexsort((self.level, roots))
        edges = np.flatnonzero(np.diff(roots[rows], prepend=-1))
        self.group_start = np.append(edges, plan.operations).astype(np.int64)
        self.group_rows = rows.astype(np.int64)
        inside = roots[plan.before] == roots[plan.after]
        between = (roots[plan.before[~inside]], roots[plan.after[~inside]])
        circle = plant.find_loop(plan.operations, *between) if inside.any() else []
        rule = "operations tied by maximum lags must not wait for others that wait for them"
        problem.require(not circle, "lag_max", circle[0] if circle else 0, "operations", circle, rule)

    def _require_shared_hours(self) -> None:
        """C10: an operation whose machines and people are never there together is refused, both calendars named."""
        plan, resources = self.plan, self.resources
        count = len(resources.calendars)
        calendar = resources.machine_calendar[plan.mode_machine]
        skill = np.repeat(plan.skill, np.diff(plan.mode_start))
        whole = np.repeat(plan.whole, np.diff(plan.mode_start))
        need = np.where(whole, plan.mode_minutes, 1)
        fits = np.zeros(len(need), bool)
        for one, of_skill in np.unique(np.stack([calendar, skill]), axis=1).T:
            rows = np.flatnonzero((calendar == one) & (skill == of_skill))
            columns = [count] if of_skill < 0 else resources.person_calendar[resources.person_skills[:, of_skill]]
            longest = max((self._longest(self.pairs[one, column]) for column in np.unique(columns)), default=0)
            fits[rows] = need[rows] <= longest
        able = np.logical_or.reduceat(fits, plan.mode_start[:-1])
        defects = [self._no_hour(int(row)) for row in np.flatnonzero(~able)[:20]]
        if defects:
            raise problem.InvalidProblem(*defects)

    def _longest(self, pair: int) -> int:
        row = slice(self.hours_start[pair], self.hours_start[pair + 1])
        return int((self.hours[1, row] - self.hours[0, row]).max(initial=0))

    def _no_hour(self, row: int) -> problem.Defect:
        plan, resources = self.plan, self.resources
        modes = slice(plan.mode_start[row], plan.mode_start[row + 1])
        of_machines = resources.machine_calendar[plan.mode_machine[modes]]
        machines = " or ".join(sorted({resources.calendars[one].name for one in of_machines}))
        if plan.skill[row] < 0:
            rule = f"no open interval of calendar {machines} is long enough"
            return problem.Defect("whole", row, "minutes", int(plan.shortest[row]), rule)
        having = resources.person_skills[:, plan.skill[row]]
        if not having.any():
            return problem.Defect("skill", row, "skill", int(plan.skill[row]), "nobody has this skill")
        people = " or ".join(sorted({resources.calendars[one].name for one in resources.person_calendar[having]}))
        length = " long enough" if plan.whole[row] else ""
        rule = f"no shared open hour{length}: machine calendar {machines} and people calendar {people}"
        return problem.Defect("skill", row, "skill", int(plan.skill[row]), rule)


def common_hours(one: plant.Calendar, other: plant.Calendar) -> tuple[np.ndarray, np.ndarray]:
    """The intervals open in both."""
    first = np.searchsorted(other.closes, one.opens, side="right")
    last = np.searchsorted(other.opens, one.closes, side="left")
    count = np.maximum(last - first, 0)
    mine = np.repeat(np.arange(len(one.opens)), count)
    theirs = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
    opens = np.maximum(one.opens[mine], other.opens[theirs])
    closes = np.minimum(one.closes[mine], other.closes[theirs])
    kept = opens < closes
    return opens[kept], closes[kept]


def levels(plan: plant.Plan) -> np.ndarray:
    """[operations] length of the longest chain of operations before each."""
    level = np.zeros(plan.operations, np.int64)
    while len(plan.before):
        wanted = level.copy()
        np.maximum.at(wanted, plan.after, level[plan.before] + 1)
        if np.array_equal(wanted, level):
            break
        level = wanted
    return level
