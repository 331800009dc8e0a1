"""Everything that changes the books: posting, reversing, invoices, payments, revaluation, the chart's first form."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from mainspring.kernel import database
from mainspring.kernel.models import Company

from . import chart, invoicing, paying, revaluing, vouching  # noqa: F401  (binds the verbs)
from .chart import install_chart
from .models import JournalEntry
from .posting import EntryLine, EntrySpec, key, post_entries
from .reversing import reverse_entry

__all__ = [
    "EntryLine",
    "EntrySpec",
    "install_chart",
    "key",
    "merge_totals",
    "plan_cash",
    "plan_cash_all",
    "post_entries",
    "post_entry",
    "reverse_entry",
]


def post_entry(
    ctx,
    *,
    company: Company | int | None = None,
    posted_on: date,
    lines: Sequence[EntryLine],
    memo: str = "",
    origin=None,
    area: str = "general",
) -> JournalEntry | None:
    """Post one balanced entry; None when all its lines are zero. See `post_entries`."""
    made = post_entries(ctx, [EntrySpec(posted_on, lines, company, memo, origin, area)])
    return made[0] if made else None


def merge_totals() -> int:
    """Merge the rows of account totals, one an account and day; returns how many there are less. Writers never wait."""
    before = database.scalar("SELECT COUNT(*) FROM accounting_accounttotal")
    database.execute("""
        WITH gone AS (DELETE FROM accounting_accounttotal t USING (
                SELECT company_id, account_id, posted_on FROM accounting_accounttotal
                GROUP BY 1, 2, 3 HAVING COUNT(*) > 1) AS many
            WHERE t.company_id = many.company_id AND t.account_id = many.account_id AND t.posted_on = many.posted_on
            RETURNING t.*)
        INSERT INTO accounting_accounttotal (company_id, account_id, posted_on, debit, credit)
        SELECT company_id, account_id, posted_on, SUM(debit), SUM(credit) FROM gone GROUP BY 1, 2, 3""")
    return before - database.scalar("SELECT COUNT(*) FROM accounting_accounttotal")


def plan_cash(ctx, origin, rows: Sequence[dict]) -> None:
    """Replace what a document expects to receive (above zero) or pay; rows as fields of PlannedCash."""
    plan_cash_all(ctx, {key(origin): rows})


def plan_cash_all(ctx, plans: Mapping[Any, Sequence[dict]]) -> None:
    """The same for many documents at once: {key of the document: rows}."""
    gone = "DELETE FROM accounting_plannedcash WHERE origin_id = ANY(%(origins)s::uuid[])"
    names = ("party_id", "planned_on", "currency_id", "amount", "amount_base")
    wanted = [(origin, row) for origin, rows in plans.items() for row in rows]
    database.planned_rows(
        f"""
        WITH gone AS ({gone})
        INSERT INTO accounting_plannedcash (company_id, origin_id, {", ".join(names)})
        SELECT %(company)s::bigint, n.* FROM unnest(%(documents)s::uuid[], %(party_id)s::bigint[],
            %(planned_on)s::date[], %(currency_id)s::text[], %(amount)s::numeric[], %(amount_base)s::numeric[]) AS n"""
        if wanted
        else gone,
        company=ctx.company_id,
        origins=list(plans),
        documents=[origin for origin, _row in wanted],
        **{name: [row.get(name) for _origin, row in wanted] for name in names},
    )
