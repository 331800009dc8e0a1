"""What production does about news from below: the plan follows the orders of customers."""

from mainspring.kernel.events import on
from mainspring.modules.promising import queries as promising
from mainspring.modules.sales.events import OrderClosed, OrderConfirmed
from mainspring.modules.sales.models import SalesOrder

from . import commands, queries

promising.lead_days.fill(queries.lead_days)


@on(OrderConfirmed)
@on(OrderClosed)
def follow_demand(event, ctx):
    """Propose what the order lacks, or withdraw what it no longer needs: its items and what they are made of."""
    order = SalesOrder.objects.select_related("site").get(pk=event.order_id)
    items = list(order.lines.filter(item__kind="stock").values_list("item_id", flat=True))
    if items:
        commands.propose(ctx, order.site, items=items)
