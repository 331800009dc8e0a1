"""Years of past sales, written set by set: what size L adds before the days that are lived.

The trading years before the plants: bought-in models, put into the distribution centers day by day, sold, invoiced and
paid. Every document, move, value and journal line a sale leaves behind is there, with numbers without gaps.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection, transaction

from mainspring.kernel import commands, database, numbering
from mainspring.kernel.models import Company, DocumentIdentity, DocumentLink, Site
from mainspring.modules.accounting.models import (
    Account,
    AccountTotal,
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
    CostBalance,
    Location,
    StockAdjustment,
    StockAdjustmentLine,
    StockBalance,
    StockMove,
    StockValue,
    Transfer,
    TransferLine,
)

from . import history_staging, setwise
from .days import season
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
LEDGERS = (StockMove, StockValue, DocumentIdentity, DocumentLink)


@dataclass(frozen=True)
class Scene:
    """What every statement refers to: keys of the company, its places and accounts."""

    company: int
    currency: str
    plant: int
    places: dict
    accounts: dict
    taxes: dict
    term: int


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
            for step in (
                _orders,
                _supply,
                _transfers,
                _shipments,
                _invoices,
                _payments,
                _links,
                _moves,
                _values,
                _books,
            ):
                step(scene)
            if quick:
                _totals(scene)
            out("  past years written, indexes follow")
        _balances(scene)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    counts = {m._meta.verbose_name_plural: m.objects.count() for m in (SalesOrder, StockMove, JournalLine)}
    out("  " + ", ".join(f"{count} {name}" for name, count in counts.items()))


def _items(ctx, rng) -> list[tuple[Item, Decimal]]:
    """Models of earlier years: bought in, no longer sold, so that today's costing never looks back at them."""
    category = commands.create(ItemCategory, ctx, code="PAST", name="Earlier models")
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


# -- documents --------------------------------------------------------------------------------------------------------


def _document(scene: Scene, model, source: str, *, id: str, number: str, title: str = "''", **columns: str) -> None:
    """Header rows and their identities."""
    kind = f"'{model._meta.label_lower}'"
    setwise.insert(DocumentIdentity, source, id=id, kind=kind, company=str(scene.company), number=number, title=title)
    setwise.insert(model, source, identity=id, number=number, company=str(scene.company), **columns)


def _orders(scene: Scene) -> None:
    money = {"net": "net", "tax": "tax", "total": "total", "net_base": "net", "total_base": "total"}
    _document(
        scene, SalesOrder, "past_order", id="id", number="number", title="title", state="'closed'", party="party_id",
        owner="owner_id", territory="territory_id", site="site_id", reference="'P' || n", wanted_on="ship_day",
        payment_term=str(scene.term), currency=f"'{scene.currency}'", ordered_on="day", promised_on="ship_day",
        delivery_status="'all'", billing_status="'all'", **money,
    )  # fmt: skip
    setwise.insert(
        SalesOrderLine, "past_line JOIN past_order o USING (n) JOIN past_item i USING (item_id)",
        id="line_id", document="o.id", position="position", item="item_id", description="i.code", quantity="quantity",
        unit="unit_id", price="i.price", list_price="i.price", tax_code="tax_id", net="past_line.net",
        tax="past_line.tax", stock_quantity="quantity", promised_on="ship_day", wanted_on="ship_day",
        shipped="quantity", invoiced="quantity",
    )  # fmt: skip


def _supply(scene: Scene) -> None:
    _document(
        scene, StockAdjustment, "past_supply", id="id", number="number", state="'posted'", site=str(scene.plant),
        adjusted_on="day", reason="'Bought-in models of the week'", total="value", total_base="value",
    )  # fmt: skip
    setwise.insert(
        StockAdjustmentLine, "past_supply_line l JOIN past_item i USING (item_id)", id="line_id", document="l.id",
        position="position", item="item_id", quantity="quantity", unit_cost="cost",
        location=str(scene.places[scene.plant, "internal"]),
    )  # fmt: skip


def _transfers(scene: Scene) -> None:
    _document(
        scene, Transfer, "past_transfer", id="id", number="number", state="'received'", from_site=str(scene.plant),
        to_site="site_id", ship_on="day", receive_on="day + 1",
    )  # fmt: skip
    setwise.insert(
        TransferLine, "past_transfer_line", id="line_id", document="id", position="position", item="item_id",
        quantity="quantity",
    )  # fmt: skip


def _shipments(scene: Scene) -> None:
    _document(
        scene, Shipment, "past_order", id="ship_id", number="ship_number", title="title", state="'posted'", order="id",
        party="party_id", site="site_id", ship_on="ship_day",
    )  # fmt: skip
    setwise.insert(
        ShipmentLine, "past_line JOIN past_order o USING (n) JOIN past_item i USING (item_id)", id="ship_line_id",
        document="o.ship_id", position="position", order_line="line_id", item="item_id", quantity="quantity",
        unit="unit_id", stock_quantity="quantity",
    )  # fmt: skip


def _invoices(scene: Scene) -> None:
    _document(
        scene, Invoice, "past_order", id="invoice_id", number="invoice_number", title="title", state="'posted'",
        kind="'customer_invoice'", party="party_id", invoice_on="ship_day", tax_point_on="ship_day", due_on="due_day",
        payment_term=str(scene.term), currency=f"'{scene.currency}'", rate="1", rate_on="ship_day", site="site_id",
        reference="'P' || n", net="net", tax="tax", total="total", total_base="total",
    )  # fmt: skip
    setwise.insert(
        InvoiceLine, "past_line JOIN past_order o USING (n) JOIN past_item i USING (item_id)",
        document="o.invoice_id", position="position", item="item_id", description="i.code", quantity="quantity",
        unit="unit_id", price="i.price", tax_code="tax_id", tax_rate="tax_rate", net="past_line.net",
        tax="past_line.tax", account=str(scene.accounts["sales"]), origin="o.id", origin_line="line_id",
    )  # fmt: skip


def _payments(scene: Scene) -> None:
    _document(
        scene, Payment, "past_order WHERE pay_day IS NOT NULL", id="pay_id", number="pay_number", title="title",
        state="'posted'", direction="'in'", party="party_id", paid_on="pay_day", currency=f"'{scene.currency}'",
        amount="total", rate="1", account=str(scene.accounts["bank"]), total="total", total_base="total",
    )  # fmt: skip
    setwise.insert(
        PaymentAllocation, "past_order WHERE pay_day IS NOT NULL", document="pay_id", position="1",
        invoice="invoice_id", amount="total", allocated_on="pay_day",
    )  # fmt: skip


def _links(scene: Scene) -> None:
    for source, target in (("id", "ship_id"), ("id", "invoice_id"), ("ship_id", "invoice_id")):
        setwise.insert(DocumentLink, "past_order", source=source, target=target)


# -- ledgers ----------------------------------------------------------------------------------------------------------


def _moves(scene: Scene) -> None:
    plant, road = scene.places[scene.plant, "internal"], scene.places[scene.plant, "transit"]
    common = {"company": str(scene.company), "item": "l.item_id", "quantity": "l.quantity", "state": "'done'"}
    setwise.insert(
        StockMove, "past_supply_line l JOIN past_supply d USING (id) JOIN past_item i USING (item_id)", **common,
        from_location=str(scene.places[scene.plant, "adjustment"]), to_location=str(plant), effective_on="day",
        effective_at="day + time '05:00'", unit_cost="cost", origin="d.id", origin_line="l.line_id",
    )  # fmt: skip
    for start, end, on, at in ((str(plant), str(road), "d.day", "06:00"), (str(road), "p.stock_id", "d.day + 1", "07:00")):
        setwise.insert(
            StockMove, "past_transfer_line l JOIN past_transfer d USING (id) JOIN past_place p ON p.site_id = d.site_id",
            **common, from_location=start, to_location=end, effective_on=on, effective_at=f"{on} + time '{at}'",
            origin="d.id", origin_line="l.line_id",
        )  # fmt: skip
    setwise.insert(
        StockMove, "past_line l JOIN past_order o USING (n) JOIN past_place p USING (site_id)", **common,
        from_location="p.stock_id", to_location="p.customer_id", effective_on="ship_day",
        effective_at="ship_day + time '14:00'", origin="o.ship_id", origin_line="l.ship_line_id", reference="o.number",
    )  # fmt: skip


def _values(scene: Scene) -> None:
    """What each move into or out of the company did to the value of stock."""
    common = {
        "company": str(scene.company), "item": "m.item_id", "move": "m.id", "event": "'m' || m.id",
        "effective_at": "m.effective_at", "posted_on": "m.effective_on", "origin": "m.origin_id", "entry": "e.id",
    }  # fmt: skip
    source = "stock_stockmove m JOIN past_item i USING (item_id) JOIN past_entry e ON e.origin_id = m.origin_id"
    setwise.insert(
        StockValue, f"{source} WHERE e.kind = 'supply'", **common, kind="'receipt'", quantity="m.quantity",
        stock="m.quantity * i.cost",
    )  # fmt: skip
    setwise.insert(
        StockValue, f"{source} WHERE e.kind = 'ship'", **common, kind="'issue'", quantity="-m.quantity",
        stock="-m.quantity * i.cost", cost_of_sales="m.quantity * i.cost",
    )  # fmt: skip


def _books(scene: Scene) -> None:
    """Entries of supply, shipments, invoices and payments, and their lines."""
    _document(
        scene, JournalEntry, "past_entry", id="id", number="number", state="'posted'", posted_on="day", area="area",
        has_tax="has_tax", memo="memo", origin="origin_id", total="total", line_count="line_count",
    )  # fmt: skip
    account, lines = scene.accounts, "past_entry e JOIN past_order o ON"
    _lines(scene, "past_entry e WHERE kind = 'supply'", 1, account["stock"], "e.total", site=str(scene.plant))
    _lines(scene, "past_entry e WHERE kind = 'supply'", 2, account["stock_adjustment"], "-e.total")
    shipped = f"{lines} e.kind = 'ship' AND o.ship_id = e.origin_id"
    _lines(scene, shipped, 1, account["stock"], "-e.total", site="o.site_id")
    _lines(
        scene, f"{shipped} JOIN past_line l USING (n)", "l.position + 1", account["cogs"], "l.cost", item="l.item_id",
        site="o.site_id",
    )  # fmt: skip
    billed = f"{lines} e.kind = 'invoice' AND o.invoice_id = e.origin_id"
    party = {"party": "o.party_id", "site": "o.site_id"}
    _lines(
        scene, f"{billed} JOIN past_line l USING (n) JOIN past_item i USING (item_id)", "l.position", account["sales"],
        "-l.net", item="l.item_id", tax_code="o.tax_id", memo="i.code", **party,
    )  # fmt: skip
    _lines(
        scene,
        f"{billed} AND o.tax > 0",
        "e.line_count - 1",
        account["tax_output"],
        "-o.tax",
        tax_code="o.tax_id",
        **party,
    )
    _lines(
        scene, billed, "e.line_count", account["receivable"], "o.total", id="o.receivable_line_id", open_item="true",
        due_on="o.due_day", **party,
    )  # fmt: skip
    paid = f"{lines} e.kind = 'pay' AND o.pay_id = e.origin_id"
    _lines(scene, paid, 1, account["bank"], "o.total", party="o.party_id")
    _lines(
        scene, paid, 2, account["receivable"], "-o.total", open_item="true", settles="o.receivable_line_id",
        party="o.party_id",
    )  # fmt: skip


def _lines(scene: Scene, source: str, position, account: int, amount: str, **columns: str) -> None:
    setwise.insert(
        JournalLine, source, document="e.id", position=str(position), company=str(scene.company), posted_on="e.day",
        account=str(account), amount=amount, currency=f"'{scene.currency}'", currency_amount=amount,
        origin="e.origin_id", **columns,
    )  # fmt: skip


def _totals(scene: Scene) -> None:
    """What the trigger of the journal would have added: one row an account and day."""
    setwise.insert(
        AccountTotal,
        "(SELECT l.company_id, l.account_id, l.posted_on, SUM(GREATEST(l.amount, 0)) AS debit, "
        "SUM(GREATEST(-l.amount, 0)) AS credit FROM accounting_journalline l JOIN past_entry e ON e.id = l.document_id "
        "GROUP BY 1, 2, 3) x",
        company="company_id",
        account="account_id",
        posted_on="posted_on",
        debit="debit",
        credit="credit",
    )


def _balances(scene: Scene) -> None:
    """What lies where at the end, and what it cost."""
    setwise.insert(
        StockBalance,
        """(SELECT m.item_id, side.location_id, SUM(side.sign * m.quantity) AS quantity
            FROM stock_stockmove m JOIN past_item USING (item_id)
            CROSS JOIN LATERAL (VALUES (m.to_location_id, 1), (m.from_location_id, -1)) AS side (location_id, sign)
            JOIN stock_location p ON p.id = side.location_id AND p.kind IN ('internal', 'transit', 'quarantine')
            WHERE m.state = 'done' GROUP BY 1, 2) x""",
        item="item_id",
        location="location_id",
        quantity="quantity",
    )
    setwise.insert(
        CostBalance,
        """(SELECT v.item_id, SUM(v.quantity) AS quantity, SUM(v.stock) AS value, MAX(v.effective_at) AS last_at, i.cost
            FROM stock_stockvalue v JOIN past_item i USING (item_id) GROUP BY v.item_id, i.cost) x""",
        company=str(scene.company),
        item="item_id",
        method="'average'",
        quantity="quantity",
        value="value",
        last_unit_cost="cost",
        last_at="last_at",
    )
