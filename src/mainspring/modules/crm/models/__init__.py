"""Lead pools, leads, opportunities and the record of follow-ups."""

from .activities import Activity
from .common import LOG, NEXT_STEP, WHY_LOST, LostReason, Method, Source
from .deals import PROBABILITY, STAGES, Opportunity
from .leads import HELD, LIVE, Claim, Lead
from .pools import Distribution, LeadPool, PoolMember

__all__ = [
    "HELD",
    "LIVE",
    "LOG",
    "NEXT_STEP",
    "PROBABILITY",
    "STAGES",
    "WHY_LOST",
    "Activity",
    "Claim",
    "Distribution",
    "Lead",
    "LeadPool",
    "LostReason",
    "Method",
    "Opportunity",
    "PoolMember",
    "Source",
]
