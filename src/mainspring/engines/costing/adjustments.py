"""What a new replay changes in rows that are already booked, and on which day to book it (rule I03)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mainspring.engines.costing.data import Row

_AMOUNTS = ("stock", "cost_of_sales", "variance", "revaluation")


@dataclass(frozen=True)
class Adjustment:
    """An entry that brings one booked row to its new value; it links to the event it corrects.

    post_on     the event's own day, or the first open day when that one is locked
    is_moved    whether the day had to move
    """

    event_id: str
    location: str
    original_on: date
    post_on: date
    is_moved: bool
    stock: Decimal
    cost_of_sales: Decimal
    variance: Decimal
    revaluation: Decimal

    @property
    def source(self) -> Decimal:
        """What the outside amount changed by; 0 unless the document itself changed or was cancelled."""
        return self.stock + self.cost_of_sales + self.variance + self.revaluation


def between(booked: Sequence[Row], valued: Sequence[Row], *, first_open_on: date) -> list[Adjustment]:
    """Differences of rows booked before, in order of time; rows of new events are postings, not adjustments.

    booked         rows as they stand in the ledger, earlier adjustments included
    valued         rows of the new replay
    first_open_on  first day of the first period that accepts postings
    """
    new = {(row.event_id, row.location): row for row in valued}
    old = {(row.event_id, row.location): row for row in booked}
    known = {row.event_id for row in booked}
    changed = []
    for key in dict.fromkeys([*old, *(key for key in new if key[0] in known)]):
        before, after = old.get(key), new.get(key)
        row = before or after
        amounts = {name: _amount(after, name) - _amount(before, name) for name in _AMOUNTS}
        if row and any(amounts.values()):
            changed.append(_adjustment(row, amounts, first_open_on))
    return sorted(changed, key=lambda each: (each.original_on, each.event_id, each.location))


def _amount(row: Row | None, name: str) -> Decimal:
    return getattr(row, name) if row else Decimal(0)


def _adjustment(row: Row, amounts: dict[str, Decimal], first_open_on: date) -> Adjustment:
    original_on = row.effective_at.date()
    post_on = max(original_on, first_open_on)
    return Adjustment(row.event_id, row.location, original_on, post_on, post_on != original_on, **amounts)
