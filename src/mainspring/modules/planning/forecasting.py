"""What orders leave of the forecasts, and on which days the rest counts as demand (P21, P23)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from mainspring.engines.mrp import forecast as engine
from mainspring.kernel import database

REACH_DAYS = 30
"""An order consumes forecasts whose periods lie at most so many days before or after it."""


@dataclass(frozen=True)
class Left:
    """One forecast: quantities as millionths of the stocking unit; `day` is where the rest counts, None: it expired."""

    key: int
    item: int
    site: int
    starts_on: date
    ends_on: date
    quantity: int
    left: int
    day: date | None


def left(company: int, today: date, items=None, site: int | None = None) -> list[Left]:
    """The forecasts of a company that are not over long since, after what orders and shipments took of them.

    items  keys of items; None: all
    """
    given = {"company": company, "today": today, "items": None if items is None else list(items), "site": site}
    rows = database.rows(
        """
        SELECT f.id, f.item_id, f.site_id, f.starts_on, f.ends_on, (f.quantity * 1000000)::int8 AS quantity,
               COALESCE(p.demand_fence_days, 0) AS fence
        FROM planning_demandforecast f JOIN kernel_site s ON s.id = f.site_id AND s.company_id = %(company)s
        LEFT JOIN items_itemsite p ON p.item_id = f.item_id AND p.site_id = f.site_id
        WHERE f.ends_on >= %(today)s::date - 60 AND (%(site)s::bigint IS NULL OR f.site_id = %(site)s)
          AND (%(items)s::bigint[] IS NULL OR f.item_id = ANY(%(items)s))
        ORDER BY f.item_id, f.site_id, f.starts_on, f.id""",
        **given,
    )
    if not rows:
        return []
    by_node: dict[tuple[int, int], list[dict]] = defaultdict(list)
    for row in rows:
        by_node[row["item_id"], row["site_id"]].append(row)
    taken = _orders(company, min(r["starts_on"] for r in rows), {item for item, _site in by_node})
    return [found for node, of in by_node.items() for found in _of_node(today, of, taken[node])]


def _of_node(today: date, rows: list[dict], orders: list[tuple[date, int]]) -> list[Left]:
    """The forecasts of one item at one site."""

    def number(day: date) -> int:
        return (day - today).days

    forecasts = [engine.Forecast(number(r["starts_on"]), number(r["ends_on"]) + 1, r["quantity"]) for r in rows]
    asked = [engine.Order(number(day), quantity) for day, quantity in orders]
    rest, _taken = engine.consume(forecasts, asked, back_days=REACH_DAYS, ahead_days=REACH_DAYS)
    found = []
    for row, each, quantity in zip(rows, forecasts, rest, strict=True):
        counted = engine.as_demand([each], [quantity], demand_fence=row["fence"])
        day = today + timedelta(days=counted[0][0]) if counted else None
        found.append(
            Left(
                row["id"], row["item_id"], row["site_id"], row["starts_on"], row["ends_on"], row["quantity"], quantity,
                day,
            )
        )  # fmt: skip
    return found


def _orders(company: int, since: date, items: set[int]) -> dict[tuple[int, int], list[tuple[date, int]]]:
    """{(item, site): [(day, millionths)]} of what customers ordered or were sent from a month before a day on."""
    found: dict[tuple[int, int], list[tuple[date, int]]] = defaultdict(list)
    for row in database.rows(
        """
        SELECT m.item_id, f.site_id, COALESCE(m.effective_on, m.planned_on) AS day,
               SUM((m.quantity * 1000000)::int8)::int8 AS quantity
        FROM stock_stockmove m JOIN stock_location f ON f.id = m.from_location_id AND f.kind = 'internal'
        JOIN stock_location t ON t.id = m.to_location_id AND t.kind = 'customer'
        WHERE m.company_id = %(company)s AND m.item_id = ANY(%(items)s) AND NOT m.is_forecast
          AND (m.state = 'planned' OR m.state = 'done' AND m.effective_on >= %(since)s::date - 30)
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""",
        company=company,
        since=since,
        items=list(items),
    ):
        found[row["item_id"], row["site_id"]].append((row["day"], row["quantity"]))
    return found
