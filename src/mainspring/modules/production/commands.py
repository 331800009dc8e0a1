"""Everything that changes production: orders, shop reports, costs, and the plan that proposes orders."""

from . import (  # noqa: F401  (binds the verbs)
    closing,
    confirming,
    floor,
    ordering,
    outside,
    planning,
    releasing,
    reporting,
    splitting,
)
from .confirming import confirm_orders
from .planning import propose

__all__ = ["confirm_orders", "propose"]
