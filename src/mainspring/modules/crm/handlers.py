"""What follows from follow-ups written directly, not through a verb; what people find on their home."""

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from mainspring.kernel import access, home, notifications
from mainspring.kernel.events import CommandDone, on

from . import preparing, queries
from .models import Activity, Lead, Opportunity

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


# -- what a person's home shows ---------------------------------------------------------------------------------------


@home.tasks.fill
def next_steps(ctx):
    """Own next steps due by today, the dearest deal first."""
    if ctx.user is None or not access.can(ctx, Activity, "finish"):
        return []
    due = Activity.objects.filter(
        user=ctx.user, company_id=ctx.company_id, next_done=False, next_on__lte=ctx.business_date
    ).select_related("lead", "opportunity", "party")
    found = []
    for step in due.order_by("next_on")[:12]:
        about = step.opportunity or step.lead or step.party
        found.append(
            home.Waiting(
                step.next_step or _("Follow up: %(whom)s") % {"whom": about},
                notifications.page_of(about._meta.label_lower, about.pk),
                step.content[:120],
                icon="message-2",
                cost=step.opportunity.weighted_base if step.opportunity else home.Decimal(0),
                due_on=step.next_on,
                tone="red" if step.next_on < ctx.business_date else "",
            )
        )
    return found


@home.numbers.fill
def pipeline(ctx):
    """What open deals in sight may bring, weighted by their chance."""
    if not access.can(ctx, Opportunity, "win"):
        return []
    weighted = queries.open_opportunities(ctx).aggregate(sum=Sum("weighted_base"))["sum"] or 0
    return [
        home.Number(
            _("Weighted pipeline"),
            f"{weighted:,.0f}",
            preparing.base_currency(ctx.company_id),
            href="/crm/opportunities/",
            order=20,
        )
    ]


@home.counts.fill
def leads_to_claim(ctx):
    """Leads nobody holds yet, for the menu."""
    if not access.can(ctx, Lead, "claim"):
        return {}
    return {"crm/leads": access.rows(ctx, Lead, "claim").filter(state="open").count()}
