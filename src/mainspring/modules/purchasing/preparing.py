"""What orders and receipts fill in by themselves before they are saved, and while a form is being filled."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import errors, money
from mainspring.modules.accounting import queries as accounting
from mainspring.modules.organization import queries as organization
from mainspring.modules.organization.models import Unit
from mainspring.modules.pricing import queries as pricing

from .models import PurchaseOrder, PurchaseOrderLine, Receipt, ReceiptLine, SupplierReturn, SupplierReturnLine
from .models.sources import price_of_source, sources_of

ZERO = Decimal(0)


def order(record: PurchaseOrder, ctx, lines) -> None:
    """Prices, taxes and dates of the lines, totals of the order."""
    _fill(record, ctx, lines)
    _total(record, lines)


def _fill(order: PurchaseOrder, ctx, lines) -> None:
    """Unit, description, price with its reason, tax and date of lines that leave them open."""
    company = order.company_id or ctx.company_id
    priced = any(line.price is None for line in lines)
    asking = {line.item_id for line in lines if line.item_id and (line.price is None or not line.unit_id)}
    sources = (
        sources_of(order.supplier_id, company, asking, order.ordered_on, breaks=priced)
        if asking and order.supplier_id
        else {}
    )
    taxes: dict = {}
    for position, line in enumerate(lines):
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
            try:
                line.stock_quantity = organization.to_unit(line.quantity, line.unit, line.item.unit, item=line.item)
            except ValidationError as error:
                raise errors.beside(error, f"lines.{position}.unit", "unit") from None
        if line.price is None:
            _price(order, line, source)
        if not line.expected_on:
            line.expected_on = order.expected_on
        if not line.tax_code_id:
            kind = getattr(line.item, "kind", "")
            if kind not in taxes:
                taxes[kind] = accounting.tax_code_for(line.item, order.supplier, company, "purchase", order.ordered_on)
            line.tax_code = taxes[kind]


def _price(order: PurchaseOrder, line: PurchaseOrderLine, source) -> None:
    """From the supplier's source in this unit and currency, else from a price list; free text is priced by hand."""
    line.price = ZERO
    if source and source.unit_id == line.unit_id and source.currency_id == order.currency_id:
        line.price = source.price_at(line.quantity)
        line.price_reason = price_of_source(order.supplier, line.quantity, line.unit)
    elif line.item_id:
        answer = pricing.price_for(
            line.item, order.supplier, line.quantity, line.unit, order.ordered_on, order.currency_id, kind="purchase"
        )
        if answer and answer.price is not None:
            line.price, line.price_reason = answer.price, answer.reason


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
    try:
        order.total_base = (
            organization.convert(order.total, order.currency_id, base, order.ordered_on)
            if order.currency_id != base
            else order.total
        )
    except ValidationError as error:
        raise errors.beside(error, "currency", "rate") from None
    dates = [line.expected_on for line in lines if line.expected_on]
    if dates and not order.expected_on:
        order.expected_on = max(dates)


def _tax(line: PurchaseOrderLine, rates: dict, digits: int) -> Decimal:
    """The estimate shown on the order, none for reverse charge; the bill decides."""
    if line.tax_code_id is None or line.tax_code.self_assessed:
        return ZERO
    return money.rounded(line.net * rates.get(line.tax_code_id, ZERO) / 100, digits)


# -- receipts and returns ---------------------------------------------------------------------------------------------


def receipt(record: Receipt, ctx, lines) -> None:
    """Supplier, site and day from the order; without lines, everything that is still to come."""
    record.received_on = record.received_on or ctx.business_date
    if not record.order_id:
        return
    record.supplier_id, record.site_id = record.order.supplier_id, record.order.site_id
    if record.company_id != record.order.company_id:
        raise ValidationError({"order": _("This order belongs to another company.")})
    if lines is None:
        return
    known = {line.pk: line for line in _lines_of(record.order)}
    if not lines and record._state.adding:
        lines += [
            ReceiptLine(order_line=line, quantity=line.open_quantity) for line in known.values() if line.open_quantity
        ]
    for position, line in enumerate(lines, 1):
        line.position = position
        source = known.get(line.order_line_id)
        if source is None:
            raise ValidationError({f"lines.{position - 1}.order_line": _("This line belongs to another order.")})
        line.order_line, line.item, line.unit, line.description = source, source.item, source.unit, source.description
        place = line.location
        if place is not None and (place.site_id != record.site_id or not place.is_owned):
            raise ValidationError(
                {
                    f"lines.{position - 1}.location": _("%(place)s is no storage place of %(site)s.")
                    % {"place": place, "site": record.site}
                }
            )
        if line.quantity is not None:
            line.stock_quantity = source.in_stock_unit(line.quantity)


def _lines_of(order: PurchaseOrder):
    """Lines of an order with what quantities need; those the caller read along with many orders are taken."""
    known = getattr(order, "_prefetched_objects_cache", {}).get("lines")
    return order.lines.select_related("item__unit", "unit", "document") if known is None else known


def supplier_return(record: SupplierReturn, ctx, lines) -> None:
    """Supplier, site and day from the receipt; without lines, everything that was not returned yet."""
    record.returned_on = record.returned_on or ctx.business_date
    if not record.receipt_id:
        return
    record.supplier_id, record.site_id = record.receipt.supplier_id, record.receipt.site_id
    if record.company_id != record.receipt.company_id:
        raise ValidationError({"receipt": _("This receipt belongs to another company.")})
    if lines is None:
        return
    known = {line.pk: line for line in record.receipt.lines.select_related("item__unit", "unit")}
    if not lines and record._state.adding:
        lines += [
            SupplierReturnLine(receipt_line=line, quantity=line.left_quantity)
            for line in known.values()
            if line.left_quantity
        ]
    for position, line in enumerate(lines, 1):
        line.position = position
        source = known.get(line.receipt_line_id)
        if source is None:
            raise ValidationError({f"lines.{position - 1}.receipt_line": _("This line belongs to another receipt.")})
        line.receipt_line, line.item = source, source.item
