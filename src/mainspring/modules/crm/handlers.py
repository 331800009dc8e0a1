"""What follows from follow-ups written directly, not through a verb, and from leads that land in a pool."""

from django.utils import timezone

from mainspring.kernel.events import BatchDone, CommandDone, on

from . import allocating, expecting
from .models import Activity, Lead, Opportunity, OpportunityLine, Stage

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


@on(CommandDone)
def follow_deal(event, ctx):
    """The demand a deal may bring follows every change of it, in the same transaction (CRM-19)."""
    deal = event.record
    if isinstance(deal, Opportunity) and event.verb not in ("log", "quote") and deal.lines.exists():
        expecting.plan([deal], ctx)


@on(BatchDone)
def follow_deals(event, ctx):
    """The same for deals that were brought in or changed as a set."""
    if event.records and isinstance(event.records[0], Opportunity):
        keys = OpportunityLine.objects.filter(document__in=[deal.pk for deal in event.records]).values("document")
        expecting.replan(list(keys.values_list("document", flat=True).distinct()), ctx)


@on(CommandDone)
def follow_stage(event, ctx):
    """A stage that counts otherwise in the plan changes the demand of the deals in it."""
    stage = event.record
    if isinstance(stage, Stage) and event.verb == "change":
        deals = Opportunity.objects.filter(stage=stage, state="open", lines__isnull=False)
        expecting.replan(list(deals.values_list("pk", flat=True).distinct()), ctx)
