"""How fast are entries posted, and how long does a trial balance over a million lines take?

Posts 1,000 two-line entries in one command, several times; then fills the journal to 1,000,000 lines and asks for the
trial balance. Works on a database of its own, dropped at the end. Prints JSON.
"""

import json
import os
import statistics
import sys
import time
from datetime import date
from decimal import Decimal

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainspring.site.settings")


def main() -> dict:
    from mainspring.modules.accounting import commands as accounting
    from mainspring.modules.accounting import queries

    company, ctx = small_company()
    accounts = accounting.install_chart(company, ctx)
    day = date(2026, 3, 2)
    lines = [accounting.EntryLine(accounts["bank"], Decimal(5)), accounting.EntryLine(accounts["sales"], Decimal(-5))]
    seconds = []
    for _round in range(6):
        specs = [accounting.EntrySpec(day, lines) for _n in range(1000)]
        began = time.perf_counter()
        accounting.post_entries(ctx, specs)
        seconds.append(time.perf_counter() - began)
    fill(company, list(accounts.values()), 1_000_000)
    asked = []
    for _round in range(5):
        began = time.perf_counter()
        rows = queries.trial_balance(ctx, date(2026, 6, 15))
        asked.append(time.perf_counter() - began)
    merged = accounting.merge_totals()
    began = time.perf_counter()
    queries.trial_balance(ctx, date(2026, 6, 15))
    return {
        "entries_a_second": round(1000 / statistics.median(seconds[1:])),
        "trial_balance_ms": round(statistics.median(asked) * 1000, 1),
        "trial_balance_merged_ms": round((time.perf_counter() - began) * 1000, 1),
        "merged_rows": merged,
        "accounts": len(rows),
    }


def small_company():
    """A company with a user, and the context to act in it."""
    from mainspring.kernel.context import Context
    from mainspring.kernel.models import Company, Currency, User

    Currency.objects.get_or_create(code="EUR", defaults={"name": "Euro"})
    company = Company.objects.create(code="BENCH", name="Bench", base_currency_id="EUR")
    user = User.objects.create(username="bench", is_superuser=True)
    return company, Context(user, date(2026, 12, 31), company.pk)


def fill(company, accounts, count: int) -> None:
    """Two-line entries over a year and all accounts, each posted by a statement of its own as far as totals go."""
    from mainspring.kernel import database

    each = 500  # entries a statement: as many rows of totals as a busy day of single postings leaves behind
    for n in range(count // 2 // each):
        database.execute(
            """
            WITH made AS (
                INSERT INTO kernel_documentidentity (id, kind, company_id, number, title)
                SELECT gen_random_uuid(), 'accounting.journalentry', %(company)s, '', ''
                FROM generate_series(1, %(each)s)
                RETURNING id),
            entry AS (
                INSERT INTO accounting_journalentry (id, created_at, updated_at, version, custom, number, state,
                    company_id, posted_on, area, has_tax, memo, total, line_count)
                SELECT id, now(), now(), 1, '{}', '', 'posted', %(company)s, date '2026-01-01' + %(day)s, 'general',
                       false, '', 7, 2 FROM made RETURNING id)
            INSERT INTO accounting_journalline (document_id, position, company_id, posted_on, account_id, amount,
                currency_id, currency_amount, open_item, memo)
            SELECT entry.id, side.n, %(company)s, date '2026-01-01' + %(day)s, side.account, side.amount, 'EUR',
                   side.amount, false, ''
            FROM entry, (VALUES (1, %(debit)s, 7), (2, %(credit)s, -7)) AS side (n, account, amount)""",
            company=company.pk,
            each=each,
            day=n % 365,
            debit=accounts[n % len(accounts)].pk,
            credit=accounts[(n * 7 + 1) % len(accounts)].pk,
        )
    database.execute("ANALYZE accounting_journalline")
    database.execute("ANALYZE accounting_accounttotal")


def in_own_database(work) -> None:
    """Run on a test database that is dropped afterwards, and print the answer."""
    from mainspring.site import cli

    with cli.database():
        django.setup()
        from django.test.utils import setup_databases, teardown_databases

        old = setup_databases(verbosity=0, interactive=False)
        try:
            json.dump(work(), sys.stdout)
            print()
        finally:
            teardown_databases(old, verbosity=0)


if __name__ == "__main__":
    in_own_database(main)
