"""CP-SAT beside the tabu search: better schedules, bounds and proofs of optimality for shops of moderate size."""

from collections.abc import Callable

import numpy as np

from mainspring.engines.scheduling import data, proto


class Prover:
    """CP-SAT on one thread, which can be stopped from another."""

    def __init__(self):
        self.wrapper = None
        self.stopped = False
        # While the library loads nothing can be stopped, and nobody should wait for it.
        self.loading = False

    def stop(self) -> None:
        """End the solve soon."""
        self.stopped = True
        if self.wrapper is not None:
            self.wrapper.stop_search()

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
        model = self._model(bound, best - 1, on_bound)
        if model is None:
            return
        lengths = shop.duration.tolist()
        starts = [
            model.variable(0, max(0, model.horizon - length), int(hinted[row])) for row, length in enumerate(lengths)
        ]
        for row, length in enumerate(lengths):
            model.occupy(int(shop.machine[row]), starts[row], length)
        for row in _not_last(shop):
            model.sum_is([(starts[row + 1], 1), (starts[row], -1)], lengths[row], model.horizon)
        for row in _last(shop):
            model.ends_before_makespan(starts[row], lengths[row])
        first = starts[0] if starts else 0
        count = len(starts)
        self._solve(
            model, seconds, seed, on_bound, lambda value, found: on_solution(value, found[first : first + count])
        )

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
        model = self._model(bound, best - 1, on_bound)
        if model is None:
            return
        starts, ends, picks = [], [], []
        for row in range(shop.operations):
            modes = range(shop.mode_start[row], shop.mode_start[row + 1])
            lengths = [int(shop.duration[mode]) for mode in modes]
            start = model.variable(0, max(0, model.horizon - min(lengths)), int(hinted[row]))
            length, end = model.one_of(lengths), model.variable(0, model.horizon)
            model.sum_is([(start, 1), (length, 1), (end, -1)], 0, 0)
            literals = []
            for mode, time in zip(modes, lengths, strict=True):
                literal = model.variable(0, 1, int(mode == chosen[row]))
                model.sum_is([(length, 1)], time, time, literal)
                model.sum_is([(end, 1), (start, -1)], time, time, literal)
                model.occupy(int(shop.machine[mode]), start, time, literal)
                literals.append(literal)
                picks.append((row, mode, literal))
            model.exactly_one(literals)
            starts.append(start)
            ends.append(end)
        for row in _not_last(shop):
            model.sum_is([(starts[row + 1], 1), (ends[row], -1)], 0, model.horizon)
        for row in _last(shop):
            model.ends_before_makespan(ends[row])

        def tell(value, found):
            modes = np.zeros(shop.operations, np.int64)
            for row, mode, literal in picks:
                if found[literal]:
                    modes[row] = mode
            on_solution(value, found[starts], modes)

        self._solve(model, seconds, seed, on_bound, tell)

    def _model(self, bound: int, horizon: int, on_bound: Callable[[int], None]) -> proto.Model | None:
        """An empty model; None when the hint already is as short as the bound allows."""
        if bound > horizon:
            on_bound(horizon + 1)
            return None
        self.loading = True
        model = proto.Model(bound, horizon)
        self.loading = False
        return model

    def _solve(self, model: proto.Model, seconds, seed, on_bound, on_solution) -> None:
        model.close()
        library = model.library
        parameters, wrapper = library.SatParameters(), library.SolveWrapper()
        parameters.max_time_in_seconds = max(0.01, seconds)
        parameters.num_workers = 1
        parameters.random_seed = seed % 2**31
        # Without the linear relaxation and with every disjunctive propagator, proofs of job shops come some twenty
        # times sooner than with the defaults.
        parameters.linearization_level = 0
        parameters.use_strong_propagation_in_disjunctive = True
        parameters.use_dynamic_precedence_in_disjunctive = True
        wrapper.set_parameters(parameters)
        wrapper.add_best_bound_callback(lambda value: on_bound(round(value)))
        listener = model.listener(on_solution)
        wrapper.add_solution_callback(listener)
        self.wrapper = wrapper
        if self.stopped:
            return
        response = wrapper.solve(model.message)
        wrapper.clear_solution_callback(listener)
        if response.status == library.INFEASIBLE:
            on_bound(model.horizon + 1)
        elif response.status == library.OPTIMAL:
            on_bound(round(response.objective_value))


def _not_last(shop) -> list[int]:
    """Operations that another of their job follows."""
    return np.flatnonzero(shop.job[1:] == shop.job[:-1]).tolist()


def _last(shop) -> list[int]:
    """The last operation of each job that has any."""
    return (shop.job_start[1:][np.diff(shop.job_start) > 0] - 1).tolist()
