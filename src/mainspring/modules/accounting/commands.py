"""Everything that changes the books: posting, reversing, invoices, payments, revaluation, the chart's first form."""

from collections.abc import Sequence
from datetime import date

from mainspring.kernel.models import Company

from . import chart, invoicing, paying, revaluing, vouching  # noqa: F401  (binds the verbs)
from .chart import install_chart
from .models import JournalEntry, PlannedCash
from .posting import EntryLine, EntrySpec, key, post_entries
from .reversing import reverse_entry

__all__ = ["EntryLine", "EntrySpec", "install_chart", "key", "plan_cash", "post_entries", "post_entry", "reverse_entry"]


def post_entry(ctx, *, company: Company | int | None = None, posted_on: date, lines: Sequence[EntryLine], memo: str = "",
               origin=None, area: str = "general") -> JournalEntry | None:
    """Post one balanced entry; None when all its lines are zero. See `post_entries`."""
    made = post_entries(ctx, [EntrySpec(posted_on, lines, company, memo, origin, area)])
    return made[0] if made else None


def plan_cash(ctx, origin, rows: Sequence[dict]) -> None:
    """Replace what a document expects to receive (above zero) or pay: planned_on, currency, amount, amount_base, party."""
    PlannedCash.objects.filter(origin_id=key(origin)).delete()
    PlannedCash.objects.bulk_create(PlannedCash(company_id=ctx.company_id, origin_id=key(origin), **row) for row in rows)
