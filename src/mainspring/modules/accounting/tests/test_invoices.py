"""Invoices, bills and credit notes: one figure everywhere, never credited twice (FIN-02 to FIN-04, M02 to M10)."""

from dataclasses import replace
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError

from mainspring.kernel import commands
from mainspring.modules.accounting import invoicing, queries
from mainspring.modules.accounting.models import JournalEntry, JournalLine, LockDate, TaxCode, TaxRate
from mainspring.modules.parties.models import PaymentTerm, PaymentTermLine


@pytest.fixture
def acme(books):
    return books.world.party("Acme Water", is_supplier=True)


def test_tax_is_rounded_once_a_document_or_on_every_line_as_the_company_decided(books, acme):
    invoice = books.invoice(acme, *[{"price": "10.03"}] * 3)
    assert (invoice.net, invoice.tax, invoice.total) == (D("30.09"), D("6.32"), D("36.41"))  # M02
    assert books.balance("tax_output") == D("-6.32")
    assert sum(line.tax for line in invoice.lines.all()) == D("6.32")
    assert invoice.number == "INV2026-00001"


def test_gross_is_sacred_when_prices_include_tax(books, acme):
    invoice = books.invoice(
        acme,
        {"price": "90", "tax_code": _code(books, "R5")},
        {"price": "55", "tax_code": _code(books, "R5")},
        prices_include_tax=True,
    )
    assert (invoice.net, invoice.tax, invoice.total) == (D("138.10"), D("6.90"), D("145.00"))  # M04


def test_a_document_discount_is_spread_before_tax(books, acme):
    invoice = books.invoice(acme, *[{"price": "100"}] * 3, discount="10")
    assert [line.net for line in invoice.lines.all()] == [D("96.66"), D("96.67"), D("96.67")]  # M05
    assert invoice.tax == D("60.90")


def test_zero_rated_exempt_and_reverse_charge_stay_apart_in_the_books(books, acme):
    books.invoice(acme, *[{"price": "100", "tax_code": _code(books, code)} for code in ("Z0", "E0", "RC")])
    found = dict(
        JournalLine.objects.filter(account=books.accounts["sales"]).values_list("tax_code__category", "amount")
    )
    assert found == {"Z": D(-100), "E": D(-100), "AE": D(-100)}  # M07
    assert books.balance("tax_output") == 0


def test_reverse_charge_on_a_bill_is_declared_and_deducted(books, acme):
    books.invoice(acme, {"price": "100", "tax_code": _code(books, "RC")}, kind="supplier_bill", reference="A-1")
    assert (books.balance("tax_input"), books.balance("tax_output")) == (D("21.00"), D("-21.00"))
    assert books.balance("payable") == -100


def test_the_tax_point_decides_the_rate(books, acme):
    code = _code(books, "R9")
    TaxRate.objects.create(document=code, starts_on="2026-01-01", rate=D("12"))
    lines = {"price": "100", "tax_code": code}
    assert books.invoice(acme, lines, day="2026-01-10", tax_point_on="2025-12-30").tax == D("9.00")  # M08
    assert books.invoice(acme, lines, day="2026-01-10").tax == D("12.00")


def test_a_credit_note_keeps_rates_and_never_exceeds_what_was_invoiced(books, acme):
    books.rate("USD", "6.00", "2026-03-01")
    code = _code(books, "R9")
    invoice = books.invoice(acme, {"price": "50", "quantity": "2", "tax_code": code}, currency="USD")
    TaxRate.objects.create(document=code, starts_on="2026-03-05", rate=D("12"))
    books.rate("USD", "7.00", "2026-03-05")
    [line] = invoice.lines.all()
    note = invoicing.credit_lines(
        invoice, replace(books.on("2026-03-06"), trusted=True), on="2026-03-06", quantities={line.pk: D(1)}
    )
    note = commands.perform(note, "post", books.on("2026-03-06"))
    assert (note.tax, note.rate, note.number) == (D("4.50"), D("6"), "CN2026-00001")  # M09
    assert books.open(acme) == [(D("54.50"), D("327.00"))]
    rest = commands.perform(invoice, "credit", books.on("2026-03-07"), on="2026-03-07").outcome
    again = commands.perform(invoice, "credit", books.on("2026-03-07"), on="2026-03-07").outcome
    commands.perform(rest, "post", books.on("2026-03-07"))
    assert books.open(acme) == []
    with pytest.raises(ValidationError, match="can still be credited"):
        commands.perform(again, "post", books.on("2026-03-07"))
    assert books.balance("receivable") == 0


def test_instalments_sum_exactly_and_fall_due_at_month_ends(books, acme):
    term = PaymentTerm.objects.create(code="3P", name="Three parts")
    PaymentTermLine.objects.bulk_create(
        [
            PaymentTermLine(document=term, position=n, percent=p, months=n)
            for n, p in ((1, D("33.33")), (2, D("33.33")), (3, D("33.34")))
        ]
    )
    books.invoice(acme, {"price": "100", "tax_code": _code(books, "Z0")}, day="2026-01-31", payment_term=term)
    items = queries.open_items(books.ctx, acme)
    assert [(str(i["due_on"]), i["amount"]) for i in items] == [
        ("2026-02-28", D("33.33")),
        ("2026-03-31", D("33.33")),
        ("2026-04-30", D("33.34")),
    ]  # M10


def test_the_base_amounts_of_a_foreign_invoice_balance_without_a_rounding_line(books, acme):
    books.rate("USD", "0.9137", "2026-03-01")
    invoice = books.invoice(acme, *[{"price": "33.33"}] * 7, currency="USD")
    assert books.balance("receivable") == invoice.total_base == D("257.95")  # M06: 282.31 converted once
    assert books.balance("rounding") == 0


def test_a_supplier_s_reference_is_booked_once(books, acme):
    books.invoice(acme, {"price": "10"}, kind="supplier_bill", reference="F-77")
    with pytest.raises(ValidationError, match="already exists"):
        books.invoice(acme, {"price": "10"}, kind="supplier_bill", reference="F-77")


def test_a_locked_tax_period_takes_no_taxed_invoice(books, acme):
    commands.create(LockDate, books.ctx, company=books.company, area="tax", locked_before="2026-03-01")
    with pytest.raises(ValidationError, match="locked"):
        books.invoice(acme, {"price": "10"}, day="2026-02-20")
    books.post("2026-02-20", ("bank", "1.00"), ("sales", "-1.00"))


def test_a_reversed_invoice_leaves_nothing_open_but_a_paid_one_is_kept(books, acme):
    invoice = books.invoice(acme, {"price": "100"})
    paid = books.invoice(acme, {"price": "10", "tax_code": _code(books, "Z0")})
    books.payment(acme, "4", (paid, "4"), day="2026-03-03")
    commands.perform(invoice, "reverse", books.on("2026-03-04"), on="2026-03-04")
    assert books.open(acme) == [(D(6), D(6))]
    with pytest.raises(ValidationError, match="partly paid"):
        commands.perform(paid, "reverse", books.on("2026-03-04"), on="2026-03-04")


def _code(books, code: str) -> TaxCode:
    return TaxCode.objects.get(company=books.company, code=code)


def test_the_entry_of_a_document_is_undone_by_the_document_only(books, acme):
    invoice = books.invoice(acme, {"price": "100"})
    [entry] = JournalEntry.objects.filter(origin=invoice.identity)
    with pytest.raises(ValidationError, match="reverse that document"):
        commands.perform(entry, "reverse", books.ctx, on="2026-03-03")
    assert books.open(acme) == [(D(121), D(121))]


def test_a_draft_follows_its_currency_but_keeps_a_rate_typed_in(books, acme):
    books.rate("USD", "0.90", "2026-03-01")
    draft = books.invoice(acme, {"price": "100", "tax_code": _code(books, "Z0")}, post=False)
    draft = commands.change(draft, books.ctx, currency="USD")
    assert (draft.total, draft.total_base) == (D("100.00"), D("90.00"))
    agreed = books.invoice(acme, {"price": "100", "tax_code": _code(books, "Z0")}, currency="USD", rate="0.95")
    assert agreed.total_base == D("95.00")


def test_a_rate_that_was_typed_stays_and_a_wrong_one_is_refused(books, acme):
    """M17: nothing is put in place of what a person typed; emptied, the rate of the day is looked up again."""
    books.rate("USD", "0.90", "2026-03-01")
    draft = books.invoice(acme, {"price": "100"}, currency="USD", post=False)
    assert draft.rate == D("0.90")
    typed = commands.change(draft, books.ctx, rate="0.95")
    assert (typed.rate, typed.rate_on, typed.total_base) == (D("0.95"), None, D("114.95"))
    assert commands.change(typed, books.ctx, memo="Later").rate == D("0.95")
    for rate in ("-1", "0"):
        for work in (
            lambda rate=rate: commands.change(typed, books.ctx, rate=rate),
            lambda rate=rate: books.invoice(acme, {"price": "100"}, currency="USD", rate=rate),
            lambda rate=rate: books.payment(acme, "5", day="2026-03-02", currency="USD", rate=rate),
        ):
            with pytest.raises(ValidationError) as refused:
                work()
            assert set(refused.value.message_dict) == {"rate"}
    assert commands.change(typed, books.ctx, rate=None).rate == D("0.90")
