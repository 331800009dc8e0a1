"""Dispatching rules: keys that say which operation the builder places first; lower comes first."""

import numpy as np

from mainspring.engines.scheduling import plant, plant_model


def chains(plan: plant.Plan, level: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """[operations] shortest minutes, lags included, from the order's begin to its end and from its start onwards."""
    done = plan.shortest.astype(np.float64)
    left = plan.shortest.astype(np.float64)
    order = np.argsort(level[plan.after], kind="stable") if len(plan.before) else np.zeros(0, np.int64)
    depth = level[plan.after[order]] if len(order) else order
    edges = np.flatnonzero(np.diff(depth, prepend=-1))
    blocks = np.split(order, edges[1:]) if len(order) else []
    for links in blocks:
        one, other = plan.before[links], plan.after[links]
        np.maximum.at(done, other, done[one] + plan.lag_min[links] + plan.shortest[other])
    order = np.argsort(-level[plan.before], kind="stable") if len(plan.before) else order
    depth = -level[plan.before[order]] if len(order) else order
    edges = np.flatnonzero(np.diff(depth, prepend=1))
    for links in np.split(order, edges[1:]) if len(order) else []:
        one, other = plan.before[links], plan.after[links]
        np.maximum.at(left, one, left[other] + plan.lag_min[links] + plan.shortest[one])
    return done, left


class Rules:
    """The usual rules over one problem; work is stretched to elapsed minutes by the open share of the calendars."""

    def __init__(self, model: plant_model.Model):
        plan = model.plan
        self.plan = plan
        self.done, self.left = chains(plan, model.level)
        self.stretch = _stretch(model)
        due = plan.order_due[plan.operation_order].astype(np.float64)
        # When the operation has to start so that nothing waits and the order is on time.
        self.latest_start = due - self.stretch * self.left

    def due_date(self) -> np.ndarray:
        """Earliest due date of the order; its operations by their depth."""
        due = self.plan.order_due[self.plan.operation_order].astype(np.float64)
        return due + 1e-6 * self.done

    def operation_due(self) -> np.ndarray:
        """Latest start of the operation."""
        return self.latest_start.copy()

    def weighted(self) -> np.ndarray:
        """Latest start, heavier and shorter orders earlier."""
        plan = self.plan
        work = np.bincount(plan.operation_order, plan.shortest, plan.orders)
        index = np.divide(plan.order_weight, work, out=np.zeros(plan.orders), where=work > 0)
        rank = np.argsort(np.argsort(-index)) / max(1, plan.orders)
        spread = float(np.std(self.latest_start)) if plan.operations > 1 else 0.0
        return self.latest_start + 0.7 * spread * rank[plan.operation_order]

    def released(self) -> np.ndarray:
        """First come, first served along the order's own path."""
        plan = self.plan
        return np.maximum(plan.order_release[plan.operation_order], plan.material_ready) + self.stretch * self.done

    def throughput(self, bottleneck: int) -> np.ndarray:
        """Contribution per minute on the bottleneck machine, highest first (C12); orders that do not need it first."""
        ratio = per_bottleneck_minute(self.plan, bottleneck)
        rank = np.argsort(np.argsort(-np.minimum(ratio, 1e300), kind="stable"), kind="stable").astype(np.float64)
        spread = max(1.0, float(np.ptp(self.latest_start)))
        return rank[self.plan.operation_order] * spread + self.stretch * self.done


def per_bottleneck_minute(plan: plant.Plan, bottleneck: int) -> np.ndarray:
    """[orders] contribution per minute on the machine, infinite for orders that do not need it (C12)."""
    first = plan.mode_start[:-1]
    minutes = np.where(plan.mode_machine[first] == bottleneck, plan.mode_minutes[first], 0)
    used = np.bincount(plan.operation_order, minutes, plan.orders)
    return np.divide(plan.order_value, used, out=np.full(plan.orders, np.inf), where=used > 0)


def bottleneck(model: plant_model.Model) -> int:
    """The machine with the most work for its open minutes, every operation on its first alternative."""
    plan, resources = model.plan, model.resources
    first = plan.mode_start[:-1]
    load = np.bincount(plan.mode_machine[first], plan.mode_minutes[first], resources.machines)
    hours = np.array([(calendar.closes - calendar.opens).sum() for calendar in resources.calendars])
    return int(np.argmax(load / np.maximum(1, hours[resources.machine_calendar] * resources.machine_size)))


def _stretch(model: plant_model.Model) -> float:
    """Elapsed minutes for a minute of work, by the open share of the machines' calendars."""
    shares = []
    for calendar in model.resources.calendars:
        if len(calendar.opens):
            shares.append((calendar.closes - calendar.opens).sum() / max(1, calendar.closes[-1] - calendar.opens[0]))
    return 1.0 / max(0.05, float(np.mean(shares))) if shares else 1.0
