"""Whether records of some kinds were changed lately: what an open chart asks every few seconds (CRM-18).

One question to the audit trail, by its key that rises with time: it costs the same however large the company is. The
answer is no more than a mark that is another one after a change; what changed the page asks for as usual, so that
whoever may not see it learns nothing.
"""

import uuid
from datetime import datetime, timedelta

from django.utils import timezone

from . import access, database, shapes

LABELS_MAX = 12
LOOK_BACK = timedelta(seconds=15)
"""Commands that began so long before a page was opened may become visible only after it."""
SPAN_MAX = timedelta(hours=1)


def marks(ctx, labels: list[str], since: datetime | None) -> tuple[datetime, dict[str, str]]:
    """(moment to ask with again, {label: mark}) of kinds the person may see; others are left out."""
    models = {label: shapes.model_named(label) for label in labels[:LABELS_MAX]}
    known = [label for label, model in models.items() if model is not None and access.can(ctx, model, "view")]
    now = timezone.now()
    if since is None or not now - SPAN_MAX <= since <= now:
        since = now - LOOK_BACK
    rows = database.rows(
        """
        SELECT entity, COUNT(*) || '-' || MAX(id::text) AS mark FROM kernel_auditentry
        WHERE id >= %(first)s::uuid AND entity = ANY(%(labels)s)
          AND (company_id IS NULL OR company_id = ANY(%(companies)s)) GROUP BY entity""",
        first=str(_first_key(since)),
        labels=known,
        companies=list(ctx.visible_company_ids),
    )
    found = {row["entity"]: row["mark"] for row in rows}
    return since, {label: found.get(label, "") for label in known}


def _first_key(moment: datetime) -> uuid.UUID:
    """The smallest key an entry of that moment can have (RFC 9562, version 7)."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80 | 0x7 << 76 | 0b10 << 62)
