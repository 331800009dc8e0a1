"""How long does it take to score 100,000 customers and pair items from 5,000,000 order lines, from rows to rows?"""

import resource

from filling import Filling
from harness import Answer, Counting, main, timed

CUSTOMERS, LINES, ITEMS, LINES_AN_ORDER = 100_000, 5_000_000, 5_000, 4


def arguments(parser) -> None:
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--items", type=int, default=ITEMS)


def company(options) -> int:
    """A company with so many customers and lines, made once: those who buy much do so often, some items sell a lot."""
    from mainspring.kernel import database
    from mainspring.kernel.models import Company, DocumentIdentity
    from mainspring.modules.items.models import Item, ItemCategory
    from mainspring.modules.organization.models import Unit
    from mainspring.modules.parties.models import Party
    from mainspring.modules.sales.models import SalesOrder, SalesOrderLine

    code = f"I{options.lines}"[:12]
    if found := Company.objects.filter(code=code).first():
        return found.pk
    own = Company.objects.create(code=code, name="Insight", base_currency_id="EUR", country="LT")
    category, unit = ItemCategory.objects.first().pk, Unit.objects.get(code="pcs").pk
    customers, lines, items = options.customers, options.lines, options.items
    orders = lines // LINES_AN_ORDER
    with Filling() as rows:
        first_party = rows.add(
            Party,
            customers,
            code=f"'{code}-' || n",
            name="'Customer ' || n",
            is_customer="true",
            country="'LT'",
            currency_id="'EUR'",
            active="true",
        )
        first_item = rows.add(
            Item,
            items,
            code=f"'{code}-' || n",
            name="'Item ' || n",
            category_id=category,
            unit_id=unit,
            active="true",
        )
        key = f"md5('{code}' || n)::uuid"
        rows.add(DocumentIdentity, orders, id=key, kind="'sales.salesorder'", company_id=own.pk)
        rows.add(
            SalesOrder,
            orders,
            id=key,
            company_id=own.pk,
            state="'closed'",
            number="'O' || n",
            party_id=f"{first_party} + floor(power(random(), 2) * {customers})::bigint",
            currency_id="'EUR'",
            ordered_on="CURRENT_DATE - floor(power(random(), 1.3) * 1000)::int",
            net_base="round((20 + power(random(), 4) * 5000)::numeric, 2)",
        )
        rows.add(
            SalesOrderLine,
            lines,
            document_id=f"md5('{code}' || (1 + n % {orders}))::uuid",
            item_id=f"{first_item} + floor(power(random(), 3) * {items})::bigint",
            unit_id=unit,
            quantity=1,
            price=10,
            net=10,
        )
    database.analyze(Party, Item, SalesOrder, SalesOrderLine)
    return own.pk


def measure(options) -> list[Answer]:
    from harness import context

    from mainspring.modules.analytics import calculating
    from mainspring.modules.analytics.models import CustomerInsight

    key, made = timed(lambda: company(options))
    ctx = context().in_company(key)
    calculating.recalculate(context())  # compiles, with the demo's few rows
    with Counting() as counted:
        found, first = timed(lambda: calculating.recalculate(ctx))
    again, second = timed(lambda: calculating.recalculate(ctx))
    assert again["changed"] == 0
    return [
        Answer("customers scored", found["customers"], "customers"),
        Answer("order lines", options.lines, "lines"),
        Answer("rules found", found["rules"], "rules"),
        Answer("first run, read to written", round(first / 1000, 1), "s", 60),
        Answer("run on the next night, nothing changed", round(second / 1000, 1), "s", 60),
        Answer("statements", counted.queries, "statements"),
        Answer("rows kept", CustomerInsight.objects.filter(company=key).count(), "rows"),
        Answer("memory at most", round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024), "MiB", 2048),
        Answer("making the data", round(made / 1000), "s"),
    ]


if __name__ == "__main__":
    main("Segments, classes, risks and pairs from five million order lines", measure, arguments=arguments)
