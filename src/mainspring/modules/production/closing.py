"""Close an order: nothing of it stays in process (MFG-10)."""

from decimal import Decimal

from django.utils.translation import gettext as _

from mainspring.kernel import events, money
from mainspring.kernel.workflow import effect
from mainspring.modules.accounting import commands as books
from mainspring.modules.accounting import queries as accounting
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock.events import CostAdjusted
from mainspring.modules.stock.models import StockMove

from . import costing
from .events import ProductionClosed
from .models import ProductionOrder, ProductionReport

ZERO = Decimal(0)


@effect(ProductionOrder, "close")
def close(order, ctx):
    """Take what is left in process out: goods at actual cost bear it, otherwise it is a variance.

    Goods kept at average or first-in-first-out cost take it on hand, the sold share goes to cost of sales (I09); goods
    at standard cost, and orders without output, leave it on the production variance account.
    """
    _settle(order, ctx)
    order.state = "closed"
    events.publish(ProductionClosed(order.pk), ctx)


@events.on(CostAdjusted, many=True)
def settle_again(adjusted: list[CostAdjusted], ctx) -> None:
    """A late document changed what components of a closed order cost: the order passes it on as it did its own cost."""
    reports = ProductionReport.objects.filter(
        pk__in=StockMove.objects.filter(pk__in=[one.move_id for one in adjusted]).values("origin")
    )
    closed = ProductionOrder.objects.filter(state="closed", pk__in=reports.values("order"))
    for order in closed.select_related("item", "company__base_currency").order_by("pk"):
        _settle(order, ctx.in_company(order.company_id))


def _settle(order, ctx) -> None:
    """Take what is left in process of the order out of it."""
    left = costing.in_process(order)
    if left:
        outputs = _outputs(order)
        if order.item.cost_method == "standard" or not outputs:
            _variance(order, left, ctx)
        else:
            _to_goods(order, left, outputs, ctx)


def _outputs(order) -> list[StockMove]:
    posted = ProductionReport.objects.filter(order=order.pk, kind="output", state="posted").values("pk")
    made = [order.item_id, *order.outputs.filter(cost_share_pct__gt=0).values_list("item_id", flat=True)]
    moves = StockMove.objects.filter(origin__in=posted, item__in=made, state="done", from_location__kind="production")
    return [m for m in moves.select_related("item").order_by("pk") if m.item.cost_method != "standard"]


def _to_goods(order, left: Decimal, outputs: list[StockMove], ctx) -> None:
    wip = accounting.account_for(order.company_id, "wip", order.item)
    digits = order.company.base_currency.digits
    weights = [move.quantity * (move.unit_cost or ZERO) for move in outputs]
    if not all(weights):
        weights = [move.quantity if move.item_id == order.item_id else ZERO for move in outputs]
    shares = money.allocate(money.rounded(left, digits), weights, digits)
    for move, share in zip(outputs, shares, strict=True):
        if share:
            stock.charge_receipt(ctx, move, share, effective_on=ctx.business_date, origin=order, account=wip)


def _variance(order, left: Decimal, ctx) -> None:
    chart = accounting.Chart(order.company_id)
    where = {"item": order.item_id, "site": order.site_id}
    books.post_entry(
        ctx,
        company=order.company_id,
        posted_on=ctx.business_date,
        origin=order,
        area="stock",
        memo=_("Variance of %(order)s") % {"order": order},
        lines=[
            books.EntryLine(chart.account("production_variance", order.item), left, **where),
            books.EntryLine(chart.account("wip", order.item), -left, **where),
        ],
    )
