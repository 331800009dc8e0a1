"""How long do 265 production orders take from proposed or drafted to confirmed, as one set? And the progress board?"""

import time
from datetime import timedelta
from decimal import Decimal

from harness import Answer, Counting, context, main, median, signed_in, timed


def arguments(parser) -> None:
    parser.add_argument("--orders", type=int, default=265)
    parser.add_argument("--open", type=int, default=0, help="also fill up to so many open orders for the board")


def measure(options) -> list[Answer]:
    from mainspring.modules.production import commands as production

    ctx = context()
    drafts = _drafts(ctx, options.orders)
    began_cpu = time.process_time()
    with Counting() as counted:
        confirmed, ms = timed(lambda: production.confirm_orders(drafts, ctx))
    cpu = time.process_time() - began_cpu
    assert {order.state for order in confirmed} == {"confirmed"}
    assert all(order.number for order in confirmed)
    answers = [
        Answer("orders confirmed at once", len(confirmed), "orders"),
        Answer("time", round(ms / 1000, 2), "s", 5),
        Answer("of it Python", round(cpu, 2), "s"),
        Answer("statements", counted.queries, "queries"),
    ]
    return answers + _board(ctx, options.open)


def _drafts(ctx, count: int) -> list:
    """Drafts over all bicycles and frames, as the plan proposes them: with dates, without components."""
    from mainspring.kernel import bulk
    from mainspring.kernel.models import Site
    from mainspring.modules.engineering.models import Bom
    from mainspring.modules.production.models import ProductionComponent, ProductionOrder

    site = Site.objects.get(code="VNO")
    made = [
        bom.item_id
        for bom in Bom.objects.filter(active=True, item__kind="stock", item__make_or_buy="make", item__active=True)
        .exclude(item__code__startswith="WHL")
        .order_by("item__code")
    ]
    rows = [
        {
            "item": made[n % len(made)],
            "site": site.pk,
            "quantity": Decimal(5 + n % 20),
            "starts_on": ctx.business_date + timedelta(days=n % 30),
            "due_on": ctx.business_date + timedelta(days=n % 30 + 6),
        }
        for n in range(count)
    ]
    drafts = bulk.create_many(ProductionOrder, ctx, rows)
    ProductionOrder.objects.filter(pk__in=[d.pk for d in drafts]).update(exploded_quantity=None)
    ProductionComponent.objects.filter(document__in=drafts).delete()
    return list(ProductionOrder.objects.filter(pk__in=[d.pk for d in drafts]))


def _board(ctx, wanted: int) -> list[Answer]:
    """The progress board, with so many open orders."""
    from mainspring.modules.production import commands as production
    from mainspring.modules.production.models import ProductionOrder

    there = ProductionOrder.objects.filter(state__in=("confirmed", "released", "in_progress")).count()
    while there < wanted:
        production.confirm_orders(_drafts(ctx, min(500, wanted - there)), ctx)
        there = ProductionOrder.objects.filter(state__in=("confirmed", "released", "in_progress")).count()
    client = signed_in("planner")
    spent = []
    for n in range(6):
        with Counting() as counted:
            answer, ms = timed(lambda: client.get("/production/progress/"))
        assert answer.status_code == 200
        if n:
            spent.append(ms)
    return [
        Answer("open orders", there, "orders"),
        Answer("progress board, median", median(spent), "ms", 1000),
        Answer("queries of the board", counted.queries, "queries"),
    ]


if __name__ == "__main__":
    main("Production orders confirmed as a set, and the board of all open ones", measure, arguments=arguments)
