"""Attempts to bend the books through the commands: each is refused with the field, and every invariant still holds."""

from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError

from mainspring.kernel import checks, commands
from mainspring.modules.accounting.models import Invoice, JournalEntry, LockDate, Payment, PaymentAllocation, Voucher

DAY = "2026-03-02"


@pytest.fixture
def acme(books):
    return books.world.party("Acme")


@pytest.fixture(autouse=True)
def _sound_afterwards(books):
    yield
    assert not [finding for result in checks.run("accounting") for finding in result.findings]


@pytest.mark.parametrize("amount", ["0", "-5", "0.001", "0.00000001", "1E-9", "60.01", "99999999999"])
def test_an_odd_allocation_settles_nothing(books, acme, amount):
    advance, invoice = books.payment(acme, "50", day=DAY), books.invoice(acme, {"price": "60", "tax_code": None})
    entries = JournalEntry.objects.count()
    with pytest.raises(ValidationError):
        commands.perform(advance, "allocate", books.ctx, invoice=invoice, amount=amount, on=DAY)
    assert (JournalEntry.objects.count(), PaymentAllocation.objects.count()) == (entries, 0)


def test_a_share_of_a_cent_is_neither_invoiced_nor_paid(books, acme):
    for wrong in ({"price": "NaN"}, {"price": "1e30"}, {"quantity": "0.00000001", "price": "1"}):
        with pytest.raises(ValidationError):
            books.invoice(acme, wrong)
    for amount in ("0.001", "0", "-1", "1e20"):
        with pytest.raises(ValidationError):
            books.payment(acme, amount, day=DAY)
    assert not Payment.objects.filter(state="posted").exists()


def test_nothing_is_reversed_before_it_happened(books, acme):
    entry = books.post(DAY, ("bank", "10"), ("sales", "-10"))
    invoice = books.invoice(acme, {"price": "100"})
    payment = books.payment(acme, "50", (invoice, "50"), day=DAY)
    for record, more in ((entry, {"reason": "x"}), (payment, {}), (invoice, {})):
        with pytest.raises(ValidationError):
            commands.perform(record, "reverse", books.ctx, on="2026-03-01", **more)


def test_no_date_of_any_document_leads_into_a_locked_period(books, acme):
    """F01: by posting, paying, allocating, crediting, reversing and by changing a draft after the lock."""
    early = "2026-02-10"
    invoice, advance = books.invoice(acme, {"price": "100"}, day=early), books.payment(acme, "50", day=early)
    drafts = [
        books.invoice(acme, {"price": "10"}, day=early, post=False),
        books.payment(acme, "10", day=early, post=False),
        commands.create(
            Voucher,
            books.on(early),
            posted_on=early,
            memo="x",
            lines=[
                {"account": books.accounts["bank"], "debit": "5"},
                {"account": books.accounts["sales"], "credit": "5"},
            ],
        ),
    ]
    open_draft = books.invoice(acme, {"price": "10"}, post=False)
    commands.create(LockDate, books.ctx, area="all", locked_before="2026-03-01")
    before = JournalEntry.objects.count()
    for draft in drafts:
        with pytest.raises(ValidationError, match="locked"):
            commands.perform(draft, "post", books.ctx)
    moved = commands.change(open_draft, books.ctx, invoice_on=early)
    for attempt in (
        lambda: commands.perform(moved, "post", books.ctx),
        lambda: commands.perform(invoice, "reverse", books.ctx, on=early),
        lambda: commands.perform(advance, "reverse", books.ctx, on="2026-02-28"),
        lambda: commands.perform(advance, "allocate", books.ctx, invoice=invoice, amount="5", on=early),
        lambda: commands.perform(commands.perform(invoice, "credit", books.ctx, on=early).outcome, "post", books.ctx),
    ):
        with pytest.raises(ValidationError, match="locked"):
            attempt()
    assert JournalEntry.objects.count() == before
    assert commands.perform(invoice, "reverse", books.ctx, on=DAY).state == "reversed"


def test_a_posted_document_is_changed_by_no_door(books, acme):
    invoice = books.invoice(acme, {"price": "100"})
    line = invoice.lines.get()
    for values in (
        {"reference": "x"},
        {"invoice_on": "2026-03-03"},
        {"lines": [{"id": line.pk, "price": "1"}]},
        {"lines": []},
    ):
        with pytest.raises(ValidationError):
            commands.change(invoice, books.ctx, **values)
    with pytest.raises(ValidationError):
        commands.delete(invoice, books.ctx)
    for values in ({"state": "posted"}, {"number": "SI1"}, {"total": "1"}, {"credits": invoice.pk}):
        with pytest.raises(ValidationError):
            commands.create(Invoice, books.ctx, kind="customer_invoice", party=acme, **values)
    assert Invoice.objects.get().lines.get().price == 100


def test_thirds_paid_in_thirds_leave_no_cent(books, acme):
    """M06, M11: ten dollars in three lines at an awkward rate, paid in three parts on three days."""
    for day, rate in (
        ("2026-03-02", "0.933333333333"),
        ("2026-03-03", "0.911111111111"),
        ("2026-03-04", "0.977777777777"),
    ):
        books.rate("USD", rate, day)
    invoice = books.invoice(acme, *[{"price": "3.33"}] * 3, currency="USD")
    total = books.open(acme)[0][0]
    part = (total / 3).quantize(D("0.01"))
    for day, amount in (("2026-03-02", part), ("2026-03-03", part), ("2026-03-04", total - 2 * part)):
        books.payment(acme, str(amount), (invoice, str(amount)), day=day, currency="USD")
    assert books.open(acme) == []
    assert books.balance("receivable") == 0
