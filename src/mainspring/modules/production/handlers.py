"""What production does about news from below: the plan follows the orders of customers."""

from mainspring.kernel import access, database, jobs
from mainspring.kernel.events import on
from mainspring.modules.crm.events import DealsPlanned
from mainspring.modules.engineering import queries as engineering
from mainspring.modules.promising import queries as promising
from mainspring.modules.sales.events import OrderClosed, OrderConfirmed
from mainspring.modules.stock.models import StockBalance

from . import queries

promising.lead_days.fill(queries.lead_days)


@on(OrderConfirmed)
@on(OrderClosed)
def follow_demand(event, ctx):
    """Right after the commit, have the items of the order planned anew: nobody who sells waits for the plan."""
    for row in database.planned_rows(
        """
        SELECT o.site_id, array_agg(DISTINCT line.item_id) AS items FROM sales_salesorder o
        JOIN sales_salesorderline line ON line.document_id = o.id
        JOIN items_item item ON item.id = line.item_id AND item.kind = 'stock'
        WHERE o.id = %(order)s AND o.site_id IS NOT NULL GROUP BY o.site_id""",
        order=event.order_id,
    ):
        key = f"{row['site_id']}:{','.join(map(str, row['items']))}"
        jobs.defer("production.follow", ctx, key=key[:120], site_id=row["site_id"], items=row["items"])


@engineering.on_hand.fill
def shown_in_trees(ctx, item_ids) -> dict:
    """What lies at the sites of the company, for the trees of bills."""
    if not access.can(ctx, StockBalance, "view"):
        return {}
    return {
        row["item_id"]: row["quantity"]
        for row in database.rows(
            """
        SELECT b.item_id, SUM(b.quantity) AS quantity FROM stock_stockbalance b
        JOIN stock_location l ON l.id = b.location_id AND l.kind = 'internal'
        JOIN kernel_site s ON s.id = l.site_id AND s.company_id = %(company)s
        WHERE b.item_id = ANY(%(items)s) GROUP BY b.item_id""",
            company=ctx.company_id,
            items=list(item_ids),
        )
    }


@on(DealsPlanned)
def follow_deals(event, ctx):
    """The same for what deals may bring."""
    for site, items in event.places:
        key = f"{site}:{','.join(map(str, items))}"
        jobs.defer("production.follow", ctx, key=key[:120], site_id=site, items=list(items))
