"""The plan: proposals, why they are there, what they serve, and what needs a person."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Reason:
    """Why an order is proposed, for programs to read.

    code       demand | safety_stock
    projected  stock above safety stock on the due date without this order (negative: the net need)
    steps      how the net need became the lot: (("net", 22), ("minimum", 25), ("multiple", 30))
    """

    code: str
    projected: Decimal
    steps: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True)
class PlannedOrder:
    """A proposal. `due_on` is when it is needed; `available_on` when, released on `release_on`, it can be there."""

    id: str
    item: str
    quantity: Decimal
    due_on: date
    release_on: date
    available_on: date
    reason: Reason


@dataclass(frozen=True)
class Requirement:
    """A demand as planned; `parent` is the planned order that needs it, empty for independent demand."""

    id: str
    item: str
    due_on: date
    quantity: Decimal
    parent: str = ""


@dataclass(frozen=True)
class Peg:
    """So much of a demand is served by this supply: `on_hand`, a receipt or a planned order."""

    demand: str
    supply: str
    quantity: Decimal


@dataclass(frozen=True)
class Message:
    """An exception: overdue_demand, overdue_receipt, safety_lead_used or late; `planned_on` is what the plan uses."""

    code: str
    item: str
    subject: str
    original_on: date
    planned_on: date


@dataclass(frozen=True)
class Plan:
    """The whole answer; the same problem always gives the same plan (P19)."""

    orders: tuple[PlannedOrder, ...]
    requirements: tuple[Requirement, ...]
    pegs: tuple[Peg, ...]
    messages: tuple[Message, ...]
