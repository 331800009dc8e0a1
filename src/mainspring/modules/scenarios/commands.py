"""Everything that changes scenarios: what differs in them, and what becomes of them."""

from .changing import keep, put

__all__ = ["keep", "put"]
