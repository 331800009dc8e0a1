"""Plan material over CSV files: what to order or make, when, why, for whom, and what it takes of the work centers."""

import argparse
import json
import sys
import time
from datetime import date
from pathlib import Path

HELP = "plan material requirements over CSV files"
SETUP = "nothing"
SCALES = (9, 6, 3)  # decimals of quantities, finest first: coarser only when quantities are too large for finer

CONVENTIONS = """
planned.csv     item,start,due,quantity,reason            one line an order
pegging.csv     which demand is served by which supply; ITEM#3 is the third line of ITEM in planned.csv
exceptions.csv  new, expedite, defer, cancel, past_due, below_safety, excess, each with its reason as JSON
load.csv        work_center,date,hours,available,percent  clock hours on the days operations really span

A receipt due on a day covers that day's need. A component is needed on the day its parent's order starts, plus its
offset. An order starts on the latest day that leaves lead_time_days working days in [start, due). Safety stock is kept
once. One order an item and day; the lot rule gives its quantity from the net need: L4L the need, FOQ whole lots of
lot_size, POQ the deepest need of lot_size days from that day on, EOQ at least lot_size; then it is raised to min_qty,
then to a multiple, and at last split into orders of at most max_qty (whole multiples; the last one not below min_qty).
Quantities keep their fractions unless these rules round them; a millionth of a unit is the least that counts. What
should have started, come or been delivered before the first day is moved to it and listed as past_due. Rows beyond the
last day are left out and counted. Stock and supply of phantoms serve first, the rest passes to their components.
Supply is not exploded: list what open orders still need as demand.
"""


def add_arguments(parser):
    parser.formatter_class = _Described
    parser.add_argument("folder", type=Path, metavar="DIR", help="where the CSV files are; described below")
    parser.add_argument("--start", type=_date, default=None, metavar="YYYY-MM-DD", help="first day (default today)")
    parser.add_argument("--days", type=int, default=365, metavar="N", help="days planned one by one (default 365)")
    parser.add_argument("--weeks", type=int, default=0, metavar="N", help="weeks planned beyond them (default 0)")
    parser.add_argument("--out", type=Path, default=None, metavar="DIR2", help="where to write (default DIR/plan)")
    parser.add_argument(
        "--wait-days", type=int, default=0, metavar="N",
        help="supply at most so late is waited for and expedited, not ordered again (default 0)",
    )  # fmt: skip
    parser.add_argument("--workers", type=int, default=2, metavar="W", help="processor cores to use (default 2)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.epilog = "files"


def run(options):
    from mainspring.engines.problem import Defect, InvalidProblem
    from mainspring.site import refusals

    try:
        for name, least, most in (("days", 1, 3660), ("weeks", 0, 520), ("wait_days", 0, 365), ("workers", 1, 64)):
            value = getattr(options, name)
            if not least <= value <= most:
                rule = f"must be {least} to {most}"
                raise InvalidProblem(Defect("command line", 1, f"--{name.replace('_', '-')}", value, rule))
        answer = _planned(options)
    except InvalidProblem as error:
        return refusals.tell("mrp", error, as_json=options.json)
    except OSError as error:
        return refusals.tell("mrp", refusals.of_file(options.folder, error), as_json=options.json)
    if options.json:
        print(json.dumps(answer))
    else:
        _print(answer)
    return 0


def _planned(options) -> dict:
    from mainspring.site.material import files

    clock = _Clock(options.json)
    with clock("read"):
        inputs = files.read(options.folder)
    with clock("compile"):
        from mainspring.site.material import rows

        rows.warm()
    built, plan = _plan(inputs, options, clock)
    with clock("write"):
        from mainspring.site.material.writing import Answer

        folder = options.out or options.folder / "plan"
        written = Answer(inputs, built, plan).write(folder)
    warnings = list(inputs.warnings)
    warnings += [f"{file}.csv: {n} rows after the last day are left out" for file, n in built.beyond.items() if n]
    beyond = float(plan.beyond.sum()) / 36e6
    if beyond:
        warnings.append(f"load: {beyond:.1f} hours fall after the last day")
    lines = plan.network.lines
    return {
        "ok": True,
        "start": built.start.isoformat(),
        "days": options.days,
        "weeks": options.weeks,
        "counts": {
            "items": len(inputs.item_row), "levels": len(plan.level_start) - 1, "bill_lines": len(lines),
            "demand": len(built.demand_rows), "supply": len(built.supply_rows), **written,
        },
        "seconds": {**clock.seconds, "total": round(sum(clock.seconds.values()), 6)},
        "peak_memory_mb": _peak_memory(),
        "scale_digits": built.digits,
        "out": str(folder),
        "warnings": warnings,
    }  # fmt: skip


def _plan(inputs, options, clock):
    """The network and its plan at the finest scale its quantities fit."""
    from mainspring.engines.problem import InvalidProblem
    from mainspring.site.material import building

    start = options.start or date.today()
    for digits in SCALES:
        try:
            with clock("arrays"):
                built = building.build(
                    inputs, start, options.days, digits, weeks=options.weeks, wait_days=options.wait_days
                )
            with clock("plan"):
                return built, building.scaled(built, options.workers)
        except InvalidProblem as error:
            if error.defects[0].path:
                raise building.loop_in_file(error, inputs) from error
            if digits == SCALES[-1]:
                raise building.in_files(error, inputs) from error
    raise AssertionError("unreachable")


def _print(answer: dict) -> None:
    counts, seconds = answer["counts"], answer["seconds"]
    print(", ".join(f"{value:,} {name.replace('_', ' ')}" for name, value in counts.items()))
    print(", ".join(f"{name} {value:.2f} s" for name, value in seconds.items()), f"{answer['peak_memory_mb']:.0f} MB")
    for warning in answer["warnings"]:
        print(f"note: {warning}")
    print(f"written to {answer['out']}")


class _Clock:
    """Seconds by step; says on the terminal which step runs."""

    def __init__(self, silent: bool):
        self.seconds: dict[str, float] = {}
        self.silent = silent or not sys.stderr.isatty()

    def __call__(self, name: str) -> "_Clock":
        self.name = name
        return self

    def __enter__(self) -> None:
        if not self.silent:
            print(f"{self.name} …", file=sys.stderr)
        self.began = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.seconds[self.name] = round(self.seconds.get(self.name, 0) + time.perf_counter() - self.began, 6)


def _peak_memory() -> float:
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(most / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} must be a date YYYY-MM-DD") from None


class _Described(argparse.RawDescriptionHelpFormatter):
    """Adds the columns of the files, read only when the help is asked for."""

    def add_text(self, text):
        if text == "files":
            from mainspring.site.material import files

            text = f"{files.described()}\n{CONVENTIONS}"
        super().add_text(text)
