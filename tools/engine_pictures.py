"""Draws the pictures of docs/engines from the engines' own answers: python tools/engine_pictures.py."""

from datetime import date
from pathlib import Path

import numpy as np

from mainspring.engines.calendar.working import CLOSED, Calendar
from mainspring.engines.capacity import load
from mainspring.engines.lotsizing import data, exact, heuristics
from mainspring.engines.mrp import tables
from mainspring.engines.mrp.network import FIXED, Entries, Horizon, Items, Lines, Network
from mainspring.engines.mrp.plan import Plan
from mainspring.engines.promising.capable import Planner

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "engines" / "pictures"
INK, BLUE, ORANGE, GREEN, GREY, RED = "#30343b", "#4c78a8", "#e08a3c", "#5aa469", "#c9ced6", "#c8453b"
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 250, 46, 46, 32


class Chart:
    """A small chart over days: bars, steps, lines, words."""

    def __init__(self, title: str, days: int, most: float, unit: str):
        self.days, self.most = days, most
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}" '
            f'font-family="system-ui,sans-serif" font-size="11" fill="{INK}">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
            f'<text x="{LEFT}" y="18" font-size="13">{title}</text>',
        ]
        for mark in np.linspace(0, most, 5):
            y = self.y(mark)
            self.parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - 10}" stroke="{GREY}" stroke-width=".5"/>')
            self.parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{mark:.0f}</text>')
        for day in range(0, days, 5 if days > 12 else 1):
            self.parts.append(f'<text x="{self.x(day + 0.5):.1f}" y="{HEIGHT - 30}" text-anchor="middle">{day}</text>')
        self.parts.append(f'<text x="{WIDTH - 10}" y="{HEIGHT - 5}" text-anchor="end">{unit}</text>')

    def x(self, day: float) -> float:
        """Where a day begins."""
        return LEFT + (WIDTH - LEFT - 10) * day / self.days

    def y(self, value: float) -> float:
        """Where a value lies."""
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / self.most

    def bar(self, day: float, value: float, color: str, *, width: float = 0.7, base: float = 0) -> None:
        """A bar in the middle of a day."""
        left, right = self.x(day + 0.5 - width / 2), self.x(day + 0.5 + width / 2)
        top, bottom = self.y(base + value), self.y(base)
        size = f'width="{right - left:.1f}" height="{bottom - top:.1f}"'
        self.parts.append(f'<rect x="{left:.1f}" y="{top:.1f}" {size} fill="{color}"/>')

    def steps(self, values, color: str, *, dash: str = "") -> None:
        """One value a day, joined as stairs."""
        path = "".join(
            f"{'M' if day == 0 else 'L'}{self.x(day):.1f} {self.y(v):.1f}H{self.x(day + 1):.1f}"
            for day, v in enumerate(values)
        )
        self.parts.append(f'<path d="{path}" fill="none" stroke="{color}" stroke-width="2" stroke-dasharray="{dash}"/>')

    def legend(self, *entries: tuple[str, str]) -> None:
        """Colors and words below the days."""
        at = LEFT
        for color, words in entries:
            self.parts.append(f'<rect x="{at:.0f}" y="{HEIGHT - 14}" width="10" height="10" fill="{color}"/>')
            self.parts.append(f'<text x="{at + 14:.0f}" y="{HEIGHT - 5}">{words}</text>')
            at += 34 + 6.4 * len(words)

    def save(self, name: str) -> None:
        """Write the picture."""
        (FOLDER / f"{name}.svg").write_text("\n".join([*self.parts, "</svg>\n"]), encoding="utf-8")


def netting() -> None:
    """Two levels: a finished item lot for lot, its component in fixed lots with safety stock."""
    horizon, every = Horizon.of(30), tables.WorkingDays.every_day()
    starts = np.array([tables.start_row(horizon, [(every, lead)]) for lead in (3, 6)])
    items = Items([12, 40], safety=[0, 10], kind=[0, FIXED], size=[0, 50], start_row=[0, 1])
    demand = Entries([0] * 6, [4, 9, 14, 17, 22, 27], [8, 15, 20, 10, 25, 12])
    plan = Plan(
        Network(horizon, items, starts, tables.need_row(horizon, 0)[None], Lines([0], [1], [2]), demand), workers=1
    )
    chart = Chart("A component: stock, needs and planned lots", 30, 100, "day")
    parent, child = plan.orders(np.array([0])), plan.orders(np.array([1]))
    stock, level = [], 40
    for day in range(30):
        level += int(child.quantity[child.due == day].sum()) - 2 * int(parent.quantity[parent.start == day].sum())
        stock.append(level)
    for day, quantity in zip(parent.start, parent.quantity, strict=True):
        chart.bar(day - 0.22, 2 * int(quantity), ORANGE, width=0.4)
    for day, start, quantity in zip(child.due, child.start, child.quantity, strict=True):
        chart.bar(day + 0.22, int(quantity), BLUE, width=0.4)
        y = chart.y(int(quantity)) - 6 - 5 * (day % 3)
        chart.parts.append(f'<path d="M{chart.x(start):.1f} {y:.1f}H{chart.x(day + 0.7):.1f}" stroke="{BLUE}"/>')
    chart.steps(stock, GREEN)
    chart.steps([10] * 30, RED, dash="4 4")
    chart.legend((ORANGE, "needed"), (BLUE, "lot, with its lead time"), (GREEN, "stock"), (RED, "safety"))
    chart.save("mrp")


def filling() -> None:
    """One operation of 26 hours over a weekend and a holiday, beside others."""
    plant = Calendar("plant", exceptions={date(2026, 5, 1): CLOSED})
    available = load.available([[plant]], date(2026, 4, 27), 14)
    work = load.Operations(
        [0] * 3, [1, 2, 8], [60, 0, 30], [10, 4, 12], [150, 90, 30], [1, 1, 0.8], [0, 30, 0], [0, 1, 0]
    )
    found = load.load(work, available)
    chart = Chart("Hours of a work center over two weeks; Friday 1 May is closed", 14, 16, "day from Monday 27 April")
    for day in range(14):
        base = 0.0
        for row, color in enumerate((BLUE, ORANGE, GREEN)):
            hours = dict(load.spans(work, available, row)).get(day, 0) / 60
            chart.bar(day, hours, color, base=base)
            base += hours
    chart.steps(found.available[0] / 60, INK)
    chart.legend((BLUE, "26 h"), (ORANGE, "rest of a started order"), (GREEN, "at 80 %"), (INK, "open"))
    chart.save("capacity")


def lots() -> None:
    """The twelve months of Wagner and Whitin's paper."""
    given = data.problem(
        [69, 29, 36, 61, 61, 26, 34, 67, 45, 67, 79, 56],
        [85, 102, 102, 101, 98, 114, 105, 86, 119, 110, 98, 114], 1,
    )  # fmt: skip
    best, other = exact.solve(given), heuristics.silver_meal(given)
    chart = Chart("Orders of the paper of 1958", 12, 160, "period")
    for period in range(12):
        chart.bar(period - 0.22, float(best.quantities[period]), BLUE, width=0.4)
        chart.bar(period + 0.22, float(other.quantities[period]), ORANGE, width=0.4)
    chart.steps([float(each) for each in given.demand], INK, dash="3 3")
    chart.legend((BLUE, f"optimum {best.cost}"), (ORANGE, f"Silver-Meal {other.cost}"), (INK, "demand"))
    chart.save("lotsizing")


def promises() -> None:
    """What is on hand and coming, what of it is free, and after one promise."""
    columns = {"days": 20, "lead": [(tables.WorkingDays.every_day(), 9)]}
    free = Planner(
        Items([30]), Lines([], [], []), Entries([0, 0, 0], [3, 9, 15], [12, 25, 10]),
        Entries([0, 0], [6, 12], [20, 30]), **columns,
    )  # fmt: skip
    chart = Chart("Available to promise", 20, 60, "day")
    chart.steps(free._projected(0), GREY)
    chart.steps(free.available(0), BLUE)
    free.promise(0, 20, wanted=2)
    chart.steps(free.available(0), ORANGE, dash="5 3")
    chart.legend((GREY, "projected stock"), (BLUE, "free"), (ORANGE, "free after a promise of 20"))
    chart.save("promising")


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for draw in (netting, filling, lots, promises):
        draw()
