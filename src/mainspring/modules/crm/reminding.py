"""Reminders before a follow-up is due, and word to the manager when one stays undone (CRM-06).

Both mark tasks by one statement and tell people in the same transaction: a job that runs twice tells once, one that is
interrupted tells later. A person who is away is not reminded, their stand-in is; nothing of theirs is escalated
meanwhile.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, ngettext_lazy

from mainspring.engines.calendar import working
from mainspring.kernel import database, formats, notifications, preferences
from mainspring.kernel.models import Absence, User
from mainspring.modules.organization import queries as organization

from .models import FollowUpTask

NAMED_MAX = 8
LEVELS_MAX = 20
AHEAD = timedelta(days=3)
"""Tasks due later than this are not looked at: nobody is reminded earlier than a day before."""

database.declare(
    "crm_moment",
    """
CREATE OR REPLACE FUNCTION crm_moment(day date, at time, zone text) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (day + at) AT TIME ZONE zone;
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN (day + at) AT TIME ZONE 'UTC';
END $$;
CREATE OR REPLACE FUNCTION crm_remind_at(due timestamptz, before integer, quiet_from time, quiet_until time, zone text)
RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
DECLARE wanted timestamptz := due - make_interval(mins => before); here timestamp; ends timestamptz;
BEGIN
    IF quiet_from IS NULL OR quiet_until IS NULL OR quiet_from = quiet_until THEN RETURN wanted; END IF;
    BEGIN here := wanted AT TIME ZONE zone;
    EXCEPTION WHEN invalid_parameter_value THEN zone := 'UTC'; here := wanted AT TIME ZONE zone; END;
    IF quiet_from < quiet_until THEN
        IF here::time < quiet_from OR here::time >= quiet_until THEN RETURN wanted; END IF;
        ends := (here::date + quiet_until) AT TIME ZONE zone;
        wanted := (here::date + quiet_from) AT TIME ZONE zone;
    ELSE
        IF here::time < quiet_from AND here::time >= quiet_until THEN RETURN wanted; END IF;
        ends := (here::date + (here::time >= quiet_from)::int + quiet_until) AT TIME ZONE zone;
        wanted := (here::date - (here::time < quiet_until)::int + quiet_from) AT TIME ZONE zone;
    END IF;
    -- When quiet ends the task is not due yet: wait for that; else say it just before it becomes quiet.
    RETURN CASE WHEN ends <= due THEN ends ELSE wanted END;
END $$;
""",
)

REMIND = """
UPDATE crm_followuptask task SET reminded_at = %(now)s
FROM (
    SELECT t.id, COALESCE(away.stand_in_id, t.owner_id) AS told, COALESCE(h.by_mail, true) AS by_mail,
           away.id IS NOT NULL AND away.stand_in_id IS NULL AS nobody
    FROM crm_followuptask t JOIN kernel_user u ON u.id = t.owner_id AND u.is_active
    LEFT JOIN crm_reminderhabit h ON h.user_id = u.id
    LEFT JOIN LATERAL (SELECT a.id, a.stand_in_id FROM kernel_absence a
                       WHERE a.user_id = u.id AND a.starts_on <= %(today)s AND a.ends_on > %(today)s
                       ORDER BY a.id LIMIT 1) away ON true
    WHERE t.company_id = %(company)s AND t.state = 'open' AND t.due_on <= %(until)s AND t.reminded_at IS NULL
      AND COALESCE(h.before_minutes, 60) >= 0
      AND crm_remind_at(
            crm_moment(t.due_on, COALESCE(t.due_at, h.day_starts_at, '09:00'), u.time_zone),
            COALESCE(h.before_minutes, 60),
            CASE WHEN h.id IS NULL THEN '20:00' ELSE h.quiet_from END,
            CASE WHEN h.id IS NULL THEN '07:00' ELSE h.quiet_until END, u.time_zone) <= %(now)s
    FOR UPDATE OF t SKIP LOCKED) AS due
WHERE task.id = due.id AND NOT due.nobody
RETURNING task.id, due.told, due.by_mail
"""
"""One row a task reminded of: whom to tell (the owner, or who stands in) and whether by mail too."""


def remind(ctx, now=None) -> int:
    """Tell people which follow-ups are due soon, each once, in their own time zone and outside their quiet hours."""
    now = now or timezone.now()
    with transaction.atomic():
        rows = database.rows(
            REMIND, now=now, company=ctx.company_id, today=ctx.business_date, until=ctx.business_date + AHEAD
        )
        _tell_due(rows, ctx)
    return len(rows)


def _tell_due(rows: list[dict], ctx) -> None:
    found = _by_key(row["id"] for row in rows)
    people = User.objects.in_bulk({row["told"] for row in rows})
    by_person = defaultdict(list)
    for row in rows:
        by_person[row["told"], row["by_mail"]].append(found[row["id"]])
    for (key, by_mail), due in by_person.items():
        due.sort(key=lambda task: (task.due_on, str(task.due_at or "")))
        notifications.notify(
            [people[key]],
            ctx,
            kind="task",
            title=_titled(ngettext_lazy("%(count)d follow-up is due", "%(count)d follow-ups are due", "count"), due),
            text=lambda due=due: _named(due),
            href="/crm/my-day/",
            mail_template="news" if by_mail else "",
        )


def _by_key(keys) -> dict[int, FollowUpTask]:
    found = FollowUpTask.objects.select_related("lead", "opportunity", "party", "owner__department")
    return found.in_bulk(list(keys))


def _titled(words, due: list):
    return words % {"count": len(due)}


def _named(due: list[FollowUpTask]) -> str:
    """What is due with whom, as many as a message holds."""
    return "; ".join(f"{task} ({task.subject}, {formats.day(task.due_on)})" for task in due[:NAMED_MAX])


# -- escalation -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Late:
    """A task overdue by so many working days of its owner, and who hears of it at which level."""

    task: FollowUpTask
    level: int
    to: User


def escalate(ctx) -> int:
    """Tell managers what stays undone: once after some working days, once more one level higher (CRM-06)."""
    first = preferences.get(ctx.company_id, "crm.escalate_after_days")
    again = preferences.get(ctx.company_id, "crm.escalate_again_days")
    if not first:
        return 0
    with transaction.atomic():
        found = _late(ctx, first, again)
        for level in (1, 2):
            by_manager = defaultdict(list)
            for late in found:
                if late.level == level:
                    by_manager[late.to].append(late.task)
            for manager, tasks in by_manager.items():
                _mark(tasks, manager, level, ctx.business_date)
                _tell_manager(manager, tasks, ctx)
    return len(found)


def _late(ctx, first: int, again: int) -> list[Late]:
    """Tasks to escalate now, locked; days on which the company is closed or the owner was away do not count."""
    calendar = organization.company_days(ctx.company_id)
    today = ctx.business_date
    rows = FollowUpTask.objects.filter(
        company=ctx.company_id, state="open", due_on__lt=today, owner__isnull=False, escalation__lt=2 if again else 1
    )
    rows = rows.select_related("lead", "opportunity", "party", "owner__department__manager", "owner__manager")
    tasks = list(rows.select_for_update(of=("self",), skip_locked=True).order_by("due_on", "pk"))
    absences = _absences({task.owner_id for task in tasks}, min((t.due_on for t in tasks), default=today))
    chains: dict[int, list[User]] = {}
    found = []
    for task in tasks:
        away = absences.get(task.owner_id, ())
        if any(starts <= today < ends for starts, ends in away):
            continue
        level = task.escalation + 1
        allowed = first if level == 1 else first + again
        if overdue_days(calendar, task.due_on, today, away) < allowed:
            continue
        if task.owner_id not in chains:
            chains[task.owner_id] = managers_of(task.owner)
        chain = chains[task.owner_id]
        if chain:
            found.append(Late(task, level, chain[min(level, len(chain)) - 1]))
    return found


def overdue_days(calendar: working.Calendar, due_on: date, today: date, away=()) -> int:
    """Working days from the day after it was due to today, both counted, without those in `away` [from, until)."""
    days = (due_on + timedelta(days=n) for n in range(1, (today - due_on).days + 1))
    return sum(calendar.is_working(day) and not any(a <= day < b for a, b in away) for day in days)


def _absences(users: set, since: date) -> dict[int, list[tuple[date, date]]]:
    found = defaultdict(list)
    for row in Absence.objects.filter(user__in=users, ends_on__gt=since).values_list("user", "starts_on", "ends_on"):
        found[row[0]].append(row[1:])
    return found


def managers_of(person: User) -> list[User]:
    """Who leads this person: managers of the department and those over it, then the own manager; nearest first."""
    found: list[User] = []
    department = person.department
    for _level in range(LEVELS_MAX):
        if department is None:
            break
        found.append(department.manager)
        department = department.parent
    found.append(person.manager)
    known: list[User] = []
    for one in found:
        if one is not None and one.is_active and one.pk != person.pk and one not in known:
            known.append(one)
    return known


def _mark(tasks: list[FollowUpTask], manager: User, level: int, day: date) -> None:
    keys = [task.pk for task in tasks]
    FollowUpTask.objects.filter(pk__in=keys).update(escalation=level, escalated_to=manager, escalated_on=day)


def _tell_manager(manager: User, tasks: list[FollowUpTask], ctx) -> None:
    keys = ",".join(str(task.pk) for task in tasks[:100])
    notifications.notify(
        [manager],
        ctx,
        kind="task",
        title=_titled(
            ngettext_lazy("%(count)d follow-up is overdue", "%(count)d follow-ups are overdue", "count"), tasks
        ),
        text=lambda: "; ".join(
            f"{task.owner}: {task} ({task.subject}, {formats.day(task.due_on)})" for task in tasks[:NAMED_MAX]
        ),
        href=f"/crm/follow-up-tasks/?id__in={keys}",
        mail_template="news",
    )


def why_escalated(task: FollowUpTask) -> str:
    """Why a manager heard of a task, in words; "" when none did."""
    if not task.escalation or task.escalated_to is None:
        return ""
    return gettext("Due on %(due)s and not done by %(day)s: %(manager)s, who leads %(owner)s, was told.") % {
        "due": formats.day(task.due_on),
        "day": formats.day(task.escalated_on),
        "manager": task.escalated_to,
        "owner": task.owner,
    }
