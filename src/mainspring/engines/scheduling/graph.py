"""A job shop as the arrays the compiled tabu search works on, and solutions as orders of operations."""

import numpy as np

from mainspring.engines.scheduling import data, tabu

_FOREVER = 2**40


class Graph:
    """The fixed part of a problem; operation number `size` is the neutral one at both ends of everything."""

    def __init__(self, shop: data.JobShop):
        self.shop = shop
        self.size = size = shop.operations
        self.machine = shop.machine.astype(np.int64)
        self.fixed = np.full((4, size + 1), size, np.int32)
        self.fixed[tabu.DURATION, :size] = shop.duration
        self.fixed[tabu.DURATION, size] = 0
        inner = np.flatnonzero(shop.job[1:] == shop.job[:-1])
        self.fixed[tabu.JOB_BEFORE, inner + 1] = inner
        self.fixed[tabu.JOB_AFTER, inner] = inner + 1
        by_machine = np.argsort(self.machine, kind="stable")
        counts = np.bincount(self.machine, minlength=shop.machines)
        offsets = np.cumsum(counts) - counts
        self.fixed[tabu.SLOT, by_machine] = np.arange(size) - offsets[self.machine[by_machine]]
        self.fixed[tabu.SLOT, size] = 0
        self.widest = int(counts.max())
        filled = np.flatnonzero(np.diff(shop.job_start))
        self.last = (shop.job_start[filled + 1] - 1).astype(np.int32)
        self.tenure = 8 + shop.jobs // max(1, shop.machines)

    def solution(self, order: np.ndarray) -> np.ndarray:
        """The solution in which every machine works in this order of all operations (jobs in their own order)."""
        size = self.size
        solution = np.full((6, size + 1), size, np.int32)
        solution[tabu.ORDER, :size] = order
        row = order[np.argsort(self.machine[order], kind="stable")]
        same = self.machine[row[1:]] == self.machine[row[:-1]]
        solution[tabu.AFTER, row[:-1][same]] = row[1:][same]
        solution[tabu.BEFORE, row[1:][same]] = row[:-1][same]
        return solution

    def fresh(self, random: np.random.Generator, noise: float) -> np.ndarray:
        """A dispatched solution, not evaluated yet."""
        return self.solution(self.dispatch(random, noise))

    def scratch(self) -> np.ndarray:
        """The table of forbidden pairs, one for each thread."""
        return np.zeros((self.size, self.widest), np.int32)

    def improve(self, solution, scratch, state, stop, patience: int, target: int) -> tuple[int, np.ndarray]:
        """Tabu search from this solution: makespan and solution of the best met."""
        best = solution.copy()
        value = tabu.search(
            self.fixed, self.last, solution, best, scratch, state, stop,
            _FOREVER, patience, target, self.tenure, self.tenure,
        )  # fmt: skip
        return int(value), best

    def blend(self, first: np.ndarray, second: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """A solution between two: keys that grow along the arcs of both are mixed, so it needs no repair."""
        share = random.uniform(0.3, 0.7)
        keys = (1 - share) * self.middle(first) + share * self.middle(second)
        return self.solution(np.lexsort((first[tabu.PLACE, : self.size], keys)))

    def middle(self, solution: np.ndarray) -> np.ndarray:
        """[operations] a number that grows along every arc of the solution: end less tail."""
        return solution[tabu.ENDS, : self.size].astype(np.int64) - solution[tabu.TAIL, : self.size]

    def identity(self, solution: np.ndarray) -> np.ndarray:
        """[operations] place on its machine."""
        order = solution[tabu.ORDER, : self.size]
        row = order[np.argsort(self.machine[order], kind="stable")]
        ranks = np.empty(self.size, np.int32)
        counts = np.bincount(self.machine, minlength=self.shop.machines)
        ranks[row] = np.arange(self.size) - np.repeat(np.cumsum(counts) - counts, counts)
        return ranks

    def start(self, solution: np.ndarray) -> np.ndarray:
        """[operations] earliest starts of a searched solution."""
        return solution[tabu.ENDS, : self.size].astype(np.int64) - self.shop.duration

    def makespan(self, solution: np.ndarray) -> int:
        """When the last job of a searched solution ends."""
        return int(solution[tabu.ENDS, self.last].max())

    def timed(self, start: np.ndarray) -> np.ndarray:
        """A solution from start times, with its ends and tails."""
        order = np.lexsort((np.arange(self.size), self.shop.duration > 0, start))
        solution = self.solution(order)
        before, after = solution[tabu.BEFORE], solution[tabu.AFTER]
        job_before, job_after = self.fixed[tabu.JOB_BEFORE], self.fixed[tabu.JOB_AFTER]
        duration, ends, tail = self.fixed[tabu.DURATION], solution[tabu.ENDS], solution[tabu.TAIL]
        ends[self.size] = tail[self.size] = 0
        solution[tabu.PLACE, order] = np.arange(self.size)
        for row in order:
            ends[row] = max(ends[before[row]], ends[job_before[row]]) + duration[row]
        for row in order[::-1]:
            tail[row] = max(tail[after[row]], tail[job_after[row]]) + duration[row]
        return solution

    def dispatch(self, random: np.random.Generator, noise: float) -> np.ndarray:
        """An order of all operations: always the job that can start first, ties and near-ties by most work left.

        noise  0 for the plain rule; larger spreads the starts of a population
        """
        shop = self.shop
        left = np.append(np.add.reduceat(np.append(shop.duration, 0), shop.job_start[:-1]), 0)[:-1].astype(float)
        empty = np.diff(shop.job_start) == 0
        left[empty] = 0
        following = shop.job_start[:-1].copy()
        job_free = np.zeros(shop.jobs)
        machine_free = np.zeros(shop.machines)
        order = np.empty(self.size, np.int64)
        padded_machine = np.append(self.machine, 0)
        padded_duration = np.append(shop.duration, 0)
        closed = np.where(empty, np.inf, 0.0)
        for k in range(self.size):
            machine, length = padded_machine[following], padded_duration[following]
            starts = np.maximum(job_free, machine_free[machine]) + closed
            soonest = (starts + length).min()
            urgency = left * (1 + noise * random.random(shop.jobs)) if noise else left
            job = int(np.argmax(np.where(starts < max(soonest, starts.min() + 1), urgency, -1.0)))
            row = following[job]
            order[k] = row
            job_free[job] = machine_free[machine[job]] = starts[job] + length[job]
            left[job] -= length[job]
            following[job] += 1
            if following[job] == shop.job_start[job + 1]:
                closed[job] = np.inf
        return order
