"""Years of past sales, written set by set: what size L adds before the days that are lived.

The trading years before the plants: bought-in models, put into the distribution centers day by day, sold, invoiced and
paid. Every document, move, value and journal line a sale leaves behind is there, with numbers without gaps.
"""

import itertools
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection, transaction

from mainspring.kernel import commands, database, numbering
from mainspring.kernel.models import Company, DocumentIdentity, DocumentLink, Site
from mainspring.modules.accounting.models import (
    Account,
    Invoice,
    InvoiceLine,
    JournalEntry,
    JournalLine,
    Payment,
    PaymentAllocation,
    TaxCode,
)
from mainspring.modules.items.models import Item, ItemCategory, ItemCost
from mainspring.modules.organization.demo import bulk
from mainspring.modules.organization.models import Unit
from mainspring.modules.parties.models import Party, PaymentTerm
from mainspring.modules.sales.models import SalesOrder, SalesOrderLine, Shipment, ShipmentLine
from mainspring.modules.stock.models import (
    Location,
    StockAdjustment,
    StockAdjustmentLine,
    StockMove,
    StockValue,
    Transfer,
    TransferLine,
)

from . import history_documents as documents
from . import history_ledgers as ledgers
from . import history_staging, planning, setwise
from .days import season
from .history_documents import Scene
from .life import BALTIC

YEARS = 3
ITEMS = 400

DOCUMENTS = (
    (SalesOrder, SalesOrderLine),
    (Shipment, ShipmentLine),
    (Invoice, InvoiceLine),
    (Payment, PaymentAllocation),
    (Transfer, TransferLine),
    (StockAdjustment, StockAdjustmentLine),
    (JournalEntry, JournalLine),
)
STEPS = (
    documents.orders,
    documents.supply,
    documents.transfers,
    documents.shipments,
    documents.invoices,
    documents.payments,
    documents.links,
    ledgers.moves,
    ledgers.values,
    ledgers.books,
)
LEDGERS = (StockMove, StockValue, DocumentIdentity, DocumentLink)


def load(context, orders: int, first: date, rng, out: Callable[[str], None]) -> None:
    """Write `orders` sales orders of the years before `first` with all that follows from them."""
    ctx = context("MSB", on=first)
    tables = [model for pair in DOCUMENTS for model in pair] + list(LEDGERS)
    scene = _scene(ctx)
    with transaction.atomic():
        items = _items(ctx, rng)
        _decide(scene, items, orders, first, rng)
        _number(scene)
        with setwise.put_aside(*tables) as quick:
            for step in STEPS:
                step(scene)
            if quick:
                ledgers.totals(scene)
            out("  past years written, indexes follow")
        ledgers.balances(scene)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    counts = {m._meta.verbose_name_plural: m.objects.count() for m in (SalesOrder, StockMove, JournalLine)}
    out("  " + ", ".join(f"{count} {name}" for name, count in counts.items()))


def _items(ctx, rng) -> list[tuple[Item, Decimal]]:
    """Models of earlier years: bought in, no longer sold, so that today's costing never looks back at them."""
    category = commands.create(ItemCategory, ctx, code=planning.PAST, name="Earlier models")
    unit = Unit.objects.get(code="pcs")
    specs = [
        {
            "code": f"Y{2010 + n % 12}-{n:03}",
            "name": f"Model {2010 + n % 12} number {n}",
            "category": category,
            "unit": unit,
            "weight_kg": Decimal("13.5"),
        }
        for n in range(ITEMS)
    ]
    items = bulk(Item, ctx, specs)
    costs = [Decimal(rng.randrange(9_000, 90_000)) / 100 for _item in items]
    bulk(
        ItemCost,
        ctx,
        [
            {"item": item, "company": Company.objects.get(pk=ctx.company_id), "standard_cost": cost}
            for item, cost in zip(items, costs, strict=True)
        ],
    )
    return list(zip(items, costs, strict=True))


def _scene(ctx) -> Scene:
    company = Company.objects.get(pk=ctx.company_id)
    places = {(p.site_id, p.kind): p.pk for p in Location.objects.filter(site__company=company, is_default=True)}
    plant = Site.objects.get(company=company, code=BALTIC.plants[0]).pk
    return Scene(
        company.pk,
        company.base_currency_id,
        plant,
        places,
        {a.role: a.pk for a in Account.objects.filter(company=company).exclude(role="")},
        {t.code: t.pk for t in TaxCode.objects.filter(company=company)},
        PaymentTerm.objects.get(code="NET30").pk,
    )


# -- what happened, decided here; all the rest follows by SQL ---------------------------------------------------------


def _decide(scene: Scene, items, orders: int, first: date, rng) -> None:
    """Who ordered what on which day, into temporary tables (history_staging)."""
    customers = list(
        Party.objects.filter(is_customer=True, currency=scene.currency, territory__code__in=BALTIC.centers)
        .select_related("territory")
        .order_by("code")
    )
    sites = {s.code: s.pk for s in Site.objects.filter(company=scene.company)}
    start = first.replace(year=first.year - YEARS, day=1)
    days = [day for n in range((first - start).days - 5) if (day := start + timedelta(days=n)).weekday() < 5]
    weights = [season(day) * (1 + 0.15 * (day.year - start.year)) for day in days]
    keys = [item.pk for item, _cost in items]
    popularity = list(itertools.accumulate(1 / (5 + n) for n in range(len(items))))

    def headers():
        for n, day in enumerate(sorted(rng.choices(days, weights, k=orders))):
            party = rng.choice(customers)
            tax, rate = ("S21", 21) if party.country == "LT" else ("IC", 0)
            yield (
                n, day, party.pk, str(party)[:200], party.owner_id, party.territory_id,
                sites[BALTIC.centers[party.territory.code]], scene.taxes[tax], rate,
            )  # fmt: skip

    def lines():
        for n in range(orders):
            chosen = dict.fromkeys(rng.choices(keys, cum_weights=popularity, k=rng.choice((3, 3, 4, 4, 5))))
            for position, item in enumerate(chosen, 1):
                yield n, position, item, rng.choice((1, 1, 1, 2, 2, 3, 5))

    with connection.cursor() as cursor:
        cursor.execute(history_staging.TABLES)
    copy = setwise.copy
    copy("past_item", "item_id, code, cost, price, unit_id", ((i.pk, i.code, c, c * 2, i.unit_id) for i, c in items))
    places = [
        (site, scene.places[site, "internal"], scene.places[site, "transit"], scene.places[site, "customer"])
        for site, kind in scene.places
        if kind == "internal"
    ]
    copy("past_place", "site_id, stock_id, transit_id, customer_id", places)
    copy("past_given", "n, day, party_id, title, owner_id, territory_id, site_id, tax_id, tax_rate", headers())
    copy("past_given_line", "n, position, item_id, quantity", lines())
    with connection.cursor() as cursor:
        cursor.execute(history_staging.FILL, {"first": first, "last_paid": first - timedelta(days=3)})


NUMBERED = (  # model, staging table, its day, its number, part of the series' name
    (SalesOrder, "past_order", "day", "number", ""),
    (Shipment, "past_order", "ship_day", "ship_number", ""),
    (Invoice, "past_order", "ship_day", "invoice_number", "customer_invoice"),
    (Payment, "past_order", "pay_day", "pay_number", ""),
    (Transfer, "past_transfer", "day", "number", ""),
    (StockAdjustment, "past_supply", "day", "number", ""),
    (JournalEntry, "past_entry", "day", "number", ""),
)


def _number(scene: Scene) -> None:
    """Numbers in the order of days, year by year, from the series live documents count in."""
    for model, table, day, column, suffix in NUMBERED:
        years = database.rows(
            f"SELECT EXTRACT(YEAR FROM {day})::int AS year, COUNT(*) AS count FROM {table} WHERE {day} IS NOT NULL "
            "GROUP BY 1 ORDER BY 1"
        )
        for row in years:
            pattern = "INV{year}-{seq:05}" if suffix else ""
            numbers = numbering.next_numbers(model, scene.company, row["year"], row["count"], suffix, pattern)
            database.execute(
                f"""
                WITH ranked AS (
                    SELECT id, row_number() OVER (ORDER BY {day}, id) AS place FROM {table}
                    WHERE {day} >= make_date(%(year)s, 1, 1) AND {day} < make_date(%(year)s + 1, 1, 1)),
                given AS (SELECT * FROM unnest(%(numbers)s::text[]) WITH ORDINALITY AS x (number, place))
                UPDATE {table} SET {column} = given.number FROM ranked JOIN given USING (place)
                WHERE {table}.id = ranked.id""",
                year=row["year"],
                numbers=numbers,
            )
