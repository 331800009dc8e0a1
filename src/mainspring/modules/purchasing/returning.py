"""Goods go back to the supplier at the cost they came with, and the supplier credits them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import database, events, money
from mainspring.kernel.workflow import effect, guard
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock.models import StockMove

from . import billing, grni, ordering, progress
from .events import SupplierReturnPosted
from .models import GrniEntry, Receipt, ReceiptLine, SupplierReturn, SupplierReturnLine

ZERO = Decimal(0)


@guard(SupplierReturn, "post", many=True)
def returns_have_lines(returns, ctx):
    filled = SupplierReturnLine.objects.filter(document__in=returns).values_list("document_id", flat=True)
    if {record.pk for record in returns} - set(filled):
        raise ValidationError(_("A return needs at least one line."))


@effect(SupplierReturn, "post", many=True)
def post(returns, ctx):
    """Take the goods out of stock at receipt cost (I08); what was not billed is no longer owed for."""
    receipts = {
        receipt.pk: receipt
        for receipt in Receipt.objects.select_for_update(of=("self",))
        .filter(pk__in={record.receipt_id for record in returns})
        .order_by("pk")
    }
    orders = ordering.locked({receipt.order_id for receipt in receipts.values()})
    for receipt in receipts.values():
        receipt.order = orders[receipt.order_id]
    lines = _lines_of(returns, receipts)
    _refuse_too_much(lines)
    entries = _valued(returns, lines)
    _move(returns, lines, ctx)
    GrniEntry.objects.bulk_create(entries)
    every = [line for own in lines.values() for line in own]
    for line in every:
        line.receipt_line.returned_quantity += line.quantity
    database.update(list({line.receipt_line_id: line.receipt_line for line in every}.values()), ["returned_quantity"])
    database.update(every, ["value"])
    for record in returns:
        record.total_base = sum((line.value for line in lines[record.pk]), ZERO)
        record.state = "posted"
    SupplierReturn.objects.filter(pk__in=lines).update(state="posted")  # progress counts posted returns
    order_lines = progress.refresh_all(ctx, list(orders.values()))
    ordering.plan_supplies(list(orders.values()), ctx, order_lines)
    stocked = {
        pk: {line.receipt_line.order_line_id for line in own if line.receipt_line.order_line.is_stocked}
        for pk, own in lines.items()
    }
    grni.settle_all(ctx, [(stocked[record.pk], record, record.returned_on) for record in returns])
    events.publish_all([SupplierReturnPosted(record.pk) for record in returns], ctx)


def _lines_of(returns: Sequence[SupplierReturn], receipts: dict) -> dict[UUID, list[SupplierReturnLine]]:
    """{return: its lines}; lines of one receipt line share it, and know the locked receipt."""
    known = {record.pk: record for record in returns}
    found: dict[UUID, list[SupplierReturnLine]] = {pk: [] for pk in known}
    shared: dict[int, ReceiptLine] = {}
    for line in (
        SupplierReturnLine.objects.filter(document__in=known)
        .select_related(
            "receipt_line__order_line__item__unit",
            "receipt_line__order_line__unit",
            "receipt_line__order_line__document",
            "receipt_line__location",
            "item",
        )
        .order_by("document_id", "position", "pk")
    ):
        line.receipt_line = shared.setdefault(line.receipt_line_id, line.receipt_line)
        line.receipt_line.document = receipts[line.receipt_line.document_id]
        line.document = known[line.document_id]
        found[line.document_id].append(line)
    return found


def _refuse_too_much(lines: dict[UUID, list[SupplierReturnLine]]) -> None:
    taken: dict[int, Decimal] = {}
    errors = {}
    for own in lines.values():
        for n, line in enumerate(own):
            left = line.receipt_line.left_quantity - taken.get(line.receipt_line_id, ZERO)
            if line.quantity > left:
                errors[f"lines.{n}.quantity"] = _("Only %(left)s are left of this receipt.") % {"left": left}
            taken[line.receipt_line_id] = taken.get(line.receipt_line_id, ZERO) + line.quantity
    if errors:
        raise ValidationError(errors)


def _valued(returns: Sequence[SupplierReturn], lines: dict[UUID, list[SupplierReturnLine]]) -> list[GrniEntry]:
    """The receipt's value in proportion; the last return of a line takes what is left of it."""
    keys = {line.receipt_line_id for own in lines.values() for line in own}
    gone: dict[int, tuple[Decimal, Decimal]] = {}  # by receipt line: value and quantity that left
    for old in SupplierReturnLine.objects.filter(receipt_line__in=keys, document__state="posted"):
        gone[old.receipt_line_id] = (gone.get(old.receipt_line_id, (ZERO, ZERO))[0] + old.value, ZERO)
    entries = []
    for record in returns:
        for line in lines[record.pk]:
            source = line.receipt_line
            order, receipt = source.document.order, source.document
            if not source.order_line.is_stocked:
                line.value = ZERO
                continue
            value, quantity = gone.get(source.pk, (ZERO, ZERO))
            left = (source.value - value) * line.quantity / (source.left_quantity - quantity)
            line.value = money.rounded(left, order.company.base_currency.digits)
            gone[source.pk] = (value + line.value, quantity + line.quantity)
            in_base = order.currency_id == order.company.base_currency_id
            in_currency = line.value if in_base else money.rounded(line.value / receipt.rate, order.currency.digits)
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


def _move(returns: Sequence[SupplierReturn], lines: dict[UUID, list[SupplierReturnLine]], ctx) -> None:
    """Take the goods out, those of one day at once, the earliest day first."""
    sites = {record.site_id: record.site for record in returns}
    places = {pk: stock.ensure_locations(site, ctx) for pk, site in sites.items()}
    receipts = {record.receipt_id for record in returns}
    came = {move.origin_line: move for move in StockMove.objects.filter(origin__in=receipts, state="done")}
    days: dict[date, list[stock.MoveSpec]] = defaultdict(list)
    for record in returns:
        days[record.returned_on] += [
            _spec(line, places[record.site_id], came[line.receipt_line_id], record)
            for line in lines[record.pk]
            if line.receipt_line.order_line.is_stocked
        ]
    for day, specs in sorted(days.items()):
        stock.post_moves(ctx, specs, effective_on=day)


def _spec(line: SupplierReturnLine, places: dict, came: StockMove, record: SupplierReturn) -> stock.MoveSpec:
    source = line.receipt_line
    whole = line.quantity == source.quantity
    return stock.MoveSpec(
        line.item,
        source.stock_quantity if whole else source.order_line.in_stock_unit(line.quantity),
        source.location or places["internal"],
        places["supplier"],
        record,
        line.pk,
        of_move=came,
        reference=source.document.number,
    )


@guard(SupplierReturn, "credit")
def something_was_billed(record, ctx):
    if not any(q > 0 for q in billing.to_credit(record).values()):
        raise ValidationError(_("Nothing of it was billed, so there is nothing to credit."))


@effect(SupplierReturn, "credit")
def credit(record, ctx, supplier_number, invoiced_on):
    """Draft the supplier's credit note for what was billed beyond what we kept."""
    return billing.draft_credit(ctx, record, supplier_number, invoiced_on)
