"""Goods arrive: into stock at their cost, owed for until the bill comes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Sum, prefetch_related_objects
from django.utils.translation import gettext as _

from mainspring.kernel import commands, database, events, money, preferences
from mainspring.kernel.workflow import effect, guard
from mainspring.modules.accounting import queries as accounting
from mainspring.modules.stock import commands as stock

from . import billing, grni, ordering, progress
from .events import ReceiptPosted
from .models import GrniEntry, Receipt, ReceiptLine, SupplierReturn

ZERO = Decimal(0)


@guard(Receipt, "post", many=True)
def orders_expect_goods(receipts, ctx):
    prefetch_related_objects(receipts, "order")
    filled = set(ReceiptLine.objects.filter(document__in=receipts).values_list("document_id", flat=True))
    for receipt in receipts:
        if receipt.order.state != "confirmed":
            raise ValidationError(
                _("%(order)s is %(state)s; nothing can be received for it.")
                % {"order": receipt.order, "state": receipt.order.state_label}
            )
        if receipt.pk not in filled:
            raise ValidationError(_("A receipt needs at least one line."))


@effect(Receipt, "post", many=True)
def post(receipts, ctx):
    """Check quantities under the orders' locks, move and value the goods, and bring every progress up to date."""
    orders = ordering.locked({receipt.order_id for receipt in receipts})
    for receipt in receipts:
        receipt.order = orders[receipt.order_id]
    orders_expect_goods(receipts, ctx)  # again, now that nobody else can close the order
    lines = _lines_of(receipts)
    _refuse_too_much(receipts[0].company_id, [line for own in lines.values() for line in own])
    entries = _valued(receipts, lines)
    _move(receipts, lines, ctx)
    GrniEntry.objects.bulk_create(entries)
    database.update([line for own in lines.values() for line in own], ["value"])
    for receipt in receipts:
        receipt.total_base = sum((line.value for line in lines[receipt.pk]), ZERO)
        receipt.state = "posted"
    Receipt.objects.filter(pk__in=lines).update(state="posted")  # progress counts posted receipts
    order_lines = progress.refresh_all(ctx, list(orders.values()))
    ordering.plan_supplies(list(orders.values()), ctx, order_lines)
    stocked = {pk: {line.order_line_id for line in own if line.order_line.is_stocked} for pk, own in lines.items()}
    grni.settle_all(ctx, [(stocked[receipt.pk], receipt, receipt.received_on) for receipt in receipts])
    billing.close_when_done(ctx, orders)
    events.publish_all([ReceiptPosted(receipt.pk) for receipt in receipts], ctx)


def _lines_of(receipts: Sequence[Receipt]) -> dict[UUID, list[ReceiptLine]]:
    """{receipt: its lines} with what valuing and moving need; the lines know their receipt."""
    known = {receipt.pk: receipt for receipt in receipts}
    found: dict[UUID, list[ReceiptLine]] = {pk: [] for pk in known}
    for line in (
        ReceiptLine.objects.filter(document__in=known)
        .select_related("order_line__item__unit", "order_line__unit", "order_line__document", "item", "location")
        .order_by("document_id", "position", "pk")
    ):
        line.document = known[line.document_id]
        found[line.document_id].append(line)
    return found


def _refuse_too_much(company_id: int, lines: Sequence[ReceiptLine]) -> None:
    """Over-receipt is measured on what was received in all, against the line's or the company's tolerance (D03)."""
    usual = preferences.get(company_id, "purchasing.over_receipt_pct")
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
    for line in lines:
        number, ordered = line.position - 1, line.order_line
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


def _valued(receipts: Sequence[Receipt], lines: Mapping[UUID, Sequence[ReceiptLine]]) -> list[GrniEntry]:
    """Set the value of each line; what was billed ahead comes in at the bill's cost, the rest at the order's price."""
    ahead = {
        row["order_line"]: row
        for row in GrniEntry.objects.filter(
            order_line__in=[line.order_line_id for own in lines.values() for line in own]
        )
        .order_by()
        .values("order_line")
        .annotate(quantity=Sum("quantity"), amount=Sum("amount"), currency_amount=Sum("currency_amount"))
    }
    rates: dict[tuple, Decimal] = {}
    entries: list[GrniEntry] = []
    for receipt in receipts:
        order, day = receipt.order, receipt.received_on
        if (order.currency_id, day) not in rates:
            rates[order.currency_id, day] = accounting.rate_to_base(order.company_id, order.currency_id, day)[0]
        receipt.rate = rates[order.currency_id, day]
        entries += _values(receipt, lines[receipt.pk], ahead)
    return entries


def _values(receipt: Receipt, lines: Sequence[ReceiptLine], ahead: dict) -> list[GrniEntry]:
    """Value the lines of one receipt; `ahead`: what stands on the account by order line, less what is taken here."""
    order = receipt.order
    digits, foreign = order.company.base_currency.digits, order.currency.digits
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


def _move(receipts: Sequence[Receipt], lines: Mapping[UUID, Sequence[ReceiptLine]], ctx) -> None:
    """Bring the goods in, those of one day at once, the earliest day first."""
    sites = {receipt.site_id: receipt.site for receipt in receipts}
    places = {pk: stock.ensure_locations(site, ctx) for pk, site in sites.items()}
    days: dict[date, list[stock.MoveSpec]] = defaultdict(list)
    to_order = progress.dedicated([line.order_line_id for own in lines.values() for line in own])
    for receipt in receipts:
        here = places[receipt.site_id]
        days[receipt.received_on] += [
            stock.MoveSpec(
                line.item,
                line.stock_quantity,
                here["supplier"],
                line.location or here["internal"],
                receipt,
                line.pk,
                unit_cost=_unit_cost(line),
                value=line.value,
                reference=receipt.order.number,
                kept_for=progress.shared_out(to_order[line.order_line_id], line.stock_quantity),
            )
            for line in lines[receipt.pk]
            if line.order_line.is_stocked
        ]
    stock.expect({document for specs in days.values() for spec in specs for document in spec.kept_for}, ctx)
    for day, specs in sorted(days.items()):
        stock.post_moves(ctx, specs, effective_on=day)


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
