"""A population of shop schedules, improved by tabu search and by relinking: the search of TS/PR.

Between two schedules lies a path: keys that grow along every arc of both (end less tail) are blended, and since any
blend grows along what both agree on, each point of the path is a feasible schedule and needs no repair.

Sources: Peng, Lü, Cheng, Computers & OR 53 (2015); Nowicki and Smutnicki, Journal of Scheduling 8 (2005).
"""

import threading

import numpy as np

POPULATION = 30
PATIENCE = 4_000
# Two schedules that differ in a smaller share of their places are one: the better of them stays.
NEAR = 0.06
# Offers without a better schedule after which all but the best make room for new ones, and how many of these.
STALE = 400
RENEWED = 15
# Share of the time after which the population stops growing and relinking begins.
GROWING = 0.3
# The makespan before any schedule is known.
NOTHING = 2**62


class Population:
    """Schedules shared by the workers of one search."""

    def __init__(self, graph, control, *, target: int, seed: int):
        self.graph, self.control, self.target, self.seed = graph, control, target, seed
        self.lock = threading.Lock()
        self.stop = np.zeros(1, np.int64)
        self.members: list[tuple[int, np.ndarray, np.ndarray]] = []
        self.best: tuple[int, np.ndarray] = (NOTHING, np.zeros((0, 0), np.int32))
        self.started = 0
        self.stale = 0
        self.renewing = 0

    def work(self, worker: int, *, until: float) -> None:
        """Search until stopped, the target met or `until` seconds passed; the first worker finds one in any case."""
        random = np.random.default_rng([self.seed, worker])
        state = np.array([random.integers(1, 2**63)], np.uint64)
        scratch = self.graph.scratch()
        while (not self.stop[0] and self.control.elapsed < until) or (worker == 0 and self.best[0] == NOTHING):
            start = self._next(random)
            self.offer(*self.graph.improve(start, scratch, state, self.stop, PATIENCE, self.target))

    def offer(self, value: int, solution: np.ndarray) -> None:
        """Take a schedule in, unless it is there already; the worst leaves."""
        identity = self.graph.identity(solution)
        with self.lock:
            self.stale += 1
            if value < self.best[0]:
                self.best, self.stale = (value, solution), 0
            if value <= self.target:
                self.finish()
            near = [at for at, member in enumerate(self.members) if np.mean(member[2] != identity) < NEAR]
            if any(self.members[at][0] <= value for at in near):
                return
            self.members = [member for at, member in enumerate(self.members) if at not in near]
            self.members.append((value, solution, identity))
            self.members.sort(key=lambda member: member[0])
            del self.members[POPULATION:]
            if self.stale > STALE:
                del self.members[1:]
                self.stale, self.renewing = 0, RENEWED

    def offer_timed(self, solution: np.ndarray) -> None:
        """Take in a solution with its ends. CP-SAT lets an operation without duration lie inside another; we do not."""
        self.offer(self.graph.makespan(solution), solution)

    def finish(self) -> None:
        """End every worker."""
        self.stop[0] = 1
        self.control.done.set()

    def _next(self, random) -> np.ndarray:
        with self.lock:
            growing = self.started < POPULATION and (self.control.elapsed < GROWING * self.control.seconds)
            growing = growing or self.renewing > 0 or len(self.members) < 2
            self.renewing -= self.renewing > 0
            number, self.started = self.started, self.started + growing
            members = list(self.members)
        if growing:
            return self.graph.fresh(random, 0.0 if number == 0 else 0.5 if number < POPULATION // 2 else 2.0)
        first, second = random.choice(len(members), 2, replace=False)
        return self.graph.blend(members[first][1], members[second][1], random)
