"""The planning problem: frozen arrays, and everything wrong with them in one list (rules P08, P27)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Literal

from mainspring.engines.calendar.working import Calendar
from mainspring.engines.problem import Defect

LotKind = Literal["lot_for_lot", "period", "fixed", "economic"]
ZERO, ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True)
class Lot:
    """Lot-sizing rule; quantities in the item's unit, 0 means no limit (P11).

    quantity      lot of kinds fixed (whole lots) and economic (at least one)
    period_days   kind period: one order covers the shortage of so many calendar days
    """

    kind: LotKind = "lot_for_lot"
    quantity: Decimal = ZERO
    period_days: int = 1
    minimum: Decimal = ZERO
    multiple: Decimal = ZERO
    maximum: Decimal = ZERO


@dataclass(frozen=True)
class Lead:
    """One hard stage of lead time: working days on its own calendar (supplier, transit, inspection; P13, P14)."""

    days: int
    calendar: str


@dataclass(frozen=True)
class Item:
    """An item at a site. `on_hand` is nettable stock only (I19); `safety_lead_days` is soft and may be eaten (P14).

    calendar    working calendar for offsets and safety lead
    bom_output  what one batch of its bill of material makes (P01)
    """

    id: str
    calendar: str
    on_hand: Decimal = ZERO
    safety_stock: Decimal = ZERO
    digits: int = 0
    lot: Lot = field(default_factory=Lot)
    leads: tuple[Lead, ...] = ()
    safety_lead_days: int = 0
    bom_output: Decimal = ONE
    is_phantom: bool = False


@dataclass(frozen=True)
class BomLine:
    """A component of a parent. Losses: attrition adds to the need, yield divides it; give one of them (P02).

    offset_days  working days after the order's start that the component is used (P16)
    """

    parent: str
    component: str
    quantity: Decimal
    attrition_percent: Decimal = ZERO
    yield_percent: Decimal = Decimal(100)
    fixed_quantity: Decimal = ZERO
    multiple: Decimal = ZERO
    offset_days: int = 0


@dataclass(frozen=True)
class Demand:
    """Independent demand. Quantity 0 is allowed and plans nothing."""

    id: str
    item: str
    due_on: date
    quantity: Decimal


@dataclass(frozen=True)
class Receipt:
    """Supply that exists: purchase orders, work orders, firm planned orders (P09)."""

    id: str
    item: str
    due_on: date
    quantity: Decimal


@dataclass(frozen=True)
class Problem:
    """Everything a plan depends on."""

    today: date
    items: tuple[Item, ...]
    calendars: Mapping[str, Calendar]
    bom: tuple[BomLine, ...] = ()
    demands: tuple[Demand, ...] = ()
    receipts: tuple[Receipt, ...] = ()


def defects(problem: Problem) -> list[Defect]:
    """Everything wrong with the rows, each naming array, row, field, value and rule; loops are found by `levels`."""
    return [
        Defect(array, row, name, value, rule) for holds, array, row, name, value, rule in _checks(problem) if not holds
    ]


def _checks(problem: Problem) -> Iterator[tuple]:
    known: set[str] = set()
    for item in problem.items:
        yield item.id not in known, "items", item.id, "id", item.id, "must be unique"
        known.add(item.id)
        yield from _item_checks(problem, item)
    for row, line in enumerate(problem.bom):
        for name in ("parent", "component"):
            value = getattr(line, name)
            yield value in known, "bom", row, name, value, "is not an item"
        for name in ("quantity", "attrition_percent", "fixed_quantity", "multiple", "offset_days"):
            value = getattr(line, name)
            yield value >= 0, "bom", row, name, value, "must not be negative"
        percent = line.yield_percent
        yield 0 < percent <= 100, "bom", row, "yield_percent", percent, "must be above 0 and at most 100"
        one_loss = not line.attrition_percent or percent == 100
        yield one_loss, "bom", row, "attrition_percent", line.attrition_percent, "must be 0 when a yield is given"
    seen: set[str] = set()
    for array in ("demands", "receipts"):
        for row, entry in enumerate(getattr(problem, array)):
            yield entry.item in known, array, row, "item", entry.item, "is not an item"
            yield entry.quantity >= 0, array, row, "quantity", entry.quantity, "must not be negative"
            yield entry.id not in seen, array, row, "id", entry.id, "must be unique"
            seen.add(entry.id)


def _item_checks(problem: Problem, item: Item) -> Iterator[tuple]:
    for name in (item.calendar, *(lead.calendar for lead in item.leads)):
        yield name in problem.calendars, "items", item.id, "calendar", name, "is not a calendar"
    for lead in item.leads:
        yield lead.days >= 0, "items", item.id, "lead days", lead.days, "must not be negative"
    for name in ("safety_stock", "safety_lead_days", "on_hand"):
        value = getattr(item, name)
        yield value >= 0, "items", item.id, name, value, "must not be negative"
    yield item.bom_output > 0, "items", item.id, "bom_output", item.bom_output, "must be above 0"
    lot = item.lot
    for name in ("quantity", "minimum", "multiple", "maximum"):
        value = getattr(lot, name)
        yield value >= 0, "items", item.id, f"lot.{name}", value, "must not be negative"
    sized = lot.kind not in ("fixed", "economic") or lot.quantity > 0
    yield sized, "items", item.id, "lot.quantity", lot.quantity, f"must be above 0 for kind {lot.kind}"
    yield lot.period_days > 0, "items", item.id, "lot.period_days", lot.period_days, "must be above 0"
    least = max(lot.minimum, lot.multiple)
    if lot.multiple > 0:
        least = (least / lot.multiple).to_integral_value(ROUND_CEILING) * lot.multiple
    fits = not lot.maximum or lot.maximum >= least
    yield fits, "items", item.id, "lot.maximum", lot.maximum, f"must be at least {least}: minimum raised to multiple"
