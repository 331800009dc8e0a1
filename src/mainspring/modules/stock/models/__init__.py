"""Tables of stock, by subject."""

from .balances import Reservation, StockBalance
from .documents import (
    StockAdjustment,
    StockAdjustmentLine,
    StockCount,
    StockCountLine,
    Transfer,
    TransferLine,
)
from .locations import Location
from .moves import MoveTotal, StockMove
from .values import CostBalance, StockValue

__all__ = [
    "CostBalance",
    "Location",
    "MoveTotal",
    "Reservation",
    "StockAdjustment",
    "StockAdjustmentLine",
    "StockBalance",
    "StockCount",
    "StockCountLine",
    "StockMove",
    "StockValue",
    "Transfer",
    "TransferLine",
]
