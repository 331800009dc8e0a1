"""Follow-ups of the demo: plans people work by, what is due today, and one that stayed undone for too long."""

from datetime import timedelta

from django.utils import timezone

from mainspring.modules.crm import commands as crm
from mainspring.modules.crm.models import Cadence, FollowUpTask, Lead

from . import words
from .life import Life

CUSTOMERS = 6


def live(life: Life) -> None:
    """The last day: customers under a monthly plan, a task or two due today for everybody, escalations told."""
    _customers(life)
    _today(life)
    _asked_for(life)
    crm.reminding.escalate(life.by("manager", on=timezone.localdate()))


def _customers(life: Life) -> None:
    """The best customers hear from us every month."""
    plan = Cadence.objects.filter(**life.mine, about="party").first()
    mine = [p for p in life.customers if p.owner_id][:CUSTOMERS]
    for party in mine if plan else ():
        life.do(party, "follow_plan", life.by(party.owner.username), cadence=plan)


def _today(life: Life) -> None:
    """Open steps of each person spread over yesterday, today and the days ahead."""
    today = timezone.localdate()
    for owner in (
        FollowUpTask.objects.filter(**life.mine, state="open")
        .order_by("owner")
        .values_list("owner", flat=True)
        .distinct()
    ):
        open_tasks = FollowUpTask.objects.filter(**life.mine, state="open", owner=owner).order_by("due_on", "pk")
        for n, task in enumerate(open_tasks[:6]):
            if task.due_on > today or n > 1:
                life.do(
                    task, "snooze", life.by(task.owner.username), due_on=today + timedelta(days=(0, 0, 0, 1, 2, 5)[n])
                )


def _asked_for(life: Life) -> None:
    """A customer who was not content is called back; a lead waits for samples, and has for more than a week."""
    ctx = life.by("manager", on=timezone.localdate())
    party = next((p for p in life.customers if p.owner_id), None)
    if party is not None:
        crm.tasks.open_for(party, ctx, why=words.UNHAPPY, due_on=ctx.business_date)
    late = ctx.business_date - timedelta(days=9)
    lead = Lead.objects.filter(**life.mine, state="claimed").order_by("number").first()
    if lead is not None:
        crm.tasks.open_for(lead, ctx, why=words.SAMPLES, due_on=late)
