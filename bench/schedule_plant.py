"""How soon is a plan of 50,000 operations feasible, and how much better than due-date dispatching does it get?

    python bench/schedule_plant.py [--operations 50000] [--seconds 300] [--workers 2] [--no-peer]

The plant: shifts, people with skills, tools, change-over families, material dates, alternates, overlap and maximum
lags, all from one seed; the objective is lateness by weight, work in process and change-over. CP-SAT alone gets the
same orders in the same time as far as a plain interval model takes them: open hours run on, nobody changes over, which
makes its problem easier; its answer is the cost of lateness only.
"""

import resource
import sys

import harness
import numpy as np

from mainspring.engines.scheduling import plant, plant_result, plant_solve

DAY = 1440
TWO_SHIFTS = [(day * DAY + 6 * 60, day * DAY + 22 * 60) for day in range(5)]
ONE_SHIFT = [(day * DAY + start, day * DAY + end) for day in range(5) for start, end in ((480, 720), (750, 990))]
LATE_SHIFT = [(day * DAY + 13 * 60, day * DAY + 22 * 60) for day in range(5)]
ALWAYS = [(day * DAY, (day + 1) * DAY) for day in range(7)]


def arguments(parser) -> None:
    parser.add_argument("--operations", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-peer", action="store_true")


def measure(options) -> list[harness.Answer]:
    resources, plan = generated(options.operations, seed=options.seed)
    feasible: list[float] = []

    def watch(progress):
        if progress.objective is not None and not feasible:
            feasible.append(progress.seconds)
        print(f"{progress.seconds:6.1f} s  {progress.objective}  {progress.note}", file=sys.stderr, flush=True)

    found = plant_solve.solve(
        resources, plan, weights=plant.Weights(changeover=0.5), seconds=options.seconds, seed=options.seed,
        workers=options.workers, progress=watch,
    )  # fmt: skip
    ours, theirs = found.cost, found.dispatched
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    answers = [
        harness.Answer("operations", plan.operations, "operations"),
        harness.Answer("first feasible plan", round(feasible[0], 2) if feasible else found.seconds, "s", 120),
        harness.Answer("whole run", round(found.seconds, 1), "s"),
        harness.Answer("plans built", found.rounds, "plans"),
        harness.Answer(
            "cheaper than due-date dispatching", round(100 * (1 - ours.total / theirs.total), 2), "%", 0.01, True
        ),
        *(harness.Answer(f"cost, {name}", round(cost.total), "cost units") for name, cost in _both(ours, theirs)),
        *(
            harness.Answer(f"lateness, {name}", round(cost.tardiness), "cost units")
            for name, cost in _both(ours, theirs)
        ),
        *(harness.Answer(f"late orders, {name}", cost.late_orders, "orders") for name, cost in _both(ours, theirs)),
        *(
            harness.Answer(f"change-over, {name}", cost.changeover_minutes, "minutes")
            for name, cost in _both(ours, theirs)
        ),
        harness.Answer("bound of the cost", round(found.bound), "cost units"),
        harness.Answer("late orders with causes", len(found.late), "orders"),
        harness.Answer("peak memory", peak, "MB"),
    ]
    if not options.no_peer:
        lateness, status = peer(resources, plan, options.seconds, options.workers)
        answers.append(harness.Answer(f"lateness, CP-SAT alone on its easier model ({status})", lateness, "cost units"))
    return answers


def _both(ours: plant_result.Cost, theirs: plant_result.Cost):
    return (("found", ours), ("due-date dispatching", theirs))


def peer(resources: plant.Resources, plan: plant.Plan, seconds: float, workers: int) -> tuple[float, str]:
    """Cost of lateness CP-SAT alone finds, -1 for none, and its status: machines, skills and tools as capacities."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    horizon = int(plan.order_release.max() + 4 * plan.shortest.sum() / resources.machines + 60 * DAY)
    machines: dict[int, list] = {}
    people: dict[int, list] = {}
    tools: dict[int, list] = {}
    starts, ends = [], []
    earliest = np.maximum(plan.order_release[plan.operation_order], plan.material_ready)
    for row in range(plan.operations):
        start = model.new_int_var(int(earliest[row]), horizon, "")
        end = model.new_int_var(int(earliest[row]), horizon, "")
        literals = []
        for mode in range(plan.mode_start[row], plan.mode_start[row + 1]):
            literal = model.new_bool_var("")
            interval = model.new_optional_interval_var(start, int(plan.mode_minutes[mode]), end, literal, "")
            machines.setdefault(int(plan.mode_machine[mode]), []).append(interval)
            literals.append(literal)
            for held, kind in ((people, plan.skill), (tools, plan.tool)):
                if kind[row] >= 0:
                    held.setdefault(int(kind[row]), []).append(interval)
        model.add_exactly_one(literals)
        starts.append(start)
        ends.append(end)
    for intervals in machines.values():
        model.add_no_overlap(intervals)
    for skill, intervals in people.items():
        model.add_cumulative(intervals, [1] * len(intervals), int(resources.person_skills[:, skill].sum()))
    for tool, intervals in tools.items():
        model.add_cumulative(intervals, [1] * len(intervals), int(resources.tool_count[tool]))
    for link in range(len(plan.before)):
        if plan.transfer[link] == plant.WHOLE:
            model.add(starts[plan.after[link]] >= ends[plan.before[link]] + int(plan.lag_min[link]))
    late = []
    for order in range(plan.orders):
        tardiness = model.new_int_var(0, horizon, "")
        rows = np.flatnonzero(plan.operation_order == order)
        model.add(tardiness >= ends[rows[-1]] - int(plan.order_due[order]))
        late.append(round(plan.order_weight[order] * 60) * tardiness)
    model.minimize(sum(late))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds, solver.parameters.num_workers = seconds, workers
    status = solver.solve(model)
    good = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return (round(solver.objective_value / 60) if good else -1), solver.status_name(status).lower()


def generated(operations: int, *, seed: int = 1, load: float = 0.65) -> tuple[plant.Resources, plant.Plan]:
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
    harness.main("How good is the plan of a plant of 50,000 operations?", measure, arguments=arguments, data=False)
