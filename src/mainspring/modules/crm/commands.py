"""What changes leads, deals and the record of follow-ups."""

from . import allocating, dealing, following, leading, merging, pipeline, targeting  # noqa: F401 - they register what they do
from .expecting import ordered, replan
from .leading import recycle

__all__ = ["ordered", "recycle", "replan"]
