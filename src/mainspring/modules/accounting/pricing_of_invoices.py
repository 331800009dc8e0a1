"""What an invoice fills in by itself, and its money: discounts, tax, totals (rules M01 to M05, M07 to M10)."""

from decimal import Decimal

from mainspring.engines.money import exchange
from mainspring.kernel import remembered
from mainspring.kernel.models import Company, Currency
from mainspring.modules.parties import queries as parties
from mainspring.modules.pricing import queries as pricing

from . import queries

ZERO = Decimal(0)


def prepare(invoice, ctx, lines) -> None:
    """Fill the header from party and day, the lines from their items, and compute all totals. Writes nothing."""
    company = remembered.row(Company, invoice.company_id or ctx.company_id)
    _fill_header(invoice, ctx, company)
    if invoice.party_id is None or invoice.currency_id is None:
        return
    if lines is None:
        lines = list(invoice.lines.select_related("item__unit", "item__category", "tax_code")) if invoice.pk else []
        _total(invoice, company, lines)
        return
    for line in lines:
        _fill_line(invoice, company, line)
    _fill_rates(invoice, lines)
    _total(invoice, company, lines)


def _fill_header(invoice, ctx, company) -> None:
    invoice.invoice_on = invoice.invoice_on or ctx.business_date
    invoice.tax_point_on = invoice.tax_point_on or invoice.invoice_on
    if invoice.party_id is None:
        return
    if invoice.currency_id is None:
        invoice.currency_id = invoice.party.currency_id or company.base_currency_id
    invoice.payment_term = invoice.payment_term or invoice.party.payment_term
    if _was_typed(invoice):
        invoice.rate_on = None
    if invoice.rate is None or (invoice.rate_on and not invoice.credits_id):  # a rate typed in has no day and stays
        rate, invoice.rate_on = queries.rate_to_base(company.pk, invoice.currency_id, invoice.invoice_on)
        invoice.rate = rate.quantize(Decimal(1).scaleb(-12))
    digits = invoice.currency.digits
    last = parties.instalments(
        None if invoice.is_credit else invoice.payment_term, Decimal(100), dated_on=invoice.invoice_on, digits=digits
    )
    invoice.due_on = max(part.due_on for part in last)


def _was_typed(invoice) -> bool:
    """Whether somebody put another rate in place of the one that was looked up."""
    return invoice.rate is not None and invoice.rate_on is not None and invoice.rate != invoice.rate_read


def _fill_line(invoice, company, line) -> None:
    item = line.item if line.item_id else None
    if item is not None:
        line.description = line.description or item.local_name
        line.unit = line.unit or (item.sale_unit if invoice.is_sale else item.purchase_unit) or item.unit
        if line.price is None:
            kind = "sale" if invoice.is_sale else "purchase"
            answer = pricing.price_for(
                item, invoice.party, line.quantity, line.unit, invoice.invoice_on, invoice.currency_id, kind
            )
            line.price = answer.price
    if line.price is None:
        line.price = ZERO
    if line.tax_code_id is None:
        direction = "sale" if invoice.is_sale else "purchase"
        line.tax_code = queries.tax_code_for(item, invoice.party, company, direction, invoice.tax_point_on)
    if line.account_id is None:
        stocked = item is not None and item.is_stocked
        role = "sales" if invoice.is_sale else "grni" if stocked and line.origin_id else "purchase_expense"
        line.account = queries.account_for(company.pk, role, item, invoice.party)


def _fill_rates(invoice, lines) -> None:
    """The rate of the tax point (M08); a credited line keeps the rate it was invoiced with (M09)."""
    rates = queries.tax_rates({line.tax_code_id for line in lines if line.tax_code_id}, invoice.tax_point_on)
    for line in lines:
        line.tax_rate = line.credits.tax_rate if line.credits_id else rates.get(line.tax_code_id, ZERO)


def _total(invoice, company, lines) -> None:
    """Net, tax and total of lines and document, at the currency's digits."""
    found = queries.totals(
        lines,
        company.pk,
        remembered.row(Currency, invoice.currency_id).digits,
        rate=lambda line: line.tax_rate,
        discount=invoice.discount,
        prices_include_tax=invoice.prices_include_tax,
    )
    for line, share in zip(lines, found.lines, strict=True):
        line.net, line.tax = share.net, share.tax
    invoice.net, invoice.tax, invoice.total = found.net, found.tax, found.gross
    invoice.total_base = exchange.convert(invoice.total, exchange.Rate(invoice.rate), company.base_currency.digits)
