"""What orders do about news from shipments, returns, invoices and stock."""

from collections import defaultdict
from decimal import Decimal

from mainspring.kernel import database
from mainspring.kernel.events import CommandDone, on
from mainspring.modules.accounting.models import Invoice
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock.events import GoodsComing, StockMoved

from . import consuming, progress  # noqa: F401 - what orders take of their deals
from .models import Return, SalesOrder, Shipment

BILLING_VERBS = ("post", "reverse", "cancel")


@on(CommandDone)
def follow_documents(event, ctx):
    """Refresh the orders a shipment, return or invoice belongs to, once it is saved."""
    record, verb = event.record, event.verb
    if isinstance(record, Shipment) and verb == "post":
        progress.refresh(record.order_id, ctx)
    elif isinstance(record, Return) and verb == "receive":
        progress.refresh(record.shipment.order_id, ctx)
    elif isinstance(record, Invoice) and verb in BILLING_VERBS and record.is_sale:
        for order in orders_of(record):
            progress.refresh(order, ctx)


def orders_of(invoice) -> list:
    """Keys of the sales orders an invoice's lines come from, in lock order."""
    return [
        row["id"]
        for row in database.planned_rows(
            """
        SELECT DISTINCT o.id FROM accounting_invoiceline l JOIN sales_salesorder o ON o.id = l.origin_id
        WHERE l.document_id = %(invoice)s ORDER BY o.id""",
            invoice=invoice.pk,
        )
    ]


MISSING = """o.id AS order_id, line.id AS line_id, line.item_id, o.site_id, line.promised_on,
    line.stock_quantity * (line.quantity - line.shipped) / line.quantity - COALESCE((
        SELECT SUM(r.quantity) FROM stock_reservation r
        WHERE r.origin_id = o.id AND r.origin_line = line.id), 0) AS missing"""
"""What is not kept yet of an order's line, in stocking units."""


@on(StockMoved)
def keep_arrivals(event, ctx):
    """Goods that arrive are kept for the orders that wait for them, the earliest promise first, until none are left.

    An order somebody is working on at this moment is left to them: their work ends with keeping what is free.
    What was made or bought to order is kept for its order alone, and such an order waits for nothing else (P22).
    """
    if not event.arriving:
        return
    if event.kept_for:
        _keep_to_order(event.kept_for, ctx)
    waiting = database.planned_rows(
        f"""
        WITH arrived AS (
            SELECT DISTINCT m.item_id, place.site_id FROM stock_stockmove m
            JOIN stock_location place ON place.id = m.to_location_id AND place.kind = 'internal'
            WHERE m.id = ANY(%(moves)s::bigint[])),
        free AS (
            SELECT a.item_id, a.site_id, SUM(b.quantity - b.reserved) AS free FROM arrived a
            JOIN stock_location place ON place.site_id = a.site_id AND place.kind = 'internal' AND place.active
            JOIN stock_stockbalance b ON b.location_id = place.id AND b.item_id = a.item_id GROUP BY 1, 2),
        need AS (
            SELECT {MISSING}
            FROM arrived a
            JOIN sales_salesorderline line ON line.item_id = a.item_id AND line.shipped < line.quantity
            JOIN sales_salesorder o ON o.id = line.document_id AND o.state = 'confirmed' AND o.site_id = a.site_id
            WHERE NOT EXISTS (SELECT FROM items_itemsite p WHERE p.item_id = a.item_id AND p.site_id = a.site_id
                              AND p.policy = 'mto')),
        queue AS (
            SELECT *, SUM(missing) OVER (PARTITION BY item_id, site_id
                                         ORDER BY promised_on NULLS LAST, order_id, line_id) - missing AS before
            FROM need WHERE missing > 0)
        SELECT q.order_id, q.line_id, q.item_id, q.site_id, q.missing FROM queue q
        JOIN free USING (item_id, site_id) WHERE q.before < free.free
        ORDER BY q.promised_on NULLS LAST, q.order_id, q.line_id""",
        moves=list(event.arriving),
    )
    wanted: dict = {}
    for row in waiting:
        wanted.setdefault((row["order_id"], row["site_id"]), {})[row["line_id"]] = (row["item_id"], row["missing"])
    if not wanted:
        return
    at_rest = SalesOrder.objects.select_for_update(of=("self",), skip_locked=True).filter(state="confirmed")
    ours = set(at_rest.filter(pk__in=[order for order, _site in wanted]).order_by("pk").values_list("pk", flat=True))
    for (order, site), lines in wanted.items():
        if order in ours:
            stock.reserve_lines(ctx, site, order, lines)


@on(GoodsComing)
def hold_still(event, ctx):
    """Orders goods come for are locked before the goods are, in the order of keys."""
    list(SalesOrder.objects.select_for_update(of=("self",)).filter(pk__in=event.documents).order_by("pk"))


def _keep_to_order(kept_for, ctx) -> None:
    """Keep what came for orders alone for their lines, the earliest promise first."""
    left: dict = defaultdict(Decimal)
    for document, item, site, quantity in kept_for:
        left[document, item, site] += quantity
    waiting = database.planned_rows(
        f"""
        SELECT {MISSING} FROM sales_salesorder o
        JOIN sales_salesorderline line ON line.document_id = o.id AND line.item_id = ANY(%(items)s::bigint[])
             AND line.shipped < line.quantity
        WHERE o.id = ANY(%(orders)s::uuid[]) AND o.state = 'confirmed'
        ORDER BY line.promised_on NULLS LAST, o.id, line.id""",
        orders=sorted({document for document, _item, _site in left}),
        items=sorted({item for _document, item, _site in left}),
    )
    wanted: dict = defaultdict(dict)
    for row in waiting:
        key = row["order_id"], row["item_id"], row["site_id"]
        part = min(row["missing"], left[key])
        if part > 0:
            wanted[row["order_id"], row["site_id"]][row["line_id"]] = row["item_id"], part
            left[key] -= part
    for (order, site), lines in wanted.items():
        stock.reserve_lines(ctx, site, order, lines)
