"""Everything that changes production: orders, shop reports and costs."""

from . import closing, ordering, reporting  # noqa: F401  (binds the verbs)
from .ordering import confirm_orders

__all__ = ["confirm_orders"]
