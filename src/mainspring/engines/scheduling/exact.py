"""CP-SAT beside the tabu search: better schedules, bounds and proofs of optimality for shops of moderate size."""

from collections.abc import Callable

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

    def _model(self, bound: int, horizon: int) -> "_Model":
        self.loading = True
        from ortools.sat.python import cp_model

        self.loading = False
        return _Model(cp_model, bound, horizon)

    def _solve(self, model, seconds, seed, on_bound, on_solution) -> None:
        if model.bound > model.horizon:
            on_bound(model.horizon + 1)
            return
        model.close()
        solver = self.solver = model.library.CpSolver()
        solver.parameters.max_time_in_seconds = max(0.01, seconds)
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed % 2**31
        # Without the linear relaxation and with every disjunctive propagator, proofs of job shops come some twenty
        # times sooner than with the defaults.
        solver.parameters.linearization_level = 0
        solver.parameters.use_strong_propagation_in_disjunctive = True
        solver.parameters.use_dynamic_precedence_in_disjunctive = True
        solver.best_bound_callback = lambda value: on_bound(round(value))
        if self.stopped:
            return
        status = solver.solve(model.cp, model.listener(on_solution))
        if status == model.library.INFEASIBLE:
            on_bound(model.horizon + 1)
        elif status == model.library.OPTIMAL:
            on_bound(round(solver.objective_value))


class _Model:
    """What both models share: a makespan between bound and horizon, machines, chains of jobs."""

    def __init__(self, library, bound: int, horizon: int):
        self.library, self.bound, self.horizon = library, bound, horizon
        self.cp = library.CpModel()
        self.machines: dict[int, list] = {}
        self.ends: list = []

    def start(self, shortest: int, hinted: int):
        variable = self.cp.new_int_var(0, max(0, self.horizon - shortest), "")
        self.cp.add_hint(variable, hinted)
        return variable

    def domain(self, values: list[int]):
        return self.library.Domain.from_values(values)

    def occupy(self, machine: int, interval) -> None:
        self.machines.setdefault(machine, []).append(interval)

    def chain(self, shop, starts, ends) -> None:
        for row in np.flatnonzero(shop.job[1:] == shop.job[:-1]):
            self.cp.add(starts[row + 1] >= ends[row])
        self.ends = [ends[row] for row in shop.job_start[1:][np.diff(shop.job_start) > 0] - 1]

    def close(self) -> None:
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
