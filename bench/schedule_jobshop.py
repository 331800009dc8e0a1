"""How near to the best known makespan does a job shop come in a given time, beside OR-Tools alone?

    python bench/schedule_jobshop.py [--sets 20x15 30x20] [--instances 3] [--seconds N] [--peer] [--library FILE]

Prints JSON. A set is jobs x machines of Taillard's instances, or "library" for all of a JSON file of classical ones
(name: duration_matrix, machines_matrix, metadata.optimum). Seconds are those of the stated target unless given. With
--peer CP-SAT gets the same problem, time and workers, with its own defaults.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import schedule_instances

from mainspring.engines.scheduling import bounds, data, jobshop

SECONDS = {"library": 20, "15x15": 30, "20x15": 30, "20x20": 30, "30x15": 60, "30x20": 60, "50x15": 10, "50x20": 10,
           "100x20": 10}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="*", default=["15x15", "20x15", "30x20", "50x20", "100x20"])
    parser.add_argument("--instances", type=int, default=10, help="of each set, from the first")
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--library", type=Path, help="JSON file of classical instances")
    options = parser.parse_args()
    answer = {"question": "job shop", "workers": options.workers, "sets": {}}
    for name in options.sets:
        seconds = options.seconds or SECONDS[name]
        rows = [measured(*each, seconds, options) for each in instances(name, options)]
        answer["sets"][name] = {
            "seconds": seconds,
            "mean_gap_percent": mean(rows, "gap_percent"),
            "peer_mean_gap_percent": mean(rows, "peer_gap_percent"),
            "instances": rows,
        }
    json.dump(answer, sys.stdout, indent=1)
    print()
    return 0


def instances(name: str, options):
    """Name, shop and best known makespan of each instance of a set."""
    if name == "library":
        for key, each in list(json.loads(options.library.read_text()).items())[: options.instances]:
            pairs = zip(each["machines_matrix"], each["duration_matrix"], strict=True)
            shop = data.JobShop.of([list(zip(*pair, strict=True)) for pair in pairs])
            yield key, shop, each["metadata"]["optimum"]
        return
    jobs, machines = map(int, name.split("x"))
    for key, one, other, best in schedule_instances.TAILLARD[jobs, machines][: options.instances]:
        yield key, schedule_instances.taillard(jobs, machines, one, other), best


def measured(name: str, shop: data.JobShop, best: int, seconds: float, options) -> dict:
    """One instance, ours and the peer one after the other."""
    began, used = time.perf_counter(), time.process_time()
    plan = jobshop.solve(shop, seconds=seconds, seed=options.seed, workers=options.workers)
    row = {
        "name": name,
        "best_known": best,
        "makespan": plan.objective,
        "bound": plan.bound,
        "gap_percent": round(100 * (plan.objective / best - 1), 3),
        "seconds": round(time.perf_counter() - began, 2),
        "processor_seconds": round(time.process_time() - used, 2),
    }
    if options.peer:
        found = peer(shop, seconds, options.workers)
        row |= {"peer_makespan": found, "peer_gap_percent": round(100 * (found / best - 1), 3) if found else None}
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


def mean(rows: list[dict], key: str) -> float | None:
    """Mean of what is there."""
    values = [row[key] for row in rows if row.get(key) is not None]
    return round(float(np.mean(values)), 3) if values else None


if __name__ == "__main__":
    sys.exit(main())
