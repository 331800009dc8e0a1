"""What quotations, orders, shipments and returns fill in by themselves, and while a form is being filled."""

from datetime import timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from mainspring.kernel import commands, preferences, remembered
from mainspring.kernel.models import Company
from mainspring.modules.accounting import queries as accounting
from mainspring.modules.organization import queries as organization
from mainspring.modules.parties import queries as parties
from mainspring.modules.pricing import queries as pricing
from mainspring.modules.promising import queries as promising

from . import queries
from .models import Quotation, ReturnLine, SalesOrder, ShipmentLine

ZERO, HUNDRED = Decimal(0), Decimal(100)


# -- quotations and orders --------------------------------------------------------------------------------------------


def priced(document, ctx, lines) -> None:
    """Terms from the customer; prices, taxes and promised dates of the lines; totals of the document."""
    if not document.party_id:
        return
    company = remembered.row(Company, document.company_id or ctx.company_id)
    _terms(document, ctx, company)
    if lines is None:
        if document._state.adding:
            return
        lines = list(document.lines.all())
        _same_currency(document)
    prefetch_related_objects(lines, "item")
    if isinstance(document, Quotation):
        settle_options(lines)
    fill(document, ctx, lines, company)
    total(document, lines, company)
    if isinstance(document, Quotation) or ctx.command_id is None:  # an order's dates are settled when it is confirmed
        promise(document, ctx, lines)


def _terms(document, ctx, company) -> None:
    parties.customer_terms(document, company, ctx)
    if document.site_id is None:
        document.site = organization.usual_site.get(company.pk)
    elif document.site.company_id != company.pk:
        raise ValidationError({"site": _("This site belongs to another company.")})
    if isinstance(document, Quotation):
        document.quoted_on = document.quoted_on or ctx.business_date
        if document.valid_until is None:
            days = preferences.get(company.pk, "sales.quotation_days")
            document.valid_until = document.quoted_on + timedelta(days=days)
    else:
        document.ordered_on = document.ordered_on or ctx.business_date


def _same_currency(document) -> None:
    before = type(document).objects.filter(pk=document.pk).values_list("currency_id", flat=True).first()
    if before and before != document.currency_id:
        raise ValidationError(
            {
                "currency": _("The lines are priced in %(currency)s; change them together with it.")
                % {"currency": before}
            }
        )


def dated_on(document):
    return document.quoted_on if isinstance(document, Quotation) else document.ordered_on


def fill(document, ctx, lines, company) -> None:
    """Description, unit, price with its reason, and tax of lines that leave them open."""
    on, wrong, codes = dated_on(document), {}, {}
    book: pricing.Book | None = None
    for position, line in enumerate(lines):
        if not line.item_id:
            continue
        line.description = line.description or line.item.local_name
        line.unit = line.unit or line.item.sale_unit or line.item.unit
        if line.quantity is None:
            continue
        if line.quantity != round(line.quantity, line.unit.digits):
            wrong[f"lines.{position}.quantity"] = _("%(unit)s has %(digits)s decimal places.") % {
                "unit": line.unit,
                "digits": line.unit.digits,
            }
            continue
        try:
            stock_quantity = organization.to_unit(line.quantity, line.unit, line.item.unit, line.item)
        except ValidationError as error:
            wrong[f"lines.{position}.unit"] = error
            continue
        asked = (
            f"{line.item_id}/{line.quantity.normalize():f}/{line.unit_id}/{document.party_id}/{document.currency_id}"
        )
        if line.price is None or line.priced_for != asked:
            if book is None:
                items = {one.item_id for one in lines if one.item_id}
                book = pricing.Book(document.party, on, document.currency_id, items)
            _price(book, line)
            line.priced_for, line.promised_on = asked, None
        line.stock_quantity = stock_quantity
        if line.tax_code_id is None:
            if line.item.kind not in codes:
                codes[line.item.kind] = accounting.tax_code_for(line.item, document.party, company, "sale", on)
            line.tax_code = codes[line.item.kind]
        line.wanted_on = line.wanted_on or document.wanted_on
    if wrong:
        raise ValidationError(wrong)


def _price(book: pricing.Book, line) -> None:
    """Look the list price up; it becomes the price unless somebody typed another (SAL-03)."""
    found = book.price(line.item, line.quantity, line.unit)
    typed = line.price is not None and line.price != line.list_price
    line.list_price, line.price_reason = found.price, found.reason
    if not typed:
        line.price = found.price if found.price is not None else line.price
    if line.price is None:
        line.price = ZERO


def total(document, lines, company) -> None:
    """Net, tax and total to the cent, the same way invoices are computed; the highest discount; base currency.

    Options that are not chosen have amounts of their own and count in no total.
    """
    priced_lines = [line for line in lines if line.quantity is not None and line.price is not None]
    settings, rate = preferences.all_of(company.pk), accounting.rates_on(priced_lines, dated_on(document))

    def amounts_of(some, discount):
        return accounting.totals(some, company.pk, document.currency.digits, rate=rate, discount=discount)

    counted = [line for line in priced_lines if line.counts]
    found = amounts_of(counted, document.discount)
    for line, amounts in zip(counted, found.lines, strict=True):
        line.net, line.tax = amounts.net, amounts.tax
    if isinstance(document, Quotation):
        _options(document, priced_lines, amounts_of, found)
    document.net, document.tax, document.total = found.net, found.tax, found.gross
    document.net_base, document.total_base = (
        organization.in_base(document, amount, company, dated_on(document)) for amount in (found.net, found.gross)
    )
    document.discount_pct = max((_discount(line) for line in priced_lines), default=ZERO)
    document.over_discount_limit = document.discount_pct > max(
        settings["sales.discount_limit_pct"], document.approved_discount_pct
    )


def _options(document, lines, amounts_of, found) -> None:
    """Amounts of options that are not chosen, and the totals without any optional line and with all of them."""
    left_out = [line for line in lines if not line.counts]
    for line, amounts in zip(left_out, amounts_of(left_out, ZERO).lines if left_out else (), strict=True):
        line.net, line.tax = amounts.net, amounts.tax
    optional = [line for line in lines if line.option == "optional"]
    document.total_least = document.total_most = found.gross
    if optional:
        least = [line for line in lines if line.counts and line.option != "optional"]
        most = [line for line in lines if line.counts or line.option == "optional"]
        document.total_most = amounts_of(most, document.discount).gross
        spare = sum((line.net for line in least), ZERO) >= Decimal(document.discount or 0)
        document.total_least = amounts_of(least, document.discount if spare else ZERO).gross if least else ZERO


def settle_options(lines) -> None:
    """What is always part is chosen; of alternatives exactly one: the first that is chosen, else the first."""
    taken: set[str] = set()
    groups: dict[str, list] = {}
    for line in lines:
        if line.option != "alternative":
            line.option_group = ""
            line.chosen = line.chosen or not line.option
            continue
        line.option_group = line.option_group.strip()
        groups.setdefault(line.option_group, []).append(line)
        if line.chosen and line.option_group in taken:
            line.chosen = False  # the first one is proposed
        elif line.chosen:
            taken.add(line.option_group)
    for group, members in groups.items():
        if group not in taken:
            members[0].chosen = True


def _discount(line) -> Decimal:
    """Percent off the list price the customer gets on a line, all discounts together; 0 when it is not below list."""
    full = Decimal(line.quantity) * (line.list_price or line.price)
    if full <= 0:
        return ZERO
    return max(ZERO, round((1 - line.net / full) * HUNDRED, 4))


def promise(document, ctx, lines, *, apart_from=None) -> None:
    """When each line can be delivered and what that rests on; lines of one document do not share goods (SAL-04)."""
    asked = [line for line in lines if line.item_id and line.quantity and line.counts]
    if document.site_id is None or not asked:
        return
    answers = promising.promises(
        ctx,
        document.site,
        [promising.Wanted(line.item, line.stock_quantity, line.wanted_on or document.wanted_on) for line in asked],
        apart_from=apart_from,
    )
    for line, answer in zip(asked, answers, strict=True):
        line.promised_on, line.promise_reason = answer.on, answer.text
    dates = [line.promised_on for line in asked]
    document.promised_on = max(dates) if all(dates) else None


# -- shipments and returns --------------------------------------------------------------------------------------------


def shipment(document, ctx, lines) -> None:
    """Customer, site and address from the order; without lines, all that is still to be shipped."""
    document.ship_on = document.ship_on or ctx.business_date
    if not document.order_id:
        return
    order: SalesOrder = document.order
    if order.company_id != (document.company_id or ctx.company_id):
        raise ValidationError({"order": _("This order belongs to another company.")})
    document.party, document.site_id = order.party, order.site_id
    document.delivery_address_id = document.delivery_address_id or order.delivery_address_id
    if lines is None:
        return
    known = {line.pk: line for line in commands.once(order, queries.lines_of)}
    if not lines and document._state.adding:
        lines += [ShipmentLine(order_line=line, quantity=line.remaining) for line in known.values() if line.remaining]
    for position, line in enumerate(lines, 1):
        line.position = position
        source = known.get(line.order_line_id)
        if source is None:
            raise ValidationError({f"lines.{position - 1}.order_line": _("This line belongs to another order.")})
        if not source.item.is_stocked:
            raise ValidationError({f"lines.{position - 1}.order_line": _("A service is not shipped.")})
        _take_over(line, source, position)


def customer_return(document, ctx, lines) -> None:
    """Customer and site from the shipment; without lines, all that was not returned yet."""
    document.returned_on = document.returned_on or ctx.business_date
    if not document.shipment_id:
        return
    source: object = document.shipment
    if source.company_id != (document.company_id or ctx.company_id):
        raise ValidationError({"shipment": _("This shipment belongs to another company.")})
    document.party_id, document.site_id = source.party_id, document.site_id or source.site_id
    if lines is None:
        return
    known = {line.pk: line for line in source.lines.select_related("item__unit", "unit", "order_line__item__unit")}
    back = queries.returned_of(source)
    if not lines and document._state.adding:
        lines += [
            ReturnLine(shipment_line=line, quantity=line.quantity - back.get(line.pk, ZERO))
            for line in known.values()
            if line.quantity > back.get(line.pk, ZERO)
        ]
    for position, line in enumerate(lines, 1):
        line.position = position
        shipped = known.get(line.shipment_line_id)
        if shipped is None:
            raise ValidationError({f"lines.{position - 1}.shipment_line": _("This line belongs to another shipment.")})
        line.shipment_line = shipped
        _take_over(line, shipped, position)


def _take_over(line, source, position: int) -> None:
    """Item and unit of the line before it; the quantity in stocking units, converted once (I20)."""
    line.item, line.unit = source.item, source.unit
    if line.quantity is None:
        return
    if line.quantity != round(line.quantity, source.unit.digits):
        raise ValidationError(
            {
                f"lines.{position - 1}.quantity": _("%(unit)s has %(digits)s decimal places.")
                % {"unit": source.unit, "digits": source.unit.digits}
            }
        )
    line.stock_quantity = (
        source.stock_quantity
        if line.quantity == source.quantity
        else organization.to_unit(line.quantity, source.unit, source.item.unit, source.item)
    )
