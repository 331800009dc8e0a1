"""How short do flexible job shops get in a given time, beside OR-Tools alone?

    python bench/schedule_flexible.py [--files FILE ...] [--seconds 30] [--workers 2] [--no-peer]

Without files seven of Brandimarte's ten are solved (instances/brandimarte: those that are hard, or small); with files
(in his format) those; with names, shops drawn within the ranges of his ten ("like mk03"). The gap is to the best known
where that is published, else to the shorter of our schedule and CP-SAT's with the same time and workers.
"""

import json
import sys
import time
from pathlib import Path

import harness
import numpy as np
from instances import job_shops

from mainspring.engines.scheduling import data, flexible, formats

HERE = Path(__file__).resolve().parent
# Shortest makespans published for Brandimarte's instances.
BEST_KNOWN = {
    "mk01": 40, "mk02": 26, "mk03": 204, "mk04": 60, "mk05": 172, "mk06": 57, "mk07": 139, "mk08": 523, "mk09": 307,
    "mk10": 193,
}  # fmt: skip


def arguments(parser) -> None:
    parser.add_argument("--files", nargs="*", type=Path, default=[])
    parser.add_argument("--names", nargs="*", default=[], choices=list(job_shops.BRANDIMARTE))
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-peer", action="store_true")


def measure(options) -> list[harness.Answer]:
    shops = {name: job_shops.brandimarte(name) for name in options.names}
    files = options.files or ([] if shops else sorted((HERE / "instances" / "brandimarte").glob("*.txt")))
    shops |= {path.stem: formats.flexible_job_shop(path.read_text(), file=path.name) for path in files}
    rows = [measured(name, shop, options) for name, shop in shops.items()]
    answers = []
    for who, key in (("ours", "makespan"), ("CP-SAT alone", "peer_makespan")):
        gaps = [100 * (row[key] / best(row) - 1) for row in rows if row.get(key)]
        if gaps:
            what = f"{who}: mean gap, {len(gaps)} shops, {options.seconds:g} s, {options.workers} workers"
            target = 2.0 if key == "makespan" else None
            answers.append(harness.Answer(what, round(float(np.mean(gaps)), 3), "%", target))
    for row in rows:
        peer = f", CP-SAT {row['peer_makespan']}" if "peer_makespan" in row else ""
        what = f"{row['name']}, {row['operations']} operations: bound {row['bound']}{peer}, {row['seconds']} s"
        answers.append(harness.Answer(what, row["makespan"], "time units"))
    return answers


def best(row: dict) -> int:
    """The best known makespan, or the shorter of both."""
    return BEST_KNOWN.get(row["name"], min(row["makespan"], row.get("peer_makespan") or row["makespan"]))


def measured(name: str, shop: data.FlexibleJobShop, options) -> dict:
    """One instance, ours and the peer one after the other."""
    began = time.perf_counter()
    plan = flexible.solve(shop, seconds=options.seconds, seed=options.seed, workers=options.workers)
    row = {"name": name, "operations": shop.operations, "makespan": plan.objective, "bound": plan.bound}
    row["seconds"] = round(time.perf_counter() - began, 2)
    if not options.no_peer:
        row["peer_makespan"], row["peer_bound"] = peer(shop, options.seconds, options.workers)
        row["bound"] = max(plan.bound, row.pop("peer_bound"))
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
    harness.main("How short do flexible job shops get?", measure, arguments=arguments, data=False)
