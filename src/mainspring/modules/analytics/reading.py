"""Orders and purchases of a company as arrays: five million lines in seconds.

The database packs each column into strings of bytes, one for some months: with a message for every row the server and
its reader would wait for one another millions of times.
"""

from datetime import date

import numpy as np
from django.core.exceptions import EmptyResultSet

from mainspring.kernel import database

EPOCH = date(2000, 1, 1)
COUNTED = ("held", "confirmed", "closed")
HISTORY_DAYS = 3 * 366
PACKED_DAYS = 92
"""Orders of so many days come packed together; what is packed holds half a gigabyte at most."""

THOSE = """o.company_id = %(company)s AND o.state = ANY(%(counted)s)
    AND o.ordered_on > %(today)s::date - %(days)s AND o.ordered_on <= %(today)s"""


def day_number(day: date) -> int:
    return (day - EPOCH).days


def orders(company_id: int, *, today: date, days: int = HISTORY_DAYS) -> tuple[np.ndarray, ...]:
    """(party, day, amount in cents of the base currency) of the company's orders of so many days up to today."""
    return _arrays(
        ("o.party_id", "o.ordered_on - %(epoch)s::date", "o.net_base * 100"),
        f"FROM sales_salesorder o WHERE {THOSE} GROUP BY (o.ordered_on - %(epoch)s::date) / {PACKED_DAYS}",
        company=company_id,
        today=today,
        days=days,
        counted=list(COUNTED),
    )


def months(rows) -> tuple[np.ndarray, ...]:
    """(party, month, amount in cents of the base currency) of a queryset of orders; months as year * 12 + month - 1."""
    try:
        sql, values = rows.order_by().values_list("party_id", "ordered_on", "net_base").query.sql_with_params()
    except EmptyResultSet:
        return (np.zeros(0, dtype=np.int64),) * 3
    named = {f"value{n}": value for n, value in enumerate(values)}
    month = "EXTRACT(YEAR FROM o.ordered_on) * 12 + EXTRACT(MONTH FROM o.ordered_on) - 1"
    return _arrays(
        ("o.party_id", month, "o.net_base * 100"),
        f"FROM ({sql % tuple(f'%({name})s' for name in named)}) AS o (party_id, ordered_on, net_base) "
        f"GROUP BY (o.ordered_on - %(epoch)s::date) / {PACKED_DAYS}",
        **named,
    )


def purchases(company_id: int, *, today: date, days: int = HISTORY_DAYS) -> tuple[np.ndarray, ...]:
    """(party, item) of every order line of so many days up to today."""
    return _arrays(
        ("o.party_id", "l.item_id"),
        f"FROM sales_salesorder o JOIN sales_salesorderline l ON l.document_id = o.id WHERE {THOSE} "
        f"GROUP BY (o.ordered_on - %(epoch)s::date) / {PACKED_DAYS}",
        company=company_id,
        today=today,
        days=days,
        counted=list(COUNTED),
    )


def costs(company_id: int, *, today: date, days: int) -> tuple[np.ndarray, ...]:
    """(party, cost of sales in cents of the base currency) of shipments and returns of so many days up to today."""
    return _arrays(
        ("party_id", "cost"),
        """
        FROM (
            SELECT s.party_id, SUM(v.cost_of_sales) * 100 AS cost
            FROM stock_stockvalue v JOIN stock_stockmove m ON m.id = v.move_id
            JOIN (SELECT id, party_id FROM sales_shipment WHERE company_id = %(company)s
                  UNION ALL SELECT id, party_id FROM sales_return WHERE company_id = %(company)s) s
              ON s.id = m.origin_id
            WHERE v.company_id = %(company)s AND v.posted_on > %(today)s::date - %(days)s
              AND v.posted_on <= %(today)s AND s.party_id IS NOT NULL
            GROUP BY 1) AS found""",
        company=company_id,
        today=today,
        days=days,
    )


def _arrays(columns: tuple[str, ...], source: str, **given) -> tuple[np.ndarray, ...]:
    """Columns of whole numbers without gaps, as arrays whose entries stand in the same sequence."""
    packed = ", ".join(f"string_agg(int8send(({sql})::int8), ''::bytea) AS c{n}" for n, sql in enumerate(columns))
    found = database.rows(f"SELECT {packed} {source}", epoch=EPOCH, **given)
    return tuple(
        np.frombuffer(b"".join(row[f"c{n}"] or b"" for row in found), dtype=">i8").astype(np.int64)
        for n in range(len(columns))
    )
