"""Lead pools, leads, opportunities and the record of follow-ups."""

from .activities import Activity
from .common import LOG, NEXT_STEP, WHY_LOST, LostReason, Method, Source
from .deals import PROBABILITY, STAGES, Opportunity
from .handovers import Handover
from .keeping import Cause, PoolCustomer, PoolMove, PoolView
from .leads import HELD, LIVE, Claim, Lead
from .pools import Distribution, Holds, LeadPool, Level, LevelRule, PoolMember

__all__ = [
    "HELD",
    "LIVE",
    "LOG",
    "NEXT_STEP",
    "PROBABILITY",
    "STAGES",
    "WHY_LOST",
    "Activity",
    "Cause",
    "Claim",
    "Distribution",
    "Handover",
    "Holds",
    "Lead",
    "LeadPool",
    "Level",
    "LevelRule",
    "LostReason",
    "Method",
    "Opportunity",
    "PoolCustomer",
    "PoolMember",
    "PoolMove",
    "PoolView",
    "Source",
]
