"""Everything that changes production: orders, shop reports, costs, and the plan that proposes orders."""

from . import closing, ordering, planning, reporting  # noqa: F401  (binds the verbs)
from .ordering import confirm_orders
from .planning import propose

__all__ = ["confirm_orders", "propose"]
