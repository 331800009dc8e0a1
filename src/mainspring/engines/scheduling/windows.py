"""Windows of time: CP-SAT arranges the operations of a stretch of time anew, all others keep their order.

Everything earlier gives an operation of the window its release, everything later the time that is needed after its end,
so that the part is a small shop of its own. When every critical path runs through it, arranging it better makes the
whole schedule shorter; windows that one leaps over, on an operation that began before and ends behind them, are passed
by.
"""

import numpy as np

# Operations of the first window; it grows while windows are decided soon, and shrinks when they are not.
_SIZE = 150
_SIZE_LEAST, _SIZE_MOST, _WIDER = 30, 400, 1.05
# Work on one window, in CP-SAT's own seconds.
_EFFORT = 0.4
# Seconds below which no window is begun.
_SECONDS_MIN = 0.2


class Windows:
    """One worker that improves schedules of a population window by window."""

    def __init__(self, run):
        """`run` is the solver whose population is improved."""
        self.run, self.graph, self.population, self.control = run, run.graph, run.population, run.control
        self.random = np.random.default_rng([run.seed, 7])
        self.scratch = run.graph.scratch()
        self.state = np.array([self.random.integers(1, 2**63)], np.uint64)
        self.size = float(_SIZE)
        self.counts = {"better": 0, "none": 0, "open": 0}

    def work(self) -> None:
        """Until the population is told to stop."""
        while not self.population.stop[0] and self.control.left > _SECONDS_MIN:
            value, solution = self.population.best
            part, rows, order, place = self._part(solution)
            if part.rest >= value:
                self.size = min(self.size * _WIDER, _SIZE_MOST)
                continue  # a longest path leaps over the window
            state, found = self.run.prover.window(
                part,
                effort=_EFFORT,
                seconds=self.control.left,
                seed=int(self.random.integers(2**30)),
                bound=self.run.bound,
                best=value,
            )
            self.counts[state] += 1
            self.size *= {"better": 1.0, "none": _WIDER, "open": 1 / _WIDER}[state]
            self.size = min(max(self.size, _SIZE_LEAST), _SIZE_MOST)
            if found is not None:
                self._take(solution, rows, order, place, *found)
            elif state == "none" and len(rows) == len(order):
                self.run.raise_bound(value)

    def _part(self, solution):
        """A stretch of time: operations in order of their starts, so that none outside lies between two of them."""
        size = self.graph.size
        order = self.graph.in_time(solution)
        wide = min(size, int(self.size))
        first = int(self.random.integers(-wide // 2, size - wide // 2))
        first = min(max(first, 0), size - wide)
        rows = order[first : first + wide]
        return self.graph.part(solution, order[:first], rows, order[first + wide :]), rows, order, first

    def _take(self, solution, rows, order, first: int, starts: list[int], modes: list[int]) -> None:
        """The window in its new order, improved by tabu search, goes to the population."""
        lengths = self.graph.lengths(rows, modes)
        within = np.lexsort((np.arange(len(rows)), lengths > 0, np.array(starts)))
        order = order.copy()
        order[first : first + len(rows)] = rows[within]
        built = self.graph.arranged(solution, order, rows, modes)
        self.population.offer(
            *self.graph.improve(built, self.scratch, self.state, self.population.stop, 500, self.population.target)
        )
