"""News of stock."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class StockMoved:
    """Goods moved: the ids of the done moves, and of those among them that came into storage."""

    move_ids: tuple[int, ...]
    arriving: tuple[int, ...] = ()


@dataclass(frozen=True)
class CostAdjusted:
    """A late document changed the cost of a move that is already booked, by so much in base currency."""

    move_id: int
    amount: Decimal
