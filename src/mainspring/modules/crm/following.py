"""Follow-ups: what was said to whom, and what comes next (CRM-07)."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from mainspring.kernel import commands, workflow
from mainspring.kernel.workflow import effect, guard
from mainspring.modules.parties.models import Party

from .models import LOG, Activity, Lead, Opportunity, PoolCustomer

workflow.extend(Party, LOG)


@effect(Lead, "log")
def log_lead(lead, ctx, **said):
    """Note a follow-up; only the owner's own resets the clock that returns the lead to the pool (K02)."""
    made = log(ctx, lead=lead, **said)
    if ctx.user and lead.owner_id == ctx.user.pk:
        lead.touched_at = timezone.now()
    lead.next_on = said.get("next_on")
    return made


@effect(Opportunity, "log")
def log_deal(deal, ctx, **said):
    made = log(ctx, opportunity=deal, **said)
    deal.next_on = said.get("next_on")
    touch(deal.party_id, ctx)
    return made


@effect(Party, "log")
def log_party(party, ctx, **said):
    touch(party.pk, ctx)
    return log(ctx, party=party, **said)


def touch(party_id: int, ctx) -> None:
    """The owner's own follow-up starts the clock that returns a customer to its pool anew (K02)."""
    if ctx.user is not None and ctx.user.pk is not None:
        PoolCustomer.objects.filter(party=party_id, owner=ctx.user).update(touched_at=timezone.now())


@effect(Activity, "finish")
def finish(activity, ctx):
    activity.next_done = True


@guard(Activity, "finish")
def has_next_step(activity, ctx):
    if activity.next_on is None or activity.next_done:
        raise ValidationError(_("There is no next step to finish."))


def log(ctx, *, content, method, next_on=None, next_step=None, **about) -> Activity:
    """Write the follow-up; the steps planned before it are thereby done."""
    Activity.objects.filter(next_done=False, next_on__isnull=False, **about).update(next_done=True)
    return commands.create(
        Activity, ctx, content=content, method=method, next_on=next_on, next_step=next_step or "", **about
    )


def close_for(record, reason: str, note: str | None) -> None:
    """Keep why it was lost, and what was learned from it."""
    record.close_reason = reason
    if note:
        record.note = f"{record.note}\n{note}".strip()
