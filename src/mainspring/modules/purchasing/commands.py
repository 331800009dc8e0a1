"""Everything that changes purchasing: orders from requests, receipts, bills and their match, returns."""

from . import billing, ordering, receiving, returning  # noqa: F401  (binds the verbs)
from .billing import bill_receipts
from .grni import settle
from .ordering import order_requests, plan_supply

__all__ = ["bill_receipts", "order_requests", "plan_supply", "settle"]
