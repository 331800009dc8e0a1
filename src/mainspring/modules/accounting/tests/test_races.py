"""The books when two people settle, credit or reverse the same thing at once, each on a connection of their own."""

import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from mainspring.kernel import checks, commands, defaults, numbering, roles
from mainspring.kernel.models import Currency
from mainspring.modules.accounting.models import JournalEntry, PaymentAllocation
from mainspring.modules.accounting.tests.conftest import Books
from mainspring.modules.conftest import World

DAY = "2026-03-02"


@pytest.fixture
def books(transactional_db):
    """Committed, for several real connections."""
    numbering.forget()
    Currency.objects.get_or_create(code="EUR", defaults={"name": "Euro"})
    roles.sync_after_migrate()
    defaults.add_after_migrate()
    yield Books(World())
    numbering.forget()


def together(*jobs) -> list:
    """Run the jobs at once; results or refusals in order."""
    start = threading.Barrier(len(jobs))

    def run(job):
        try:
            start.wait(timeout=60)
            return job()
        except ValidationError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def sound() -> bool:
    """Whether every invariant of the books holds."""
    return not [finding for result in checks.run("accounting") for finding in result.findings]


def refused(done) -> int:
    return sum(isinstance(one, ValidationError) for one in done)


def test_the_same_at_once_is_done_once(books):
    """D12, M11, M14: posting, paying, allocating, crediting and reversing twice at once."""
    acme, ctx = books.world.party("Acme"), books.ctx
    draft = books.invoice(acme, {"price": "100"}, post=False)
    assert refused(together(*[lambda: commands.perform(draft, "post", ctx)] * 2)) == 1
    assert JournalEntry.objects.filter(origin=draft.pk).count() == 1

    invoice = commands.perform(draft, "credit", ctx, on=DAY) and draft
    total = books.open(acme)[0][0]
    payments = [books.payment(acme, str(total), (invoice, str(total)), day=DAY, post=False) for _n in range(2)]
    assert refused(together(*[lambda p=p: commands.perform(p, "post", ctx) for p in payments])) == 1
    assert books.open(acme) == []  # paid once, never twice

    advance = books.payment(acme, "50", day=DAY)
    others = [books.invoice(acme, {"price": "40"}) for _n in range(2)]
    jobs = [lambda i=i: commands.perform(advance, "allocate", ctx, invoice=i, amount="40", on=DAY) for i in others]
    assert refused(together(*jobs)) == 1
    assert PaymentAllocation.objects.filter(document=advance).count() == 1

    unpaid = books.invoice(acme, {"price": "70"})
    assert refused(together(*[lambda: commands.perform(unpaid, "reverse", ctx, on=DAY)] * 2)) == 1
    assert sound()


def test_paying_and_reversing_or_crediting_an_invoice_at_once_leaves_one_of_both(books):
    acme, ctx = books.world.party("Acme"), books.ctx
    for verb in ("reverse", "credit"):
        invoice = books.invoice(acme, {"price": "100"})
        total = str(abs(books.open(acme)[-1][0]))
        payment = books.payment(acme, total, (invoice, total), day=DAY, post=False)
        other = (
            (lambda i=invoice: commands.perform(i, "reverse", ctx, on=DAY))
            if verb == "reverse"
            else (lambda c=commands.perform(invoice, "credit", ctx, on=DAY).outcome: commands.perform(c, "post", ctx))
        )
        done = together(lambda p=payment: commands.perform(p, "post", ctx), other)
        assert refused(done) == (1 if verb == "reverse" else refused(done))
        assert sum(amount for amount, _base in books.open(acme)) in (D(0), -D(total))
        assert sound()
