"""Every file somebody takes out is noted, bears who took it, and can be made to wait for approval (SEC-03).

An approval rule on creating an export ("rows > 500 and entity == 'parties.party'") makes it wait; once it is approved,
the person asks for the very same file again, within three days, and gets it.
"""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from .. import commands, formats
from ..models import ExportRun

APPROVED_FOR = timedelta(days=3)


def begin(ctx, *, entity: str, rows: int, address: str, kind: str) -> ExportRun:
    """Note that records leave as a file; ApprovalRequired when somebody has to agree first.

    entity   model label of the records
    rows     how many leave
    address  of the list or report with its filters and columns: what was approved is what is fetched
    """
    asked: dict[str, Any] = {"entity": entity, "address": address[:2000], "format": kind}
    agreed = ExportRun.objects.filter(
        **asked,
        created_by=ctx.user,
        company=ctx.company_id,
        rows__gte=rows,
        fetched_at=None,
        created_at__gt=timezone.now() - APPROVED_FOR,
    )
    run = agreed.order_by("pk").first() or commands.create(ExportRun, ctx, **asked, rows=rows)
    ExportRun.objects.filter(pk=run.pk).update(fetched_at=timezone.now())
    return run


def mark(run: ExportRun, ctx) -> str:
    """Who took what when, as it stands on the file."""
    return _("Export %(number)s: %(person)s, %(moment)s, %(rows)s records") % {
        "number": run.pk,
        "person": ctx.user,
        "moment": formats.moment(timezone.now()),
        "rows": formats.number(run.rows),
    }
