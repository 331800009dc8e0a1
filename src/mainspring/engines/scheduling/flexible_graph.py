"""A flexible job shop as the arrays its tabu search works on, and solutions from orders and choices of machines."""

import numpy as np

from mainspring.engines.scheduling import data, flexible_tabu

_FOREVER = 2**40


class FlexibleGraph:
    """The fixed part of a problem and what a population search does with its solutions."""

    def __init__(self, shop: data.FlexibleJobShop):
        self.shop = shop
        self.size = size = shop.operations
        self.fixed = np.full((2, size + 1), size, np.int32)
        inner = np.flatnonzero(shop.job[1:] == shop.job[:-1])
        self.fixed[0, inner + 1] = inner
        self.fixed[1, inner] = inner + 1
        self.modes = np.ascontiguousarray(np.array([shop.machine, shop.duration], np.int32))
        self.mode_start = shop.mode_start.astype(np.int32)
        filled = np.flatnonzero(np.diff(shop.job_start))
        self.last = (shop.job_start[filled + 1] - 1).astype(np.int32)
        self.tenure = 8
        self.spread = 8 + size // 20

    def fresh(self, random: np.random.Generator, noise: float) -> np.ndarray:
        """A solution built forwards: the job with most work left among those that can start first, earliest end."""
        shop = self.shop
        fastest = np.minimum.reduceat(shop.duration, shop.mode_start[:-1])
        done = np.concatenate([[0], np.cumsum(fastest)])
        left = done[shop.job_start[1:]] - done[shop.job_start[:-1]]
        following, ends_at = shop.job_start[:-1].copy(), shop.job_start[1:]
        # A job without operations left is never the soonest.
        job_free = np.where(following < ends_at, 0, _FOREVER)
        machine_free = np.zeros(shop.machines, np.int64)
        reach = noise * fastest.mean() if self.size else 0.0
        order, modes = np.empty(self.size, np.int64), np.zeros(self.size, np.int64)
        for place in range(self.size):
            near = np.flatnonzero(job_free <= job_free.min() + reach)
            job = near[np.argmax(left[near] * (1 + noise * random.random(len(near))))]
            row = following[job]
            choice = np.arange(shop.mode_start[row], shop.mode_start[row + 1])
            ends = np.maximum(job_free[job], machine_free[shop.machine[choice]]) + shop.duration[choice]
            mode = choice[np.argmin(ends * (1 + 0.2 * noise * random.random(len(choice))))]
            order[place], modes[row] = row, mode
            machine = shop.machine[mode]
            end = max(job_free[job], machine_free[machine]) + shop.duration[mode]
            machine_free[machine] = end
            left[job] -= fastest[row]
            following[job] += 1
            job_free[job] = end if following[job] < ends_at[job] else _FOREVER
        return self.solution(order, modes)

    def solution(self, order: np.ndarray, modes: np.ndarray) -> np.ndarray:
        """Every machine works in this order of all operations (jobs in their own order), with these alternatives."""
        size = self.size
        solution = np.full((flexible_tabu.ROWS, size + 1), size, np.int32)
        solution[flexible_tabu.MODE, :size] = modes
        solution[flexible_tabu.DURATION, :size] = self.shop.duration[modes]
        solution[flexible_tabu.DURATION, size] = 0
        machine = self.shop.machine[modes]
        row = order[np.argsort(machine[order], kind="stable")]
        same = machine[row[1:]] == machine[row[:-1]]
        solution[flexible_tabu.AFTER, row[:-1][same]] = row[1:][same]
        solution[flexible_tabu.BEFORE, row[1:][same]] = row[:-1][same]
        return solution

    def makespan(self, solution: np.ndarray) -> int:
        """When the last job of a searched solution ends."""
        return int(solution[flexible_tabu.ENDS, self.last].max())

    def timed(self, start: np.ndarray, modes: np.ndarray) -> np.ndarray:
        """A solution from starts and alternatives, evaluated."""
        order = np.lexsort((np.arange(self.size), self.shop.duration[modes] > 0, start))
        solution = self.solution(order, modes)
        flexible_tabu.evaluate(self.fixed, solution, np.empty(self.size + 1, np.int32), self._first(solution))
        return solution

    def improve(self, solution, scratch, state, stop, patience: int, target: int) -> tuple[int, np.ndarray]:
        """Tabu search from this solution: makespan and solution of the best met."""
        best = solution.copy()
        value = flexible_tabu.search(
            self.fixed, self.modes, self.mode_start, self.last, solution, best, self._first(solution), state, stop,
            _FOREVER, patience, target, self.tenure, self.spread,
        )  # fmt: skip
        return int(value), best

    def scratch(self):
        """Nothing has to be kept between searches."""
        return None

    def blend(self, first: np.ndarray, second: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """A solution between two: keys that grow along the arcs of both, and each machine from one of them."""
        share = random.uniform(0.2, 0.8)
        one, other = (row[flexible_tabu.ENDS].astype(np.int64) - row[flexible_tabu.TAIL] for row in (first, second))
        keys = ((1 - share) * one + share * other)[: self.size]
        place = np.empty(self.size, np.int64)
        place[first[flexible_tabu.ORDER, : self.size]] = np.arange(self.size)
        from_second = random.random(self.size) < share
        modes = np.where(from_second, second[flexible_tabu.MODE, : self.size], first[flexible_tabu.MODE, : self.size])
        return self.solution(np.lexsort((place, keys)), modes.astype(np.int64))

    def identity(self, solution: np.ndarray) -> np.ndarray:
        """What makes two solutions the same."""
        return solution[[flexible_tabu.BEFORE, flexible_tabu.MODE]]

    def start(self, solution: np.ndarray) -> np.ndarray:
        """[operations] earliest starts of a searched solution."""
        row = slice(0, self.size)
        return solution[flexible_tabu.ENDS, row].astype(np.int64) - solution[flexible_tabu.DURATION, row]

    def choice(self, solution: np.ndarray) -> np.ndarray:
        """[operations] the alternative of each."""
        return solution[flexible_tabu.MODE, : self.size].astype(np.int64)

    def _first(self, solution: np.ndarray) -> np.ndarray:
        first = np.full(self.shop.machines, self.size, np.int32)
        front = np.flatnonzero(solution[flexible_tabu.BEFORE, : self.size] == self.size)
        first[self.modes[0, solution[flexible_tabu.MODE, front]]] = front
        return first
