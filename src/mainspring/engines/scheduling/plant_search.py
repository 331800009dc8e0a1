"""Improve a plan: the keys of troubled orders are moved and the plan is built anew, again and again.

The method is squeaky wheel optimisation with annealed acceptance: late orders move forwards in proportion to what their
lateness costs, orders with time to spare make room, and runs of one family are drawn together. Each worker has its own
stream of random numbers and continues from the best plan of all.

Source: Joslin and Clements, Journal of Artificial Intelligence Research 10 (1999).
"""

import threading
from dataclasses import dataclass

import numpy as np

from mainspring.engines.scheduling import plant, plant_keys, plant_model, plant_result

# Share of the present cost by which a worse plan is still accepted at the beginning.
_HEAT = 0.002
_STALE = 40
# Plans of so many orders are improved by stretches of time; smaller ones are built often enough as they are.
_LARGE = 1000
# Orders of a stretch of time that is judged by itself.
_STRETCH = (50, 200, 800)
# What the builder answers when it was stopped.
STOPPED = -2


@dataclass(frozen=True, eq=False)
class Built:
    """A plan as the builder left it, with the keys and the earliest starts it was built from."""

    cost: plant_result.Cost
    key: np.ndarray
    floor: np.ndarray
    placed: np.ndarray
    waits: np.ndarray


_EMPTY = np.zeros((0, 0), np.int64)
NOTHING = Built(plant_result.Cost(float("inf"), 0.0, 0.0, 0.0, 0.0, 0, 0), _EMPTY, _EMPTY, _EMPTY, _EMPTY)


class Search:
    """Workers that share the best plan."""

    def __init__(self, model: plant_model.Model, weights: plant.Weights, control, *, seed: int, backward: bool):
        self.model, self.weights, self.control = model, weights, control
        self.seed, self.backward = seed, backward
        self.rules = plant_keys.Rules(model)
        self.lock = threading.Lock()
        self.stop = np.zeros(2, np.int64)
        self.rounds = 0
        self.best = NOTHING
        self.dispatched = NOTHING.cost

    def begin(self) -> None:
        """Build by due date, the plan to beat; raise InvalidProblem when an operation finds no place."""
        floor = self.floors()
        placed, waits = self.model.fresh()
        stuck = self.model.build(self.rules.due_date(), np.zeros_like(floor), placed, waits, self.stop)
        if stuck >= 0:
            self.model.refuse(stuck)
        if stuck == STOPPED:
            return
        found = self.cost(placed)
        self.dispatched = found
        if not self.backward:
            self.take(found, self.rules.due_date(), floor, placed, waits)
            return
        self._build_backward(floor, placed, waits)

    def floors(self) -> np.ndarray:
        """[operations] not before: nothing forwards, the latest start backwards (C06: never before now)."""
        if not self.backward:
            return np.zeros(self.model.plan.operations, np.int64)
        return np.maximum(0, self.rules.latest_start).astype(np.int64)

    def work(self, worker: int) -> None:
        """Improve until stopped."""
        random = np.random.default_rng([self.seed, worker])
        rules = [self.rules.operation_due, self.rules.weighted, self.rules.released]
        rules.append(lambda: self.rules.throughput(plant_keys.bottleneck(self.model)))
        for number, rule in enumerate(rules):
            if number % 2 == worker % 2 and not self.stop[0] and not self.backward:
                self._try(rule(), self.best.floor)
        self._anneal(random)

    def cost(self, placed) -> plant_result.Cost:
        """The stated objective of a build."""
        return plant_result.cost(self.model.plan, self.weights, placed[0], placed[1], placed[5])

    def take(self, found, key, floor, placed, waits) -> None:
        """Keep it when it is the best of all."""
        with self.lock:
            self.rounds += 1
            if found.total < self.best.cost.total:
                self.best = Built(found, key, floor, placed, waits)

    def _try(self, key, floor) -> Built | None:
        placed, waits = self.model.fresh()
        if self.model.build(key, floor, placed, waits, self.stop) != -1:
            return None
        found = self.cost(placed)
        self.take(found, key, floor, placed, waits)
        return Built(found, key, floor, placed, waits)

    def _build_backward(self, floor, placed, waits) -> None:
        """From the latest starts; orders that come too late begin earlier, until none is late or now is reached."""
        plan = self.model.plan
        key = self.rules.operation_due()
        for _ in range(12):
            placed, waits = self.model.fresh()
            stuck = self.model.build(key, floor, placed, waits, self.stop)
            if stuck == STOPPED:
                return
            if stuck >= 0:
                floor = floor // 2
                continue
            self.take(self.cost(placed), key, floor, placed, waits)
            ends = plant_result.order_ends(plan, placed[1])
            late = np.maximum(0, ends - plan.order_due)[plan.operation_order]
            if not late.any() or self.control.left <= 0:
                break
            floor = np.maximum(0, floor - np.ceil(1.2 * late).astype(np.int64))
        if self.best is NOTHING:
            zero = np.zeros_like(floor)
            stuck = self.model.build(key, zero, placed, waits, self.stop)
            if stuck >= 0:
                self.model.refuse(stuck)
            if stuck == STOPPED:
                return
            self.take(self.cost(placed), key, zero, placed, waits)

    def _anneal(self, random) -> None:
        current = self.best
        stale = 0
        while not self.stop[0]:
            left = max(0.0, self.control.left / self.control.seconds)
            built = self._try(*self._changed(current, random, left))
            if built and (merged := self._merged(current, built, random)) is not None:
                built = self._try(merged, current.floor) or built
            now = current.cost.total
            stale += 1
            if built and built.cost.total <= now + _HEAT * left**2 * max(now, 1.0) * random.random():
                stale = 0 if built.cost.total < now else stale
                current = built
            if stale > _STALE or current.cost.total > self.best.cost.total * (1 + 4 * _HEAT):
                current, stale = self.best, 0

    def _merged(self, current: Built, built: Built, random) -> np.ndarray | None:
        """Keys that take from the new plan the stretches of time it is better in, and the others from the present one.

        A change over all of a large plan is better here and worse there; what happens in one month hardly touches what
        happens in another, so both halves can be had. None where there is nothing to choose from.
        """
        plan = self.model.plan
        if plan.orders < _LARGE or self.backward:
            return None
        stretches = plan.orders // int(random.choice(_STRETCH))
        if stretches < 2:
            return None
        starts = np.full(plan.orders, np.iinfo(np.int64).max)
        np.minimum.at(starts, plan.operation_order, current.placed[0])
        stretch = np.empty(plan.orders, np.int64)
        stretch[np.argsort(starts, kind="stable")] = np.arange(plan.orders) * stretches // plan.orders
        change = plant_result.cost_by_order(plan, self.weights, *built.placed[[0, 1, 5]])
        change -= plant_result.cost_by_order(plan, self.weights, *current.placed[[0, 1, 5]])
        better = np.bincount(stretch, change, stretches) < 0
        if better.all() or not better.any():
            return None
        # Building follows the starts it found, so starts of both plans go together as keys.
        taken = better[stretch][plan.operation_order]
        return np.where(taken, built.placed[0], current.placed[0]).astype(np.float64)

    def _changed(self, current: Built, random, left: float) -> tuple[np.ndarray, np.ndarray]:
        """Keys with some orders moved; the further the search is, the fewer and the shorter the moves."""
        plan = self.model.plan
        key, floor, placed = current.key, current.floor, current.placed
        ends = plant_result.order_ends(plan, placed[1])
        slack = plan.order_due - ends
        blame = np.maximum(0, -slack) * plan.order_weight + (ends > plan.horizon) * plan.order_value
        share = random.choice([0.01, 0.05, 0.2, 0.5]) * (0.2 + 0.8 * left)
        scale = float(np.std(placed[0])) * random.choice([0.02, 0.1, 0.3])
        move = np.zeros(plan.orders)
        kind = random.random()
        # Building follows the starts it found: a plan rebuilt from its own starts keeps its shape.
        base = placed[0].astype(np.float64) if random.random() < 0.3 else key
        if kind < 0.5 and blame.any():
            chance = np.sqrt(blame / blame.max())
            picked = random.random(plan.orders) < share * 2 * chance
            move[picked] -= scale * random.random(int(picked.sum()))
        elif kind < 0.7:
            picked = (random.random(plan.orders) < share) & (slack > 0)
            move[picked] += np.minimum(scale, slack[picked]) * random.random(int(picked.sum()))
        elif kind < 0.8:
            picked = random.random(plan.orders) < max(share, 2 / max(1, plan.orders))
            move[picked] += scale * random.normal(size=int(picked.sum()))
        elif kind < 0.9 or not self._has_families():
            move = self._past_another(base, random)
        else:
            return self._drawn_together(base, placed, random, share), floor
        if self.backward:
            floor = np.maximum(0, floor + np.minimum(0, move)[plan.operation_order].astype(np.int64))
        return base + move[plan.operation_order], floor

    def _past_another(self, base, random) -> np.ndarray:
        """One to three orders go just before or behind another one."""
        plan = self.model.plan
        first = np.full(plan.orders, np.inf)
        np.minimum.at(first, plan.operation_order, base)
        first[~np.isfinite(first)] = 0.0
        picked = random.integers(0, plan.orders, random.integers(1, 4))
        place = np.argsort(first, kind="stable")
        rank = np.empty(plan.orders, np.int64)
        rank[place] = np.arange(plan.orders)
        reach = max(1, min(plan.orders - 1, 50))
        other = place[np.clip(rank[picked] + random.integers(-reach, reach + 1, len(picked)), 0, plan.orders - 1)]
        move = np.zeros(plan.orders)
        move[picked] = first[other] - first[picked] + random.choice([-1e-3, 1e-3], len(picked))
        return move

    def _has_families(self) -> bool:
        return len(self.model.resources.changeover) > 0

    def _drawn_together(self, base, placed, random, share: float) -> np.ndarray:
        """Operations that cost a change-over move behind one of their family shortly before on the same machine."""
        plan = self.model.plan
        rows = np.flatnonzero((plan.family >= 0) & (placed[5] > 0))
        key = base.copy()
        if not len(rows):
            return key
        window = float(np.std(placed[0])) * random.choice([0.02, 0.05, 0.15])
        machine = plan.mode_machine[placed[6]]
        of = np.lexsort((placed[0], plan.family, machine))
        place = np.empty(plan.operations, np.int64)
        place[of] = np.arange(plan.operations)
        picked = rows[random.random(len(rows)) < max(share, 3 / len(rows))]
        before = of[np.maximum(0, place[picked] - 1)]
        same = (machine[before] == machine[picked]) & (plan.family[before] == plan.family[picked])
        near = same & (placed[0, picked] - placed[0, before] < window)
        key[picked[near]] = key[before[near]] + 1e-3
        return key
