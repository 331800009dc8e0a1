"""Rules that hold when many people act at once, each on a connection of their own (I06, I18, F01, hot item)."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from mainspring.kernel import commands, numbering, roles
from mainspring.kernel.models import Currency
from mainspring.modules.accounting import commands as accounting
from mainspring.modules.accounting import queries as ledger
from mainspring.modules.accounting.models import JournalEntry, LockDate
from mainspring.modules.conftest import World
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock import queries
from mainspring.modules.stock.models import StockBalance, StockMove, Transfer
from mainspring.modules.stock.tests.conftest import Shelf


@pytest.fixture
def shelf(transactional_db):
    """Committed, for several real connections."""
    numbering.forget()
    Currency.objects.get_or_create(code="EUR", defaults={"name": "Euro"})  # emptied with all tables by the test before
    roles.sync_after_migrate()
    yield Shelf(World())
    numbering.forget()


def together(jobs, workers: int | None = None):
    """Run the jobs at once; results or refusals in order."""
    start = threading.Barrier(workers or len(jobs))

    def run(job):
        try:
            start.wait(timeout=60)
            return job()
        except ValidationError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(workers or len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_two_issue_the_last_unit_and_one_succeeds(shelf):
    pump = shelf.world.item("P-40")
    shelf.receive(pump, 1, "5", "2026-03-02")
    done = together([lambda: shelf.issue(pump, 1, "2026-03-02")] * 2)
    assert sorted(type(d).__name__ for d in done) == ["StockMove", "ValidationError"]  # I06
    assert shelf.on_hand(pump) == 0
    assert shelf.books_agree()


def test_reservations_at_once_never_exceed_what_is_there(shelf):
    pump, ctx, site = shelf.world.item("P-40"), shelf.world.ctx, shelf.world.site
    shelf.receive(pump, 10, "5", "2026-03-02")
    origins = [commands.create(Transfer, ctx, from_site=site, to_site=shelf.other_site).identity for _n in range(8)]

    def keep(origin):
        with transaction.atomic():
            return stock.reserve(ctx, pump, site, D(3), origin, 1)

    kept = together([lambda o=o: keep(o) for o in origins])
    assert sum(kept) == 10  # I18
    assert StockBalance.objects.get(item=pump).reserved == 10


def test_a_posting_under_way_commits_before_the_period_locks_and_later_ones_are_refused(shelf):
    accounts, ctx = shelf.accounts, shelf.world.ctx
    lines = [accounting.EntryLine(accounts["bank"], D(1)), accounting.EntryLine(accounts["sales"], D(-1))]
    posted, locked = threading.Event(), []

    def post_slowly():
        with transaction.atomic():
            accounting.post_entry(ctx, posted_on=date(2026, 2, 28), lines=lines)
            posted.set()
            time.sleep(0.5)
            assert not locked  # F01: who locks waits for postings under way
        return "posted"

    def lock():
        posted.wait(timeout=30)
        commands.create(LockDate, ctx, company=shelf.company, area="all", locked_before="2026-03-01")
        locked.append(True)
        with pytest.raises(ValidationError, match="locked"):
            accounting.post_entry(ctx, posted_on=date(2026, 2, 28), lines=lines)
        return "locked"

    assert together([post_slowly, lock]) == ["posted", "locked"]
    assert JournalEntry.objects.filter(posted_on="2026-02-28").count() == 1


def test_fifty_people_issue_one_hot_item_and_nobody_sees_an_error(shelf):
    pump = shelf.world.item("P-40")
    shelf.receive(pump, 1000, "5", "2026-03-02")
    took = []

    def issue():
        connection.ensure_connection()
        for _n in range(3):
            began = time.monotonic()
            shelf.issue(pump, 2, "2026-03-02")
            took.append(time.monotonic() - began)
            time.sleep(0.5)

    assert together([issue] * 50) == [None] * 50
    assert shelf.on_hand(pump) == 700
    assert StockMove.objects.count() == 151
    assert shelf.value(pump) == ledger.balance_of(shelf.company.pk, "stock") == D("3500.00")
    numbers = sorted(JournalEntry.objects.values_list("number", flat=True))
    assert numbers == [f"JE2026-{n:06}" for n in range(1, 152)]
    assert queries.available(shelf.world.ctx, pump, shelf.world.site) == 700
