"""What can be done to a schedule."""

from . import keeping, moving, solving, taking, verbs  # noqa: F401  (binds the verbs)
from .solving import work

__all__ = ["work"]
