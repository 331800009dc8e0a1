"""Bad debts: the loss is booked against what is open of the instalment's invoices (K07)."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.engines.money import exchange
from mainspring.kernel import database
from mainspring.kernel.workflow import effect, guard
from mainspring.modules.accounting import commands as accounting
from mainspring.modules.accounting import queries as books
from mainspring.modules.accounting.commands import EntryLine
from mainspring.modules.accounting.models import Invoice, JournalEntry

from . import facts
from .models import WriteOff

ZERO = Decimal(0)


def open_invoices(instalment) -> list[tuple[Invoice, dict]]:
    """(invoice, open item) of an instalment's posted invoices, the oldest due first; the invoices are locked."""
    keys = list(instalment.invoice_requests.filter(state="invoiced").values_list("invoice_id", flat=True))
    database.rows("SELECT id FROM accounting_invoice WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE", ids=keys)
    found = [
        (invoice, item)
        for invoice in Invoice.objects.filter(pk__in=keys, state="posted").select_related("party")
        for item in books.locked_open_items(invoice.pk, roles=("receivable",))
    ]
    return sorted(found, key=lambda pair: (pair[1]["due_on"], pair[1]["line_id"]))


@guard(WriteOff, "post")
def is_open_in_the_books(write_off, ctx):
    line = write_off.instalment
    if write_off.amount > line.open_amount:
        raise ValidationError(
            {"amount": _("%(amount)s of the instalment is open.") % {"amount": f"{line.open_amount:.2f}"}}, code="over"
        )
    if write_off.amount > max(line.invoiced - line.collected - line.written_off, ZERO):
        raise ValidationError(
            {"amount": _("Only what is invoiced can be written off; amend the contract for the rest.")},
            code="not_invoiced",
        )


@effect(WriteOff, "post")
def post(write_off, ctx, on):
    """Bad debt expense against the receivable, at the rate the receivable is carried at; tax stays as it was."""
    digits = books.base_currency(write_off.company_id).digits
    chart = books.Chart(write_off.company_id)
    items = open_invoices(write_off.instalment)
    facts.lock([write_off.contract_id])
    left, lines, worth = write_off.amount, [], ZERO
    for invoice, item in items:
        part = min(left, item["amount"])
        if part <= 0:
            continue
        found = exchange.settle(exchange.Open(item["amount"], item["amount_base"]), part, ZERO, digits)
        lines.append(
            EntryLine(
                item["account_id"], -found.relieved, invoice.currency_id, -part, invoice.party_id,
                settles=item["line_id"],
            )
        )  # fmt: skip
        worth += found.relieved
        left -= part
    if left:
        raise ValidationError(
            {"amount": _("Only %(amount)s of its invoices is open.") % {"amount": f"{write_off.amount - left:.2f}"}},
            code="over",
        )
    lines.insert(0, EntryLine(chart.account("bad_debt", party=write_off.party), worth, party=write_off.party_id))
    accounting.post_entry(
        ctx,
        company=write_off.company_id,
        posted_on=on,
        lines=lines,
        memo=_("Bad debt %(contract)s") % {"contract": write_off.contract.number},
        origin=write_off.pk,
        area="sales",
    )
    write_off.posted_on = on


@effect(WriteOff, "reverse")
def reverse(write_off, ctx, on):
    """The debt is open again."""
    for entry in JournalEntry.objects.filter(origin_id=write_off.pk, reverses__isnull=True, reversed_by__isnull=True):
        accounting.reverse_entry(entry, ctx, on, _("Reversal of %(entry)s") % {"entry": write_off.number})
