"""Answering what is asked about the plan that is held."""

from . import asking  # noqa: F401  (the planner asks it between two batches)
