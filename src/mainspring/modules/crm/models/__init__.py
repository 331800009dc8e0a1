"""Lead pools, leads, opportunities, the record of follow-ups, and what is to be done next."""

from .activities import Activity
from .cadences import Cadence, CadenceRun, CadenceStep
from .common import LOG, NEXT_STEP, WHY_LOST, LostReason, Method, Outcome, Source
from .deals import PROBABILITY, STAGES, Opportunity
from .leads import HELD, LIVE, Claim, Lead
from .pools import Distribution, LeadPool, PoolMember
from .reminding import Before, CalendarFeed, ReminderHabit
from .tasks import ANSWERED_BY_A_RECORD, FollowUpTask, Origin

__all__ = [
    "ANSWERED_BY_A_RECORD",
    "HELD",
    "LIVE",
    "LOG",
    "NEXT_STEP",
    "PROBABILITY",
    "STAGES",
    "WHY_LOST",
    "Activity",
    "Before",
    "Cadence",
    "CadenceRun",
    "CadenceStep",
    "CalendarFeed",
    "Claim",
    "Distribution",
    "FollowUpTask",
    "Lead",
    "LeadPool",
    "LostReason",
    "Method",
    "Opportunity",
    "Origin",
    "Outcome",
    "PoolMember",
    "ReminderHabit",
    "Source",
]
