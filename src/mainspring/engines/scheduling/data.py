"""Job shops as flat arrays: operations in the order of their jobs, numbered through.

A job shop fixes the machine of every operation; a flexible one offers alternatives, each with its own duration (C08).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mainspring.engines import problem

# Heads and tails are 32-bit: the sum of all durations must stay below this.
HORIZON_MAX = 2**30


@dataclass(frozen=True, eq=False)
class JobShop:
    """J || Cmax: each job visits machines in its own order; a machine does one operation at a time, without pause.

    job_start  [jobs + 1] first operation of each job, and the number of operations at the end
    machine    [operations] machine of each, from 0; a job may visit a machine more than once
    duration   [operations] time units, 0 or more
    machines   number of machines
    """

    job_start: np.ndarray
    machine: np.ndarray
    duration: np.ndarray
    machines: int

    def __post_init__(self):
        _check_jobs(self.job_start, len(self.machine), "machine")
        _require_equal("duration", len(self.duration), len(self.machine))
        _check_range("machine", self.machine, self.machines)
        _check_durations(self.duration, int(self.duration.sum()))

    @property
    def jobs(self) -> int:
        """Number of jobs."""
        return len(self.job_start) - 1

    @property
    def operations(self) -> int:
        """Number of operations."""
        return len(self.machine)

    @cached_property
    def job(self) -> np.ndarray:
        """[operations] the job of each."""
        return np.repeat(np.arange(self.jobs), np.diff(self.job_start))

    @staticmethod
    def of(jobs: list[list[tuple[int, int]]], machines: int | None = None) -> "JobShop":
        """From a list of jobs, each a list of (machine, duration)."""
        starts = np.cumsum([0, *(len(job) for job in jobs)])
        pairs = np.array([pair for job in jobs for pair in job], dtype=np.int64).reshape(-1, 2)
        count = machines if machines is not None else int(pairs[:, 0].max(initial=-1)) + 1
        return JobShop(starts, pairs[:, 0], pairs[:, 1], count)


@dataclass(frozen=True, eq=False)
class FlexibleJobShop:
    """FJ || Cmax: every operation is done on one of several machines, each with its own duration.

    job_start   [jobs + 1] first operation of each job
    mode_start  [operations + 1] first alternative of each operation
    machine     [alternatives] machine, from 0
    duration    [alternatives] time units on that machine, 0 or more
    machines    number of machines
    """

    job_start: np.ndarray
    mode_start: np.ndarray
    machine: np.ndarray
    duration: np.ndarray
    machines: int

    def __post_init__(self):
        _check_jobs(self.job_start, self.operations, "mode_start")
        for row in np.flatnonzero(np.diff(self.mode_start) < 1)[:1]:
            problem.require(False, "mode_start", int(row), "alternatives", 0, "an operation needs at least one machine")
        problem.require(
            int(self.mode_start[-1]) == len(self.machine),
            "mode_start",
            len(self.mode_start) - 1,
            "end",
            int(self.mode_start[-1]),
            f"must be the number of alternatives, {len(self.machine)}",
        )
        _require_equal("duration", len(self.duration), len(self.machine))
        _check_range("machine", self.machine, self.machines)
        longest = np.maximum.reduceat(self.duration, self.mode_start[:-1]) if len(self.duration) else self.duration
        _check_durations(self.duration, int(longest.sum()))

    @property
    def jobs(self) -> int:
        """Number of jobs."""
        return len(self.job_start) - 1

    @property
    def operations(self) -> int:
        """Number of operations."""
        return len(self.mode_start) - 1

    @cached_property
    def job(self) -> np.ndarray:
        """[operations] the job of each."""
        return np.repeat(np.arange(self.jobs), np.diff(self.job_start))

    @staticmethod
    def of(jobs: list[list[list[tuple[int, int]]]], machines: int | None = None) -> "FlexibleJobShop":
        """From a list of jobs, each a list of operations, each a list of (machine, duration)."""
        operations = [operation for job in jobs for operation in job]
        pairs = np.array([pair for operation in operations for pair in operation], dtype=np.int64).reshape(-1, 2)
        count = machines if machines is not None else int(pairs[:, 0].max(initial=-1)) + 1
        return FlexibleJobShop(
            np.cumsum([0, *(len(job) for job in jobs)]),
            np.cumsum([0, *(len(operation) for operation in operations)]),
            pairs[:, 0],
            pairs[:, 1],
            count,
        )


def _check_jobs(job_start, operations: int, array: str) -> None:
    problem.require(len(job_start) > 1, "job_start", 0, "jobs", len(job_start) - 1, "must be at least one job")
    for row in np.flatnonzero(np.diff(job_start) < 0)[:1]:
        problem.require(False, "job_start", int(row), "end", int(job_start[row + 1]), "must not come before the start")
    rule = f"must be the number of rows of {array}, {operations}"
    problem.require(int(job_start[-1]) == operations, "job_start", len(job_start) - 1, "end", int(job_start[-1]), rule)
    problem.require(operations > 0, array, 0, "operations", 0, "must be at least one operation")


def _require_equal(array: str, found: int, wanted: int) -> None:
    problem.require(found == wanted, array, 0, "length", found, f"must be {wanted}, one a row of machine")


def _check_range(array: str, values, count: int) -> None:
    for row in np.flatnonzero((values < 0) | (values >= count))[:1]:
        problem.require(False, array, int(row), "number", int(values[row]), f"must be 0 to {count - 1}")


def _check_durations(durations, total: int) -> None:
    for row in np.flatnonzero(durations < 0)[:1]:
        problem.require(False, "duration", int(row), "time", int(durations[row]), "must be 0 or more")
    problem.require(
        total < HORIZON_MAX, "duration", 0, "sum", total, f"must stay below {HORIZON_MAX}: use a larger unit"
    )
