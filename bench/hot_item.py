"""Fifty people take one item from one shelf at once: how long do they wait, and does stock stay above zero?"""

import time
from decimal import Decimal

from harness import Answer, at_once, context, main, median, p95, timed

WRITERS, ROUNDS, PAUSE_SECONDS, THERE = 50, 4, 2, 150


def measure(options) -> list[Answer]:
    """More is asked for than is there: the last ones are refused with a reason, nobody gets an error.

    Everybody's connection has moved something else before, as in a server that has run for a minute.
    """
    from django.core.exceptions import ValidationError

    from mainspring.kernel import commands
    from mainspring.kernel.models import Site
    from mainspring.modules.items.models import Item, ItemCategory
    from mainspring.modules.organization.models import Unit
    from mainspring.modules.stock import commands as stock
    from mainspring.modules.stock import queries
    from mainspring.modules.stock.models import StockBalance

    ctx = context()
    site = Site.objects.get(code="VNO")
    shelf, outside = queries.location(site), queries.location(site, "customer")

    def one_of(name: str, quantity: int) -> tuple:
        """An item with so much on the shelf, and the move of one piece of it to a customer."""
        item = commands.create(
            Item, ctx, code=f"{name}{time.time_ns() % 10**10}", name=name, unit=Unit.objects.get(code="pcs"),
            category=ItemCategory.objects.get(code="PART"),
        )  # fmt: skip
        arriving = stock.MoveSpec(
            item, Decimal(quantity), queries.location(site, "supplier"), shelf, unit_cost=Decimal(5)
        )
        stock.post_moves(ctx, [arriving], effective_on=ctx.business_date)
        return item, stock.MoveSpec(item, Decimal(1), shelf, outside)

    item, spec = one_of("HOT", THERE)
    _other, warming = one_of("WARM", WRITERS)

    def take(_n: int) -> list:
        spent = []
        for _round in range(ROUNDS):
            try:
                spent.append((timed(lambda: stock.post_moves(ctx, [spec], effective_on=ctx.business_date))[1], True))
            except ValidationError:
                spent.append((0, False))
            time.sleep(PAUSE_SECONDS)
        return spent

    results, errors = at_once(
        WRITERS, take, ready=lambda _n: stock.post_moves(ctx, [warming], effective_on=ctx.business_date)
    )
    every = [row for spent in results for row in spent]
    taken = [ms for ms, got in every if got]
    left = StockBalance.objects.get(item=item, location=shelf).quantity
    return [
        Answer("writers at once", WRITERS, "writers"),
        Answer("p95 of a posting", p95(taken), "ms", 500),
        Answer("median of a posting", median(taken), "ms"),
        Answer("taken", len(taken), "postings", THERE, exactly=True),
        Answer("refused because the shelf was empty", len(every) - len(taken), "postings"),
        Answer("left", int(left), "pieces", 0, exactly=True),
        Answer("errors", len(errors), "errors", 0, exactly=True),
    ]


if __name__ == "__main__":
    main("Fifty writers on one item", measure)
