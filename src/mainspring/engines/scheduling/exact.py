"""CP-SAT beside the tabu search: proof of optimality and bounds for job shops of moderate size."""

from collections.abc import Callable

import numpy as np

from mainspring.engines.scheduling import data


class Prover:
    """One CP-SAT solve that can be stopped from another thread."""

    def __init__(self):
        self.solver = None
        self.stopped = False

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
        workers: int,
        seed: int,
        bound: int,
        hint: tuple[int, np.ndarray] | None,
        on_bound: Callable[[int], None],
        on_solution: Callable[[int, np.ndarray], None],
    ) -> None:
        """Look for schedules below the hint and raise the bound until both meet or time is up.

        hint  makespan and starts of the best known schedule; only shorter ones are looked for
        """
        from ortools.sat.python import cp_model

        model = cp_model.CpModel()
        horizon = hint[0] - 1 if hint else int(shop.duration.sum())
        if horizon < bound:
            on_bound(horizon + 1)
            return
        starts = [model.new_int_var(0, max(0, horizon - int(length)), "") for length in shop.duration]
        ends = [start + int(length) for start, length in zip(starts, shop.duration, strict=True)]
        makespan = model.new_int_var(bound, horizon, "makespan")
        intervals = [
            model.new_fixed_size_interval_var(start, int(length), "")
            for start, length in zip(starts, shop.duration, strict=True)
        ]
        for machine in range(shop.machines):
            model.add_no_overlap([intervals[row] for row in np.flatnonzero(shop.machine == machine)])
        for row in np.flatnonzero(shop.job[1:] == shop.job[:-1]):
            model.add(starts[row + 1] >= ends[row])
        for row in shop.job_start[1:][np.diff(shop.job_start) > 0] - 1:
            model.add(makespan >= ends[row])
        model.minimize(makespan)
        if hint:
            for start, value in zip(starts, hint[1], strict=True):
                model.add_hint(start, int(value))
        self._solve(cp_model, model, starts, seconds, workers, seed, horizon, on_bound, on_solution)

    def _solve(self, cp_model, model, starts, seconds, workers, seed, horizon, on_bound, on_solution) -> None:
        solver = self.solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = max(0.01, seconds)
        solver.parameters.num_workers = workers
        solver.parameters.random_seed = seed % 2**31
        # Without the linear relaxation and with every disjunctive propagator, proofs of job shops come some twenty
        # times sooner than with the defaults.
        solver.parameters.linearization_level = 0
        solver.parameters.use_strong_propagation_in_disjunctive = True
        solver.parameters.use_dynamic_precedence_in_disjunctive = True
        solver.best_bound_callback = lambda value: on_bound(round(value))

        class Found(cp_model.CpSolverSolutionCallback):
            def on_solution_callback(self):
                on_solution(round(self.objective_value), np.array([self.value(start) for start in starts]))

        if self.stopped:
            return
        status = solver.solve(model, Found())
        if status == cp_model.INFEASIBLE:
            on_bound(horizon + 1)
        elif status == cp_model.OPTIMAL:
            on_bound(round(solver.objective_value))
