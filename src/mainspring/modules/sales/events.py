"""News of selling."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class OrderConfirmed:
    """An order is promised to a customer."""

    order_id: UUID


@dataclass(frozen=True)
class ShipmentPosted:
    """Goods left for a customer."""

    shipment_id: UUID


@dataclass(frozen=True)
class ReturnReceived:
    """Goods came back from a customer."""

    return_id: UUID


@dataclass(frozen=True)
class OrderClosed:
    """Nothing more will be delivered on an order: it is complete, closed short or cancelled."""

    order_id: UUID
