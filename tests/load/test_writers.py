"""Writers of different documents do not wait for one another, and what they count has no gap and nothing twice.

Each writer has a connection of its own. The proof that two do not serialise: the first stops in the middle of its
command, with everything but its numbers written, and the second finishes before the first goes on.
"""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from mainspring.kernel import checks, commands, database, numbering, roles
from mainspring.kernel.models import Currency
from mainspring.modules.accounting import commands as accounting
from mainspring.modules.accounting import queries as books
from mainspring.modules.accounting.models import Invoice, JournalEntry
from mainspring.modules.conftest import World
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock import queries as shelves
from mainspring.modules.stock.models import StockMove

DAY = date(2026, 3, 2)
PATIENCE_SECONDS = 20  # far more than a posting takes, also on a busy machine


@pytest.fixture
def company(transactional_db):
    """A company with books and shelves, committed."""
    numbering.forget()
    Currency.objects.get_or_create(code="EUR", defaults={"name": "Euro"})
    roles.sync_after_migrate()
    world = World()
    world.accounts = accounting.install_chart(world.company, world.ctx)
    world.places = stock.ensure_locations(world.site, world.ctx)
    yield world
    numbering.forget()


@contextmanager
def stopped_in_the_middle(work):
    """Another connection does `work(ctx)` in a command and then stays in it, until this block is left."""
    written, go_on, failed = threading.Event(), threading.Event(), []

    def run():
        try:
            work(lambda: (written.set(), go_on.wait(PATIENCE_SECONDS * 2)))
        except BaseException as error:  # told to the test below
            failed.append(error)
            written.set()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert written.wait(PATIENCE_SECONDS * 2)
    assert not failed, failed
    try:
        yield
    finally:
        go_on.set()
        thread.join()
        assert not failed, failed


def soon() -> None:
    """From now on this connection refuses to wait for anybody's lock."""
    database.execute(f"SET lock_timeout = '{PATIENCE_SECONDS}s'")


def entry(world, amount, *, to="sales") -> accounting.EntrySpec:
    lines = [
        accounting.EntryLine(world.accounts["bank"], D(amount)),
        accounting.EntryLine(world.accounts[to], -D(amount)),
    ]
    return accounting.EntrySpec(DAY, lines, world.company)


def received(world, item, quantity) -> stock.MoveSpec:
    return stock.MoveSpec(item, D(quantity), world.places["supplier"], world.places["internal"], unit_cost=D(5))


def test_entries_on_the_same_accounts_are_posted_beside_each_other(company):
    def slow(stay):
        with commands.batch(JournalEntry, company.ctx, "post") as inner:
            accounting.post_entries(inner, [entry(company, 100)])
            stay()

    with stopped_in_the_middle(slow):
        soon()
        accounting.post_entries(company.ctx, [entry(company, 7)])
        assert books.balance_of(company.company.pk, "bank", None) == 7
    assert books.balance_of(company.company.pk, "bank", None) == 107
    numbers = set(JournalEntry.objects.values_list("number", flat=True))
    assert len(numbers) == 2
    assert nothing_wrong()


def test_goods_of_different_items_move_through_one_place_beside_each_other(company):
    pump, valve = company.item("P-40"), company.item("V-10")

    def slow(stay):
        with commands.batch(StockMove, company.ctx, "post") as inner:
            stock.post_moves(inner, [received(company, pump, 3)], effective_on=DAY)
            stay()

    with stopped_in_the_middle(slow):
        soon()
        stock.post_moves(company.ctx, [received(company, valve, 8)], effective_on=DAY)
        assert shelves.on_hand(company.ctx, valve) == 8
    assert shelves.on_hand(company.ctx, pump) == 3
    assert nothing_wrong()


def test_invoices_of_one_customer_are_posted_beside_each_other(company):
    acme = company.party("Acme")
    first, second = (_draft(company, acme, n) for n in (1, 2))

    def slow(stay):
        with commands.batch(Invoice, company.ctx, "post") as inner:
            commands.perform(first, "post", inner)
            stay()

    with stopped_in_the_middle(slow):
        soon()
        posted = commands.perform(second, "post", company.ctx)
        assert posted.number == "INV2026-00001"  # a number is given when its command ends, not when it begins
    first.refresh_from_db()
    assert first.number == "INV2026-00002"
    assert nothing_wrong()


def test_numbers_have_no_gap_when_many_post_at_once_and_some_fail(company):
    acme, rng = company.party("Acme"), random.Random(3)
    drafts = [_draft(company, acme, n) for n in range(24)]
    broken = set(rng.sample(range(24), 8))

    def post(n):
        try:
            with commands.batch(Invoice, company.ctx, "post") as inner:
                commands.perform(drafts[n], "post", inner)
                if n in broken:
                    raise ValidationError("the customer rings and cancels")
        except ValidationError:
            return None
        finally:
            connection.close()
        return n

    with ThreadPoolExecutor(8) as pool:
        done = [n for n in pool.map(post, range(24)) if n is not None]
    assert len(done) == 16
    numbers = sorted(Invoice.objects.exclude(number="").values_list("number", flat=True))
    assert numbers == [f"INV2026-{n:05}" for n in range(1, 17)]
    assert nothing_wrong()


def test_a_crowd_that_moves_several_items_each_in_its_own_order_never_blocks_for_good(company):
    """Locks are taken in one documented order, so that crossing orders of items cannot wait for each other."""
    items = [company.item(f"I-{n}") for n in range(5)]
    stock.post_moves(company.ctx, [received(company, item, 50) for item in items], effective_on=DAY)
    start = threading.Barrier(10)

    def ship(seed):
        rng = random.Random(seed)
        start.wait(PATIENCE_SECONDS)
        try:
            for _n in range(5):
                mixed = rng.sample(items, 3)
                specs = [
                    stock.MoveSpec(item, D(1), company.places["internal"], company.places["customer"]) for item in mixed
                ]
                stock.post_moves(company.ctx, specs, effective_on=DAY)
        finally:
            connection.close()
        return 15

    with ThreadPoolExecutor(10) as pool:
        moved = sum(pool.map(ship, range(10)))
    assert sum(shelves.on_hand(company.ctx, item) for item in items) == 250 - moved
    assert nothing_wrong()


def nothing_wrong() -> bool:
    """The audit of all invariants finds nothing."""
    return [text for result in checks.run() for text in result.findings] == []


def _draft(world, party, n: int) -> Invoice:
    lines = [{"description": f"Repair {n}", "quantity": 1, "price": 10 + n, "account": world.accounts["sales"]}]
    return commands.create(Invoice, world.ctx, party=party, currency="EUR", invoice_on=DAY, lines=lines)
