"""Everything that changes quotations, orders, shipments and returns."""

from . import billing, keeping, offering, ordering, quoting, shipping  # noqa: F401  (binds the verbs)
from .billing import invoice_orders
from .ordering import replan
from .progress import refresh
from .shipping import ship_order

__all__ = ["invoice_orders", "refresh", "replan", "ship_order"]
