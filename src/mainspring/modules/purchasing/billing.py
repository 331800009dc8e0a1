"""Supplier bills and credit notes: drafted from what arrived and matched to what was ordered."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.utils.translation import gettext as _

from mainspring.kernel import commands, money, preferences
from mainspring.kernel.workflow import effect, guard
from mainspring.modules.accounting import queries as accounting
from mainspring.modules.accounting.models import Invoice, InvoiceLine, JournalLine

from . import progress
from .grni import settle
from .models import BillMatch, GrniEntry, PurchaseOrder, PurchaseOrderLine, Receipt

ZERO = Decimal(0)
SUPPLIER_KINDS = ("supplier_bill", "supplier_credit")


# -- drafting ---------------------------------------------------------------------------------------------------------


@effect(PurchaseOrder, "bill")
def bill_order(order, ctx, supplier_number, invoiced_on, ahead):
    """A draft bill of what arrived and is not billed; `ahead` adds what is still to come."""
    lines = _lines(order)
    wanted = {line.pk: line.quantity - line.billed_quantity if ahead else line.to_bill for line in lines}
    return _draft(ctx, order, lines, wanted, supplier_number, invoiced_on, [order])


@effect(Receipt, "bill")
def bill_receipt(receipt, ctx, supplier_number, invoiced_on):
    """A draft bill of what arrived with this receipt and is not billed."""
    lines = _lines(receipt.order)
    here: dict[int, Decimal] = {}
    for line in receipt.lines.all():
        here[line.order_line_id] = here.get(line.order_line_id, ZERO) + line.left_quantity
    wanted = {line.pk: min(line.to_bill, here.get(line.pk, ZERO)) for line in lines}
    return _draft(ctx, receipt.order, lines, wanted, supplier_number, invoiced_on, [receipt.order, receipt])


def _draft(ctx, order, lines, wanted: dict[int, Decimal], supplier_number, invoiced_on, links) -> Invoice:
    drafted = _drafted(order)
    chart = accounting.Chart(order.company_id)
    specs = []
    for line in lines:
        quantity = min(wanted[line.pk], wanted[line.pk] - drafted.get(line.pk, ZERO))
        if quantity > 0:
            role = "grni" if line.is_stocked else "purchase_expense"
            specs.append(
                {
                    "item": line.item,
                    "description": line.description,
                    "quantity": quantity,
                    "unit": line.unit,
                    "price": line.price,
                    "discount_pct": line.discount_pct,
                    "tax_code": line.tax_code,
                    "account": chart.account(role, line.item, order.supplier),
                    "origin": order.identity,
                    "origin_line": line.pk,
                }
            )
    if not specs:
        raise ValidationError(_("There is nothing received that is not billed yet."))
    bill = commands.create(
        Invoice,
        ctx,
        kind="supplier_bill",
        party=order.supplier,
        currency=order.currency,
        site=order.site,
        payment_term=order.payment_term,
        invoice_on=invoiced_on or ctx.business_date,
        reference=supplier_number or "",
        lines=specs,
        links=links,
    )
    refresh_match(bill, ctx)
    return bill


def to_credit(record) -> dict[int, Decimal]:
    """{order line: quantity} billed beyond what we kept, at most what this return sent back."""
    returned: dict[int, Decimal] = {}
    for line in record.lines.select_related("receipt_line"):
        key = line.receipt_line.order_line_id
        returned[key] = returned.get(key, ZERO) + line.quantity
    drafted = _drafted(record.receipt.order, "supplier_credit")
    found = {}
    for line in PurchaseOrderLine.objects.filter(pk__in=returned).select_related("item"):
        beyond = line.billed_quantity - (line.received_quantity - line.returned_quantity)
        found[line.pk] = max(min(returned[line.pk], beyond - drafted.get(line.pk, ZERO)), ZERO)
    return found


def draft_credit(ctx, record, supplier_number, invoiced_on) -> Invoice:
    """The credit note takes prices and taxes of the bill lines it credits (M09)."""
    wanted = to_credit(record)
    order = record.receipt.order
    billed = (
        InvoiceLine.objects.filter(
            origin=order.pk, origin_line__in=wanted, document__state="posted", document__kind="supplier_bill"
        )
        .select_related("document")
        .order_by("-pk")
    )
    first, specs = None, []
    for line in billed:
        quantity = min(wanted.get(line.origin_line, ZERO), line.quantity)
        if quantity <= 0 or (first and line.document_id != first.pk):
            continue
        first = first or line.document
        wanted[line.origin_line] -= quantity
        specs.append(
            {
                "item": line.item,
                "description": line.description,
                "quantity": quantity,
                "unit": line.unit,
                "price": line.price,
                "discount_pct": line.discount_pct,
                "tax_code": line.tax_code,
                "account": line.account,
                "origin": order.identity,
                "origin_line": line.origin_line,
                "credits": line,
            }
        )
    return commands.create(
        Invoice,
        ctx,
        kind="supplier_credit",
        party=order.supplier,
        currency=order.currency,
        site=order.site,
        invoice_on=invoiced_on or ctx.business_date,
        reference=supplier_number or "",
        credits=first,
        rate=first.rate,
        tax_point_on=first.tax_point_on,
        lines=specs,
        links=[record, first],
    )


def _lines(order) -> list[PurchaseOrderLine]:
    return list(order.lines.select_related("item__category", "unit", "document", "tax_code"))


def _drafted(order, kind: str = "supplier_bill") -> dict[int, Decimal]:
    """Quantities on draft bills of the order, so that nothing is drafted twice."""
    return dict(
        InvoiceLine.objects.filter(origin=order.pk, document__kind=kind, document__state="draft")
        .order_by()
        .values_list("origin_line")
        .annotate(Sum("quantity"))
    )


# -- matching ---------------------------------------------------------------------------------------------------------


def differences(bill: Invoice) -> list[dict]:
    """Lines of a bill outside the company's tolerances, as plain data: line, kind, expected, billed, text."""
    lines = [
        line
        for line in bill.lines.select_related("origin", "item", "unit")
        if line.origin_id and line.origin.kind == "purchasing.purchaseorder"
    ]
    ordered = {
        line.pk: line
        for line in PurchaseOrderLine.objects.filter(pk__in=[line.origin_line for line in lines]).select_related(
            "item", "document__company", "unit"
        )
    }
    wishes = preferences.all_of(bill.company_id)
    rate = bill.rate or (accounting.rate_to_base(bill.company_id, bill.currency_id, bill.invoice_on)[0] if lines else 1)
    found = []
    for line in lines:
        source = ordered[line.origin_line]
        price = (line.price or ZERO) * (100 - line.discount_pct) / 100
        over = price - source.unit_price
        pct, amount = wishes["purchasing.price_tolerance_pct"], wishes["purchasing.price_tolerance_amount"]
        if over > 0 and (over * 100 > pct * source.unit_price or over * line.quantity * rate > amount):
            found.append(
                _said(line, "price", source.unit_price, price, _("%(item)s: price %(billed)s, ordered at %(expected)s"))
            )
        here = sum(x.quantity for x in lines if x.origin_line == line.origin_line)
        due = source.received_quantity - source.returned_quantity if source.is_stocked else source.quantity
        if here + source.billed_quantity > due * (100 + wishes["purchasing.quantity_tolerance_pct"]) / 100:
            found.append(
                _said(
                    line,
                    "quantity",
                    max(due - source.billed_quantity, ZERO),
                    here,
                    _("%(item)s: %(billed)s billed, %(expected)s received and not billed"),
                )
            )
    return found


def _said(line, kind: str, expected: Decimal, billed: Decimal, text: str) -> dict:
    expected, billed = f"{expected.normalize():f}", f"{billed.normalize():f}"
    return {
        "line": line.origin_line,
        "kind": kind,
        "expected": expected,
        "billed": billed,
        "text": text
        % {"item": line.item.code if line.item_id else line.description, "expected": expected, "billed": billed},
    }


def refresh_match(bill: Invoice, ctx) -> BillMatch:
    """Lay the bill beside its orders; a change of what differs voids an acceptance."""
    found = differences(bill)
    match = BillMatch.objects.filter(invoice=bill.pk).first()
    values = {"differences": found, "summary": "\n".join(d["text"] for d in found), "needs_buyer": bool(found)}
    if match is None:
        match = BillMatch(invoice=bill, created_by=ctx.user if getattr(ctx.user, "pk", None) else None, **values)
        match.save(force_insert=True)
    elif _facts(match.differences) != _facts(found):
        BillMatch.objects.filter(pk=match.pk).update(**values, accepted_by=None, accepted_why="")
    return match


@guard(BillMatch, "accept")
def there_is_something_to_accept(match, ctx):
    if not match.needs_buyer:
        raise ValidationError(_("The bill agrees with the order."))


@effect(BillMatch, "accept")
def accept(match, ctx, why):
    """The buyer lets the bill through as it is."""
    match.accepted_by, match.accepted_why, match.needs_buyer = ctx.user, why[:240], False


@guard(Invoice, "post")
def bill_agrees_with_the_order(bill, ctx):
    """Outside the tolerances a bill waits until a buyer accepts it (D04)."""
    if bill.kind != "supplier_bill" or not bill.lines.filter(origin__kind="purchasing.purchaseorder").exists():
        return
    found = differences(bill)
    match = BillMatch.objects.filter(invoice=bill.pk, accepted_by__isnull=False).first() if found else None
    if found and (match is None or _facts(match.differences) != _facts(found)):
        raise ValidationError([*(d["text"] for d in found), _("A buyer has to accept this in bill matching.")])


def _facts(found: list[dict]) -> list[tuple]:
    return [(d["line"], d["kind"], d["expected"], d["billed"]) for d in found]


# -- posted bills -----------------------------------------------------------------------------------------------------


def follow_invoice(invoice: Invoice, ctx, *, reversed_: bool = False) -> None:
    """A bill or credit note is in the books, or taken out again: write the account's lines and settle differences."""
    if invoice.kind not in SUPPLIER_KINDS:
        return
    lines = [
        line
        for line in invoice.lines.select_related("origin", "item").order_by("position", "pk")
        if line.origin_id and line.origin.kind == "purchasing.purchaseorder"
    ]
    if not lines:
        return
    orders = list(
        PurchaseOrder.objects.select_for_update(of=("self",))
        .filter(pk__in={line.origin_id for line in lines})
        .order_by("pk")
    )
    for order in orders:
        progress.refresh(ctx, order)
    stocked = [line for line in lines if line.item_id and line.item.is_stocked]
    on = ctx.business_date if reversed_ else invoice.invoice_on
    GrniEntry.objects.bulk_create(_entries(invoice, stocked, on, reversed_))
    settle(ctx, {line.origin_line for line in stocked}, invoice, on)
    for order in orders:
        close_when_done(ctx, order)


def _entries(invoice: Invoice, lines, on, reversed_: bool) -> list[GrniEntry]:
    """What the invoice's entry put on the account, spread over its lines so that the sum agrees to the cent (M06)."""
    sign = (-1 if invoice.kind == "supplier_credit" else 1) * (-1 if reversed_ else 1)
    digits, found = invoice.company.base_currency.digits, []
    posted: dict[int, Decimal] = dict(
        JournalLine.objects.filter(
            document__origin=invoice.pk,
            document__reverses=None,
            account__in={line.account_id for line in lines},
        )
        .order_by()
        .values_list("account")
        .annotate(Sum("amount"))
    )
    for account_id in sorted({line.account_id for line in lines}):
        here = [line for line in lines if line.account_id == account_id]
        total = money.rounded(posted.get(account_id, ZERO), digits) * (-1 if reversed_ else 1)
        for line, amount in zip(here, money.allocate(total, [line.net for line in here], digits), strict=True):
            found.append(
                GrniEntry(
                    company_id=invoice.company_id,
                    order_line_id=line.origin_line,
                    document_id=invoice.pk,
                    source_line=line.pk,
                    kind="credit" if invoice.kind == "supplier_credit" else "bill",
                    posted_on=on,
                    quantity=-sign * line.quantity,
                    amount=amount,
                    currency_amount=sign * line.net,
                )
            )
    return found


def close_when_done(ctx, order: PurchaseOrder) -> None:
    """An order that is wholly received and billed has nothing left to do (D02)."""
    fresh = PurchaseOrder.objects.get(pk=order.pk)
    if fresh.state == "confirmed" and fresh.received_state == "fully" and fresh.billed_state == "fully":
        commands.perform(fresh, "close", ctx)
