"""Invoices and credit notes as the partner reads them, with tax by rate (VAT directive, article 226)."""

from decimal import Decimal

from django.utils.translation import gettext as _

from mainspring.kernel import formats, letters, locales, preferences
from mainspring.modules.parties import queries as parties

from .models.invoices import InvoiceKind

ZERO = Decimal(0)


def _title(invoice) -> str:
    names = {"customer_invoice": _("Invoice"), "customer_credit": _("Credit note")}
    return names.get(invoice.kind) or invoice.get_kind_display()


def _supplier(invoice, ctx) -> list[dict]:
    """Whose bill it is, on the paper kept with the books."""
    return [] if invoice.is_sale else [{"label": _("Supplier"), "lines": [invoice.party.name]}]


def _taxes(invoice) -> list[list[str]]:
    """One row a tax code and rate: what it is, the net it is on, the tax; nothing where no line bears a code."""
    sums: dict[tuple, list[Decimal]] = {}
    for line in invoice.lines.select_related("tax_code"):
        if line.tax_code_id:
            found = sums.setdefault((line.tax_code.name, line.tax_rate or ZERO), [ZERO, ZERO])
            found[0] += line.net
            found[1] += line.tax
    digits = invoice.currency.digits
    return [
        [name, formats.number(net, digits), formats.number(tax, digits)]
        for (name, _rate), (net, tax) in sorted(sums.items())
    ]


def _remarks(invoice, ctx) -> list[str]:
    """What it credits, when each instalment is due, and where to pay."""
    found = []
    if invoice.credits_id:
        found.append(
            _("Credits %(invoice)s of %(day)s.")
            % {"invoice": invoice.credits, "day": formats.day(invoice.credits.invoice_on)}
        )
    if invoice.kind == InvoiceKind.CUSTOMER_INVOICE and invoice.invoice_on:
        parts = parties.instalments(
            invoice.payment_term, invoice.total, dated_on=invoice.invoice_on, digits=invoice.currency.digits
        )
        if len(parts) > 1:
            found += [
                _("Due %(day)s: %(amount)s")
                % {
                    "day": formats.day(part.due_on),
                    "amount": locales.amount(part.amount, invoice.currency_id, invoice.party.language),
                }
                for part in parts
            ]
        pay_to = preferences.get(invoice.company_id, "accounting.payment_details")
        if pay_to:
            found.append(_("Please pay to: %(account)s") % {"account": ", ".join(pay_to.split("\n"))})
            found.append(_("Please state %(number)s with the payment.") % {"number": invoice})
    return found


letters.letter(
    "accounting.invoice",
    letters.Letter(
        _title,
        "invoice_on tax_point_on due_on payment_term reference",
        "item__code description quantity unit price discount_pct tax_rate net",
        "discount? net tax total",
        partner=lambda invoice: invoice.party if invoice.is_sale else None,
        address=lambda invoice: parties.address_of(invoice.party, "billing"),
        blocks=_supplier,
        taxes=_taxes,
        remarks=_remarks,
        note="memo",
    ),
)
