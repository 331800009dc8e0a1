"""What production answers the modules below."""

from mainspring.kernel import access, database
from mainspring.modules.engineering import queries as engineering
from mainspring.modules.promising import queries as promising
from mainspring.modules.stock.models import StockBalance

from . import queries

promising.lead_days.fill(queries.lead_days)


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
