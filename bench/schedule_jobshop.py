"""How near to the best known makespan does a job shop come in a given time, beside OR-Tools alone?

    python bench/schedule_jobshop.py [--sets 20x15 30x20] [--instances 10] [--seconds N] [--no-peer] [--library FILE]

A set is jobs x machines of Taillard's instances, "library" for all of a JSON file of classical ones (name:
duration_matrix, machines_matrix, metadata.optimum), or jobs x machines with "in two sets": drawn here, the gap is to
the shorter of our schedule and CP-SAT's. Seconds are those of the stated target unless given. CP-SAT gets the same
problem, time and workers, with its own defaults.
"""

import json
import sys
import time
from pathlib import Path

import harness
import numpy as np
from instances import job_shops

from mainspring.engines.scheduling import bounds, data, jobshop

# Set: seconds, and the mean gap to the best known that is aimed at.
TARGETS = {
    "library": (20.0, 0.0),
    "15x15": (30.0, 1.5),
    "20x15": (30.0, 1.5),
    "20x20": (30.0, None),
    "30x15": (60.0, None),
    "30x20": (60.0, 3.0),
    "50x15": (10.0, 1.0),
    "50x20": (10.0, 1.0),
    "100x20": (10.0, 1.0),
    "20x10 in two sets": (30.0, None),
    "20x15 in two sets": (30.0, None),
    "50x10 in two sets": (30.0, None),
}


def arguments(parser) -> None:
    parser.add_argument("--sets", nargs="*", default=["15x15", "20x15", "30x20", "50x20", "100x20"])
    parser.add_argument("--instances", type=int, default=2, help="of each set, from the first (default 2)")
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--library", type=Path, help="JSON file of classical instances")


def measure(options) -> list[harness.Answer]:
    answers = []
    for name in options.sets:
        seconds, target = TARGETS[name]
        seconds = options.seconds or seconds
        rows = [measured(*each, seconds, options) for each in instances(name, options)]
        what = f"{name}, {len(rows)} instances, {seconds:g} s, {options.workers} workers: mean gap to best known"
        answers.append(harness.Answer(what, mean(rows, "gap_percent"), "%", target))
        if not options.no_peer:
            answers.append(harness.Answer(f"{name}: CP-SAT alone", mean(rows, "peer_gap_percent"), "%"))
        answers += [harness.Answer(described(row), row["makespan"], "time units") for row in rows]
    return answers


def described(row: dict) -> str:
    """An instance in words."""
    peer = f", CP-SAT {row['peer_makespan']}" if "peer_makespan" in row else ""
    return f"{row['name']}: best known {row['best_known'] or '-'}, bound {row['bound']}{peer}, {row['seconds']} s"


def instances(name: str, options):
    """Name, shop and best known makespan of each instance of a set."""
    if name == "library":
        for key, each in list(json.loads(options.library.read_text()).items())[: options.instances]:
            pairs = zip(each["machines_matrix"], each["duration_matrix"], strict=True)
            shop = data.JobShop.of([list(zip(*pair, strict=True)) for pair in pairs])
            yield key, shop, each["metadata"]["optimum"]
        return
    jobs, machines = map(int, name.split()[0].split("x"))
    if "two sets" in name:
        for seed in range(1, options.instances + 1):
            yield f"{name} {seed}", job_shops.two_sets(jobs, machines, seed), None
        return
    for key, one, other, best in job_shops.TAILLARD[jobs, machines][: options.instances]:
        yield key, job_shops.taillard(jobs, machines, one, other), best


def measured(name: str, shop: data.JobShop, best: int | None, seconds: float, options) -> dict:
    """One instance, ours and the peer one after the other."""
    began, used = time.perf_counter(), time.process_time()
    plan = jobshop.solve(shop, seconds=seconds, seed=options.seed, workers=options.workers)
    row = {
        "name": name,
        "best_known": best,
        "makespan": plan.objective,
        "bound": plan.bound,
        "seconds": round(time.perf_counter() - began, 2),
        "processor_seconds": round(time.process_time() - used, 2),
    }
    found = None if options.no_peer else peer(shop, seconds, options.workers)
    if not options.no_peer:
        row["peer_makespan"] = found
    best = best or min(plan.objective, found or plan.objective)
    row["gap_percent"] = round(100 * (plan.objective / best - 1), 3)
    row["peer_gap_percent"] = round(100 * (found / best - 1), 3) if found else None
    print(json.dumps(row), file=sys.stderr, flush=True)
    return row


def peer(shop: data.JobShop, seconds: float, workers: int) -> int | None:
    """Makespan CP-SAT alone finds; None when none."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    horizon = int(shop.duration.sum())
    starts = [model.new_int_var(0, horizon, "") for _ in range(shop.operations)]
    lengths = shop.duration.tolist()
    intervals = [
        model.new_fixed_size_interval_var(start, length, "") for start, length in zip(starts, lengths, strict=True)
    ]
    for machine in range(shop.machines):
        model.add_no_overlap([intervals[row] for row in np.flatnonzero(shop.machine == machine)])
    for row in np.flatnonzero(shop.job[1:] == shop.job[:-1]):
        model.add(starts[row + 1] >= starts[row] + lengths[row])
    makespan = model.new_int_var(bounds.job_shop(shop), horizon, "")
    for row in shop.job_start[1:] - 1:
        model.add(makespan >= starts[row] + lengths[row])
    model.minimize(makespan)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds, solver.parameters.num_workers = seconds, workers
    status = solver.solve(model)
    return round(solver.objective_value) if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None


def mean(rows: list[dict], key: str) -> float:
    """Mean of what is there."""
    return round(float(np.mean([row[key] for row in rows if row.get(key) is not None] or [100.0])), 3)


if __name__ == "__main__":
    harness.main("How near to the best known does a job shop come?", measure, arguments=arguments, data=False)
