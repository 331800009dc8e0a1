"""Solve a flexible job shop: tabu search over machines and sequences, CP-SAT beside it with the best as its hint."""

from collections.abc import Callable

from mainspring.engines.scheduling import bounds, check, data, flexible_graph, result, solver


def solve(
    shop: data.FlexibleJobShop,
    *,
    seconds: float,
    seed: int = 0,
    workers: int = 2,
    progress: Callable[[result.Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> result.ShopPlan:
    """The shortest schedule found in the time, its bound and whether they meet; arguments as in `jobshop.solve`."""
    solver.require_arguments(seconds, seed, workers)
    control = result.Control(seconds, progress, cancelled)
    graph = flexible_graph.FlexibleGraph(shop)
    run = _Solver(shop, graph, control, bound=bounds.flexible(shop), seed=seed, workers=workers)
    value, solution = run.run()
    start, mode = graph.start(solution), graph.choice(solution)
    check.flexible(shop, start, mode, value)
    return result.ShopPlan(value, run.bound, start, start + shop.duration[mode], shop.machine[mode], control.elapsed)


class _Solver(solver.Solver):
    provable = 1000

    def prove(self, seconds: float) -> None:
        value, solution = self.population.best
        self.prover.flexible(
            self.shop,
            seconds=seconds,
            seed=self.seed,
            bound=self.bound,
            hint=(value, self.graph.start(solution), self.graph.choice(solution)),
            on_bound=self.raise_bound,
            on_solution=lambda value, start, mode: self.population.offer_timed(self.graph.timed(start, mode)),
        )
