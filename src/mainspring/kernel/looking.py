"""How many records about people somebody looks at: beyond a limit an hour no more are shown, and it is told (SEC-03).

Models that hold people's names, telephones and addresses say `personal = True`. Programs and those who may do
everything are not counted.
"""

import time

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import database, errors, notifications, policies
from .approvals import people
from .plugin_points import PluginPoint

limit = PluginPoint("looking.limit", default=lambda company_id: None)
"""Called with a company's id: records about people one person may look at in an hour; None or 0 for any number."""

opened = PluginPoint("looking.opened", many=True)
"""Called with (ctx, record) before one record is shown whole; raises Forbidden with the reason to refuse it."""

COUNT = """
INSERT INTO kernel_ratebucket AS b (key, "left", taken, at) VALUES (%(key)s, %(hour)s, %(count)s, clock_timestamp())
ON CONFLICT (key) DO UPDATE SET
    taken = CASE WHEN b."left" = %(hour)s THEN b.taken ELSE 0 END + %(count)s, "left" = %(hour)s, at = clock_timestamp()
RETURNING taken
"""


def note(ctx, model, count: int) -> None:
    """Count records about to be shown. Forbidden when there were too many this hour; the first time it is told."""
    if not count or ctx.trusted or not getattr(model, "personal", False):
        return
    if getattr(ctx.user, "is_program", False) or policies.of(ctx).all_powerful:
        return
    most = limit(ctx.company_id)
    if not most:
        return
    hour = int(time.time() // 3600)
    seen = database.scalar(COUNT, key=f"seen:{ctx.user.pk}", hour=float(hour), count=count)
    if seen <= most:
        return
    if seen - count <= most:
        _tell(ctx, seen)
    raise errors.Forbidden(
        _("You looked at %(n)s records about people within an hour; more are shown in the next one.") % {"n": most}
    )


def note_opened(ctx, record) -> None:
    """Count a record about to be shown whole, and ask those who may refuse it."""
    note(ctx, type(record), 1)
    if not ctx.trusted and not policies.of(ctx).all_powerful:
        opened(ctx, record)


def _tell(ctx, seen: int) -> None:
    """Administrators of the company hear of it at once."""
    told = gettext_lazy("%(person)s looked at %(n)s records about people within an hour")
    words = {"person": str(ctx.user), "n": seen}
    with transaction.atomic():
        notifications.notify(
            people.with_role("administrator", ctx.company_id, ctx.business_date),
            ctx,
            kind="alert",
            record=ctx.user,
            title=lambda: told % words,
            mail_template="news",
        )
