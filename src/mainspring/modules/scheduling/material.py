"""When the material of operations is there: what lies on the shelves and what comes, given out by need date (P16)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mainspring.engines.scheduling import plant

from .facts import Facts

if TYPE_CHECKING:
    from .situation import Situation

ZERO = Decimal(0)


@dataclass
class Supply:
    """Something of an item that comes on a day from a document; `left` is not given out yet."""

    on: date | None
    left: Decimal
    origin: Any


def peg(situation: "Situation", facts: Facts, last: dict) -> None:
    """Give each operation the moment its components are there, or link it to the orders of ours that make them.

    last  {order: rows of its last operations}
    Needs are served by date, those with stock kept for them first; what is late is expected today. What nothing covers
    is listed as a problem and taken to come on the day it is needed.
    """
    moves, shelves, kept = facts.material()
    needs, supplies = defaultdict(list), defaultdict(list)
    for item, quantity in shelves.items():
        supplies[item].append(Supply(None, quantity, None))
    for row in sorted((m for m in moves if not m["out"]), key=lambda m: m["planned_on"] or date.max):
        supplies[row["item_id"]].append(Supply(row["planned_on"], row["quantity"], row["origin_id"]))
    for row in moves:
        if row["out"]:
            needs[row["item_id"]].append(row)
    steps = _steps_by_component(situation, facts)
    known = {order["id"] for order in situation.orders}
    for item, rows in needs.items():
        rows.sort(key=lambda m: ((m["origin_id"], item) not in kept, m["planned_on"] or date.max))
        at = 0
        for row in rows:
            taken, at, missing = _take(supplies[item], at, row["quantity"])
            step = steps.get((row["origin_id"], row["origin_line"]))
            if step is not None:
                _arrive(situation, step, row, taken, missing, last, known)


def _take(supplies: list[Supply], at: int, wanted: Decimal) -> tuple[list[Supply], int, Decimal]:
    """(supplies that serve a need, place of the next one, what nothing serves)."""
    taken = []
    while wanted > 0 and at < len(supplies):
        supply = supplies[at]
        if supply.left <= 0:
            at += 1
            continue
        part = min(supply.left, wanted)
        supply.left -= part
        wanted -= part
        taken.append(supply)
    return taken, at, wanted


def _arrive(situation, step, row, taken, missing, last, known) -> None:
    clock = situation.clock
    for supply in taken:
        if supply.on is None:
            continue
        makers = last.get(supply.origin) if supply.origin in known else None
        if makers and supply.origin != step.facts["order_id"]:
            situation.links += [(maker, step.row, 0, plant.WHOLE) for maker in makers]
        elif (ready := clock.morning(supply.on)) > step.ready:
            step.ready, step.material = ready, (row["item_id"], supply.origin)
    if missing > 0:
        order = situation.orders[step.order]
        situation.problems.append(
            {"kind": "no_material", "order": order["number"], "order_id": str(order["id"]), "item": row["item_id"]}
        )
        if row["planned_on"] and clock.morning(row["planned_on"]) > step.ready:
            step.ready, step.material = clock.morning(row["planned_on"]), (row["item_id"], None)


def _steps_by_component(situation, facts: Facts) -> dict:
    """{(order, component): the operation that takes it}; without a named one it is the order's first."""
    by_sequence = {step.key: step for step in situation.steps}
    first: dict = {}
    for step in situation.steps:
        first.setdefault(step.facts["order_id"], step)
    found = {}
    for c in facts.components:
        step = by_sequence.get((c["order_id"], c["operation_sequence"])) or first.get(c["order_id"])
        if step is not None and not step.is_started:
            found[c["order_id"], c["id"]] = step
    return found
