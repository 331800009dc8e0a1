"""Purchase orders of the sample company carried out anew: what their source says came, went back and was kept.

A day of the source is one transaction: its orders are confirmed, its deliveries received, what was rejected is sent
back, what was kept is billed, all as sets. A run that was broken off goes on with the first day that is not done.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

DONE, REJECTED = "4", "3"
TOLD_EVERY = 500  # orders between two lines of progress
ZERO = Decimal(0)


@dataclass
class SourceOrder:
    """An order as the source tells it; quantities by line, in the order of lines."""

    key: str
    status: str = ""
    received: list[Decimal] = field(default_factory=list)
    rejected: list[Decimal] = field(default_factory=list)


@dataclass
class Counts:
    """Documents made so far."""

    confirmed: int = 0
    received: int = 0
    sent_back: int = 0
    billed: int = 0
    closed: int = 0


def read(folder: Path) -> dict[str, SourceOrder]:
    """{key of the source: order}."""
    found: dict[str, SourceOrder] = {}
    for row in _rows(folder, "PurchaseOrderHeader.csv"):
        found[row["PurchaseOrderID"]] = SourceOrder(row["PurchaseOrderID"], row["Status"])
    for row in _rows(folder, "PurchaseOrderDetail.csv"):
        order = found[row["PurchaseOrderID"]]
        order.received.append(Decimal(row["ReceivedQty"]))
        order.rejected.append(Decimal(row["RejectedQty"]))
    return found


def carry_out(folder: Path, ctx, *, limit: int = 0, say: Callable[[str], None] = print) -> Counts:
    """Confirm, receive, send back and bill the orders day by day; `limit`: only the first so many orders (0: all)."""
    from mainspring.kernel import commands, database
    from mainspring.modules.purchasing.models import PurchaseOrder

    source = _by_order(read(folder), limit, ctx)
    counts, told = Counts(), 0
    for day, (ordered, arriving) in sorted(_calendar(source, ctx).items()):
        with commands.batch(
            PurchaseOrder, ctx.on(day), "move_in", orders=len(ordered), arrivals=len(arriving)
        ) as inner:
            _confirm(ordered, inner, counts)
            _receive(arriving, source, inner, counts)
        if counts.received - told >= TOLD_EVERY:
            told = counts.received
            database.analyze()
            say(f"  {day}: {counts.received} orders received, {counts.billed} billed")
    return counts


def totals(folder: Path, ctx) -> dict[str, tuple[Decimal, Decimal]]:
    """{what: (in the source, here)} after all orders were carried out; counted in the tables of the ledgers."""
    from mainspring.kernel import database

    kept: list[tuple[Decimal, Decimal]] = []
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in _rows(folder, "PurchaseOrderDetail.csv"):
        received, rejected = Decimal(row["ReceivedQty"]), Decimal(row["RejectedQty"])
        sums["received"] += received
        sums["rejected"] += rejected
        sums["stocked"] += Decimal(row["StockedQty"])
        kept.append((received - rejected, Decimal(row["UnitPrice"])))
    value = sum(((quantity * price).quantize(Decimal("0.01"), ROUND_HALF_UP) for quantity, price in kept), ZERO)
    here = database.rows(
        """
        SELECT
          (SELECT SUM(l.quantity) FROM purchasing_receiptline l JOIN purchasing_receipt d ON d.id = l.document_id
           WHERE d.company_id = %(company)s AND d.state = 'posted') AS received,
          (SELECT SUM(l.quantity) FROM purchasing_supplierreturnline l
           JOIN purchasing_supplierreturn d ON d.id = l.document_id
           WHERE d.company_id = %(company)s AND d.state = 'posted') AS rejected,
          (SELECT SUM(CASE WHEN f.kind = 'supplier' THEN m.quantity ELSE -m.quantity END) FROM stock_stockmove m
           JOIN stock_location f ON f.id = m.from_location_id JOIN stock_location t ON t.id = m.to_location_id
           WHERE m.company_id = %(company)s AND m.state = 'done' AND 'supplier' IN (f.kind, t.kind)) AS stocked,
          (SELECT SUM(net) FROM accounting_invoice
           WHERE company_id = %(company)s AND kind = 'supplier_bill' AND state = 'posted') AS billed,
          (SELECT SUM(l.amount) FROM accounting_journalline l JOIN accounting_account a ON a.id = l.account_id
           WHERE l.company_id = %(company)s AND a.role = 'grni') AS owed""",
        company=ctx.company_id,
    )[0]
    return {
        "received quantity": (sums["received"], here["received"] or ZERO),
        "rejected quantity, sent back": (sums["rejected"], here["rejected"] or ZERO),
        "stocked quantity, in the material ledger": (sums["stocked"], here["stocked"] or ZERO),
        "value of the stocked quantity, billed": (value, here["billed"] or ZERO),
        "received and not billed, in the books": (ZERO, here["owed"] or ZERO),
    }


def _by_order(source: dict[str, SourceOrder], limit: int, ctx) -> dict:
    """{order's key here: its source}, the earliest orders first."""
    from mainspring.kernel.models import ExternalId
    from mainspring.modules.purchasing.models import PurchaseOrder

    pairs = ExternalId.objects.filter(system="adventureworks", entity="purchasing.purchaseorder")
    known = dict(pairs.values_list("record_id", "external_id"))
    keys = PurchaseOrder.objects.filter(company_id=ctx.company_id).order_by("ordered_on", "pk")
    found = {pk: source[known[str(pk)]] for pk in keys.values_list("pk", flat=True) if str(pk) in known}
    return dict(list(found.items())[:limit]) if limit else found


def _calendar(source: dict, ctx) -> dict[date, tuple[list, list]]:
    """{day: (orders to confirm, orders that arrive)}: what is not done yet."""
    from mainspring.modules.purchasing.models import PurchaseOrder

    found: dict[date, tuple[list, list]] = defaultdict(lambda: ([], []))
    open_orders = PurchaseOrder.objects.filter(pk__in=source, state__in=("draft", "confirmed"), received_state="none")
    for order in open_orders.select_related("supplier").order_by("ordered_on", "pk"):
        if order.state == "draft":
            found[order.ordered_on][0].append(order)
        if any(source[order.pk].received):
            found[max(order.expected_on or order.ordered_on, order.ordered_on)][1].append(order.pk)
    return found


def _confirm(orders: Sequence, ctx, counts: Counts) -> None:
    from mainspring.kernel import sets

    sets.perform(orders, "confirm", ctx)
    counts.confirmed += len(orders)


def _receive(order_ids: Sequence, source: dict, ctx, counts: Counts) -> None:
    """Receive what came, send back what was rejected, bill the rest, close what the source calls finished."""
    from django.db.models import Prefetch

    from mainspring.kernel import bulk, sets
    from mainspring.modules.purchasing import commands as purchasing
    from mainspring.modules.purchasing.models import PurchaseOrder, PurchaseOrderLine, Receipt

    lines_read = Prefetch("lines", PurchaseOrderLine.objects.select_related("item__unit", "unit", "document"))
    found = PurchaseOrder.objects.filter(pk__in=order_ids).select_related("supplier", "site", "identity")
    orders = list(found.prefetch_related(lines_read).order_by("pk"))
    if not orders:
        return
    rows = []
    for order in orders:
        lines = zip(sorted(order.lines.all(), key=lambda line: line.position), source[order.pk].received, strict=True)
        rows.append({"order": order, "lines": [{"order_line": line, "quantity": came} for line, came in lines if came]})
    receipts = bulk.create_many(Receipt, ctx, rows, links=[[order] for order in orders])
    receipts = sets.perform(receipts, "post", ctx)
    counts.received += len(receipts)
    _send_back(receipts, source, ctx, counts)
    kept = [r for r in receipts if sum(source[r.order_id].received) > sum(source[r.order_id].rejected)]
    bills = purchasing.bill_receipts([(r, f"AW-{source[r.order_id].key}") for r in kept], ctx) if kept else []
    sets.perform(bills, "post", ctx)
    counts.billed += len(bills)
    finished = [pk for pk in order_ids if source[pk].status in (DONE, REJECTED)]
    left = list(PurchaseOrder.objects.filter(pk__in=finished, state="confirmed").order_by("pk"))
    sets.perform(left, "close", ctx)
    counts.closed += len(left)


def _send_back(receipts: Sequence, source: dict, ctx, counts: Counts) -> None:
    """One return for each receipt with rejected goods."""
    from mainspring.kernel import bulk, sets
    from mainspring.modules.purchasing.models import ReceiptLine, SupplierReturn

    chosen = {r.pk: r for r in receipts if any(source[r.order_id].rejected)}
    lines: dict = defaultdict(list)
    for line in ReceiptLine.objects.filter(document__in=chosen).select_related("order_line").order_by("position"):
        rejected = source[chosen[line.document_id].order_id].rejected[line.order_line.position - 1]
        if rejected:
            lines[line.document_id].append({"receipt_line": line, "quantity": rejected})
    rows = [{"receipt": chosen[pk], "reason": "Rejected", "lines": own} for pk, own in lines.items()]
    if rows:
        made = bulk.create_many(SupplierReturn, ctx, rows, links=[[chosen[pk]] for pk in lines])
        sets.perform(made, "post", ctx)
        counts.sent_back += len(made)


def _rows(folder: Path, name: str) -> list[dict]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
