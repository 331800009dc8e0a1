"""Tables of purchasing, by subject."""

from .matching import BillMatch, GrniEntry
from .orders import Allocation, PurchaseOrder, PurchaseOrderLine
from .receipts import Receipt, ReceiptLine, SupplierReturn, SupplierReturnLine
from .requests import PurchaseRequest
from .sources import PriceBreak, SupplierItem

__all__ = [
    "Allocation",
    "BillMatch",
    "GrniEntry",
    "PriceBreak",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "PurchaseRequest",
    "Receipt",
    "ReceiptLine",
    "SupplierItem",
    "SupplierReturn",
    "SupplierReturnLine",
]
