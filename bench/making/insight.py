"""A company with customers who bought for a thousand days: orders and lines by the million, made in the database.

As in life keys rise with time and the lines of an order stand beside one another; those who buy much do so often, some
items sell a lot, some are bought with another one. Each part is a transaction; what was made whole is not made again.
"""

import time
from collections.abc import Callable

LINES_AN_ORDER = 4
DAYS = 1000
PART = 500_000
"""Orders written at once."""


def code(lines: int) -> str:
    """The code of the company with so many order lines."""
    return f"I{lines}"[:12]


def make(customers: int, lines: int, items: int, out: Callable[[str], None]) -> float:
    """Make the company unless it is there whole; the seconds it took."""
    from mainspring.kernel import database
    from mainspring.kernel.models import Company
    from mainspring.modules.items.models import Item
    from mainspring.modules.parties.models import Party
    from mainspring.modules.sales.models import SalesOrder, SalesOrderLine

    own, began = Company.objects.filter(code=code(lines)).first(), time.perf_counter()
    if own is None:
        own = _masters(customers, lines, items)
        out(f"customers and items after {time.perf_counter() - began:.0f} s")
    orders = lines // LINES_AN_ORDER
    done = SalesOrder.objects.filter(company=own).count()
    if done == orders:
        return 0
    party, item = (
        model.objects.filter(code__startswith=f"{own.code}-").order_by("pk").first() for model in (Party, Item)
    )
    indexes = _drop_indexes(SalesOrder._meta.db_table, SalesOrderLine._meta.db_table)
    try:
        for start in range(done, orders, PART):
            count = min(PART, orders - start)
            _orders(own, start, count, orders, party.pk, customers)
            _lines(own, start, count, item.pk, item.unit_id, items)
            out(f"{start + count} of {orders} orders after {time.perf_counter() - began:.0f} s")
    finally:
        for sql in indexes:
            database.execute(sql)
    out(f"indexes after {time.perf_counter() - began:.0f} s")
    for table in (SalesOrder._meta.db_table, SalesOrderLine._meta.db_table):
        database.execute(f"VACUUM (ANALYZE) {table}")
    database.analyze(Party, Item)
    return time.perf_counter() - began


def _masters(customers: int, lines: int, items: int):
    from filling import Filling

    from mainspring.kernel.models import Company
    from mainspring.modules.items.models import Item, ItemCategory
    from mainspring.modules.organization.models import Unit
    from mainspring.modules.parties.models import Party

    name = code(lines)
    with Filling() as rows:
        own = Company.objects.create(code=name, name="Insight", base_currency_id="EUR", country="LT")
        rows.add(
            Party,
            customers,
            code=f"'{name}-' || n",
            name="'Customer ' || n",
            is_customer="true",
            country="'LT'",
            currency_id="'EUR'",
            active="true",
        )
        rows.add(
            Item,
            items,
            code=f"'{name}-' || n",
            name="'Item ' || n",
            category_id=ItemCategory.objects.first().pk,
            unit_id=Unit.objects.get(code="pcs").pk,
            active="true",
        )
    return own


def _key(name: str, number: str) -> str:
    """SQL of the key of an order: it rises with its number, as keys made one after the other do."""
    return f"(substr(md5('{name}'), 1, 12) || lpad(to_hex({number}), 20, '0'))::uuid"


def _orders(own, start: int, count: int, all_orders: int, first_party: int, customers: int) -> None:
    from filling import Filling

    from mainspring.kernel.models import DocumentIdentity
    from mainspring.modules.sales.models import SalesOrder

    number = f"(n + {start})"
    key = _key(own.code, number)
    with Filling() as rows:
        rows.add(DocumentIdentity, count, id=key, kind="'sales.salesorder'", company_id=own.pk)
        rows.add(
            SalesOrder,
            count,
            id=key,
            company_id=own.pk,
            state="'closed'",
            number=f"'O' || {number}",
            party_id=f"{first_party} + floor(power(random(), 2) * {customers})::bigint",
            currency_id="'EUR'",
            ordered_on=f"CURRENT_DATE - {DAYS} + floor({DAYS} * power({number}::float / {all_orders}, 0.75))::int",
            net_base="round((20 + power(random(), 4) * 5000)::numeric, 2)",
        )


def _lines(own, start: int, count: int, first_item: int, unit: int, items: int) -> None:
    """Lines of these orders: the first and the last of an order belong together, the others are anything."""
    from filling import Filling

    from mainspring.modules.sales.models import SalesOrderLine

    order = f"({start + 1} + (n - 1) / {LINES_AN_ORDER})"
    often = f"floor(power((hashint8({order}) & 2147483647) / 2147483648.0, 3) * {items})::bigint"
    item = (
        f"CASE n % {LINES_AN_ORDER} WHEN 1 THEN {often} WHEN 0 THEN ({often} * 7 + 13) % {items} "
        f"ELSE floor(power(random(), 3) * {items})::bigint END"
    )
    with Filling() as rows:
        rows.add(
            SalesOrderLine,
            count * LINES_AN_ORDER,
            document_id=_key(own.code, order),
            position=f"1 + (n - 1) % {LINES_AN_ORDER}",
            item_id=f"{first_item} + {item}",
            unit_id=unit,
            quantity=1,
            price=10,
            net=10,
        )


def _drop_indexes(*tables: str) -> list[str]:
    """Drop what is no constraint of tables: the statements that make it again."""
    from mainspring.kernel import database

    found = database.rows(
        """
        SELECT x.indexname, x.indexdef FROM pg_indexes x
        LEFT JOIN pg_constraint c ON c.conname = x.indexname
        WHERE x.tablename = ANY(%(tables)s) AND c.oid IS NULL ORDER BY 1""",
        tables=list(tables),
    )
    for row in found:
        database.execute(f'DROP INDEX "{row["indexname"]}"')
    return [row["indexdef"].replace("CREATE INDEX", "CREATE INDEX IF NOT EXISTS", 1) for row in found]
