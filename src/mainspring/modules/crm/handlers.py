"""What follows from follow-ups written directly, not through a verb, and from leads that land in a pool."""

from django.utils import timezone

from mainspring.kernel.events import BatchDone, CommandDone, on
from mainspring.modules.parties.models import Party

from . import admitting, allocating, pooling, scoring
from .models import Activity, Lead, Opportunity, PoolCustomer, ScoreRule

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
    if written.party_id:
        PoolCustomer.objects.filter(party_id=written.party_id, owner_id=written.user_id).update(
            touched_at=timezone.now()
        )
    if written.opportunity_id:
        Opportunity.objects.filter(pk=written.opportunity_id).update(next_on=written.next_on)


@on(CommandDone)
def place_customer(event, ctx):
    """A customer gets its place when it is entered, merged or loses its owner; a change of owner by hand is logged."""
    party = event.record
    if isinstance(party, Party) and event.verb in ("create", "change", "merge", "split"):
        _place([party], ctx)


@on(BatchDone)
def place_customers(event, ctx):
    """The same for many at once."""
    if event.records and isinstance(event.records[0], Party):
        _place(event.records, ctx)


def _place(parties: list[Party], ctx) -> None:
    if not admitting.customer_pools.get(ctx.company_id):
        return
    pooling.settle(ctx, timezone.now(), [party.pk for party in parties])
    pooling.log_changed(ctx, [party.pk for party in parties], timezone.now())
    for party in parties:
        if party.owner_id is None and party.is_customer:
            party.refresh_from_db(fields=["pooled_at", "version"])


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
