"""Tables of planning, by subject."""

from .. import marking  # noqa: F401  (declares the triggers)
from .forecasts import DemandForecast
from .kept import CenterLoad, FirmProposal, PlanMark, PlanMessage, PlanState, PlanWording
from .runs import PlanRun

__all__ = [
    "CenterLoad",
    "DemandForecast",
    "FirmProposal",
    "PlanMark",
    "PlanMessage",
    "PlanRun",
    "PlanState",
    "PlanWording",
]
