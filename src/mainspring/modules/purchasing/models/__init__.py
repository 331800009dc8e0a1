"""Tables of purchasing, by subject."""

from .sources import PriceBreak, SupplierItem
from .requests import PurchaseRequest
from .orders import Allocation, PurchaseOrder, PurchaseOrderLine
from .receipts import Receipt, ReceiptLine, SupplierReturn, SupplierReturnLine
from .matching import BillMatch, GrniEntry

__all__ = [
    "Allocation", "BillMatch", "GrniEntry", "PriceBreak", "PurchaseOrder", "PurchaseOrderLine", "PurchaseRequest",
    "Receipt", "ReceiptLine", "SupplierItem", "SupplierReturn", "SupplierReturnLine",
]
