"""Is a schedule valid? Written apart from every solver and asked before a plan leaves the engine."""

import numpy as np

from mainspring.engines import problem
from mainspring.engines.scheduling import data


def job_shop(shop: data.JobShop, start: np.ndarray, objective: int) -> None:
    """Raise InvalidProblem unless every operation starts after its job allows and no machine does two at once."""
    end = start + shop.duration
    _check_jobs(shop.job, start, end)
    _check_machines(shop.machine, start, end)
    _check_objective(end, objective)


def flexible(shop: data.FlexibleJobShop, start: np.ndarray, mode: np.ndarray, objective: int) -> None:
    """As `job_shop`; `mode` numbers the alternative chosen for each operation within `shop.machine`."""
    for row in np.flatnonzero((mode < shop.mode_start[:-1]) | (mode >= shop.mode_start[1:]))[:1]:
        problem.require(False, "mode", int(row), "alternative", int(mode[row]), "is not one of the operation's own")
    end = start + shop.duration[mode]
    _check_jobs(shop.job, start, end)
    _check_machines(shop.machine[mode], start, end)
    _check_objective(end, objective)


def _check_jobs(job, start, end) -> None:
    for row in np.flatnonzero(start < 0)[:1]:
        problem.require(False, "start", int(row), "start", int(start[row]), "must not lie before 0")
    early = (job[1:] == job[:-1]) & (start[1:] < end[:-1])
    for row in np.flatnonzero(early)[:1]:
        rule = f"must wait for the operation before it, which ends at {end[row]}"
        problem.require(False, "start", int(row + 1), "start", int(start[row + 1]), rule)


def _check_machines(machine, start, end) -> None:
    """Half-open intervals (C05); an operation without duration still needs its machine free."""
    row = np.lexsort((end, start, machine))
    clash = (machine[row[1:]] == machine[row[:-1]]) & (start[row[1:]] < end[row[:-1]])
    for k in np.flatnonzero(clash)[:1]:
        rule = f"machine {machine[row[k]]} is busy with operation {row[k]} until {end[row[k]]}"
        problem.require(False, "start", int(row[k + 1]), "start", int(start[row[k + 1]]), rule)


def _check_objective(end, objective: int) -> None:
    problem.require(int(end.max()) == objective, "objective", 0, "makespan", objective, f"must be {int(end.max())}")
