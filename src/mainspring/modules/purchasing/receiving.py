"""Goods arrive: into stock at their cost, owed for until the bill comes."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.utils.translation import gettext as _

from mainspring.kernel import commands, events, money, preferences
from mainspring.kernel.workflow import effect, guard
from mainspring.modules.accounting import queries as accounting
from mainspring.modules.stock import commands as stock

from . import billing, ordering, progress
from .events import ReceiptPosted
from .models import GrniEntry, PurchaseOrder, Receipt, ReceiptLine, SupplierReturn

ZERO = Decimal(0)


@guard(Receipt, "post")
def order_expects_goods(receipt, ctx):
    if receipt.order.state != "confirmed":
        raise ValidationError(
            _("%(order)s is %(state)s; nothing can be received for it.")
            % {"order": receipt.order, "state": receipt.order.state_label}
        )
    if not receipt.lines.exists():
        raise ValidationError(_("A receipt needs at least one line."))


@effect(Receipt, "post")
def post(receipt, ctx):
    """Check quantities under the order's lock, move and value the goods, and bring every progress up to date."""
    order = PurchaseOrder.objects.select_for_update(of=("self",)).get(pk=receipt.order_id)
    order_expects_goods(receipt, ctx)  # again, now that nobody else can close the order
    lines = list(
        receipt.lines.select_related("order_line__item__unit", "order_line__unit", "order_line__document", "item")
    )
    _refuse_too_much(receipt, lines)
    receipt.rate = accounting.rate_to_base(order.company_id, order.currency_id, receipt.received_on)[0]
    entries = _valued(receipt, order, lines)
    _move(receipt, order, lines, ctx)
    GrniEntry.objects.bulk_create(entries)
    ReceiptLine.objects.bulk_update(lines, ["value"])
    receipt.total_base = sum((line.value for line in lines), ZERO)
    receipt.state = "posted"
    Receipt.objects.filter(pk=receipt.pk).update(state="posted")  # progress counts posted receipts
    order_lines = progress.refresh(ctx, order)
    ordering.plan_supply(order, ctx, order_lines)
    billing.settle(
        ctx, {line.order_line_id for line in lines if line.order_line.is_stocked}, receipt, receipt.received_on
    )
    billing.close_when_done(ctx, order)
    events.publish(ReceiptPosted(receipt.pk), ctx)


def _refuse_too_much(receipt: Receipt, lines: Sequence[ReceiptLine]) -> None:
    """Over-receipt is measured on what was received in all, against the line's or the company's tolerance (D03)."""
    usual = preferences.get(receipt.company_id, "purchasing.over_receipt_pct")
    before = dict(
        ReceiptLine.objects.filter(order_line__in=[line.order_line_id for line in lines], document__state="posted")
        .order_by()
        .values_list("order_line")
        .annotate(Sum("quantity"))
    )
    now: dict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        now[line.order_line_id] += line.quantity
    errors = {}
    for number, line in enumerate(lines):
        ordered = line.order_line
        allowed = usual if ordered.over_receipt_pct is None else ordered.over_receipt_pct
        limit = ordered.quantity * (100 + allowed) / 100 + ordered.returned_quantity
        total = before.get(ordered.pk, ZERO) + now[ordered.pk]
        if total > limit:
            errors[f"lines.{number}.quantity"] = _(
                "%(item)s: %(total)s received in all, at most %(limit)s of %(ordered)s ordered may arrive."
            ) % {
                "item": ordered.description,
                "total": _plain(total),
                "limit": _plain(limit),
                "ordered": _plain(ordered.quantity),
            }
    if errors:
        raise ValidationError(errors)


def _valued(receipt: Receipt, order: PurchaseOrder, lines: Sequence[ReceiptLine]) -> list[GrniEntry]:
    """Set the value of each line; what was billed ahead comes in at the bill's cost, the rest at the order's price."""
    digits, foreign = order.company.base_currency.digits, order.currency.digits
    ahead = {
        row["order_line"]: row
        for row in GrniEntry.objects.filter(order_line__in=[line.order_line_id for line in lines])
        .order_by()
        .values("order_line")
        .annotate(quantity=Sum("quantity"), amount=Sum("amount"), currency_amount=Sum("currency_amount"))
    }
    entries = []
    for line in lines:
        source = line.order_line
        if not source.is_stocked:
            line.value = ZERO
            continue
        known = ahead.get(source.pk)
        billed = min(line.quantity, -known["quantity"]) if known and known["quantity"] < 0 else ZERO
        in_currency = money.rounded((line.quantity - billed) * source.unit_price, foreign)
        line.value = money.rounded((line.quantity - billed) * source.unit_price * receipt.rate, digits)
        if billed:
            share = billed / -known["quantity"]
            part = money.rounded(known["amount"] * share, digits)
            foreign_part = money.rounded(known["currency_amount"] * share, foreign)
            line.value += part
            in_currency += foreign_part
            known["quantity"] += billed
            known["amount"] -= part
            known["currency_amount"] -= foreign_part
        entries.append(
            GrniEntry(
                company_id=receipt.company_id,
                order_line=source,
                document_id=receipt.pk,
                source_line=line.pk,
                kind="receipt",
                posted_on=receipt.received_on,
                quantity=line.quantity,
                amount=-line.value,
                currency_amount=-in_currency,
            )
        )
    return entries


def _move(receipt: Receipt, order: PurchaseOrder, lines: Sequence[ReceiptLine], ctx) -> None:
    places = stock.ensure_locations(receipt.site, ctx)
    stock.post_moves(
        ctx,
        [
            stock.MoveSpec(
                line.item,
                line.stock_quantity,
                places["supplier"],
                line.location or places["internal"],
                receipt,
                line.pk,
                unit_cost=_unit_cost(line),
                value=line.value,
                reference=order.number,
            )
            for line in lines
            if line.order_line.is_stocked
        ],
        effective_on=receipt.received_on,
    )


def _unit_cost(line: ReceiptLine) -> Decimal:
    return money.rounded(line.value / line.stock_quantity, 6)


@guard(Receipt, "send_back")
def something_can_go_back(receipt, ctx):
    if not any(line.left_quantity > 0 for line in receipt.lines.all()):
        raise ValidationError(_("Everything received here was already sent back."))


@effect(Receipt, "send_back")
def send_back(receipt, ctx, reason):
    """A draft return of what is left of the receipt."""
    return commands.create(SupplierReturn, ctx, receipt=receipt, reason=reason, links=[receipt])


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
