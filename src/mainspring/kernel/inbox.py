"""What waits for a person: approvals, tasks, news. Feeds the home page, the counts of the menu and the live address."""

from decimal import Decimal

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from . import access, formats, home, notifications
from .approvals import seats
from .models import Notification, Task

SHOWN_MAX = 50
TOASTS_MAX = 3


@home.tasks.fill
def waiting(ctx) -> list[home.Waiting]:
    """Approvals first by amount, then tasks by due day."""
    found = []
    for request in seats.waiting_for(ctx).select_related("created_by")[:SHOWN_MAX]:
        found.append(
            home.Waiting(
                title=seats.title_of(request),
                href=f"/inbox/approvals/{request.pk}/",
                kind="approval",
                icon="rubber-stamp",
                text=_("asked by %(person)s") % {"person": request.created_by},
                cost=request.amount_base or Decimal(0),
                tone="warning",
            )
        )
    for task in open_tasks(ctx)[:SHOWN_MAX]:
        found.append(
            home.Waiting(
                title=task.title,
                href=f"/kernel/tasks/{task.pk}/",
                text=task.record_name,
                icon="checkbox",
                due_on=task.due_on,
            )
        )
    return found


@home.counts.fill
def counts(ctx) -> dict[str, int]:
    """What the inbox holds: approvals to decide and unread news."""
    return {
        "inbox": seats.waiting_for(ctx).count() + notifications.unread(ctx.user),
        "kernel/tasks": open_tasks(ctx).count(),
    }


@home.news.fill
def news(ctx, since: str) -> dict:
    """Unread news, and as messages those that came after `since`; two small queries on one index."""
    try:
        moment = parse_datetime(since) if since else None
    except ValueError:
        moment = None
    numbers = notifications.counts(ctx.user, moment)
    answer: dict = {"unread": numbers["unread"], "topics": [], "toasts": []}
    if numbers["fresh"]:
        fresh = Notification.objects.filter(user=ctx.user, read_at=None, at__gt=moment).order_by("-at")[:TOASTS_MAX]
        answer["topics"] = ["inbox", *{f"record:{n.record_id}" for n in fresh if n.record_id}]
        answer["toasts"] = [{"text": n.title, "href": n.href, "tone": "info"} for n in fresh]
    return answer


def open_tasks(ctx):
    """This person's open tasks, the most urgent first."""
    return access.rows(ctx, Task).filter(assignee=ctx.user, state="open").order_by("due_on", "pk")


def amount_text(request, ctx) -> str:
    """The amount of a request in its own currency, and in base currency where that differs."""
    if request.amount is None:
        return ""
    base = formats.base_currency(request.company_id or ctx.company_id)
    text = f"{formats.number(request.amount, 2)} {request.currency}"
    if request.currency not in ("", base) and request.amount_base is not None:
        text += f" ({formats.number(request.amount_base, 2)} {base})"
    return text
