"""What follows from follow-ups written directly, not through a verb, and from leads that land in a pool."""

from django.utils import timezone
from django.utils.translation import gettext as _

from mainspring.kernel import errors
from mainspring.kernel.events import BatchDone, CommandDone, on
from mainspring.modules.parties.models import Party

from . import admitting, allocating, expecting, following, pooling, scoring, tasks
from .models import Activity, Lead, Opportunity, OpportunityLine, ScoreRule, Stage

BY_A_PERSON = ("web", "api", "cli", "python")
"""Sources that count as a real follow-up; imports and jobs do not reset a lead's clock (K02)."""


@on(CommandDone)
def follow_up(event, ctx):
    """The owner's own follow-up resets the clock, and answers what was planned before it."""
    written = event.record
    if not isinstance(written, Activity) or event.verb != "create" or event.nested or ctx.source not in BY_A_PERSON:
        return
    following.touch(written)
    tasks.answered(written, ctx)


@on(CommandDone)
def keep_what_was_said(event, ctx):
    """What was said is edited for some days and never deleted; a manager corrects it, with a reason (CRM-07)."""
    if isinstance(event.record, Activity) and not event.nested:
        _keep([event.record], event.verb)


@on(BatchDone)
def keep_what_all_said(event, ctx):
    """The same for follow-ups written by a list."""
    if event.records and isinstance(event.records[0], Activity):
        _keep(event.records, event.verb)


def _keep(written: list[Activity], verb: str) -> None:
    if verb == "delete":
        raise errors.Conflict(_("A follow-up is never deleted. Correct it, with a reason."), code="kept")
    if verb == "change":
        for one in written:
            following.refuse_old(one)


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
    free = {party.pk: party for party in parties if party.owner_id is None and party.is_customer}
    for row in Party.objects.filter(pk__in=free).values("pk", "pooled_at", "version"):
        free[row["pk"]].pooled_at, free[row["pk"]].version = row["pooled_at"], row["version"]


MOVES = ("claim", "assign", "release", "log", "delete")


@on(CommandDone)
def score_lead(event, ctx):
    """What a lead says may change its score, which is known before the pool gives the lead to somebody.

    Who holds it and when it was spoken of counts from the next night on: claiming is not to wait for it.
    """
    if isinstance(event.record, Lead) and event.verb not in MOVES:
        scoring.after_leads([event.record], ctx)
    elif isinstance(event.record, ScoreRule) and event.verb in ("create", "change", "delete"):
        scoring.after_rule(event.record, ctx)


@on(BatchDone)
def score_leads(event, ctx):
    """The same for leads brought in or changed by a list."""
    if event.verb in ("create", "change") and event.records and isinstance(event.records[0], Lead):
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
