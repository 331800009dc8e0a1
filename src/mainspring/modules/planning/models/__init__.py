"""Tables of planning, by subject."""

from .. import marking  # noqa: F401  (declares the triggers)
from .kept import CenterLoad, FirmProposal, PlanMark, PlanMessage, PlanState
from .runs import PlanRun

__all__ = ["CenterLoad", "FirmProposal", "PlanMark", "PlanMessage", "PlanRun", "PlanState"]
