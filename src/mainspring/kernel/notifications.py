"""News for a person: on the bell at once and, when the news needs an answer, by mail too."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone, translation

from . import database, mail, resource
from .context import Context
from .models import Notification, User
from .models.collaboration import About

database.declare(
    "notifications_are_told",
    """
CREATE OR REPLACE FUNCTION kernel_tell_news() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('mainspring_news', user_id::text) FROM (SELECT DISTINCT user_id FROM added) AS told;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER kernel_tell_news AFTER INSERT ON kernel_notification
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION kernel_tell_news();
""",
)
"""Open pages hear of news at once: the database tells every web process, see site/push.py."""


def notify(
    users: Iterable[User],
    ctx,
    *,
    kind: str,
    title,
    text="",
    href: str = "",
    record=None,
    mail_template: str = "",
    **mail_context,
) -> None:
    """Tell people something, each in their own language; nobody is told of their own doing.

    kind           approval, mention, task, job, …: groups the inbox
    title, text    lazy texts or functions without arguments, worded once per language
    mail_template  also send this mail; it gets title, text, link and `mail_context`
    """
    about = About.about(record) if record is not None else {}
    href = href or (page_of(about["entity"], about["record_id"]) if about else "")
    news = []
    for user in {u.pk: u for u in users if u.is_active and not u.is_program}.values():
        if user.pk == getattr(ctx.user, "pk", None):
            continue
        with translation.override(user.language):
            news.append(
                Notification(
                    user=user, kind=kind, title=_worded(title)[:200], text=_worded(text)[:500], href=href[:300], **about
                )
            )
        if mail_template:
            mail.queue(
                user,
                mail_template,
                ctx,
                record=record,
                context={"title": title, "text": text, "link": absolute(href), **mail_context},
            )
    Notification.objects.bulk_create(news)


def page_of(entity: str, record_id) -> str:
    """Address of a record's page, "" when it has none."""
    found = resource.by_model.get(entity)
    written = not str(record_id).startswith("new-")  # what waits for approval to be created has no page yet
    return f"/{found.key}/{record_id}/" if found and written else ""


def absolute(href: str) -> str:
    return settings.BASE_URL.rstrip("/") + href if href.startswith("/") else href


def unread(user) -> int:
    return Notification.objects.filter(user=user, read_at=None).count()


def counts(user, since=None) -> dict:
    """{"unread": all unread, "fresh": unread since `since`} in one query."""
    fresh = Q(at__gt=since) if since else Q(pk__in=[])
    return Notification.objects.filter(user=user, read_at=None).aggregate(unread=Count("pk"), fresh=Count("pk", fresh))


def mark_read(user, pks: Iterable[int] | None = None) -> int:
    """Mark these, or all, of a person's notifications as read."""
    query = Notification.objects.filter(user=user, read_at=None)
    return (query if pks is None else query.filter(pk__in=list(pks))).update(read_at=timezone.now())


def context_of(user: User, ctx) -> Context:
    """The circumstances under which another person would see what `ctx` works on."""
    return Context(
        user=user, business_date=ctx.business_date, company_id=ctx.company_id, language=user.language, source=ctx.source
    )


def _worded(text) -> str:
    return str(text() if callable(text) else text)
