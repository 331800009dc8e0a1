"""Available to promise: what no existing demand needs, now or later (rule I18)."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mainspring.engines import problem

ZERO = Decimal(0)


@dataclass(frozen=True)
class Entry:
    """A dated quantity, 0 or more: a supply (stock on hand is dated today) or a demand already promised."""

    id: str
    on: date
    quantity: Decimal


@dataclass(frozen=True)
class Cover:
    """The part of a promise that one supply covers."""

    supply_id: str
    on: date
    quantity: Decimal


@dataclass(frozen=True)
class Promise:
    """The earliest day the whole quantity is there, or None; what covers it, and what nothing covers."""

    on: date | None
    covers: tuple[Cover, ...]
    missing: Decimal


def available(supplies: Sequence[Entry], demands: Sequence[Entry], on: date) -> Decimal:
    """ATP(t): the least of cumulative supply less demand on that and every later date, not below 0 (I18)."""
    _check("supplies", supplies)
    _check("demands", demands)
    changes: dict[date, Decimal] = {on: ZERO}
    for sign, entries in ((1, supplies), (-1, demands)):
        for entry in entries:
            changes[entry.on] = changes.get(entry.on, ZERO) + sign * entry.quantity
    balance, later = ZERO, []
    for day in sorted(changes):
        balance += changes[day]
        if day >= on:
            later.append(balance)
    return max(ZERO, min(later))


def free_supply(supplies: Sequence[Entry], demands: Sequence[Entry]) -> list[Cover]:
    """What each supply has left, by date, once every demand took the latest supply that is in time for it.

    Taking the latest keeps the earliest free; a demand nothing covers in time takes the next supply to come.
    """
    _check("supplies", supplies)
    _check("demands", demands)
    ordered = sorted(supplies, key=lambda entry: (entry.on, entry.id))
    dates = [entry.on for entry in ordered]
    left = [entry.quantity for entry in ordered]
    for demand in sorted(demands, key=lambda entry: (entry.on, entry.id)):
        in_time = bisect_right(dates, demand.on)
        rest = demand.quantity
        for row in (*range(in_time - 1, -1, -1), *range(in_time, len(ordered))):
            taken = min(rest, left[row])
            left[row] -= taken
            rest -= taken
            if not rest:
                break
    return [Cover(entry.id, entry.on, quantity) for entry, quantity in zip(ordered, left, strict=True) if quantity]


def earliest(supplies: Sequence[Entry], demands: Sequence[Entry], quantity: Decimal, *, wanted_on: date) -> Promise:
    """The earliest day on or after `wanted_on` for the whole quantity, and the supplies that cover it.

    When nothing covers all of it, `on` is None and `missing` says how much; the covers show the part that can be had.
    """
    problem.require(quantity > 0, "promise", 0, "quantity", quantity, "must be above 0")
    covers: list[Cover] = []
    rest = quantity
    for supply in free_supply(supplies, demands):
        taken = min(rest, supply.quantity)
        if taken:
            covers.append(Cover(supply.supply_id, supply.on, taken))
            rest -= taken
    on = None if rest else max(wanted_on, *(cover.on for cover in covers))
    return Promise(on, tuple(covers), rest)


def _check(array: str, entries: Sequence[Entry]) -> None:
    for row, entry in enumerate(entries):
        problem.require(entry.quantity >= 0, array, row, "quantity", entry.quantity, "must not be negative")
