"""Follow-ups: what was said to whom, and what comes next (CRM-07)."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from mainspring.kernel import commands, errors, preferences, workflow
from mainspring.kernel.workflow import effect, guard
from mainspring.modules.parties.models import Party

from . import tasks
from .models import LOG, Activity, Lead, Method, Opportunity, PoolCustomer

workflow.extend(Party, LOG)


@effect(Lead, "log")
def log_lead(lead, ctx, **said):
    """Note a follow-up; only the owner's own resets the clock that returns the lead to the pool (K02)."""
    made = log(ctx, lead=lead, **said)
    lead.refresh_from_db(fields=["touched_at", "next_on"])
    return made


@effect(Opportunity, "log")
def log_deal(deal, ctx, **said):
    made = log(ctx, opportunity=deal, **said)
    deal.refresh_from_db(fields=["next_on"])
    return made


@effect(Party, "log")
def log_party(party, ctx, **said):
    return log(ctx, party=party, **said)


def log(ctx, *, content, method, next_on=None, next_step=None, task=None, **about) -> Activity:
    """Write the follow-up; the steps planned before it are thereby done, the next one is planned.

    next_on    day of the next step; None leaves it to the follow-up plan under way, if there is one
    task       the task it answers, beside those any follow-up answers
    """
    if next_step and next_on is None:
        raise ValidationError({"next_on": _("Say on which day the next step is due.")})
    made = commands.create(Activity, ctx, content=content, method=method, **about)
    touch(made)
    tasks.answered(made, ctx, next_on=next_on, next_step=next_step or "", task=task)
    return made


def note(ctx, *, content: str, **about) -> Activity:
    """Write down something that happened by itself; it answers no task and resets no clock."""
    return commands.create(Activity, ctx, content=content, method=Method.OTHER, automatic=True, **about)


def touch(written: Activity) -> None:
    """The owner's own follow-up starts the clock anew that returns a lead or a customer to its pool (K02)."""
    if written.lead_id and written.user_id:
        Lead.objects.filter(pk=written.lead_id, owner=written.user_id).update(touched_at=timezone.now())
    if written.party_id and written.user_id:
        PoolCustomer.objects.filter(party=written.party_id, owner=written.user_id).update(touched_at=timezone.now())


def close_for(record, reason: str, note: str | None) -> None:
    """Keep why it was lost, and what was learned from it."""
    record.close_reason = reason
    if note:
        record.note = f"{record.note}\n{note}".strip()


# -- what was written stays -------------------------------------------------------------------------------------------


def locked_since(activity: Activity):
    """The moment from which a follow-up is not edited any more; None while it may be."""
    days = preferences.get(activity.company_id, "crm.follow_up_edit_days")
    ends = activity.created_at + timedelta(days=days)
    return ends if timezone.now() >= ends else None


def refuse_old(activity: Activity) -> None:
    """Raise Conflict for an edit of a follow-up written longer ago than the company allows (CRM-07)."""
    if locked_since(activity) is not None:
        raise errors.Conflict(
            _("A follow-up can be edited for %(n)s days. A manager can still correct it, with a reason.")
            % {"n": preferences.get(activity.company_id, "crm.follow_up_edit_days")},
            code="locked",
        )


@guard(Activity, "correct")
def is_locked(activity, ctx):
    if locked_since(activity) is None:
        raise ValidationError(_("It may still be edited; nothing needs correcting."), code="open")


@effect(Activity, "correct")
def correct(activity, ctx, content, reason):
    """Change the words of an old follow-up; reason, person and old words stay in its history."""
    activity.content, activity.corrected_at = content, timezone.now()
