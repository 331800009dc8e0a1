"""Schedule a plant: feasible at once, then better until the time is up."""

import threading
from collections.abc import Callable

import numpy as np

from mainspring.engines.scheduling import (
    plant,
    plant_check,
    plant_keys,
    plant_model,
    plant_reasons,
    plant_result,
    plant_search,
    result,
    solver,
)

# Kept back for checking and for naming causes, per operation.
_AFTERWARDS_SECONDS = 4e-5
_LONG = 1e9


def solve(
    resources: plant.Resources,
    plan: plant.Plan,
    *,
    weights: plant.Weights | None = None,
    seconds: float,
    seed: int = 0,
    workers: int = 2,
    backward: bool = False,
    progress: Callable[[result.Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> plant_result.PlantPlan:
    """The cheapest plan found in the time; never worse than due-date dispatching when forwards.

    weights   how the parts of the objective count
    backward  start as late as the due dates allow, but never before now (C06); late orders are shown as late
    Raises InvalidProblem when plan and resources do not fit together or an operation finds no place.
    """
    solver.require_arguments(seconds, seed, workers)
    control = result.Control(seconds, progress, cancelled)
    weights = weights or plant.Weights()
    model = plant_model.Model(resources, plan)
    search = plant_search.Search(model, weights, control, seed=seed, backward=backward)
    bound = _bound(model, weights, search.rules)
    _first(search, control, bound)
    control.seconds -= min(0.2 * seconds, model.plan.operations * _AFTERWARDS_SECONDS)
    _improve(search, control, workers, bound)
    best = search.best
    cost, schedule = best.cost, _schedule(model, best.placed, best.waits)
    plant_check.check(resources, plan, schedule)
    ends = plant_result.order_ends(plan, schedule.end)
    late = plant_reasons.of_late_orders(model, schedule, ends)
    return plant_result.PlantPlan(
        schedule, cost, search.dispatched, min(bound, cost.total), ends, late, search.rounds, control.elapsed
    )


def _first(search, control, bound: float) -> None:
    """A feasible plan, however long it takes: only a cancel ends this."""
    limit, control.seconds = control.seconds, _LONG
    total = search.model.plan.operations

    def report():
        best = None if search.best is plant_search.NOTHING else search.best.cost.total
        return result.Progress(control.elapsed, best, bound, f"{search.stop[1]} of {total} operations placed")

    _watched(search, control, [search.begin], report)
    control.seconds = limit
    if search.best is plant_search.NOTHING:
        raise result.Cancelled("no plan was complete yet")


def _improve(search, control, workers: int, bound: float) -> None:
    if search.best.cost.total <= bound or control.left <= 0 or search.stop[0]:
        return

    def report():
        return result.Progress(control.elapsed, search.best.cost.total, bound, f"{search.rounds} plans built")

    works = [lambda worker=worker: search.work(worker) for worker in range(workers)]
    _watched(search, control, works, report)


def _watched(search, control, works, report) -> None:
    """Run the works side by side until they end, the time is up or somebody cancels."""
    failures: list[BaseException] = []
    left = [len(works)]
    control.done.clear()

    def guarded(work):
        try:
            work()
        except BaseException as error:
            failures.append(error)
            search.stop[0] = 1
        left[0] -= 1
        if not left[0]:
            control.done.set()

    threads = [threading.Thread(target=guarded, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    control.watch(report)
    if not control.done.is_set():
        search.stop[0] = 1
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def _schedule(model, placed, waits) -> plant_result.Schedule:
    person = np.where(placed[3] >= 0, placed[3] - model.first_person, plant.NONE)
    return plant_result.Schedule(
        start=placed[0], end=placed[1], machine=model.unit_machine[placed[2]], unit=placed[2], person=person,
        piece=placed[4], setup=placed[5], mode=placed[6], ready=placed[7], waits=waits,
    )  # fmt: skip


def _bound(model, weights, rules: plant_keys.Rules) -> float:
    """Every order alone, in open time around the clock: no schedule costs less."""
    plan = model.plan
    whole = (plan.transfer >= plant.WHOLE).all()
    first = np.zeros(plan.operations) if not whole else rules.done - plan.shortest
    earliest = model.operation[1] + first * 0 + plan.shortest
    release = plan.order_release[plan.operation_order]
    earliest = np.maximum(earliest, release + (rules.done if whole else plan.shortest))
    return plant_result.bound(plan, weights, earliest.astype(np.int64))
