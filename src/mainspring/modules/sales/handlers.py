"""What orders do about news from shipments, returns, invoices and stock."""

from mainspring.kernel import database
from mainspring.kernel.events import CommandDone, on
from mainspring.modules.accounting.models import Invoice
from mainspring.modules.stock.events import StockMoved

from . import ordering, progress
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


@on(StockMoved)
def keep_arrivals(event, ctx):
    """Goods that arrive are kept for the orders that wait for them, the earliest promise first."""
    if not event.arriving:
        return
    waiting = database.planned_rows(
        """
        SELECT DISTINCT o.id, MIN(line.promised_on) AS promised_on
        FROM stock_stockmove m JOIN stock_location place ON place.id = m.to_location_id AND place.kind = 'internal'
        JOIN sales_salesorderline line ON line.item_id = m.item_id AND line.shipped < line.quantity
        JOIN sales_salesorder o ON o.id = line.document_id AND o.state = 'confirmed' AND o.site_id = place.site_id
        WHERE m.id = ANY(%(moves)s::bigint[])
          AND line.stock_quantity * (line.quantity - line.shipped) / line.quantity > COALESCE((
              SELECT SUM(r.quantity) FROM stock_reservation r WHERE r.origin_id = o.id AND r.origin_line = line.id), 0)
        GROUP BY o.id ORDER BY promised_on NULLS LAST, o.id""",
        moves=list(event.arriving),
    )
    for row in waiting:
        order = SalesOrder.objects.select_related("site", "currency", "payment_term").get(pk=row["id"])
        ordering.replan(order, ctx)
