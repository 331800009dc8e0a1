"""What moves deals through their stages (CRM-08)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import events
from mainspring.kernel.workflow import effect

from . import following, preparing
from .events import OpportunityWon
from .models import PROBABILITY, Opportunity


def _stage(name: str, state: str) -> None:
    @effect(Opportunity, name)
    def enter(deal, ctx, **asked):
        if asked.get("amount") is not None and asked["amount"] <= 0:
            raise ValidationError({"amount": _("The amount must be above zero.")})
        preparing.enter_stage(deal, ctx, probability=PROBABILITY[state], **asked)


for _verb, _state in (
    ("analyze", "analysis"),
    ("propose", "proposal"),
    ("negotiate", "negotiation"),
    ("step_back", "qualification"),
):
    _stage(_verb, _state)


@effect(Opportunity, "win")
def win(deal, ctx, amount):
    deal.closed_on = ctx.business_date
    preparing.enter_stage(deal, ctx, amount=amount, probability=PROBABILITY["won"])
    events.publish(OpportunityWon(deal.pk), ctx)


@effect(Opportunity, "lose")
def lose_deal(deal, ctx, reason, note):
    following.close_for(deal, reason, note)
    deal.closed_on = ctx.business_date
    preparing.enter_stage(deal, ctx, probability=PROBABILITY["lost"])


@effect(Opportunity, "reopen")
def reopen_deal(deal, ctx):
    deal.closed_on, deal.close_reason = None, ""
    preparing.enter_stage(deal, ctx, probability=PROBABILITY["qualification"])
