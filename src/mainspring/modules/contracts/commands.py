"""Everything that changes contracts and what is under them."""

from . import amending, carrying, contracting, guards, planning, receiving, requesting, writing_off  # noqa: F401
from .contracting import renew_due, to_ask_about
from .facts import refresh

__all__ = ["refresh", "renew_due", "to_ask_about"]
