"""How soon is a plan of 50,000 operations feasible, and how much better than due-date dispatching does it get?

    python bench/schedule_plant.py [--operations 50000] [--seconds 300] [--workers 2] [--peer-seconds 0]

Prints JSON: the first feasible plan, the stated objective after the time beside due-date dispatching, late orders,
change-over minutes. With --peer-seconds the same problem, as far as OR-Tools' model takes it (no change-overs, no
breaks inside an operation), is given to CP-SAT alone for so long. The plant: shifts, people with skills, tools,
change-over families, material dates, alternates, overlap and maximum lags, all from one seed.
"""

import argparse
import json
import resource
import sys
import time
from dataclasses import asdict

import numpy as np

from mainspring.engines.scheduling import plant

DAY = 1440
TWO_SHIFTS = [(day * DAY + 6 * 60, day * DAY + 22 * 60) for day in range(5)]
ONE_SHIFT = [(day * DAY + start, day * DAY + end) for day in range(5) for start, end in ((480, 720), (750, 990))]
LATE_SHIFT = [(day * DAY + 13 * 60, day * DAY + 22 * 60) for day in range(5)]
ALWAYS = [(day * DAY, (day + 1) * DAY) for day in range(7)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--operations", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    from mainspring.engines.scheduling import plant_solve

    resources, plan = generated(options.operations, seed=options.seed)
    firsts: list[float] = []
    trail: list[tuple[float, float]] = []

    def watch(progress):
        firsts.append(progress.seconds)
        if not trail or progress.objective < trail[-1][1]:
            trail.append((round(progress.seconds, 1), progress.objective))

    began = time.perf_counter()
    found = plant_solve.solve(
        resources, plan, weights=plant.Weights(changeover=0.5), seconds=options.seconds, seed=options.seed,
        workers=options.workers, progress=watch,
    )  # fmt: skip
    whole = time.perf_counter() - began
    json.dump(
        {
            "question": "industrial plan",
            "operations": plan.operations,
            "orders": plan.orders,
            "machines": resources.machines,
            "people": len(resources.person_calendar),
            "first_feasible_seconds": round(firsts[0], 2) if firsts else None,
            "seconds": round(whole, 1),
            "plans_built": found.rounds,
            "due_date_dispatching": asdict(found.dispatched),
            "found": asdict(found.cost),
            "bound": found.bound,
            "better_percent": round(100 * (1 - found.cost.total / found.dispatched.total), 2),
            "trail": trail[:: max(1, len(trail) // 20)],
            "late_orders_explained": len(found.late),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        },
        sys.stdout,
        indent=1,
    )
    print()
    return 0


def generated(operations: int, *, seed: int = 1, load: float = 0.9) -> tuple[plant.Resources, plant.Plan]:
    """A plant and orders for about so many operations, machines loaded to `load` of their open time on average."""
    random = np.random.default_rng(seed)
    groups = max(3, operations // 1250)
    alternates = 4
    machines = groups * alternates
    resources = _resources(random, groups, machines)
    orders = max(1, operations // 5)
    steps = random.integers(3, 8, orders)
    count = int(steps.sum())
    order = np.repeat(np.arange(orders), steps)
    group = random.integers(0, groups, count)
    minutes = np.maximum(10, random.gamma(2.0, 60.0, count)).astype(np.int64)
    width = random.integers(1, 4, count)
    mode_start = np.concatenate([[0], np.cumsum(width)])
    of = np.repeat(np.arange(count), width)
    place = np.arange(mode_start[-1]) - mode_start[of]
    offset = random.integers(0, alternates, count)
    mode_machine = group[of] * alternates + (offset[of] + place) % alternates
    mode_minutes = np.maximum(5, minutes[of] * (1 + 0.15 * place)).astype(np.int64)
    last = np.cumsum(steps) - 1
    before = np.setdiff1d(np.arange(count), last)
    families = len(resources.changeover)
    family = np.where(group % 2 == 0, random.integers(0, families, count), -1)
    weeks_work = 5 * 16 * 60 * machines * load * 0.62
    span = int(minutes.sum() * 1.15 / weeks_work * 7 * DAY) + 7 * DAY
    release = (random.random(orders) * span * 0.75).astype(np.int64)
    work = np.bincount(order, minutes, orders)
    due = release + (work * random.uniform(2.5, 8.0, orders)).astype(np.int64) + DAY
    material = release[order] + np.where(random.random(count) < 0.2, random.integers(0, 4 * DAY, count), 0)
    tied = random.random(len(before)) < 0.02
    overlap = (random.random(len(before)) < 0.1) & ~tied
    return resources, plant.Plan(
        order_release=release,
        order_due=due,
        order_weight=random.integers(1, 10, orders) / 60,
        order_holding=np.full(orders, 0.2 / 60),
        operation_order=order,
        mode_start=mode_start,
        mode_machine=mode_machine,
        mode_minutes=mode_minutes,
        material_ready=material,
        skill=np.where(random.random(count) < 0.6, group % resources.person_skills.shape[1], -1),
        tool=np.where(random.random(count) < 0.05, random.integers(0, len(resources.tool_count), count), -1),
        family=family,
        whole=(random.random(count) < 0.05) & (minutes < 200),
        before=before,
        after=before + 1,
        lag_min=np.where(random.random(len(before)) < 0.3, 60, 0),
        lag_max=np.where(tied, 3 * DAY, -1),
        transfer=np.where(overlap, 250, 1000),
    )


def _resources(random, groups: int, machines: int) -> plant.Resources:
    calendars = tuple(
        plant.Calendar.weekly(name, hours, weeks=120)
        for name, hours in (("two shifts", TWO_SHIFTS), ("day", ONE_SHIFT), ("late", LATE_SHIFT), ("always", ALWAYS))
    )
    skills = max(2, groups // 2)
    people = int(machines * 1.1) + 4 * skills
    person_skills = random.random((people, skills)) < 1.5 / skills
    person_skills[np.arange(people), np.arange(people) % skills] = True
    families = 8
    changeover = random.integers(10, 60, (families, families))
    np.fill_diagonal(changeover, 0)
    return plant.Resources(
        calendars=calendars,
        machine_calendar=random.choice([0, 0, 0, 3], machines),
        machine_size=np.ones(machines, np.int64),
        machine_family=np.zeros(machines, np.int64),
        person_calendar=np.array([1, 2])[np.arange(people) // skills % 2],
        person_skills=person_skills,
        tool_count=np.full(10, 3 + machines // 40),
        changeover=changeover,
    )


if __name__ == "__main__":
    sys.exit(main())
