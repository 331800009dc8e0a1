"""News of stock."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True)
class StockMoved:
    """Goods moved: the ids of the done moves, and of those among them that came into storage.

    kept_for  (document, item id, site id, quantity) of what came for one document alone
    """

    move_ids: tuple[int, ...]
    arriving: tuple[int, ...] = ()
    kept_for: tuple[tuple[UUID, int, int, Decimal], ...] = ()


@dataclass(frozen=True)
class GoodsComing:
    """Goods made or bought for these documents alone are about to come in: who has to hold them still does it now."""

    documents: tuple[UUID, ...]


@dataclass(frozen=True)
class CostAdjusted:
    """A late document changed the cost of a move that is already booked, by so much in base currency."""

    move_id: int
    amount: Decimal
