"""Everything that changes purchasing: orders from requests, receipts, bills and their match, returns."""

from . import billing, ordering, receiving, returning  # noqa: F401  (binds the verbs)
from .billing import settle
from .ordering import order_requests, plan_supply

__all__ = ["order_requests", "plan_supply", "settle"]
