"""Lead pools, leads, opportunities, the record of follow-ups, and what is to be done next."""

from .activities import Activity
from .cadences import Cadence, CadenceRun, CadenceStep
from .campaigns import Campaign, Channel
from .capture import CountryRoute, LeadForm, LeadFormText, Submission
from .changes import DealChange
from .common import LOG, NEXT_STEP, WHY_LOST, LostReason, Method, Outcome, Source
from .deals import NEEDED, STAGES, Opportunity, OpportunityLine
from .handovers import Handover
from .keeping import Cause, PoolCustomer, PoolMove, PoolView
from .leads import HELD, LIVE, Claim, Lead
from .mailboxes import IncomingMail, Mailbox
from .pipeline import STANDARD, Competitor, Forecast, LossReason, Planned, SalesProcess, Stage
from .pools import Distribution, Holds, LeadPool, Level, LevelRule, PoolMember
from .reminding import Before, CalendarFeed, ReminderHabit
from .scoring import ScoreRule
from .targets import Period, Target
from .tasks import ANSWERED_BY_A_RECORD, FollowUpTask, Origin

__all__ = [
    "ANSWERED_BY_A_RECORD",
    "HELD",
    "LIVE",
    "LOG",
    "NEEDED",
    "NEXT_STEP",
    "STAGES",
    "STANDARD",
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
    "Competitor",
    "CountryRoute",
    "DealChange",
    "Distribution",
    "FollowUpTask",
    "Forecast",
    "Handover",
    "Holds",
    "IncomingMail",
    "Lead",
    "LeadForm",
    "LeadFormText",
    "LeadPool",
    "Level",
    "LevelRule",
    "LossReason",
    "LostReason",
    "Mailbox",
    "Method",
    "Opportunity",
    "OpportunityLine",
    "Origin",
    "Outcome",
    "Period",
    "Planned",
    "PoolCustomer",
    "PoolMember",
    "PoolMove",
    "PoolView",
    "ReminderHabit",
    "SalesProcess",
    "ScoreRule",
    "Source",
    "Stage",
    "Submission",
    "Target",
]
