"""What the shop subjects of `mainspring solve` share: the time that is left, and a schedule as plain data."""

import sys
import time

import psutil

# Kept back for checking, printing and leaving.
_MARGIN_SECONDS = 0.35


def began(options) -> float:
    """When the command was called: with its process, or, where a running process calls it, when it was read."""
    return psutil.Process().create_time() if sys.argv[1:2] == ["solve"] else options.began


def seconds_left(options) -> float:
    """Of `--seconds`, counted from the call, what a search may still use; at least a little.

    A limit of 0 or less goes through as it is, for the engine to refuse.
    """
    if not options.seconds > 0:
        return options.seconds
    spent = max(0.0, time.time() - began(options))
    margin = min(_MARGIN_SECONDS, 0.1 * options.seconds)
    return max(0.05, options.seconds - spent - margin)


def limits(options) -> dict:
    """How long and with what a search may work, as every shop solver takes it."""
    return {
        "seconds": seconds_left(options),
        "seed": options.seed,
        "workers": options.workers,
        "progress": watcher(),
    }


def watcher():
    """Shows how far the search is, where somebody looks on; None elsewhere."""
    if not sys.stderr.isatty():
        return None

    def show(progress) -> None:
        print(
            f"\r{progress.seconds:6.1f} s  best {progress.objective}  bound {progress.bound} ", end="", file=sys.stderr
        )

    return show


def answer(subject: str, plan, job_start, options) -> dict:
    """The plan as one object: objective, bound, seconds and schedule, rows of [job, operation, machine, start, end]."""
    rows = []
    for job in range(len(job_start) - 1):
        for place, row in enumerate(range(job_start[job], job_start[job + 1])):
            rows.append([job, place, int(plan.machine[row]), int(plan.start[row]), int(plan.end[row])])
    return {
        "subject": subject,
        "objective": plan.objective,
        "bound": plan.bound,
        "optimal": plan.optimal,
        "seconds": round(time.time() - began(options), 3),
        "schedule": rows,
    }


def lines(found: dict) -> list[str]:
    """The answer for people: the result, then one line a job."""
    proof = "proven optimal" if found["optimal"] else f"no schedule is shorter than {found['bound']}"
    shown = [f"makespan {found['objective']}, {proof}; {found['seconds']:.2f} s; machines and jobs counted from 0"]
    by_job: dict[int, list[str]] = {}
    for job, _, machine, start, end in found["schedule"]:
        by_job.setdefault(job, []).append(f"m{machine} {start}-{end}")
    return shown + [f"job {job}: " + ", ".join(steps) for job, steps in by_job.items()]
