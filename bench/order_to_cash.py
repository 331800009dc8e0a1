"""How many orders a second go from order to posted invoice on one core: create, confirm, ship, invoice, post.

    python bench/order_to_cash.py [--flows 60] [--lines 1] [--data .data/bench]

Prints JSON: flows a second, and queries and milliseconds of each step. Runs in a data folder of its own; the server is
started and stopped here, fsync is on.
"""

import argparse
import json
import os
import sys
import time
from collections import defaultdict
from decimal import Decimal


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flows", type=int, default=60)
    parser.add_argument("--lines", type=int, default=1)
    parser.add_argument("--data", default=".data/bench")
    parser.add_argument("--profile", action="store_true", help="print where the time goes instead")
    options = parser.parse_args()
    os.environ["MAINSPRING_DATA"] = options.data
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainspring.site.settings")
    from mainspring.site import cli

    with cli.database():
        cli.set_up_django()
        from mainspring.site.commands import migrate

        migrate.migrate(verbosity=0)
        if options.profile:
            profile(options)
        else:
            print(json.dumps(measure(options), indent=2))
    return 0


def profile(options) -> None:
    import cProfile
    import pstats

    with cProfile.Profile() as found:
        measure(options)
    pstats.Stats(found).sort_stats("cumulative").print_stats(60)


def measure(options) -> dict:
    world = stage()
    steps: dict[str, list[float]] = defaultdict(list)
    queries: dict[str, int] = defaultdict(int)
    flow(world, options.lines, steps, queries)  # warm up
    steps.clear()
    queries.clear()
    began, began_cpu = time.perf_counter(), time.process_time()
    for _number in range(options.flows):
        flow(world, options.lines, steps, queries)
    seconds, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    return {
        "question": "order to cash",
        "flows": options.flows,
        "lines": options.lines,
        "seconds": round(seconds, 3),
        "flows_per_second": round(options.flows / seconds, 2),
        "python_cpu_ms": round(cpu * 1000 / options.flows, 1),
        "queries": sum(queries.values()) // options.flows,
        "steps": {
            name: {
                "ms_median": round(sorted(times)[len(times) // 2] * 1000, 2),
                "queries": round(queries[name] / options.flows, 1),
            }
            for name, times in steps.items()
        },
    }


def stage():
    """A company with stock and a customer; each run makes a company of its own."""
    from mainspring.kernel import commands
    from mainspring.kernel.models import Company, Currency, User
    from mainspring.modules.accounting import commands as accounting
    from mainspring.modules.items.models import Item, ItemCategory
    from mainspring.modules.organization.models import Unit, UnitCategory
    from mainspring.modules.parties.models import Party
    from mainspring.modules.pricing.models import Price, PriceList
    from mainspring.modules.stock import commands as stock
    from mainspring.modules.stock.models import StockAdjustment

    tag = f"B{int(time.time()) % 10**8}"
    eur = Currency.objects.get_or_create(code="EUR", defaults={"name": "Euro"})[0]
    company = Company.objects.create(code=tag, name="Bench", base_currency=eur)
    user = User.objects.create(username=tag, is_superuser=True)
    from datetime import date

    from mainspring.kernel.context import Context

    ctx = Context(user, date.today(), company.pk)
    site = company_site(company)
    stock.ensure_locations(site, ctx)
    accounting.install_chart(company, ctx)
    pieces = UnitCategory.objects.get_or_create(code="bench", defaults={"name": "Bench"})[0]
    piece = Unit.objects.get_or_create(code="bpc", defaults={"name": "Piece", "category": pieces})[0]
    category = ItemCategory.objects.get_or_create(code="BENCH", defaults={"name": "Bench"})[0]
    prices = PriceList.objects.get_or_create(
        code="BENCH", defaults={"name": "Bench", "currency": eur, "is_default": True}
    )[0]
    items = [Item.objects.create(code=f"{tag}-{n}", name=f"Item {n}", category=category, unit=piece) for n in range(20)]
    Price.objects.bulk_create(Price(price_list=prices, item=item, unit=piece, price=Decimal(100)) for item in items)
    party = commands.create(
        Party, ctx, code=tag, name=f"Customer {tag}", is_customer=True, country="LT", currency=eur, credit_limit=10**9
    )
    opening = commands.create(
        StockAdjustment,
        ctx,
        site=site,
        reason="Opening",
        lines=[{"item": item, "quantity": 100_000, "unit_cost": "60"} for item in items],
    )
    commands.perform(opening, "post", ctx)
    return {"ctx": ctx, "party": party, "items": items, "site": site}


def company_site(company):
    from mainspring.kernel.models import Site

    return Site.objects.create(company=company, code="B1", name="Bench")


def flow(world, lines: int, steps, queries) -> None:
    from mainspring.kernel import commands
    from mainspring.modules.sales.models import SalesOrder

    ctx, sales = world["ctx"], {}

    def step(name, fn):
        with Counting() as counted:
            began = time.perf_counter()
            result = fn()
            steps[name].append(time.perf_counter() - began)
        queries[name] += counted.queries
        return result

    items = world["items"]
    chosen = [items[(world.setdefault("next", 0) + n) % len(items)].pk for n in range(lines)]
    world["next"] += lines
    sales["order"] = step(
        "create",
        lambda: commands.create(
            SalesOrder, ctx, party=world["party"].pk, lines=[{"item": item, "quantity": 2} for item in chosen]
        ),
    )
    step("confirm", lambda: commands.perform(sales["order"], "confirm", ctx))
    draft = step("ship", lambda: commands.perform(sales["order"], "ship", ctx)).outcome
    step("post shipment", lambda: commands.perform(draft, "post", ctx))
    invoice = step("invoice", lambda: commands.perform(sales["order"], "invoice", ctx)).outcome
    step("post invoice", lambda: commands.perform(invoice, "post", ctx))


class Counting:
    """Context: how many statements were sent."""

    def __enter__(self):
        from django.db import connection

        self.queries = 0
        self._wrapper = connection.execute_wrapper(self._count)
        self._wrapper.__enter__()
        return self

    def __exit__(self, *details):
        self._wrapper.__exit__(*details)

    def _count(self, execute, sql, params, many, context):
        self.queries += 1
        if os.environ.get("BENCH_SQL"):
            print(" ".join(sql.split())[:160], file=sys.stderr)
        return execute(sql, params, many, context)


if __name__ == "__main__":
    sys.exit(main())
