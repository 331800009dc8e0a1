"""What follows from follow-ups written directly, not through a verb, and from leads that land in a pool."""

from django.utils import timezone

from mainspring.kernel.events import BatchDone, CommandDone, on

from . import allocating, scoring
from .models import Activity, Lead, Opportunity, ScoreRule

BY_A_PERSON = ("web", "api", "cli", "python")
"""Sources that count as a real follow-up; imports and jobs do not reset a lead's clock (K02)."""


@on(CommandDone)
def follow_up(event, ctx):
    """The owner's own follow-up resets the clock; the next step shows on the lead or the deal."""
    written = event.record
    if not isinstance(written, Activity) or event.verb != "create" or event.nested or ctx.source not in BY_A_PERSON:
        return
    if written.lead_id:
        Lead.objects.filter(pk=written.lead_id).update(next_on=written.next_on)
        Lead.objects.filter(pk=written.lead_id, owner_id=written.user_id).update(touched_at=timezone.now())
    if written.opportunity_id:
        Opportunity.objects.filter(pk=written.opportunity_id).update(next_on=written.next_on)


@on(CommandDone)
def score_lead(event, ctx):
    """Whatever happens to a lead may change its score; it is known before the pool gives the lead to somebody."""
    if isinstance(event.record, Lead) and event.verb != "delete":
        scoring.after_leads([event.record], ctx)
    elif isinstance(event.record, ScoreRule) and event.verb in ("create", "change", "delete"):
        scoring.after_rule(event.record, ctx)


@on(BatchDone)
def score_leads(event, ctx):
    """The same for leads brought in or changed by a list."""
    if event.records and isinstance(event.records[0], Lead):
        scoring.after_leads(event.records, ctx)


@on(CommandDone)
def give_lead(event, ctx):
    """A lead that lands in a pool with a rule is given at once."""
    lead = event.record
    if isinstance(lead, Lead) and event.verb in ("create", "release", "reopen") and lead.state == "open":
        allocating.give([lead], ctx)
        lead.refresh_from_db(fields=["owner", "state", "claimed_at", "touched_at", "version"])


@on(BatchDone)
def give_leads(event, ctx):
    """The same for leads brought in by a list."""
    if event.verb == "create" and event.records and isinstance(event.records[0], Lead):
        allocating.give(event.records, ctx)
