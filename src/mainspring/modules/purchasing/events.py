"""News of purchasing."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class PurchaseOrderConfirmed:
    """A purchase order went out; its goods are expected."""

    order_id: UUID


@dataclass(frozen=True)
class ReceiptPosted:
    """Goods of a purchase order are in stock."""

    receipt_id: UUID


@dataclass(frozen=True)
class SupplierReturnPosted:
    """Goods left for the supplier."""

    return_id: UUID
