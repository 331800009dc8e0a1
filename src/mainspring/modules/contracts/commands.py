"""Everything that changes contracts and what is under them."""

from . import (  # noqa: F401  (binds the verbs and guards)
    amending,
    carrying,
    contracting,
    guards,
    keeping,
    planning,
    receiving,
    requesting,
    writing_off,
)
from .contracting import renew_due, to_ask_about
from .facts import refresh

__all__ = ["refresh", "renew_due", "to_ask_about"]
