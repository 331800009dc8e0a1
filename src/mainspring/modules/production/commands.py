"""Everything that changes production: orders, shop reports and costs."""

from . import (  # noqa: F401  (binds the verbs)
    closing,
    confirming,
    floor,
    ordering,
    outside,
    releasing,
    reporting,
    splitting,
)
from .confirming import confirm_orders
from .floor import operation_of
from .ordering import give_to, replan, replan_orders

__all__ = ["confirm_orders", "give_to", "operation_of", "replan", "replan_orders"]
