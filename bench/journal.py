"""How fast are entries posted a thousand at a time, and how long does a trial balance over a million lines take?"""

from datetime import timedelta
from decimal import Decimal

from harness import Answer, context, main, median, times


def measure(options) -> list[Answer]:
    from mainspring.kernel.models import Company
    from mainspring.modules.accounting import commands as accounting
    from mainspring.modules.accounting import queries
    from mainspring.modules.accounting.models import Account, JournalLine

    ctx = context()
    accounts = {a.role: a for a in Account.objects.filter(company=ctx.company_id).exclude(role="")}
    lines = [accounting.EntryLine(accounts["bank"], Decimal(5)), accounting.EntryLine(accounts["sales"], Decimal(-5))]
    company = Company.objects.get(pk=ctx.company_id)
    specs = [accounting.EntrySpec(ctx.business_date, lines, company) for _n in range(1000)]
    before = JournalLine.objects.count()
    posting = times(lambda: accounting.post_entries(ctx, specs), 6)
    now = times(lambda: queries.trial_balance(ctx, ctx.business_date), 7)
    past = times(lambda: queries.trial_balance(ctx, ctx.business_date - timedelta(days=400)), 7)
    accounting.merge_totals()
    merged = times(lambda: queries.trial_balance(ctx, ctx.business_date), 7)
    return [
        Answer("journal lines", before, "lines"),
        Answer(
            "1,000 two-line entries in one transaction", round(1_000_000 / median(posting)), "entries/s", 5000, True
        ),
        Answer("trial balance of today", median(now), "ms", 300),
        Answer("trial balance of a day 400 days ago", median(past), "ms", 300),
        Answer("trial balance of today, totals merged", median(merged), "ms", 300),
    ]


if __name__ == "__main__":
    main("Posting to the journal, and the trial balance", measure)
