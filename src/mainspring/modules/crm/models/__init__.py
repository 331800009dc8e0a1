"""Lead pools, leads, opportunities, the record of follow-ups, and what is to be done next."""

from .activities import Activity
from .cadences import Cadence, CadenceRun, CadenceStep
from .campaigns import Campaign, Channel
from .capture import CountryRoute, LeadForm, LeadFormText, Submission
from .common import LOG, NEXT_STEP, WHY_LOST, LostReason, Method, Outcome, Source
from .deals import PROBABILITY, STAGES, Opportunity
from .handovers import Handover
from .keeping import Cause, PoolCustomer, PoolMove, PoolView
from .leads import HELD, LIVE, Claim, Lead
from .mailboxes import IncomingMail, Mailbox
from .pools import Distribution, Holds, LeadPool, Level, LevelRule, PoolMember
from .reminding import Before, CalendarFeed, ReminderHabit
from .scoring import ScoreRule
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
    "Campaign",
    "Cause",
    "Channel",
    "Claim",
    "CountryRoute",
    "Distribution",
    "FollowUpTask",
    "Handover",
    "Holds",
    "IncomingMail",
    "Lead",
    "LeadForm",
    "LeadFormText",
    "LeadPool",
    "Level",
    "LevelRule",
    "LostReason",
    "Mailbox",
    "Method",
    "Opportunity",
    "Origin",
    "Outcome",
    "PoolCustomer",
    "PoolMember",
    "PoolMove",
    "PoolView",
    "ReminderHabit",
    "ScoreRule",
    "Source",
    "Submission",
]
