"""The frame of both shop solvers: workers on a shared population, one of them proving where that can succeed."""

import threading

from mainspring.engines import problem
from mainspring.engines.scheduling import exact, relink, result

# Time before the prover starts, so that it begins with a good schedule: a share, seconds, and operations a second.
_LEAD = 0.1
_LEAD_SECONDS_MAX = 1.5
_LEAD_OPERATIONS = 100
# Share of the remaining time for the proof; a worker that has not succeeded by then searches with the others.
_PROVING = 0.5
# Loading the prover takes a moment; with less time than this left it is not begun.
_PROVER_SECONDS_MIN = 0.3


def require_arguments(seconds: float, seed: int, workers: int) -> None:
    """Raise InvalidProblem for arguments out of range."""
    problem.require(seconds > 0, "arguments", 0, "seconds", seconds, "must be above 0")
    problem.require(workers > 0, "arguments", 0, "workers", workers, "must be 1 or more")
    problem.require(seed >= 0, "arguments", 0, "seed", seed, "must be 0 or more")


class Solver:
    """One run. `provable` is the number of operations up to which a worker is given to the prover."""

    provable = 0

    def __init__(self, shop, graph, control: result.Control, *, bound: int, seed: int, workers: int):
        self.shop, self.graph, self.control, self.bound = shop, graph, control, bound
        self.seed, self.workers = seed, workers
        self.population = relink.Population(graph, control, target=bound, seed=seed)
        self.prover = exact.Prover()
        self.failures: list[BaseException] = []

    def run(self):
        """Search until the time is up; makespan and solution of the best."""
        threads = [
            threading.Thread(target=self._guarded, args=(worker,), daemon=True) for worker in range(self.workers)
        ]
        for thread in threads:
            thread.start()
        self.control.watch(self._report)
        self.population.stop[0] = 1
        self.prover.stop()
        for thread in threads:
            while thread.is_alive() and not self.prover.loading:
                thread.join(0.02)
        if self.failures:
            raise self.failures[0]
        value, solution = self.population.best
        self.bound = min(self.bound, value)
        return value, solution

    def prove(self, seconds: float) -> None:
        """Let CP-SAT look for something better than the best, or prove that there is nothing."""
        raise AssertionError("a solver with a prover says how it proves")

    def raise_bound(self, bound: int) -> None:
        """A schedule shorter than this is impossible; ends the search when the best meets it."""
        self.bound = max(self.bound, bound)
        self.population.target = self.bound
        if self.population.best[0] <= self.bound:
            self.population.finish()
            self.prover.stop()

    def _guarded(self, worker: int) -> None:
        try:
            self._work(worker)
        except BaseException as error:
            self.failures.append(error)
            self.population.finish()

    def _work(self, worker: int) -> None:
        seconds = self.control.seconds
        if worker == self.workers - 1 and self.shop.operations <= self.provable:
            self.population.work(
                worker, until=min(_LEAD_SECONDS_MAX, _LEAD * seconds, self.shop.operations / _LEAD_OPERATIONS)
            )
            known = self.population.best[0] != relink.NOTHING
            if known and not self.population.stop[0] and self.control.left > _PROVER_SECONDS_MIN:
                self.prove(_PROVING * self.control.left)
        self.population.work(worker, until=seconds)

    def _report(self) -> result.Progress:
        best = self.population.best[0]
        return result.Progress(self.control.elapsed, None if best == relink.NOTHING else best, self.bound)
