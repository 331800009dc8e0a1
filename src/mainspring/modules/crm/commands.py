"""What changes leads, customers in pools, deals and the record of follow-ups."""

from . import (  # noqa: F401 - they register what they do
    admitting,
    allocating,
    dealing,
    following,
    handing,
    keeping,
    leading,
    merging,
    opening,
    receiving,
    recycling,
    scoring,
)
from .leading import recycle

__all__ = ["handing", "recycle", "recycling"]
