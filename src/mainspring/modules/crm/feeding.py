"""A person's follow-ups as a calendar other programs read (RFC 5545), under a secret address that can be withdrawn."""

import hashlib
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from mainspring.kernel import access, commands, notifications, policies
from mainspring.kernel.context import Context
from mainspring.kernel.models import User
from mainspring.kernel.workflow import effect

from . import tasks
from .models import CalendarFeed, FollowUpTask, ReminderHabit

TASKS_MAX = 1000
GONE_DAYS = 30
"""Tasks done or given up stay in the feed for so many days, marked, so that calendars take note."""
LASTS = timedelta(minutes=30)
READ_EVERY = timedelta(minutes=1)  # `last_read_at` is exact to the minute, so that most reading writes nothing


def issue(ctx) -> tuple[CalendarFeed, str]:
    """A new secret address for the person, in place of the one they had; its text is told once and not kept."""
    text = secrets.token_urlsafe(32)
    trusted = replace(ctx, trusted=True)
    with transaction.atomic():
        for old in CalendarFeed.objects.filter(user=ctx.user, revoked_at=None):
            commands.perform(old, "revoke", trusted)
        feed = commands.create(CalendarFeed, trusted, user=ctx.user, prefix=text[:6], digest=_digest(text))
    return feed, text


def address(text: str) -> str:
    """The address of a feed, as calendar programs take it."""
    return notifications.absolute(f"/crm/calendar/{text}.ics")


def resolve(text: str) -> CalendarFeed | None:
    """The feed of a secret; None for one that is wrong, withdrawn, or of somebody who left."""
    feed = CalendarFeed.objects.select_related("user").filter(digest=_digest(text), revoked_at=None).first()
    if feed is None or not feed.user.is_active:
        return None
    now = timezone.now()
    if feed.last_read_at is None or now - feed.last_read_at > READ_EVERY:
        CalendarFeed.objects.filter(pk=feed.pk).update(last_read_at=now)
    return feed


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


@effect(CalendarFeed, "revoke")
def revoke(feed, ctx):
    """The address stops working at once."""
    feed.revoked_at = feed.revoked_at or timezone.now()


# -- the calendar -----------------------------------------------------------------------------------------------------


def calendar_of(user: User) -> bytes:
    """The person's own follow-ups as a calendar: the same bytes as long as nothing changed."""
    zone = tasks.zone_of(user.time_zone)
    with translation.override(user.language):
        found = Calendar()
        found.add("prodid", f"-//{settings.PRODUCT_NAME}//Follow-ups//EN")
        found.add("version", "2.0")
        found.add("calscale", "GREGORIAN")
        found.add("method", "PUBLISH")
        name = _("Follow-ups of %(person)s") % {"person": user}
        found.add("name", name)
        found.add("x-wr-calname", name)
        found.add("x-wr-timezone", zone.key)
        found.add("refresh-interval", timedelta(minutes=15), parameters={"VALUE": "DURATION"})
        habit = ReminderHabit.objects.filter(user=user).first() or ReminderHabit(user=user)
        for task in _tasks_of(user):
            found.add_component(_event(task, zone, habit))
        found.add_missing_timezones()
    return found.to_ical()


def _tasks_of(user: User) -> list[FollowUpTask]:
    """Open tasks and those that ended lately, as far as the person may see them now."""
    day = timezone.now().astimezone(tasks.zone_of(user.time_zone)).date()
    companies = policies.of(Context(user, day, 0)).companies()
    keys = tuple(companies) if companies is not None else ()
    first = keys[0] if keys else user.default_company_id or 0
    ctx = Context(user, day, first, keys, source="api", language=user.language)
    if not access.can(ctx, FollowUpTask, "view"):
        return []
    rows = FollowUpTask.objects if companies is None else access.rows(ctx, FollowUpTask)
    since = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=GONE_DAYS)
    mine = rows.filter(owner=user).select_related("lead", "opportunity", "party")
    open_ones = list(mine.filter(state="open").order_by("due_on", "pk")[:TASKS_MAX])
    return open_ones + list(mine.exclude(state="open").filter(done_at__gte=since).order_by("pk")[:TASKS_MAX])


def _event(task: FollowUpTask, zone: ZoneInfo, habit: ReminderHabit) -> Event:
    event = Event()
    event.add("uid", f"follow-up-{task.pk}@{settings.BASE_URL.rpartition('//')[2].partition(':')[0] or 'mainspring'}")
    event.add("dtstamp", task.updated_at.astimezone(UTC))
    event.add("last-modified", task.updated_at.astimezone(UTC))
    event.add("sequence", max(0, task.version - 1))
    if task.due_at is None:
        event.add("dtstart", task.due_on)
        event.add("dtend", task.due_on + timedelta(days=1))
    else:
        start = datetime.combine(task.due_on, task.due_at, zone)
        event.add("dtstart", start)
        event.add("dtend", start + LASTS)
    done, subject = task.state == "done", task.subject
    event.add("summary", f"{'✓ ' if done else ''}{task} · {subject}")
    page = notifications.page_of(subject._meta.label_lower, subject.pk)
    event.add(
        "description", "\n".join(t for t in (task.get_method_display(), task.why, notifications.absolute(page)) if t)
    )
    event.add("url", notifications.absolute(page))
    event.add("categories", [str(task.get_method_display())])
    event.add("status", "CANCELLED" if task.state == "dropped" else "CONFIRMED")
    event.add("transp", "OPAQUE" if task.due_at and task.state == "open" else "TRANSPARENT")
    if task.state == "open" and task.due_at and habit.before_minutes >= 0:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", str(task))
        alarm.add("trigger", timedelta(minutes=-habit.before_minutes))
        event.add_component(alarm)
    return event
