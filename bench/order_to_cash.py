"""How many orders a second go from order to posted invoice, one by one: create, confirm, ship, invoice, post?"""

import time
from collections import defaultdict
from decimal import Decimal

from harness import Answer, Counting, context, main, median


def arguments(parser) -> None:
    parser.add_argument("--flows", type=int, default=60)
    parser.add_argument("--lines", type=int, default=1)
    parser.add_argument("--profile", action="store_true", help="print where the time goes instead")


def measure(options) -> list[Answer]:
    if options.profile:
        import cProfile
        import pstats

        with cProfile.Profile() as found:
            _measure(options)
        pstats.Stats(found).sort_stats("cumulative").print_stats(60)
    return _measure(options)


def _measure(options) -> list[Answer]:
    world, steps, queries = stage(), defaultdict(list), defaultdict(int)
    for _n in range(3):
        flow(world, options.lines, steps, queries)
    steps.clear()
    queries.clear()
    began, began_cpu = time.perf_counter(), time.process_time()
    for _n in range(options.flows):
        flow(world, options.lines, steps, queries)
    seconds, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    return [
        Answer("whole flows", round(options.flows / seconds, 2), "flows/s", 10, at_least=True),
        Answer("Python's share of a flow", round(cpu * 1000 / options.flows, 1), "ms"),
        Answer("queries of a flow", sum(queries.values()) // options.flows, "queries"),
        *(Answer(f"{name}, median", median(spent), "ms") for name, spent in steps.items()),
    ]


def stage() -> dict:
    """Bicycles with plenty of stock, and a customer of the demo with room in the credit limit."""
    from mainspring.kernel import commands
    from mainspring.kernel.models import Site
    from mainspring.modules.items.models import Item
    from mainspring.modules.parties.models import Party
    from mainspring.modules.stock.models import StockAdjustment

    ctx = context()
    site = Site.objects.get(code="VNO")
    items = list(Item.objects.filter(category__code="FG", active=True).order_by("code")[:20])
    party = commands.create(
        Party, ctx, code=f"B{time.time_ns() % 10**10}", name=f"Bench {time.time_ns()}", is_customer=True, country="LT",
        currency="EUR", credit_limit=10**9,
    )  # fmt: skip
    opening = commands.create(
        StockAdjustment, ctx, site=site, reason="For measuring",
        lines=[{"item": item, "quantity": Decimal(10_000), "unit_cost": Decimal(60)} for item in items],
    )  # fmt: skip
    commands.perform(opening, "post", ctx)
    return {"ctx": ctx, "party": party, "items": items, "site": site, "next": 0}


def flow(world: dict, lines: int, steps, queries) -> None:
    from mainspring.kernel import commands
    from mainspring.modules.sales.models import SalesOrder

    ctx, items = world["ctx"], world["items"]

    def step(name: str, work):
        with Counting() as counted:
            began = time.perf_counter()
            result = work()
            steps[name].append((time.perf_counter() - began) * 1000)
        queries[name] += counted.queries
        return result

    chosen = [items[(world["next"] + n) % len(items)].pk for n in range(lines)]
    world["next"] += lines
    specs = [{"item": item, "quantity": 2} for item in chosen]
    order = step(
        "create",
        lambda: commands.create(SalesOrder, ctx, party=world["party"].pk, site=world["site"].pk, lines=specs),
    )
    step("confirm", lambda: commands.perform(order, "confirm", ctx))
    draft = step("ship", lambda: commands.perform(order, "ship", ctx)).outcome
    step("post shipment", lambda: commands.perform(draft, "post", ctx))
    invoice = step("invoice", lambda: commands.perform(order, "invoice", ctx)).outcome
    step("post invoice", lambda: commands.perform(invoice, "post", ctx))


if __name__ == "__main__":
    main("From order to posted invoice, one by one", measure, arguments=arguments)
