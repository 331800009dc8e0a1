"""Goods go back to the supplier at the cost they came with, and the supplier credits them."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import events, money
from mainspring.kernel.workflow import effect, guard
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock.models import StockMove

from . import billing, grni, ordering, progress
from .events import SupplierReturnPosted
from .models import GrniEntry, PurchaseOrder, Receipt, ReceiptLine, SupplierReturn, SupplierReturnLine

ZERO = Decimal(0)


@guard(SupplierReturn, "post")
def return_has_lines(record, ctx):
    if not record.lines.exists():
        raise ValidationError(_("A return needs at least one line."))


@effect(SupplierReturn, "post")
def post(record, ctx):
    """Take the goods out of stock at receipt cost (I08); what was not billed is no longer owed for."""
    receipt = Receipt.objects.select_for_update(of=("self",)).get(pk=record.receipt_id)
    order = PurchaseOrder.objects.select_for_update(of=("self",)).get(pk=receipt.order_id)
    lines = list(
        record.lines.select_related(
            "receipt_line__order_line__item__unit",
            "receipt_line__order_line__unit",
            "receipt_line__order_line__document",
            "receipt_line__document",
            "item",
        )
    )
    errors = {
        f"lines.{n}.quantity": _("Only %(left)s are left of this receipt.") % {"left": line.receipt_line.left_quantity}
        for n, line in enumerate(lines)
        if line.quantity > line.receipt_line.left_quantity
    }
    if errors:
        raise ValidationError(errors)
    entries = _valued(record, order, receipt, lines)
    _move(record, receipt, lines, ctx)
    GrniEntry.objects.bulk_create(entries)
    for line in lines:
        line.receipt_line.returned_quantity += line.quantity
    ReceiptLine.objects.bulk_update([line.receipt_line for line in lines], ["returned_quantity"])
    SupplierReturnLine.objects.bulk_update(lines, ["value"])
    record.total_base = sum((line.value for line in lines), ZERO)
    record.state = "posted"
    SupplierReturn.objects.filter(pk=record.pk).update(state="posted")  # progress counts posted returns
    order_lines = progress.refresh(ctx, order)
    ordering.plan_supply(order, ctx, order_lines)
    stocked = {line.receipt_line.order_line_id for line in lines if line.receipt_line.order_line.is_stocked}
    grni.settle(ctx, stocked, record, record.returned_on)
    events.publish(SupplierReturnPosted(record.pk), ctx)


def _valued(record, order, receipt, lines) -> list[GrniEntry]:
    """The receipt's value in proportion; the last return of a line takes what is left of it."""
    digits, foreign = order.company.base_currency.digits, order.currency.digits
    before = {}
    for old in SupplierReturnLine.objects.filter(
        receipt_line__in=[line.receipt_line_id for line in lines], document__state="posted"
    ):
        before[old.receipt_line_id] = before.get(old.receipt_line_id, ZERO) + old.value
    entries = []
    for line in lines:
        source = line.receipt_line
        if not source.order_line.is_stocked:
            line.value = ZERO
            continue
        left = source.value - before.get(source.pk, ZERO)
        line.value = money.rounded(left * line.quantity / source.left_quantity, digits)
        in_currency = (
            money.rounded(line.value / receipt.rate, foreign)
            if order.currency_id != order.company.base_currency_id
            else line.value
        )
        entries.append(
            GrniEntry(
                company_id=record.company_id,
                order_line=source.order_line,
                document_id=record.pk,
                source_line=source.pk,
                kind="return",
                posted_on=record.returned_on,
                quantity=-line.quantity,
                amount=line.value,
                currency_amount=in_currency,
            )
        )
    return entries


def _move(record, receipt, lines, ctx) -> None:
    places = stock.ensure_locations(record.site, ctx)
    came = {move.origin_line: move for move in StockMove.objects.filter(origin=receipt.pk, state="done")}
    stock.post_moves(
        ctx,
        [
            stock.MoveSpec(
                line.item,
                line.receipt_line.order_line.in_stock_unit(line.quantity)
                if line.quantity != line.receipt_line.quantity
                else line.receipt_line.stock_quantity,
                line.receipt_line.location or places["internal"],
                places["supplier"],
                record,
                line.pk,
                of_move=came[line.receipt_line_id],
                reference=receipt.number,
            )
            for line in lines
            if line.receipt_line.order_line.is_stocked
        ],
        effective_on=record.returned_on,
    )


@guard(SupplierReturn, "credit")
def something_was_billed(record, ctx):
    if not any(q > 0 for q in billing.to_credit(record).values()):
        raise ValidationError(_("Nothing of it was billed, so there is nothing to credit."))


@effect(SupplierReturn, "credit")
def credit(record, ctx, supplier_number, invoiced_on):
    """Draft the supplier's credit note for what was billed beyond what we kept."""
    return billing.draft_credit(ctx, record, supplier_number, invoiced_on)
