"""What the industrial scheduler answers: times and resources, what they cost, and why orders are late."""

from dataclasses import dataclass

import numpy as np

from mainspring.engines.scheduling import plant


@dataclass(frozen=True)
class Cost:
    """The objective and its parts, in the plan's cost units, each already weighted; lower is better.

    lost_value  contribution of the orders that end after the horizon
    """

    total: float
    tardiness: float
    lost_value: float
    holding: float
    changeover: float
    late_orders: int
    changeover_minutes: int


@dataclass(frozen=True)
class Cause:
    """One reason why an order is late.

    kind     capacity, people, tool, calendar, material, release, lag, change-over or lead time
    subject  machine, skill or tool it concerns, or the operation; -1 when none
    minutes  minutes of the order's critical chain spent on it
    weight   its share of the minutes between the first moment the order could begin and its end, 0 to 1
    """

    kind: str
    subject: int
    operation: int
    starts_at: int
    ends_at: int
    minutes: int
    weight: float


@dataclass(frozen=True, eq=False)
class Schedule:
    """A checked plan: for each operation when, where and by whom.

    unit    place of the machine when it has several, numbered through
    person  -1 when none is needed
    setup   minutes of change-over at its start
    ready   when everything before it was done and its material there
    """

    start: np.ndarray
    end: np.ndarray
    machine: np.ndarray
    unit: np.ndarray
    person: np.ndarray
    piece: np.ndarray
    setup: np.ndarray
    mode: np.ndarray
    ready: np.ndarray
    waits: np.ndarray


def hit(schedule: Schedule, *, machine: int = plant.NONE, person: int = plant.NONE, starts_at: int, ends_at: int):
    """Operations of a machine or a person that a closure of [starts_at, ends_at) would meet (C11), by start."""
    of = schedule.machine == machine if machine != plant.NONE else schedule.person == person
    rows = np.flatnonzero(of & (schedule.start < ends_at) & (schedule.end > starts_at))
    return rows[np.argsort(schedule.start[rows], kind="stable")]


@dataclass(frozen=True, eq=False)
class PlantPlan:
    """The best schedule found, what it costs beside due-date dispatching, and the causes of every late order."""

    schedule: Schedule
    cost: Cost
    dispatched: Cost
    bound: float
    order_end: np.ndarray
    late: dict[int, list[Cause]]
    rounds: int
    seconds: float


def order_ends(plan: plant.Plan, end: np.ndarray) -> np.ndarray:
    """[orders] end of the last operation; the release for an order without operations."""
    ends = plan.order_release.astype(np.int64).copy()
    np.maximum.at(ends, plan.operation_order, end)
    return ends


def cost(plan: plant.Plan, weights: plant.Weights, start, end, setup) -> Cost:
    """The stated objective of a schedule."""
    ends = order_ends(plan, end)
    starts = ends.copy()
    np.minimum.at(starts, plan.operation_order, start)
    late = np.maximum(0, ends - plan.order_due)
    tardiness = weights.tardiness * float(late @ plan.order_weight)
    lost = weights.value * float(plan.order_value[ends > plan.horizon].sum())
    holding = weights.holding * float((ends - starts) @ plan.order_holding)
    minutes = int(setup.sum())
    changeover = weights.changeover * minutes
    total = tardiness + lost + holding + changeover
    return Cost(total, tardiness, lost, holding, changeover, int((late > 0).sum()), minutes)


def cost_by_order(plan: plant.Plan, weights: plant.Weights, start, end, setup) -> np.ndarray:
    """[orders] what each adds to the stated objective, its change-overs included."""
    ends = order_ends(plan, end)
    starts = ends.copy()
    np.minimum.at(starts, plan.operation_order, start)
    late = weights.tardiness * np.maximum(0, ends - plan.order_due) * plan.order_weight
    lost = weights.value * np.where(ends > plan.horizon, plan.order_value, 0.0)
    minutes = np.bincount(plan.operation_order, setup, plan.orders)
    return late + lost + weights.holding * (ends - starts) * plan.order_holding + weights.changeover * minutes


def bound(plan: plant.Plan, weights: plant.Weights, earliest_end: np.ndarray) -> float:
    """A cost no schedule can go below: every order as if it were alone, without change-overs and without waiting."""
    ends = order_ends(plan, earliest_end)
    late = np.maximum(0, ends - plan.order_due)
    lost = plan.order_value[ends > plan.horizon].sum()
    return weights.tardiness * float(late @ plan.order_weight) + weights.value * float(lost)
