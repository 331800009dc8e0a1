"""What decides deals: won, lost for a reason, opened again (CRM-08)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import events
from mainspring.kernel.workflow import effect

from . import following, pipeline, preparing
from .events import DealReopened, OpportunityLost, OpportunityWon
from .models import Opportunity


@effect(Opportunity, "win")
def win(deal, ctx, amount):
    preparing.refuse_wrong(deal, {"amount": amount})
    preparing.close(deal, ctx, 100, amount=amount)
    events.publish(OpportunityWon(deal.pk), ctx)


@effect(Opportunity, "lose")
def lose_deal(deal, ctx, reason, competitor, note):
    """Lost for a reason of the company's list; where a competitor is the reason, it is named."""
    if not reason.active:
        raise ValidationError({"reason": _("%(reason)s is no longer used.") % {"reason": reason}})
    if reason.by_competitor and competitor is None and deal.competitor_id is None:
        raise ValidationError({"competitor": _("Name the competitor who won it.")})
    following.close_for(deal, reason, note)
    preparing.close(deal, ctx, 0, competitor=competitor or deal.competitor)
    events.publish(OpportunityLost(deal.pk), ctx)


@effect(Opportunity, "reopen")
def reopen_deal(deal, ctx):
    """Back to the stage it was decided in."""
    deal.closed_on = deal.close_reason = None
    preparing.enter_stage(deal, ctx, deal.stage if deal.stage_id else pipeline.first_stage(deal.process_id))
    events.publish(DealReopened(deal.pk), ctx)
