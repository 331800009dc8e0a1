"""What orders take of the demand their deals brought, so that nothing is planned twice (CRM-19)."""

from decimal import Decimal

from mainspring.kernel import database
from mainspring.kernel.events import CommandDone, on
from mainspring.modules.crm import commands as deals

from .models import SalesOrder


@on(CommandDone)
def follow_order(event, ctx):
    """An order that is confirmed, cancelled, closed or opened again changes what its deal still brings."""
    order = event.record
    if isinstance(order, SalesOrder) and order.opportunity_id and order.state not in ("draft", "held"):
        deals.replan([order.opportunity_id], ctx)


def by_orders(deal_ids) -> dict[tuple, Decimal]:
    """{(deal, item): stocking units of confirmed orders, and what was shipped of those that ended}."""
    return {
        (row["deal"], row["item_id"]): row["quantity"]
        for row in database.rows(
            """
        SELECT o.opportunity_id AS deal, l.item_id,
               SUM(CASE o.state WHEN 'confirmed' THEN l.stock_quantity
                                ELSE l.stock_quantity * LEAST(l.shipped / l.quantity, 1) END) AS quantity
        FROM sales_salesorder o JOIN sales_salesorderline l ON l.document_id = o.id
        WHERE o.opportunity_id = ANY(%(deals)s::uuid[]) AND o.state IN ('confirmed', 'closed', 'cancelled')
        GROUP BY o.opportunity_id, l.item_id""",
            deals=list(deal_ids),
        )
    }


deals.ordered.fill(by_orders)


@deals.agreed.fill
def ordered_worth(company_id) -> dict:
    """{open deal: net worth of its confirmed orders in base currency}: invoices and planned cash speak of it."""
    return {
        row["deal"]: row["worth"]
        for row in database.rows(
            """
        SELECT o.opportunity_id AS deal, SUM(o.net_base) AS worth
        FROM sales_salesorder o JOIN crm_opportunity d ON d.id = o.opportunity_id AND d.state = 'open'
        WHERE o.company_id = %(company)s AND o.state IN ('confirmed', 'closed')
        GROUP BY 1""",
            company=company_id,
        )
    }
