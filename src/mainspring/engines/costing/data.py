"""Stock events to be valued, validated, and the rows that value them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from mainspring.engines import problem

Method = Literal["average", "fifo", "standard"]
Kind = Literal["receipt", "issue", "customer_return", "supplier_return", "charge", "transfer", "standard_change"]
KINDS = ("receipt", "issue", "customer_return", "supplier_return", "charge", "transfer", "standard_change")


@dataclass(frozen=True)
class Event:
    """One thing that happened to an item's stock or cost, in base units and base currency.

    effective_at  time it happened, on a clock without summer time; `sequence` orders equal times, then `id` (I01)
    quantity      above 0; 0 for a charge and a standard change
    value         receipt: its cost; charge: bill difference or landed cost, either sign; unlinked customer return:
                  the cost it comes back at; otherwise absent
    unit_cost     issue: provisional cost should stock run short (else the last known); standard_change: new standard
    origin        the issue a customer return undoes; the receipt a supplier return or a charge belongs to
    lot           the lot or serial really moved; a costed lot uses its own layers only (I13)
    """

    id: str
    effective_at: datetime
    sequence: int
    kind: Kind
    quantity: Decimal = Decimal(0)
    value: Decimal | None = None
    unit_cost: Decimal | None = None
    origin: str = ""
    lot: str = ""
    location: str = ""
    to_location: str = ""

    @property
    def order(self) -> tuple[datetime, int, str]:
        """Where the event stands in time; independent of the order of data entry (I01)."""
        return self.effective_at, self.sequence, self.id

    @property
    def amount(self) -> Decimal:
        """The value, which `check` has seen to be there where it is needed."""
        return Decimal(0) if self.value is None else self.value


@dataclass(frozen=True)
class Row:
    """How one event changed one location. `source` is what comes from outside: goods received, a bill, a transfer.

    source = stock + cost_of_sales + variance + revaluation, always and to the cent.
    """

    event_id: str
    effective_at: datetime
    location: str
    quantity: Decimal
    stock: Decimal
    cost_of_sales: Decimal
    variance: Decimal
    revaluation: Decimal
    quantity_after: Decimal
    value_after: Decimal

    @property
    def source(self) -> Decimal:
        """The amount owed to, or by, whatever caused the event."""
        return self.stock + self.cost_of_sales + self.variance + self.revaluation


def check(events: Sequence[Event]) -> None:
    """Raise InvalidProblem listing every malformed event."""
    seen: set[str] = set()
    defects: list[problem.Defect] = []
    for event in events:
        if event.id in seen:
            defects.append(_defect(event, "id", event.id, "must be unique"))
        seen.add(event.id)
        defects += _defects(event)
    if defects:
        raise problem.InvalidProblem(*defects)


def _defects(event: Event) -> list[problem.Defect]:
    if event.kind not in KINDS:
        return [_defect(event, "kind", event.kind, "is unknown")]
    rules = [
        (event.kind in ("charge", "standard_change") or event.quantity > 0, "quantity", "must be above 0"),
        (event.kind not in ("receipt", "charge") or event.value is not None, "value", "is required"),
        (event.kind not in ("supplier_return", "charge") or event.origin, "origin", "must name the receipt"),
        (
            event.kind != "customer_return" or event.origin or event.value is not None,
            "value",
            "is required when unlinked",
        ),
        (event.kind != "standard_change" or event.unit_cost is not None, "unit_cost", "is required"),
        (event.unit_cost is None or event.unit_cost >= 0, "unit_cost", "must not be negative"),
        (event.kind != "transfer" or event.to_location != event.location, "to_location", "must differ from location"),
    ]
    return [_defect(event, field, getattr(event, field), rule) for holds, field, rule in rules if not holds]


def _defect(event: Event, field: str, value: object, rule: str) -> problem.Defect:
    return problem.Defect("events", event.id, field, value, rule)
