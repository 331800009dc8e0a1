"""How long does a full run of 100,000 items take from and to the database, and how soon does the plan follow an order?

The demo company gets as many planned items as are missing to 100,000: eight levels of bills, routings on its work
centers, sources' lead times, stock and demand, all written set by set. The planner runs as a process of its own.
"""

import random
import subprocess
import sys
import time
from datetime import timedelta

from harness import Answer, context, main, median, p95

ITEMS, LEVELS, CENTERS = 100_000, 8, 24


def arguments(parser) -> None:
    parser.add_argument("--items", type=int, default=ITEMS)
    parser.add_argument("--changes", type=int, default=80)
    parser.add_argument("--load", action="store_true", help="only write the items, and measure nothing")


def measure(options) -> list[Answer]:
    from mainspring.engines.mrp import plan
    from mainspring.kernel import database
    from mainspring.kernel.models import Company, Site
    from mainspring.modules.planning import following

    company = Company.objects.get(code="MSB")
    site = Site.objects.filter(company=company, kind="plant", active=True).order_by("pk").first()
    fill(company, site, options.items)
    if options.load:
        return []
    ctx = following.context(company)
    kept = following.Kept()
    plan.warm()  # the engines are compiled before the clock runs
    first = following.batch(ctx, kept, everything=True)
    kept.forget()
    again = following.batch(ctx, kept, everything=True)
    for one in (first, again):
        print(one, file=sys.stderr, flush=True)
    nodes = database.scalar("SELECT nodes FROM planning_planstate WHERE company_id = %(c)s", c=company.pk)
    orders = database.scalar(
        "SELECT (SELECT count(*) FROM production_productionorder WHERE state = 'proposed') + "
        "(SELECT count(*) FROM purchasing_purchaserequest WHERE state = 'proposed')"
    )
    kept.forget()
    waits = follow(company, site, options.changes)
    return [
        Answer("items planned", nodes, "items", options.items, at_least=True),
        Answer("proposals in the database", orders, "proposals"),
        Answer("first run, every proposal new", round(first.seconds, 1), "s"),
        Answer("full run from and to the database", round(again.seconds, 2), "s", 15),
        Answer("proposals it wrote", again.new + again.changed + again.withdrawn, "proposals", 0, exactly=True),
        Answer("from commit to the plan, median", median(waits), "ms"),
        Answer("from commit to the plan, p95", p95(waits), "ms", 1000),
    ]


def follow(company, site, changes: int) -> list[float]:
    """Milliseconds from the commit of each changed order until the plan holds it; the planner runs as in service."""
    from mainspring.kernel import commands, database
    from mainspring.modules.items.models import Item
    from mainspring.modules.parties.models import Party
    from mainspring.modules.purchasing.models import PurchaseOrder
    from mainspring.modules.stock import commands as stock

    ctx, dice = context(), random.Random(1)
    places = stock.ensure_locations(site, ctx)
    supplier = Party.objects.filter(is_supplier=True, active=True).first()
    order = commands.create(PurchaseOrder, ctx, supplier=supplier, site=site)
    tops = list(Item.objects.filter(code__startswith="LIVE-0-").order_by("pk")[:5000])
    before = state(company)["version"]
    child = subprocess.Popen([sys.executable, "-m", "mainspring.site.cli", "planner"])
    waits, item = [], tops[0]
    try:
        while state(company)["version"] == before:
            time.sleep(0.2)
        for n in range(changes):
            item = dice.choice(tops) if n % 2 == 0 else item  # an order for it comes, and then changes
            move = stock.MoveSpec(
                item.pk,
                dice.randint(1, 90),
                places["internal"],
                places["customer"],
                order,
                planned_on=ctx.business_date + timedelta(days=30),
            )
            with database.transaction.atomic():
                stock.replan(ctx, order, [move])
            began, version = time.perf_counter(), state(company)["version"]
            while marks(company):
                time.sleep(0.005)
            assert state(company)["version"] >= version
            if n % 2:
                waits.append((time.perf_counter() - began) * 1000)
            time.sleep(dice.random() * 0.2)
        with database.transaction.atomic():
            stock.replan(ctx, order, [])
    finally:
        child.terminate()
        child.wait(20)
    return waits


def state(company) -> dict:
    from mainspring.kernel import database

    return database.rows("SELECT version FROM planning_planstate WHERE company_id = %(c)s", c=company.pk)[0]


def marks(company) -> bool:
    from mainspring.kernel import database

    return database.scalar("SELECT EXISTS (SELECT FROM planning_planmark WHERE company = %(c)s)", c=company.pk)


def fill(company, site, items: int) -> None:
    """Planned items up to so many, level by level: LIVE-<level>-<number>."""
    from mainspring.kernel import database

    have = database.scalar("SELECT count(*) FROM items_itemsite WHERE site_id = %(site)s", site=site.pk)
    if have >= items:
        return
    each = -(-(items - have) // LEVELS)
    given = {"each": each, "levels": LEVELS, "site": site.pk, "company": company.pk, "last": LEVELS - 2}
    with database.transaction.atomic():
        database.execute("SET LOCAL session_replication_role = replica")  # these bills have no loop: no need to look
        for sql in FILL:
            database.execute(sql, **given)
            database.execute("ANALYZE items_item, engineering_bom, engineering_routing")
    for table in TABLES:
        database.execute(f"ANALYZE {table}")


ENTITY = "created_at, updated_at, version, custom"
NEW = "now(), now(), 1, '{}'"
TABLES = ("items_item", "items_itemsite", "engineering_bom", "engineering_bomline", "engineering_routing",
          "engineering_routingoperation", "stock_stockmove", "stock_stockbalance")  # fmt: skip
FILL = (
    f"""INSERT INTO items_item (code, name, names, category_id, kind, make_or_buy, unit_id, barcode, cost_method,
        description, active, {ENTITY})
    SELECT format('LIVE-%%s-%%s', level, n), format('Part %%s of level %%s', n, level), '{{}}',
        (SELECT min(id) FROM items_itemcategory), 'stock', CASE WHEN level <= %(last)s THEN 'make' ELSE 'buy' END,
        (SELECT min(unit_id) FROM items_item WHERE kind = 'stock' AND make_or_buy = 'make'), '', 'average', '', true,
        {NEW}
    FROM generate_series(0, %(levels)s - 1) level, generate_series(1, %(each)s) n
    ON CONFLICT (code) DO NOTHING""",
    f"""INSERT INTO items_itemsite (item_id, site_id, policy, lead_time_days, safety_stock, reorder_point, reorder_to,
        lot_rule, lot_size, minimum, multiple, demand_fence_days, planning_fence_days, transit_days, transfer_cost,
        {ENTITY})
    SELECT id, %(site)s, 'mrp', 1 + id %% 5, 0, 0, 0, 'period', 28 + id %% 28, 0,
        CASE WHEN id %% 3 = 0 THEN 5 ELSE 0 END, 0, 0, 0, 0,
        {NEW} FROM items_item WHERE code LIKE 'LIVE-%%' ON CONFLICT DO NOTHING""",
    f"""INSERT INTO engineering_bom (item_id, revision, state, active, note, batch_quantity, {ENTITY})
    SELECT id, 'A', 'released', true, '', 1, {NEW} FROM items_item i WHERE code LIKE 'LIVE-%%' AND make_or_buy = 'make'
        AND NOT EXISTS (SELECT FROM engineering_bom b WHERE b.item_id = i.id)""",
    """INSERT INTO engineering_bomline (document_id, component_id, quantity, unit_id, scrap_pct, is_fixed, note,
        position, role, taking)
    SELECT b.id, c.id, 1 + (b.id + k) %% 3, c.unit_id, 0, false, '', k, 'main', ''
    FROM (SELECT b.id, split_part(i.code, '-', 2)::int AS level, split_part(i.code, '-', 3)::int AS n
          FROM engineering_bom b JOIN items_item i ON i.id = b.item_id AND i.code LIKE 'LIVE-%%') b
    CROSS JOIN generate_series(1, 3) k
    JOIN items_item c ON c.code = format('LIVE-%%s-%%s', b.level + 1, 1 + (b.n * 7 + k * 101) %% %(each)s)
    WHERE NOT EXISTS (SELECT FROM engineering_bomline l WHERE l.document_id = b.id)""",
    f"""INSERT INTO engineering_routing (item_id, revision, state, active, note, {ENTITY})
    SELECT id, 'A', 'released', true, '', {NEW} FROM items_item i WHERE code LIKE 'LIVE-%%' AND make_or_buy = 'make'
        AND NOT EXISTS (SELECT FROM engineering_routing b WHERE b.item_id = i.id)""",
    f"""INSERT INTO engineering_workcenter (site_id, code, name, calendar_id, size, efficiency_pct, hourly_cost,
        machine_hourly_cost, overhead_hourly_cost, active, {ENTITY})
    SELECT %(site)s, format('LIVE-%%s', n), format('Hall %%s', n), (SELECT min(calendar_id) FROM engineering_workcenter
        WHERE site_id = %(site)s), 200, 100, 0, 0, 0, true, {NEW} FROM generate_series(1, {CENTERS}) n
    ON CONFLICT (site_id, code) DO NOTHING""",
    f"""INSERT INTO engineering_routingoperation (document_id, sequence, work_center_id, name, setup_hours,
        run_hours_per_unit, queue_hours, move_hours, yield_pct, is_parallel, instruction, position)
    SELECT r.id, 10, w.id, 'Work', 0.1, 0.01, 0, 0, 100, false, '', 1
    FROM engineering_routing r
    JOIN engineering_workcenter w ON w.site_id = %(site)s AND w.code = format('LIVE-%%s', 1 + r.id %% {CENTERS})
    JOIN items_item i ON i.id = r.item_id AND i.code LIKE 'LIVE-%%'
    WHERE NOT EXISTS (SELECT FROM engineering_routingoperation l WHERE l.document_id = r.id)""",
    """INSERT INTO stock_stockmove (company_id, item_id, state, quantity, from_location_id, to_location_id, planned_on,
        reference, created_at)
    SELECT %(company)s, i.id, 'planned', 5 + (i.id * k) %% 40, f.id, t.id,
        current_date + (i.id * (k + 3) %% 150)::int, '', now()
    FROM items_item i, generate_series(1, 2) k,
        (SELECT min(id) AS id FROM stock_location WHERE site_id = %(site)s AND kind = 'internal' AND is_default) f,
        (SELECT min(id) AS id FROM stock_location WHERE site_id = %(site)s AND kind = 'customer' AND is_default) t
    WHERE i.code LIKE 'LIVE-0-%%'""",
    """INSERT INTO stock_stockbalance (item_id, location_id, quantity, reserved)
    SELECT i.id, f.id, i.id %% 60, 0 FROM items_item i,
        (SELECT min(id) AS id FROM stock_location WHERE site_id = %(site)s AND kind = 'internal' AND is_default) f
    WHERE i.code LIKE 'LIVE-%%' AND i.id %% 60 > 0 ON CONFLICT DO NOTHING""",
)


if __name__ == "__main__":
    main("A plan of 100,000 items: run whole, and followed", measure, arguments=arguments)
