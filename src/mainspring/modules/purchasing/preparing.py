"""What orders and receipts fill in by themselves before they are saved, and while a form is being filled."""

from decimal import Decimal

from django.utils.translation import gettext as _

from mainspring.kernel import money
from mainspring.modules.accounting import queries as accounting
from mainspring.modules.organization import queries as organization
from mainspring.modules.organization.models import Unit
from mainspring.modules.pricing import queries as pricing

from .models import PurchaseOrder, PurchaseOrderLine
from .models.sources import valid_sources

ZERO = Decimal(0)


def order(record: PurchaseOrder, ctx, lines) -> None:
    """Prices, taxes and dates of the lines, totals of the order."""
    _fill(record, ctx, lines)
    _total(record, lines)


def _fill(order: PurchaseOrder, ctx, lines) -> None:
    """Unit, description, price with its reason, tax and date of lines that leave them open."""
    company = order.company_id or ctx.company_id
    item_ids = {line.item_id for line in lines if line.item_id}
    sources = {item: next((s for s in found if s.supplier_id == order.supplier_id), None)
               for item, found in valid_sources(company, item_ids, order.ordered_on).items()}
    for line in lines:
        source = sources.get(line.item_id)
        if line.item_id:
            line.description = line.description or line.item.local_name
            if not line.unit_id:
                line.unit = source.unit if source else line.item.purchase_unit or line.item.unit
        elif not line.unit_id:
            line.unit = Unit.objects.filter(active=True, numerator=1, denominator=1).order_by("digits", "pk").first()
        if line.quantity is None or not line.unit_id:
            continue
        if line.item_id:
            line.stock_quantity = organization.to_unit(line.quantity, line.unit, line.item.unit, item=line.item)
        if line.price is None:
            _price(order, line, source)
        if not line.expected_on:
            line.expected_on = order.expected_on
        if not line.tax_code_id:
            line.tax_code = accounting.tax_code_for(line.item, order.supplier, company, "purchase", order.ordered_on)


def _price(order: PurchaseOrder, line: PurchaseOrderLine, source) -> None:
    """From the supplier's source in this unit and currency, else from a price list; free text is priced by hand."""
    line.price = ZERO
    if source and source.unit_id == line.unit_id and source.currency_id == order.currency_id:
        line.price = source.price_at(line.quantity)
        line.price_reason = _("Source of %(supplier)s, from %(quantity)s") % {
            "supplier": order.supplier, "quantity": f"{line.quantity.normalize():f} {line.unit.code}"}
    elif line.item_id:
        answer = pricing.price_for(line.item, order.supplier, line.quantity, line.unit, order.ordered_on,
                                   order.currency_id, kind="purchase")
        if answer and answer.price is not None:
            line.price, line.price_reason = answer.price, str(answer.reason)[:200]


def _total(order: PurchaseOrder, lines) -> None:
    digits = order.currency.digits if order.currency_id else 2
    rates = accounting.tax_rates({line.tax_code_id for line in lines if line.tax_code_id}, order.ordered_on)
    for line in lines:
        if line.quantity is not None:
            line.net = money.rounded(line.quantity * line.unit_price, digits)
    order.net = sum((line.net for line in lines), ZERO)
    order.tax = sum((_tax(line, rates, digits) for line in lines), ZERO)
    order.total = order.net + order.tax
    base = order.company.base_currency_id
    order.total_base = organization.convert(order.total, order.currency_id, base, order.ordered_on) \
        if order.currency_id != base else order.total
    dates = [line.expected_on for line in lines if line.expected_on]
    if dates and not order.expected_on:
        order.expected_on = max(dates)


def _tax(line: PurchaseOrderLine, rates: dict, digits: int) -> Decimal:
    """The estimate shown on the order, none for reverse charge; the bill decides."""
    if line.tax_code_id is None or line.tax_code.self_assessed:
        return ZERO
    return money.rounded(line.net * rates.get(line.tax_code_id, ZERO) / 100, digits)
