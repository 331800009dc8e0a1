"""Lead pools, leads, opportunities and the record of follow-ups."""

from .activities import Activity
from .campaigns import Campaign, Channel
from .capture import CountryRoute, LeadForm, LeadFormText, Submission
from .changes import DealChange
from .common import LOG, NEXT_STEP, WHY_LOST, LostReason, Method, Source
from .deals import NEEDED, STAGES, Opportunity, OpportunityLine
from .handovers import Handover
from .keeping import Cause, PoolCustomer, PoolMove, PoolView
from .leads import HELD, LIVE, Claim, Lead
from .mailboxes import IncomingMail, Mailbox
from .pipeline import STANDARD, Competitor, Forecast, LossReason, Planned, SalesProcess, Stage
from .pools import Distribution, Holds, LeadPool, Level, LevelRule, PoolMember
from .scoring import ScoreRule
from .targets import Period, Target

__all__ = [
    "HELD",
    "LIVE",
    "LOG",
    "NEEDED",
    "NEXT_STEP",
    "STAGES",
    "STANDARD",
    "WHY_LOST",
    "Activity",
    "Campaign",
    "Cause",
    "Channel",
    "Claim",
    "Competitor",
    "CountryRoute",
    "DealChange",
    "Distribution",
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
    "Period",
    "Planned",
    "PoolCustomer",
    "PoolMember",
    "PoolMove",
    "PoolView",
    "SalesProcess",
    "ScoreRule",
    "Source",
    "Stage",
    "Submission",
    "Target",
]
