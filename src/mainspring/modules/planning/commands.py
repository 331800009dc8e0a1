"""Everything that changes the plan: bringing it up to date, and what people decide about proposals."""

from mainspring.kernel.workflow import effect

from . import exceptions_shown, firming, resolving  # noqa: F401  (binds the verbs)
from .firming import convert, firm, merge, move, split, unfirm
from .following import Kept, Outcome, batch, word
from .models import PlanMessage, PlanRun

__all__ = ["convert", "firm", "merge", "move", "settle", "split", "unfirm"]


def settle(ctx) -> Outcome:
    """Bring the plan of the company up to date here and now: everything is read, what differs is written and worded."""
    kept = Kept()
    outcome = batch(ctx, kept, everything=True)
    while word(ctx, kept):
        pass
    return outcome


@effect(PlanRun, "run")
def run(record, ctx):
    """Plan everything anew as a check of the plan that is always followed, and keep what differed."""
    record.ran_on = ctx.business_date
    outcome = settle(ctx)
    record.planned_items, record.new_proposals = outcome.items, outcome.new
    record.changed_proposals, record.withdrawn_proposals = outcome.changed, outcome.withdrawn
    found = PlanMessage.objects.filter(company=ctx.company_id).select_related("item", "site", "document")
    if record.site_id:
        found = found.filter(site=record.site_id)
    record.messages = [exceptions_shown.told(message) for message in found[: exceptions_shown.KEPT_MAX]]
    record.message_text = exceptions_shown.summary(record.messages)
