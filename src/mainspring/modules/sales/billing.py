"""Invoices of what was delivered, credit notes of what came back."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import commands, money
from mainspring.kernel.workflow import effect, guard
from mainspring.modules.accounting.models import Invoice, InvoiceLine

from . import queries
from .models import Return, SalesOrder, SalesOrderLine

ZERO = Decimal(0)


@guard(SalesOrder, "invoice")
def has_something_to_invoice(order, ctx):
    on_invoices = commands.once(order, queries.invoiced)
    if not any(line.delivered > on_invoices.get(line.pk, ZERO) for line in commands.once(order, queries.lines_of)):
        raise ValidationError(_("Everything delivered is on an invoice already."))


@effect(SalesOrder, "invoice")
def invoice(order, ctx):
    """Draft an invoice of what is delivered and on no invoice yet."""
    return _invoice([order], ctx, commands.once(order, queries.invoiced))


def invoice_orders(orders: Sequence[SalesOrder], ctx) -> list[Invoice]:
    """One draft invoice for each customer, currency and payment term; orders fully invoiced are skipped."""
    groups = defaultdict(list)
    for order in SalesOrder.objects.filter(pk__in=[o.pk for o in orders]).order_by("pk"):
        groups[order.party_id, order.currency_id, order.payment_term_id].append(order)
    found = []
    for group in groups.values():
        try:
            with commands.batch(Invoice, ctx, "create", orders=len(group)) as inner:
                locked = _locked(group)
                found.append(_invoice(locked, inner, queries.invoicing([order.pk for order in locked])))
        except NothingToInvoice:
            continue
    return found


class NothingToInvoice(ValidationError):
    """Everything delivered is on an invoice already."""


def _locked(orders: Sequence[SalesOrder]) -> list[SalesOrder]:
    return list(
        SalesOrder.objects.select_for_update(of=("self",))
        .filter(pk__in=[order.pk for order in orders])
        .order_by("pk")
        .select_related("identity", "party")
    )


def _invoice(orders: Sequence[SalesOrder], ctx, on_invoices: dict[int, Decimal]) -> Invoice:
    """Draft one invoice for locked orders; on_invoices: what of each line is on an invoice already."""
    keys = [order.pk for order in orders]
    specs, discount = [], ZERO
    for order in orders:
        lines = commands.once(order, queries.lines_of)
        due = {line.pk: line.delivered - on_invoices.get(line.pk, ZERO) for line in lines}
        due = {key: quantity for key, quantity in due.items() if quantity > 0}
        specs += [_line(order.identity, line, due[line.pk]) for line in lines if line.pk in due]
        discount += _discount_share(order, lines, on_invoices, due)
    if not specs:
        raise NothingToInvoice(_("Everything delivered is on an invoice already."))
    first = orders[0]
    shipped = queries.posted_shipments(keys)
    return commands.create(
        Invoice,
        ctx,
        kind="customer_invoice",
        party=first.party,
        currency=first.currency,
        payment_term=first.payment_term,
        site=first.site,
        discount=discount,
        lines=specs,
        reference=", ".join(o.reference for o in orders if o.reference)[:60],
        tax_point_on=shipped[-1].ship_on if shipped else None,
        links=[*orders, *shipped],
    )


def _line(identity, line: SalesOrderLine, quantity: Decimal) -> dict:
    return {
        "item": line.item,
        "description": line.description,
        "quantity": quantity,
        "unit": line.unit,
        "price": line.price,
        "discount_pct": line.discount_pct,
        "tax_code": line.tax_code,
        "origin": identity,
        "origin_line": line.pk,
    }


def _discount_share(order, lines, on_invoices: dict, due: dict) -> Decimal:
    """The part of the document discount that goes with these quantities; over all invoices it sums exactly."""
    if not order.discount:
        return ZERO
    worth = {line.pk: line.price * (100 - line.discount_pct) / 100 for line in lines}
    whole = sum((line.quantity * worth[line.pk] for line in lines), ZERO)
    before = sum((on_invoices.get(line.pk, ZERO) * worth[line.pk] for line in lines), ZERO)
    after = before + sum((due.get(line.pk, ZERO) * worth[line.pk] for line in lines), ZERO)
    if not whole:
        return ZERO
    shares = [
        money.rounded(order.discount * min(part, whole) / whole, order.currency.digits) for part in (before, after)
    ]
    return shares[1] - shares[0]


# -- credit -----------------------------------------------------------------------------------------------------------


def _to_credit(document) -> dict[int, Decimal]:
    """{order line: what the return brought back of goods already invoiced}."""
    order = document.shipment.order
    on_invoices = queries.invoicing([order.pk])
    lines = {line.pk: line for line in queries.lines_of(order)}
    found: dict[int, Decimal] = defaultdict(Decimal)
    for line in document.lines.select_related("shipment_line"):
        ordered = lines[line.shipment_line.order_line_id]
        over = max(on_invoices.get(ordered.pk, ZERO) - ordered.delivered, ZERO)
        found[ordered.pk] = min(found[ordered.pk] + line.quantity, over)
    return {key: quantity for key, quantity in found.items() if quantity}


@guard(Return, "credit")
def has_something_to_credit(document, ctx):
    if not _to_credit(document):
        raise ValidationError(_("Nothing of it was invoiced; it will simply not be."))


@effect(Return, "credit")
def credit(document, ctx):
    """Draft a credit note at the price, tax and rate of the invoice the goods were on (M09)."""
    order = document.shipment.order
    left = _to_credit(document)
    billed = list(
        InvoiceLine.objects.filter(
            origin=order.identity, origin_line__in=left, document__state="posted", document__kind="customer_invoice"
        )
        .select_related("document", "item", "unit", "tax_code", "account")
        .order_by("-document__invoice_on", "-pk")
    )
    by_invoice: dict = defaultdict(list)
    for line in billed:
        part = min(left[line.origin_line], line.quantity - _credited(line))
        if part > 0:
            left[line.origin_line] -= part
            by_invoice[line.document].append((line, part))
    made = [_credit_note(invoice, parts, document, ctx) for invoice, parts in by_invoice.items()]
    if not made:
        raise ValidationError(_("Post the invoice of these goods first."))
    return made[0]


def _credited(line: InvoiceLine) -> Decimal:
    return sum((c.quantity for c in line.credited_by.exclude(document__state__in=("cancelled", "reversed"))), ZERO)


def _credit_note(invoice: Invoice, parts, document, ctx) -> Invoice:
    discount = ZERO
    if invoice.discount:
        whole = sum((ln.quantity * ln.price * (100 - ln.discount_pct) for ln in invoice.lines.all()), ZERO)
        back = sum((part * ln.price * (100 - ln.discount_pct) for ln, part in parts), ZERO)
        discount = money.rounded(invoice.discount * back / whole, invoice.currency.digits) if whole else ZERO
    return commands.create(
        Invoice,
        ctx,
        kind="customer_credit",
        party=invoice.party,
        currency=invoice.currency,
        rate=invoice.rate,
        credits=invoice,
        payment_term=invoice.payment_term,
        site=invoice.site,
        discount=discount,
        tax_point_on=invoice.tax_point_on,
        links=[document, invoice],
        lines=[
            {
                "item": line.item,
                "description": line.description,
                "quantity": part,
                "unit": line.unit,
                "price": line.price,
                "discount_pct": line.discount_pct,
                "tax_code": line.tax_code,
                "account": line.account,
                "origin": line.origin,
                "origin_line": line.origin_line,
                "credits": line,
            }
            for line, part in parts
        ],
    )
