"""Lead pools, leads, opportunities and the record of follow-ups."""

from .activities import Activity
from .campaigns import Campaign, Channel
from .capture import CountryRoute, LeadForm, LeadFormText, Submission
from .common import LOG, NEXT_STEP, WHY_LOST, LostReason, Method, Source
from .deals import PROBABILITY, STAGES, Opportunity
from .handovers import Handover
from .keeping import Cause, PoolCustomer, PoolMove, PoolView
from .leads import HELD, LIVE, Claim, Lead
from .mailboxes import IncomingMail, Mailbox
from .pools import Distribution, Holds, LeadPool, Level, LevelRule, PoolMember
from .scoring import ScoreRule

__all__ = [
    "HELD",
    "LIVE",
    "LOG",
    "NEXT_STEP",
    "PROBABILITY",
    "STAGES",
    "WHY_LOST",
    "Activity",
    "Campaign",
    "Cause",
    "Channel",
    "Claim",
    "CountryRoute",
    "Distribution",
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
    "PoolCustomer",
    "PoolMember",
    "PoolMove",
    "PoolView",
    "ScoreRule",
    "Source",
    "Submission",
]
