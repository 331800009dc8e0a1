"""What has become of an order, derived from its documents: never added to, never typed (D01)."""

from decimal import Decimal

from mainspring.kernel import commands, database, preferences

from . import queries
from .models import SalesOrder
from .models.orders import BillingStatus, DeliveryStatus

ZERO = Decimal(0)


def refresh(order_id, ctx) -> None:
    """Write shipped, returned and invoiced of every line, the order's statuses, and close it when all is done (D02)."""
    order = queries.locked_order.one(order_id)
    facts = database.planned_rows(
        f"""
        UPDATE sales_salesorderline line SET shipped = f.shipped, returned = f.returned, invoiced = f.invoiced
        FROM ({queries.FACTS} WHERE line.document_id = %(order)s) f WHERE f.id = line.id
        RETURNING f.*""",
        order=order_id,
    )
    short = preferences.get(order.company_id, "sales.short_close_pct")
    delivery, billing = delivery_status(facts, short), billing_status(facts, short)
    if (order.delivery_status, order.billing_status) != (delivery, billing):
        SalesOrder.objects.filter(pk=order_id).update(delivery_status=delivery, billing_status=billing)
    if order.state == "confirmed" and (delivery, billing) == (DeliveryStatus.ALL, BillingStatus.ALL):
        order.delivery_status, order.billing_status = delivery, billing
        commands.perform(order, "complete", ctx)


def delivery_status(facts: list[dict], short_pct: Decimal = ZERO) -> str:
    """All lines shipped (within the tolerance for short delivery), some, or none; services need no delivery."""
    goods = [f for f in facts if f["kind"] == "stock"]
    if all(f["shipped"] >= f["quantity"] * (100 - short_pct) / 100 for f in goods):
        return DeliveryStatus.ALL
    return DeliveryStatus.PART if any(f["shipped"] for f in goods) else DeliveryStatus.NOTHING


def billing_status(facts: list[dict], short_pct: Decimal = ZERO) -> str:
    """Whether what the customer has is invoiced: nothing, part, all, or more than that."""
    kept = [((f["shipped"] if f["kind"] == "stock" else f["quantity"]) - f["returned"], f) for f in facts]
    if any(f["invoiced"] > delivered for delivered, f in kept):
        return BillingStatus.TO_CREDIT
    if not any(f["invoiced"] for _delivered, f in kept):
        return BillingStatus.NOTHING
    done = all(
        f["invoiced"] >= delivered and f["shipped"] >= f["quantity"] * (100 - short_pct) / 100
        if f["kind"] == "stock"
        else f["invoiced"] >= delivered
        for delivered, f in kept
    )
    return BillingStatus.ALL if done else BillingStatus.PART
