"""Everything that moves, plans, reserves or values goods."""

from . import documents, moving, planning, reserving, valuing  # noqa: F401  (binds the verbs)
from .moving import MoveSpec, ensure_locations, post_moves, reversed_spec
from .planning import replan, replan_all
from .reserving import release, release_lines, reserve, reserve_lines
from .valuing import change_standard_cost, charge_receipt

__all__ = [
    "MoveSpec",
    "change_standard_cost",
    "charge_receipt",
    "ensure_locations",
    "post_moves",
    "release",
    "release_lines",
    "replan",
    "replan_all",
    "reserve",
    "reserve_lines",
    "reversed_spec",
]
