"""Lower bounds of the makespan: one machine at a time, with heads and tails, work may be interrupted."""

import heapq

import numpy as np

from mainspring.engines.scheduling import data


def job_shop(shop: data.JobShop) -> int:
    """The longest job, and for each machine Jackson's preemptive schedule of its operations.

    Head: the work of the job before the operation; tail: the work after it.
    Source: Carlier, European Journal of Operational Research 11 (1982).
    """
    head, tail = heads_and_tails(shop.job_start, shop.duration)
    longest = int((head + shop.duration + tail).max(initial=0))
    machines = (np.flatnonzero(shop.machine == machine) for machine in range(shop.machines))
    return max([longest, *(preemptive(head[rows], shop.duration[rows], tail[rows]) for rows in machines)])


def flexible(shop: data.FlexibleJobShop) -> int:
    """The longest job at its fastest, and the least work of all operations that only one machine can do.

    Also the least total work spread evenly over all machines.
    """
    fastest = np.minimum.reduceat(shop.duration, shop.mode_start[:-1])
    head, tail = heads_and_tails(shop.job_start, fastest)
    longest = int((head + fastest + tail).max(initial=0))
    spread = -(-int(fastest.sum()) // shop.machines)
    alone = np.flatnonzero(np.diff(shop.mode_start) == 1)
    only = shop.machine[shop.mode_start[alone]]
    machines = (alone[only == machine] for machine in range(shop.machines))
    return max([longest, spread, *(preemptive(head[rows], fastest[rows], tail[rows]) for rows in machines)])


def heads_and_tails(job_start: np.ndarray, duration: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Work of the same job before and after each operation."""
    done = np.concatenate([[0], np.cumsum(duration)])
    job = np.repeat(np.arange(len(job_start) - 1), np.diff(job_start))
    return done[:-1] - done[job_start[job]], done[job_start[job + 1]] - done[1:]


def preemptive(head: np.ndarray, duration: np.ndarray, tail: np.ndarray) -> int:
    """Makespan of one machine, interruptions allowed: at any time work on what has the longest tail."""
    rows = sorted(range(len(head)), key=lambda row: head[row])
    waiting: list[list[int]] = []
    now = best = at = 0
    while at < len(rows) or waiting:
        if not waiting:
            now = max(now, int(head[rows[at]]))
        while at < len(rows) and head[rows[at]] <= now:
            heapq.heappush(waiting, [-int(tail[rows[at]]), int(duration[rows[at]])])
            at += 1
        until = int(head[rows[at]]) if at < len(rows) else None
        first = waiting[0]
        worked = first[1] if until is None else min(first[1], until - now)
        now += worked
        first[1] -= worked
        if not first[1]:
            heapq.heappop(waiting)
            best = max(best, now - first[0])
    return best
