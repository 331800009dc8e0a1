"""Solve a job shop: tabu search with relinking on every worker, CP-SAT proving beside it where that can succeed."""

import threading
from collections.abc import Callable

from mainspring.engines import problem
from mainspring.engines.scheduling import bounds, check, data, exact, relink, result
from mainspring.engines.scheduling import graph as graphs

# Operations up to which a proof by CP-SAT is worth a worker.
PROVABLE = 260
# Time before the prover starts, so that it begins with a good schedule.
_LEAD = 0.1
_LEAD_SECONDS_MAX = 1.5
# Loading the prover takes a while; with less time than this left it is not begun.
_PROVER_SECONDS_MIN = 3.0


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
    problem.require(seconds > 0, "arguments", 0, "seconds", seconds, "must be above 0")
    problem.require(workers > 0, "arguments", 0, "workers", workers, "must be 1 or more")
    problem.require(seed >= 0, "arguments", 0, "seed", seed, "must be 0 or more")
    return _Solver(shop, result.Control(seconds, progress, cancelled), seed, workers).run()


class _Solver:
    def __init__(self, shop, control, seed, workers):
        self.shop, self.control, self.seed, self.workers = shop, control, seed, workers
        self.graph = graphs.Graph(shop)
        self.bound = bounds.job_shop(shop)
        self.population = relink.Population(self.graph, control, target=self.bound, seed=seed)
        self.prover = exact.Prover()
        self.failures: list[BaseException] = []

    def run(self) -> result.ShopPlan:
        threads = [
            threading.Thread(target=self._guarded, args=(worker,), daemon=True) for worker in range(self.workers)
        ]
        for thread in threads:
            thread.start()
        self.control.watch(self._report)
        self.population.stop[0] = 1
        self.prover.stop()
        for thread in threads:
            thread.join()
        if self.failures:
            raise self.failures[0]
        value, solution = self.population.best
        start = self.graph.start(solution)
        check.job_shop(self.shop, start, value)
        return result.ShopPlan(
            value, min(self.bound, value), start, start + self.shop.duration, self.shop.machine, self.control.elapsed
        )

    def _guarded(self, worker: int) -> None:
        try:
            self._work(worker)
        except BaseException as error:
            self.failures.append(error)
            self.population.finish()

    def _work(self, worker: int) -> None:
        last = worker == self.workers - 1
        seconds = self.control.seconds
        if not last or self.shop.operations > PROVABLE:
            return self.population.work(worker, until=seconds)
        lead = min(_LEAD_SECONDS_MAX, _LEAD * seconds, self.shop.operations / 100)
        self.population.work(worker, until=lead)
        if self.population.stop[0]:
            return None
        if self.control.left < _PROVER_SECONDS_MIN:
            return self.population.work(worker, until=seconds)
        value, solution = self.population.best
        self.prover.job_shop(
            self.shop,
            seconds=self.control.left if self.workers > 1 else 0.5 * self.control.left,
            workers=1,
            seed=self.seed,
            bound=self.bound,
            hint=(value, self.graph.start(solution)),
            on_bound=self._raise_bound,
            on_solution=self._take,
        )
        return self.population.work(worker, until=seconds)

    def _raise_bound(self, bound: int) -> None:
        self.bound = max(self.bound, bound)
        self.population.target = self.bound
        if self.population.best[0] <= self.bound:
            self.population.finish()
            self.prover.stop()

    def _take(self, value: int, start) -> None:
        solution = self.graph.timed(start)
        self.population.offer(value, solution)

    def _report(self) -> result.Progress:
        best = self.population.best
        return result.Progress(self.control.elapsed, best[0] if best else None, self.bound)
