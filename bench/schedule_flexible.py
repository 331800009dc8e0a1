"""How short do flexible job shops get in a given time, beside OR-Tools alone?

    python bench/schedule_flexible.py [--files FILE ...] [--seconds 30] [--workers 2] [--peer]

Prints JSON. Without files ten shops within the ranges of Brandimarte's ten are drawn from a fixed seed; with files (in
his format) those are solved. The gap is to the best bound either of the two solvers proves.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import schedule_instances

from mainspring.engines.scheduling import data, flexible, formats


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", nargs="*", type=Path, default=[])
    parser.add_argument("--names", nargs="*", default=list(schedule_instances.BRANDIMARTE))
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peer", action="store_true")
    options = parser.parse_args()
    shops = {path.stem: formats.flexible_job_shop(path.read_text(), file=path.name) for path in options.files}
    shops = shops or {name: schedule_instances.brandimarte(name) for name in options.names}
    rows = [measured(name, shop, options) for name, shop in shops.items()]
    against = [row["makespan"] / row["peer_makespan"] - 1 for row in rows if row.get("peer_makespan")]
    answer = {
        "question": "flexible job shop",
        "seconds": options.seconds,
        "workers": options.workers,
        "mean_gap_to_bound_percent": round(float(np.mean([row["gap_to_bound_percent"] for row in rows])), 3),
        "mean_against_peer_percent": round(100 * float(np.mean(against)), 3) if against else None,
        "instances": rows,
    }
    json.dump(answer, sys.stdout, indent=1)
    print()
    return 0


def measured(name: str, shop: data.FlexibleJobShop, options) -> dict:
    """One instance, ours and the peer one after the other."""
    began = time.perf_counter()
    plan = flexible.solve(shop, seconds=options.seconds, seed=options.seed, workers=options.workers)
    row = {"name": name, "operations": shop.operations, "makespan": plan.objective, "bound": plan.bound}
    row["seconds"] = round(time.perf_counter() - began, 2)
    bound = plan.bound
    if options.peer:
        row["peer_makespan"], row["peer_bound"] = peer(shop, options.seconds, options.workers)
        bound = max(bound, row["peer_bound"])
    row["gap_to_bound_percent"] = round(100 * (plan.objective / bound - 1), 3)
    print(json.dumps(row), file=sys.stderr, flush=True)
    return row


def peer(shop: data.FlexibleJobShop, seconds: float, workers: int) -> tuple[int | None, int]:
    """Makespan and bound of CP-SAT alone, with its defaults."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    horizon = int(np.maximum.reduceat(shop.duration, shop.mode_start[:-1]).sum())
    machines: dict[int, list] = {}
    starts, ends = [], []
    for row in range(shop.operations):
        start, end = model.new_int_var(0, horizon, ""), model.new_int_var(0, horizon, "")
        literals = []
        for mode in range(shop.mode_start[row], shop.mode_start[row + 1]):
            literal = model.new_bool_var("")
            interval = model.new_optional_interval_var(start, int(shop.duration[mode]), end, literal, "")
            machines.setdefault(int(shop.machine[mode]), []).append(interval)
            literals.append(literal)
        model.add_exactly_one(literals)
        starts.append(start)
        ends.append(end)
    for intervals in machines.values():
        model.add_no_overlap(intervals)
    for row in np.flatnonzero(shop.job[1:] == shop.job[:-1]):
        model.add(starts[row + 1] >= ends[row])
    makespan = model.new_int_var(0, horizon, "")
    model.add_max_equality(makespan, [ends[row] for row in shop.job_start[1:] - 1])
    model.minimize(makespan)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds, solver.parameters.num_workers = seconds, workers
    status = solver.solve(model)
    found = round(solver.objective_value) if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None
    return found, round(solver.best_objective_bound)


if __name__ == "__main__":
    sys.exit(main())
