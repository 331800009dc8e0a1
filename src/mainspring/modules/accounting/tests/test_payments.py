"""Payments, prepayments, exchange differences and open items as of any day (FIN-02, FIN-03, FIN-09, M11 to M14)."""

from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError

from mainspring.kernel import checks, commands
from mainspring.modules.accounting.models import Payment, Revaluation, TaxCode


@pytest.fixture
def acme(books):
    books.rate("USD", "6.00", "2026-01-01")
    books.rate("USD", "6.10", "2026-01-31")
    books.rate("USD", "6.20", "2026-02-10")
    yield books.world.party("Acme Water", currency="USD", is_supplier=True)
    assert [text for result in checks.run("accounting") for text in result.findings] == []


def _invoice(books, party, price: str, day: str = "2026-01-05", **values):
    zero = TaxCode.objects.get(company=books.company, code="Z0")
    return books.invoice(party, {"price": price, "tax_code": zero}, day=day, **values)


def test_a_partial_payment_realises_its_share_of_the_gain(books, acme):
    invoice = _invoice(books, acme, "100")
    assert books.balance("receivable") == 600
    paid = books.payment(acme, "40", (invoice, "40"), day="2026-02-10")
    assert paid.total_base == D("248.00")
    assert books.balance("exchange_gain") == D("-8.00")  # M11
    assert books.open(acme) == [(D(60), D("360.00"))]
    assert books.open(acme, "2026-02-09") == [(D(100), D("600.00"))]


def test_a_revaluation_is_reversed_next_day_and_the_total_gain_is_what_was_paid(books, acme):
    invoice = _invoice(books, acme, "100")
    closing = commands.create(Revaluation, books.on("2026-01-31"), revalued_on="2026-01-31")
    closing = commands.perform(closing, "post", books.on("2026-01-31"))
    assert closing.total == D("10.00")
    assert books.balance("exchange_gain", "2026-01-31") == D("-10.00")  # M12
    assert books.open(acme, "2026-01-31") == [(D(100), D("610.00"))]
    assert books.balance("exchange_gain", "2026-02-01") == 0
    books.payment(acme, "100", (invoice, "100"), day="2026-02-10")
    assert books.balance("exchange_gain") + books.balance("exchange_loss") == D("-20.00")
    assert (books.balance("receivable"), books.open(acme)) == (0, [])
    with pytest.raises(ValidationError, match="already revalued"):
        commands.perform(commands.create(Revaluation, books.ctx, revalued_on="2026-01-31"), "post", books.ctx)


def test_the_last_cent_closes_with_the_last_payment(books, acme):
    books.rate("USD", "0.6061", "2026-03-01")
    books.rate("USD", "0.6060", "2026-03-02")
    invoice = _invoice(books, acme, "100", day="2026-03-01")
    assert books.balance("receivable") == D("60.61")
    books.payment(acme, "50", (invoice, "50"), day="2026-03-02")
    books.payment(acme, "50", (invoice, "50"), day="2026-03-02")
    assert books.balance("receivable") == 0  # M13: 60.61 against 30.30 + 30.30
    assert books.balance("exchange_loss") + books.balance("exchange_gain") == D("0.01")


def test_an_advance_keeps_its_rate_until_it_is_used(books, acme):
    advance = books.payment(acme, "100", day="2026-01-10")
    assert books.balance("prepayment") == -600
    invoice = _invoice(books, acme, "200", day="2026-02-10")
    commands.perform(advance, "allocate", books.on("2026-02-11"), invoice=invoice, amount="100", on="2026-02-11")
    assert books.balance("prepayment") == 0
    assert books.open(acme) == [(D(100), D("620.00"))]  # M14: outstanding 100
    assert books.balance("exchange_loss") == D("20.00")
    with pytest.raises(ValidationError, match="left"):
        commands.perform(advance, "allocate", books.on("2026-02-11"), invoice=invoice, amount="1", on="2026-02-11")


def test_we_gain_when_what_we_owe_gets_cheaper(books, acme):
    bill = _invoice(books, acme, "100", day="2026-02-10", kind="supplier_bill", reference="B-1")
    books.rate("USD", "6.00", "2026-03-01")
    books.payment(acme, "120", (bill, "100"), day="2026-03-01", direction="out")
    assert books.balance("exchange_gain") == D("-20.00")
    assert books.balance("bank") == D("-720.00")
    assert books.open(acme) == [(D(20), D("120.00"))]  # the remainder is a prepayment to the supplier


def test_more_than_is_open_cannot_be_settled(books, acme):
    invoice = _invoice(books, acme, "100")
    books.payment(acme, "70", (invoice, "70"), day="2026-02-10")
    with pytest.raises(ValidationError, match="only 30"):
        books.payment(acme, "70", (invoice, "40"), day="2026-02-10")
    assert Payment.objects.filter(state="posted").count() == 1
    with pytest.raises(ValidationError, match="More is allocated"):
        books.payment(acme, "20", (invoice, "30"), day="2026-02-10")


def test_a_reversed_payment_opens_its_invoices_again(books, acme):
    invoice = _invoice(books, acme, "100")
    paid = books.payment(acme, "150", (invoice, "100"), day="2026-02-10")
    commands.perform(paid, "reverse", books.on("2026-02-12"), on="2026-02-12")
    assert books.open(acme) == [(D(100), D("600.00"))]
    assert books.balance("bank") == 0
    assert books.balance("exchange_gain") == 0
    assert books.open(acme, "2026-02-11") == [(D(-50), D("-310.00"))]
