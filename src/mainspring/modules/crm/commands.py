"""What changes leads, deals and the record of follow-ups."""

from . import allocating, dealing, following, leading, merging, receiving, scoring  # noqa: F401 - they register what they do  # noqa: F401 - they too
from .leading import recycle

__all__ = ["recycle"]
