"""CP-SAT beside the tabu search: shops of moderate size, with bounds and proofs, and parts of larger ones."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mainspring.engines.scheduling import data


class Prover:
    """CP-SAT on one thread, which can be stopped from another."""

    def __init__(self):
        self.solver = None
        self.stopped = False
        # While the library loads nothing can be stopped, and nobody should wait for it.
        self.loading = False

    def stop(self) -> None:
        """End the solve soon."""
        self.stopped = True
        if self.solver is not None:
            self.solver.stop_search()

    def job_shop(
        self,
        shop: data.JobShop,
        *,
        seconds: float,
        seed: int,
        bound: int,
        hint: tuple[int, np.ndarray],
        on_bound: Callable[[int], None],
        on_solution: Callable[[int, np.ndarray], None],
    ) -> None:
        """Look for schedules shorter than the hint (makespan, starts) until there is none or time is up."""
        best, hinted = hint
        model = self._model(bound, best - 1)
        starts = []
        for row, length in enumerate(shop.duration.tolist()):
            start = model.start(length, int(hinted[row]))
            model.occupy(int(shop.machine[row]), model.cp.new_fixed_size_interval_var(start, length, ""))
            starts.append(start)
        model.chain(
            shop, starts, [start + length for start, length in zip(starts, shop.duration.tolist(), strict=True)]
        )
        self._solve(model, seconds, seed, on_bound, lambda value: on_solution(value.makespan, value.of(starts)))

    def flexible(
        self,
        shop: data.FlexibleJobShop,
        *,
        seconds: float,
        seed: int,
        bound: int,
        hint: tuple[int, np.ndarray, np.ndarray],
        on_bound: Callable[[int], None],
        on_solution: Callable[[int, np.ndarray, np.ndarray], None],
    ) -> None:
        """As `job_shop`; the hint and every solution also tell the alternative of each operation."""
        best, hinted, chosen = hint
        model = self._model(bound, best - 1)
        starts, ends, picks = [], [], []
        for row in range(shop.operations):
            modes = range(shop.mode_start[row], shop.mode_start[row + 1])
            lengths = [int(shop.duration[mode]) for mode in modes]
            start = model.start(min(lengths), int(hinted[row]))
            length = model.cp.new_int_var_from_domain(model.domain(lengths), "")
            end = model.cp.new_int_var(0, model.horizon, "")
            model.cp.new_interval_var(start, length, end, "")
            literals = []
            for mode, time in zip(modes, lengths, strict=True):
                literal = model.cp.new_bool_var("")
                model.cp.add_hint(literal, int(mode == chosen[row]))
                model.cp.add(length == time).only_enforce_if(literal)
                optional = model.cp.new_optional_interval_var(start, time, end, literal, "")
                model.occupy(int(shop.machine[mode]), optional)
                literals.append(literal)
                picks.append((row, mode, literal))
            model.cp.add_exactly_one(literals)
            starts.append(start)
            ends.append(end)
        model.chain(shop, starts, ends)

        def tell(found):
            modes = np.zeros(shop.operations, np.int64)
            for row, mode, literal in picks:
                if found.value(literal):
                    modes[row] = mode
            on_solution(found.makespan, found.of(starts), modes)

        self._solve(model, seconds, seed, on_bound, tell)

    def window(
        self, part: "Part", *, effort: float, seconds: float, seed: int, bound: int, best: int
    ) -> tuple[str, list | None]:
        """Arrange a part of a schedule anew, the rest staying as it is, so that all of it ends before `best`.

        effort  work allowed, in CP-SAT's own seconds
        Returns "better", "none" (there is no such arrangement) or "open", and start and alternative of each operation.
        """
        model = self._model(max(bound, part.rest), best - 1)
        if model.bound > model.horizon:
            return "none", None
        read = model.part(part)
        if read is None:
            return "none", None
        found: list = []
        status = self._solve(model, seconds, seed, lambda _: None, lambda value: found.append(read(value)), effort)
        if found:
            return "better", found[-1]
        return ("none" if status == "INFEASIBLE" else "open"), None

    def _model(self, bound: int, horizon: int) -> "_Model":
        self.loading = True
        from ortools.sat.python import cp_model

        self.loading = False
        return _Model(cp_model, bound, horizon)

    def _solve(self, model, seconds, seed, on_bound, on_solution, effort=0.0) -> str:
        if model.bound > model.horizon:
            on_bound(model.horizon + 1)
            return "INFEASIBLE"
        model.close()
        solver = self.solver = model.library.CpSolver()
        solver.parameters.max_time_in_seconds = max(0.01, seconds)
        if effort:
            solver.parameters.max_deterministic_time = effort
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed % 2**31
        # Without the linear relaxation and with every disjunctive propagator, proofs of job shops come some twenty
        # times sooner than with the defaults.
        solver.parameters.linearization_level = 0
        solver.parameters.use_strong_propagation_in_disjunctive = True
        solver.parameters.use_dynamic_precedence_in_disjunctive = True
        solver.best_bound_callback = lambda value: on_bound(round(value))
        if self.stopped:
            return "UNKNOWN"
        status = solver.solve(model.cp, model.listener(on_solution))
        if status == model.library.INFEASIBLE:
            on_bound(model.horizon + 1)
        elif status == model.library.OPTIMAL:
            on_bound(round(solver.objective_value))
        return solver.status_name(status)


@dataclass(frozen=True)
class Part:
    """Some operations of a schedule, in order of time; what is not among them keeps its place.

    before   place in the part of the operation before in the same job, -1 when it is not in the part
    choices  of each operation the alternatives: number, machine, duration, release, and the time needed after its end
    chosen   place of the present alternative among them
    start    present start
    rest     the longest path that does not touch the part: nothing in it makes the whole end sooner
    """

    before: list[int]
    choices: list[list[tuple[int, int, int, int, int]]]
    chosen: list[int]
    start: list[int]
    rest: int


class _Model:
    """What both models share: a makespan between bound and horizon, machines, chains of jobs."""

    def __init__(self, library, bound: int, horizon: int):
        self.library, self.bound, self.horizon = library, bound, horizon
        self.cp = library.CpModel()
        self.machines: dict[int, list] = {}
        self.ends: list = []
        self.makespan = None

    def start(self, shortest: int, hinted: int):
        variable = self.cp.new_int_var(0, max(0, self.horizon - shortest), "")
        self.cp.add_hint(variable, hinted)
        return variable

    def part(self, part: Part):
        """Variables and constraints of a part; how to read them, or None when some operation cannot end in time."""
        makespan = self.cp.new_int_var(self.bound, self.horizon, "makespan")
        starts: list = []
        picks: list[list[tuple]] = []
        for row, choices in enumerate(part.choices):
            kept = [each for each in choices if each[3] + each[2] + each[4] <= self.horizon]
            if not kept:
                return None
            latest = max(self.horizon - length - tail for _, _, length, _, tail in kept)
            start = self.cp.new_int_var(min(each[3] for each in kept), latest, "")
            self.cp.add_hint(start, part.start[row])
            literals = []
            for number, machine, length, release, tail in kept:
                if len(kept) == 1:
                    self.occupy(machine, self.cp.new_fixed_size_interval_var(start, length, ""))
                    self.cp.add(start + length + tail <= makespan)
                    literals.append((number, length, None))
                    continue
                literal = self.cp.new_bool_var("")
                self.cp.add_hint(literal, int(number == choices[part.chosen[row]][0]))
                self.occupy(machine, self.cp.new_optional_fixed_size_interval_var(start, length, literal, ""))
                self.cp.add(start >= release).only_enforce_if(literal)
                self.cp.add(start + length + tail <= makespan).only_enforce_if(literal)
                literals.append((number, length, literal))
            if len(literals) > 1:
                self.cp.add_exactly_one(literal for _, _, literal in literals)
            if part.before[row] >= 0:
                for _, length, literal in picks[part.before[row]]:
                    after = self.cp.add(start >= starts[part.before[row]] + length)
                    if literal is not None:
                        after.only_enforce_if(literal)
            starts.append(start)
            picks.append(literals)
        self.makespan = makespan

        def read(found):
            modes = [next(n for n, _, literal in each if literal is None or found.value(literal)) for each in picks]
            return [found.value(start) for start in starts], modes

        return read

    def domain(self, values: list[int]):
        return self.library.Domain.from_values(values)

    def occupy(self, machine: int, interval) -> None:
        self.machines.setdefault(machine, []).append(interval)

    def chain(self, shop, starts, ends) -> None:
        for row in np.flatnonzero(shop.job[1:] == shop.job[:-1]):
            self.cp.add(starts[row + 1] >= ends[row])
        self.ends = [ends[row] for row in shop.job_start[1:][np.diff(shop.job_start) > 0] - 1]

    def close(self) -> None:
        makespan = self.makespan
        if makespan is None:
            makespan = self.cp.new_int_var(self.bound, self.horizon, "makespan")
        for intervals in self.machines.values():
            self.cp.add_no_overlap(intervals)
        for end in self.ends:
            self.cp.add(makespan >= end)
        self.cp.minimize(makespan)

    def listener(self, tell):
        class Found(self.library.CpSolverSolutionCallback):
            def on_solution_callback(self):
                self.makespan = round(self.objective_value)
                tell(self)

            def of(self, variables):
                return np.array([self.value(variable) for variable in variables])

        return Found()
