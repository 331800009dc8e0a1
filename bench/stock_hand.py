"""How long does on hand of every item and place take with a million moves, and how do writers fare on one hot item?"""

import statistics
import sys
import threading
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import journal_post

MOVES, WRITERS, ROUNDS = 1_000_000, 50, 4


def main() -> dict:
    from django.db import connection

    from mainspring.kernel import database
    from mainspring.kernel.models import Site
    from mainspring.modules.accounting import commands as accounting
    from mainspring.modules.items.models import Item, ItemCategory
    from mainspring.modules.organization import commands as organization
    from mainspring.modules.stock import commands as stock
    from mainspring.modules.stock import queries
    from mainspring.modules.stock.models import StockBalance

    company, ctx = journal_post.small_company()
    accounting.install_chart(company, ctx)
    units = organization.install_units(ctx)
    site = Site.objects.create(company=company, code="S", name="S")
    places = stock.ensure_locations(site, ctx)
    category = ItemCategory.objects.create(code="G", name="G")
    items = Item.objects.bulk_create(
        [Item(code=f"I{n:05}", name="x", category=category, unit=units["pcs"]) for n in range(5000)]
    )
    database.execute(
        """
        INSERT INTO stock_stockmove (company_id, item_id, state, quantity, from_location_id, to_location_id,
            effective_on, effective_at, reference, created_at)
        SELECT %(company)s, (%(items)s::bigint[])[1 + n %% 5000], 'done', 1, %(start)s, %(end)s,
               date '2026-01-01' + n / 5000,
               timestamptz '2026-01-01' + n / 5000 * interval '1 day', '', now()
        FROM generate_series(0, %(n)s - 1) AS n""",
        company=company.pk,
        items=[i.pk for i in items],
        start=places["supplier"].pk,
        end=places["internal"].pk,
        n=MOVES,
    )
    database.execute("""INSERT INTO stock_stockbalance (item_id, location_id, quantity, reserved)
                        SELECT item_id, to_location_id, SUM(quantity), 0 FROM stock_stockmove GROUP BY 1, 2""")
    database.execute("ANALYZE stock_stockmove")
    now = [timed(lambda: queries.on_hand_everywhere(ctx))[1] for _n in range(5)]
    past = [timed(lambda: queries.on_hand_everywhere(ctx, date(2026, 7, 1)))[1] for _n in range(3)]
    hot = Item.objects.create(code="HOT", name="x", category=category, unit=units["pcs"])
    spec = stock.MoveSpec(hot, Decimal(10_000), places["supplier"], places["internal"], unit_cost=Decimal(5))
    stock.post_moves(ctx, [spec], effective_on=ctx.business_date)
    took, errors, gate = [], [], threading.Barrier(WRITERS)

    def write():
        connection.ensure_connection()
        gate.wait()
        try:
            for _n in range(ROUNDS):
                one = stock.MoveSpec(hot, Decimal(1), places["internal"], places["customer"])
                took.append(timed(lambda s=one: stock.post_moves(ctx, [s], effective_on=ctx.business_date))[1])
                time.sleep(2)
        except Exception as error:
            errors.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _n in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    left = StockBalance.objects.get(item=hot, location=places["internal"]).quantity
    return {
        "on_hand_ms": round(statistics.median(now) * 1000, 1),
        "on_hand_past_ms": round(statistics.median(past) * 1000, 1),
        "hot_item": {
            "writers": WRITERS,
            "posts": len(took),
            "p50_ms": round(statistics.median(took) * 1000),
            "p95_ms": round(sorted(took)[int(len(took) * 0.95)] * 1000),
            "errors": errors,
            "left": int(left),
        },
    }


def timed(work):
    began = time.perf_counter()
    return work(), time.perf_counter() - began


if __name__ == "__main__":
    journal_post.in_own_database(main)
