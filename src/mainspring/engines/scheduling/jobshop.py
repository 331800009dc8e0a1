"""Solve a job shop: tabu search with relinking on every worker; CP-SAT proving beside it where that can succeed."""

from collections.abc import Callable

from mainspring.engines.scheduling import bounds, check, data, graph, result, solver


def solve(
    shop: data.JobShop,
    *,
    seconds: float,
    seed: int = 0,
    workers: int = 2,
    progress: Callable[[result.Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> result.ShopPlan:
    """The shortest schedule found in the time, its bound and whether they meet.

    seconds  wall time, above 0; the search ends earlier when the schedule is proven optimal
    workers  threads, 1 or more; one worker with the same seed repeats the same moves
    Raises InvalidProblem for arguments out of range. At least one schedule is always found.
    """
    solver.require_arguments(seconds, seed, workers)
    control = result.Control(seconds, progress, cancelled)
    graph_ = graph.Graph(shop)
    run = _Solver(shop, graph_, control, bound=bounds.job_shop(shop), seed=seed, workers=workers)
    value, solution = run.run()
    start = graph_.start(solution)
    check.job_shop(shop, start, value)
    return result.ShopPlan(value, run.bound, start, start + shop.duration, shop.machine, control.elapsed)


class _Solver(solver.Solver):
    provable = 260

    def prove(self, seconds: float) -> None:
        value, solution = self.population.best
        self.prover.job_shop(
            self.shop,
            seconds=seconds,
            seed=self.seed,
            bound=self.bound,
            hint=(value, self.graph.start(solution)),
            on_bound=self.raise_bound,
            on_solution=lambda value, start: self.population.offer_timed(self.graph.timed(start)),
        )
