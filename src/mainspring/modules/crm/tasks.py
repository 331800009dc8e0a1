"""What is to be done next: one place for every next step, done by a follow-up, put off or given up (CRM-06, CRM-22).

Locks are taken task first, then its lead or deal (whose next day the database keeps), then its plan. What starts from
the lead passes over tasks somebody is just finishing, so nobody waits for each other.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from mainspring.kernel import commands, notifications, remembered
from mainspring.kernel.models import Company, User
from mainspring.kernel.prepared import Prepared
from mainspring.kernel.workflow import effect
from mainspring.modules.parties.models import Party

from .models import ANSWERED_BY_A_RECORD, Activity, FollowUpTask, Lead, Method, Opportunity, Origin, Outcome


def open_for(
    record, ctx, *, why: str, due_on: date, owner: User | None = None, title: str = "", method: str = Method.CALL
) -> FollowUpTask:
    """Ask for a follow-up with a lead, an opportunity or a customer; once as long as one for the same reason is open.

    why    what made it necessary, as its owner reads it: "Scored 2 of 10 after delivery SH-0012"
    owner  None: whoever looks after the record
    Raises ValidationError for other kinds of records.
    """
    about = about_of(record)
    known = FollowUpTask.objects.filter(state="open", origin=Origin.EVENT, why=why[:240], **about).first()
    if known is not None:
        return known
    made = commands.create(
        FollowUpTask,
        replace(ctx, trusted=True),
        title=title[:240] or why[:240],
        why=why[:240],
        due_on=due_on,
        method=method,
        owner=owner,
        origin=Origin.EVENT,
        **about,
    )
    if made.owner is not None:
        notifications.notify(
            [made.owner], ctx, kind="task", record=made, title=lambda: _("New follow-up: %(what)s") % {"what": made},
            text=why, mail_template="news",
        )  # fmt: skip
    return made


def plan(record, ctx, *, title: str, due_on: date, method: str = Method.CALL) -> FollowUpTask:
    """A next step for whoever looks after the record, which any further follow-up answers."""
    return commands.create(
        FollowUpTask, ctx, title=title[:240], due_on=due_on, method=method, origin=Origin.STEP, **about_of(record)
    )


def about_of(record) -> dict:
    """{"lead": lead} or the like for what a follow-up can be about."""
    for model, name in ((Lead, "lead"), (Opportunity, "opportunity"), (Party, "party")):
        if isinstance(record, model):
            return {name: record}
    raise ValidationError(_("A follow-up is about a lead, an opportunity or a customer."))


def answered(written: Activity, ctx, *, next_on: date | None = None, next_step: str = "", task=None) -> None:
    """What a follow-up means for the tasks of its subject: the steps planned before it are done, the next one is made.

    A plan under way goes on with its next step; a day of one's own comes before the day of the plan.
    """
    from . import cadencing

    about = _about_written(written)
    name, record = next(iter(about.items()))
    done = {one.pk: one for one in _waiting(name)(record.pk)}
    if task is not None:
        done[task.pk] = task
    day = day_of(written.user, ctx)
    FollowUpTask.objects.filter(pk__in=done).update(
        state="done",
        ending=Outcome.DONE,
        done_at=timezone.now(),
        done_on=day,
        done_by=written.user,
        activity=written,
        version=F("version") + 1,
        updated_at=timezone.now(),
    )
    made = cadencing.go_on([one.run_id for one in done.values() if one.run_id], ctx, day, next_on, next_step)
    if next_on is not None and not made:
        commands.create(
            FollowUpTask, ctx, title=next_step, due_on=next_on, method=written.method, origin=Origin.STEP, **about
        )


@cache
def _waiting(name: str) -> Prepared:
    """Open tasks any follow-up answers, of a deal, a lead or a customer alone; those somebody is at are passed over."""
    alone = {"lead": None, "opportunity": None} if name == "party" else {}
    return Prepared(
        lambda key: (
            FollowUpTask.objects.filter(state="open", origin__in=ANSWERED_BY_A_RECORD, **{f"{name}_id": key}, **alone)
            .select_for_update(of=("self",), skip_locked=True)
            .order_by("pk")
        )
    )


def _about_written(written: Activity) -> dict:
    """The subject of a follow-up: the deal, the lead, or the customer alone."""
    if written.opportunity_id:
        return {"opportunity": written.opportunity}
    if written.lead_id:
        return {"lead": written.lead}
    return {"party": written.party, "lead": None, "opportunity": None}


# -- verbs ------------------------------------------------------------------------------------------------------------


@effect(FollowUpTask, "finish")
def finish(task, ctx, content=None, method=None, next_on=None, next_step=None):
    """Note the follow-up it was about; without words of one's own it says what was planned."""
    from . import following

    said = content or task.title or task.why or _("Done: %(what)s") % {"what": task.get_method_display()}
    made = following.log(
        ctx, content=said, method=method or task.method, next_on=next_on, next_step=next_step, task=task, **task.about
    )
    task.refresh_from_db(fields=["state", "ending", "done_at", "done_on", "done_by", "activity", "version"])
    return made


@effect(FollowUpTask, "snooze")
def snooze(task, ctx, due_on):
    """Move it to another day; it is reminded of again, and escalated only when that day passes too."""
    if due_on < ctx.business_date:
        raise ValidationError({"due_on": _("That day has passed.")})
    task.due_on, task.snoozed = due_on, task.snoozed + 1
    task.reminded_at, task.escalation = None, 0


@effect(FollowUpTask, "drop")
def drop(task, ctx, reason):
    """It is not done any more; a plan goes on with what comes after."""
    from . import cadencing

    day = day_of(task.owner, ctx)
    task.state, task.ending, task.done_at, task.done_on = "dropped", Outcome.DROPPED, timezone.now(), day
    task.done_by = ctx.user
    FollowUpTask.objects.filter(pk=task.pk).update(state="dropped", ending=Outcome.DROPPED)
    cadencing.go_on([task.run_id] if task.run_id else [], ctx, day)


@commands.after_change.fill
def remind_again(record, changed: list[str], ctx) -> None:
    """A task that moved, or went to somebody else, is reminded of again."""
    if isinstance(record, FollowUpTask) and {"due_on", "due_at", "owner"} & set(changed):
        FollowUpTask.objects.filter(pk=record.pk).update(reminded_at=None)


# -- days -------------------------------------------------------------------------------------------------------------


def suggestions(record, ctx) -> list[tuple[str, date]]:
    """Days to choose the next step from: tomorrow, in three days, in a week, and the one the plan would choose."""
    from . import cadencing

    day = day_of(ctx.user, ctx)
    found = [
        (_("Tomorrow"), day + timedelta(days=1)),
        (_("In 3 days"), day + timedelta(days=3)),
        (_("Next week"), day + timedelta(days=7)),
    ]
    planned = cadencing.planned_after(record, ctx, day) if record is not None else None
    return [(_("By the plan"), planned), *found] if planned else found


def zone_of(name: str) -> ZoneInfo:
    """A time zone by name; UTC for a name nobody knows."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def day_of(user: User | None, ctx) -> date:
    """Today where a person is, when the command is about today; else its business date (K10)."""
    now: datetime = timezone.now()
    company = remembered.row(Company, ctx.company_id) if ctx.company_id else None
    at_home = now.astimezone(zone_of(company.time_zone)).date() if company else None
    if user is None or at_home != ctx.business_date:
        return ctx.business_date
    return now.astimezone(zone_of(user.time_zone)).date()
