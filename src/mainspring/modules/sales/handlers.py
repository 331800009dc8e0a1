"""What orders do about news from shipments, returns, invoices and stock; what people find on their home."""

from datetime import timedelta

from django.db.models import Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from mainspring.kernel import access, database, home, notifications
from mainspring.kernel.events import CommandDone, on
from mainspring.modules.accounting.models import Invoice
from mainspring.modules.stock.events import StockMoved

from . import ordering, progress, queries
from .models import Quotation, Return, SalesOrder, Shipment
from .queries import base_currency

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
        moves=list(event.move_ids),
    )
    for row in waiting:
        order = SalesOrder.objects.select_related("site", "currency", "payment_term").get(pk=row["id"])
        ordering.replan(order, ctx)


# -- what a person's home shows ---------------------------------------------------------------------------------------


@home.exceptions.fill
def late_orders(ctx):
    """Goods promised and not shipped, with the cause, for those who look after the order."""
    if not access.can(ctx, SalesOrder, "view") or not access.can(ctx, SalesOrder, "confirm"):
        return []
    return [
        home.Waiting(
            _("%(order)s for %(customer)s is late") % {"order": row["number"], "customer": row["party"]},
            notifications.page_of("sales.salesorder", row["order_id"]),
            f"{row['remaining'].normalize():f} {row['unit']} {row['item']}: {row['cause_text']}",
            kind="exception",
            icon="truck-delivery",
            cost=row["net_base"] or home.Decimal(0),
            due_on=row["promised_on"],
            tone="red",
        )
        for row in queries.late_lines(ctx)[:12]
    ]


@home.exceptions.fill
def held_orders(ctx):
    """Orders over a credit limit, for those who may release them."""
    if not access.can(ctx, SalesOrder, "release_credit"):
        return []
    return [
        home.Waiting(
            _("%(order)s for %(customer)s is on credit hold") % {"order": order.number, "customer": order.party},
            notifications.page_of("sales.salesorder", order.pk),
            order.hold_reason,
            kind="exception",
            icon="lock",
            cost=order.total_base,
            due_on=order.wanted_on,
            tone="amber",
        )
        for order in access.rows(ctx, SalesOrder, "release_credit").filter(state="held").select_related("party")[:10]
    ]


@home.exceptions.fill
def ending_offers(ctx):
    """Own offers whose last day is near, before they expire."""
    if ctx.user is None or not access.can(ctx, Quotation, "send"):
        return []
    until = ctx.business_date + timedelta(days=3)
    offers = (
        access.rows(ctx, Quotation)
        .filter(state="sent", owner=ctx.user, valid_until__lte=until, valid_until__gte=ctx.business_date)
        .select_related("party")
    )
    return [
        home.Waiting(
            _("%(offer)s to %(customer)s ends on %(day)s")
            % {"offer": offer.number, "customer": offer.party, "day": offer.valid_until},
            notifications.page_of("sales.quotation", offer.pk),
            kind="task",
            icon="file-description",
            cost=offer.net_base,
            due_on=offer.valid_until,
            tone="amber",
        )
        for offer in offers[:10]
    ]


@home.numbers.fill
def order_intake(ctx):
    """Orders of this month against the eleven before, in sight of the person."""
    if not access.can(ctx, SalesOrder, "confirm"):
        return []
    first = ctx.business_date.replace(day=1)
    sums = {
        row["month"]: row["net"]
        for row in access.rows(ctx, SalesOrder)
        .exclude(state__in=("draft", "cancelled"))
        .filter(ordered_on__gt=first - timedelta(days=330))
        .annotate(month=TruncMonth("ordered_on"))
        .values("month")
        .annotate(net=Sum("net_base"))
        .order_by("month")
    }
    return [
        home.Number(
            str(_("Order intake this month")),
            f"{sums.get(first, 0):,.0f}",
            base_currency(ctx.company_id),
            trend=[float(value) for value in sums.values()],
            href="/sales/sales-orders/",
            order=10,
        )
    ]


@home.counts.fill
def what_waits(ctx):
    """Shipments to post, for the menu."""
    if not access.can(ctx, Shipment, "post"):
        return {}
    return {"sales/shipments": access.rows(ctx, Shipment, "post").filter(state="draft").count()}
