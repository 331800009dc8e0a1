"""The pictures of docs/engines/scheduling.md: small plans, solved and drawn as SVG.

PYTHONPATH=src python tools/schedule_pictures.py [docs/engines/pictures]
"""

import sys
from html import escape
from pathlib import Path

import numpy as np

from mainspring.engines.scheduling import flexible, formats, jobshop, plant, plant_solve

COLOURS = ("#4e79a7", "#f28e2b", "#59a14f", "#b07aa1", "#e15759", "#76b7b2", "#9c755f", "#edc948")
FT06 = Path(__file__).resolve().parents[1] / "tests" / "engines" / "shops" / "ft06.txt"
WIDTH, ROW, LEFT, TOP = 760, 30, 90, 34
DAY = 1440


def main() -> None:
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/engines/pictures")
    target.mkdir(parents=True, exist_ok=True)
    for name, draw in (("ft06", job_shop), ("flexible", flexible_shop), ("plant", industrial), ("overlap", overlap)):
        (target / f"schedule-{name}.svg").write_text(draw(), encoding="utf-8")


def job_shop() -> str:
    """Fisher and Thompson's 6 x 6 at its optimum."""
    shop = formats.job_shop(FT06.read_text())
    plan = jobshop.solve(shop, seconds=20, seed=1)
    bars = [
        (int(machine), int(start), int(end), f"{job}", int(job))
        for machine, start, end, job in zip(plan.machine, plan.start, plan.end, shop.job, strict=True)
    ]
    rows = [f"machine {row}" for row in range(shop.machines)]
    return chart(f"6 x 6: makespan {plan.objective}, bound {plan.bound}", rows, bars, step=10)


def flexible_shop() -> str:
    """Three jobs of three operations on three machines with alternatives."""
    text = "3 3 2\n3 2 1 4 2 6 1 3 5 2 1 7 2 4\n3 1 1 5 2 2 4 3 5 1 3 3\n3 2 2 3 3 4 2 1 6 3 5 2 1 4 2 3\n"
    shop = formats.flexible_job_shop(text)
    plan = flexible.solve(shop, seconds=5, seed=1)
    bars = [
        (int(machine), int(start), int(end), f"{job}", int(job))
        for machine, start, end, job in zip(plan.machine, plan.start, plan.end, shop.job, strict=True)
    ]
    rows = [f"machine {row}" for row in range(shop.machines)]
    return chart(f"flexible: makespan {plan.objective}, bound {plan.bound}", rows, bars, step=2)


def industrial() -> str:
    """Two machines with a break and change-overs, one person for both, one order late for want of material."""
    hours = [(480, 720), (780, 1020)]
    calendar = plant.Calendar.weekly("office", hours, weeks=2)
    resources = plant.Resources(
        calendars=(calendar,),
        machine_calendar=np.array([0, 0]),
        machine_size=np.array([1, 1]),
        machine_family=np.array([0, 0]),
        person_calendar=np.array([0]),
        person_skills=np.array([[True]]),
        changeover=np.array([[0, 30], [45, 0]]),
    )
    plan = plant.Plan(
        order_release=np.zeros(4, np.int64),
        order_due=np.array([700, 800, 900, 870]),
        order_weight=np.array([1.0, 1.0, 2.0, 1.0]),
        operation_order=np.array([0, 0, 1, 1, 2, 2, 3]),
        mode_start=np.arange(8),
        mode_machine=np.array([0, 1, 0, 1, 0, 1, 0]),
        mode_minutes=np.array([60, 60, 70, 40, 50, 60, 60]),
        family=np.array([0, -1, 1, -1, 0, -1, 1]),
        skill=np.array([-1, 0, -1, 0, -1, 0, -1]),
        material_ready=np.array([0, 0, 0, 0, 0, 0, 840]),
        before=np.array([0, 2, 4]),
        after=np.array([1, 3, 5]),
    )
    found = plant_solve.solve(resources, plan, weights=plant.Weights(changeover=0.5), seconds=3, seed=1, workers=1)
    schedule, bars = found.schedule, []
    for row in range(plan.operations):
        start, end, order = int(schedule.start[row]), int(schedule.end[row]), int(plan.operation_order[row])
        for opens, closes in hours:
            low, high = max(start, opens), min(end, closes)
            turned = min(high, start + int(schedule.setup[row]))
            if low < turned:
                bars.append((int(schedule.machine[row]), low, turned, "", -1))
            if max(low, turned) < high:
                bars.append((int(schedule.machine[row]), max(low, turned), high, str(order), order))
    late = ", ".join(
        f"order {order}: " + " + ".join(f"{cause.kind} {cause.minutes}" for cause in causes[:3])
        for order, causes in found.late.items()
    )
    shaded = [(0, 480), (720, 780), (1020, 1080)]
    title = f"cost {found.cost.total:.0f}, by due date {found.dispatched.total:.0f}; late: {late or 'none'}"
    return chart(title, ["machine 0", "machine 1"], bars, step=60, begin=450, shaded=shaded, clock=True)


def overlap() -> str:
    """A lot passed on by quarters: it must not run dry, so it starts later than the first quarter."""
    calendar = plant.Calendar.weekly("always", [(0, 7 * DAY)], weeks=2)
    resources = plant.Resources((calendar,), np.zeros(2, np.int64), np.ones(2, np.int64), np.full(2, -1))
    plan = plant.Plan(
        order_release=np.zeros(1, np.int64), order_due=np.array([200]), order_weight=np.ones(1),
        operation_order=np.zeros(2, np.int64), mode_start=np.arange(3), mode_machine=np.array([0, 1]),
        mode_minutes=np.array([100, 40]), before=np.array([0]), after=np.array([1]), transfer=np.array([250]),
    )  # fmt: skip
    schedule = plant_solve.solve(resources, plan, seconds=0.2, workers=1).schedule
    bars = []
    for row, minutes in ((0, 25), (1, 10)):
        start = int(schedule.start[row])
        bars += [(row, start + k * minutes, start + (k + 1) * minutes, f"{k + 1}", k) for k in range(4)]
    return chart("a lot passed on by quarters", ["first step", "second step"], bars, step=10)


def chart(title, rows, bars, *, step, begin=0, shaded=(), clock=False) -> str:
    """A Gantt chart: bars are (row, start, end, text, colour; -1: change-over)."""
    end = max(bar[2] for bar in bars)
    scale = (WIDTH - LEFT - 14) / (end - begin)
    height = TOP + ROW * len(rows) + 26

    def x(moment):
        return round(LEFT + (moment - begin) * scale, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="{LEFT}" y="18" fill="#222">{escape(title)}</text>',
    ]
    bottom = TOP + ROW * len(rows)
    for low, high in shaded:
        low, high = max(low, begin), min(high, end)
        if low < high:
            width, tall = round((high - low) * scale, 1), bottom - TOP
            parts.append(f'<rect x="{x(low)}" y="{TOP}" width="{width}" height="{tall}" fill="#eee"/>')
    for moment in range(-(-begin // step) * step, end + 1, step):
        shown = f"{moment // 60}:{moment % 60:02d}" if clock else moment
        parts.append(f'<path d="M{x(moment)} {TOP}V{bottom}" stroke="#ddd"/>')
        parts.append(f'<text x="{x(moment)}" y="{bottom + 16}" text-anchor="middle" fill="#666">{shown}</text>')
    parts += [f'<text x="8" y="{TOP + ROW * k + 20}" fill="#222">{escape(row)}</text>' for k, row in enumerate(rows)]
    for row, start, stop, text, colour in bars:
        top, width = TOP + ROW * row + 4, max(1.0, round((stop - start) * scale, 1))
        fill = "#bbb" if colour < 0 else COLOURS[colour % len(COLOURS)]
        parts.append(f'<rect x="{x(start)}" y="{top}" width="{width}" height="{ROW - 8}" fill="{fill}" stroke="#fff"/>')
        if text and width > 9:
            middle = round(x(start) + width / 2, 1)
            parts.append(f'<text x="{middle}" y="{top + 15}" text-anchor="middle" fill="#fff">{escape(text)}</text>')
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    main()
