"""What production does about news from below: the plan follows the orders of customers."""

from mainspring.kernel import jobs
from mainspring.kernel.events import on
from mainspring.modules.promising import queries as promising
from mainspring.modules.sales.events import OrderClosed, OrderConfirmed
from mainspring.modules.sales.models import SalesOrder

from . import queries

promising.lead_days.fill(queries.lead_days)


@on(OrderConfirmed)
@on(OrderClosed)
def follow_demand(event, ctx):
    """Right after the commit, have the items of the order planned anew: nobody who sells waits for the plan."""
    order = SalesOrder.objects.only("site_id").get(pk=event.order_id)
    items = sorted(set(order.lines.filter(item__kind="stock").values_list("item_id", flat=True)))
    if items and order.site_id:
        key = f"{order.site_id}:{','.join(map(str, items))}"
        jobs.defer("production.follow", ctx, key=key[:120], site_id=order.site_id, items=items)
