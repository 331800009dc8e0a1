"""What is done about insight: calls planned for customers."""

from dataclasses import replace

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import commands
from mainspring.kernel.workflow import effect
from mainspring.modules.crm.models import FollowUpTask
from mainspring.modules.parties.models import Party

from . import queries
from .calculating import recalculate
from .models import BoughtTogether, CustomerInsight

__all__ = ["plan_call", "plan_calls", "recalculate"]

CALLS_MAX = 200


@effect(CustomerInsight, "plan_call")
def plan_call(found, ctx, due_on, note=None):
    """A task for the customer's owner, or for whoever plans it, with what was found out."""
    why = queries.reasons(ctx, found)[1]["text"]
    return _call(found.party, ctx, note or _("Call %(customer)s") % {"customer": found.party}, due_on, why)


@effect(BoughtTogether, "plan_calls")
def plan_calls(rule, ctx, due_on, customers_max):
    """A task a customer who bought the first item and never the other, the newest buyers first."""
    if not 1 <= customers_max <= CALLS_MAX:
        raise ValidationError(
            {
                "customers_max": _("“%(value)s” is out of range: %(minimum)s to %(maximum)s.")
                % {"value": customers_max, "minimum": 1, "maximum": CALLS_MAX}
            }
        )
    found = queries.bought_one_not_the_other(_of_person(ctx), rule.item_id, rule.other_id, limit=customers_max)
    customers = Party.objects.select_related("owner").in_bulk([row["party_id"] for row in found])
    if not customers:
        raise ValidationError(
            _("Every customer in your sight who bought %(item)s has the other.") % {"item": rule.item}
        )
    title = _("Offer %(other)s") % {"other": rule.other}
    why = _("Bought %(item)s, never %(other)s; %(percent)d %% of its buyers have both.") % {
        "item": rule.item,
        "other": rule.other,
        "percent": rule.confidence_pct,
    }
    for row in found:
        _call(customers[row["party_id"]], ctx, title, due_on, why)


def _call(party, ctx, title: str, due_on, why: str) -> FollowUpTask:
    """A follow-up task for whoever looks after the customer, else for whoever plans it."""
    owner = party.owner if party.owner and party.owner.is_active else ctx.user
    return commands.create(
        FollowUpTask, ctx, party=party, title=title[:240], method="call", due_on=due_on, owner=owner, why=why[:240]
    )


def _of_person(ctx):
    """The context as the person's own: a verb on a pair of items says nothing about whose customers they may see."""
    return ctx if ctx.user is None else replace(ctx, trusted=False)
