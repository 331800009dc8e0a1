"""Lot sizing of one item: the cheapest plan and what the usual rules would cost."""

import time

from mainspring.engines.lotsizing import data, exact, heuristics, text

HELP = "order periods and quantities of one item against Wagner and Whitin's optimum"
FORMAT = text.FORMAT


def solve(body: str, options) -> dict:
    """The answer as plain data: optimum, its orders, and each heuristic with its gap."""
    given = text.read(body, options.file.name)
    began = time.perf_counter()
    best = exact.solve(given)
    seconds = time.perf_counter() - began
    others = [rule(given) for rule in heuristics.ALL]
    return {
        "subject": "lotsizing",
        "method": best.method,
        "objective": _plain(best.cost),
        "bound": _plain(best.cost),
        "optimal": True,
        "seconds": round(seconds, 6),
        "periods": len(given.demand),
        "orders": [[row, _plain(each)] for row, each in enumerate(best.quantities) if each],
        "quantities": [_plain(each) for each in best.quantities],
        "stock": _stock(given, best),
        "heuristics": {
            each.method: {
                "objective": _plain(each.cost),
                "gap_percent": round(float(100 * (each.cost - best.cost) / best.cost), 4) if best.cost else 0.0,
                "quantities": [_plain(quantity) for quantity in each.quantities],
            }
            for each in others
        },
    }


def lines(answer: dict) -> list[str]:
    """The answer for people."""
    shown = [f"least cost {answer['objective']} in {answer['seconds']:.4f} s, periods counted from 0"]
    shown += [f"  period {row}: order {quantity}" for row, quantity in answer["orders"]]
    for name, each in answer["heuristics"].items():
        shown.append(f"{name.replace('_', ' ')}: {each['objective']} (+{each['gap_percent']:.2f} %)")
    return shown


def _stock(given: data.LotProblem, plan: data.LotPlan) -> list:
    left, found = given.on_hand, []
    for ordered, wanted in zip(plan.quantities, given.demand, strict=True):
        left += ordered - wanted
        found.append(_plain(left))
    return found


def _plain(value) -> int | float:
    return int(value) if value.denominator == 1 else float(value)
