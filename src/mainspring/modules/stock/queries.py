"""What others ask of stock: on hand, available, projected, valued. Quantities in the item's stocking unit."""

import calendar
from datetime import date
from decimal import Decimal

from mainspring.kernel import access, database
from mainspring.kernel.models import Site
from mainspring.kernel.remembered import Remembered
from mainspring.modules.accounting.commands import key
from mainspring.modules.items.models import ItemSite

from .models import Location, StockMove
from .models.locations import OWNED, LocationKind

ZERO = Decimal(0)


def location(site, kind: str = LocationKind.INTERNAL) -> Location:
    """The default location of a kind on a site (a record or its key). Raises Location.DoesNotExist."""
    found = _first_locations.get(key(site)).get(kind)
    if found is None:
        raise Location.DoesNotExist(f"site {site} has no location of kind {kind}")
    return found


def _load_first_locations(site_id: int) -> dict[str, Location]:
    """{kind: location} of a site: the default one, else the first by code."""
    places = Location.objects.filter(site_id=site_id, active=True).select_related("site__company")
    return {place.kind: place for place in places.order_by("is_default", "-code")}


_first_locations = Remembered(_load_first_locations, Location)


def on_hand(ctx, item, site=None, on: date | None = None) -> Decimal:
    """What we own of an item, at one site or in the whole company, now or at the end of a past day."""
    now = database.scalar(
        """
        SELECT COALESCE(SUM(b.quantity), 0) FROM stock_stockbalance b JOIN stock_location l ON l.id = b.location_id
        JOIN kernel_site s ON s.id = l.site_id
        WHERE b.item_id = %(item)s AND s.company_id = %(company)s
          AND (%(site)s::bigint IS NULL OR s.id = %(site)s::bigint)""",
        item=key(item),
        company=ctx.company_id,
        site=key(site),
    )
    return now - _moved_after(ctx, item, site, on) if on else now


def _moved_after(ctx, item, site, on: date) -> Decimal:
    return database.scalar(
        """
        SELECT COALESCE(SUM(m.quantity * (
            (t.kind = ANY(%(owned)s) AND (%(site)s::bigint IS NULL OR t.site_id = %(site)s::bigint))::int
            - (f.kind = ANY(%(owned)s) AND (%(site)s::bigint IS NULL OR f.site_id = %(site)s::bigint))::int)), 0)
        FROM stock_stockmove m JOIN stock_location f ON f.id = m.from_location_id
        JOIN stock_location t ON t.id = m.to_location_id
        WHERE m.state = 'done' AND m.company_id = %(company)s AND m.item_id = %(item)s AND m.effective_on > %(on)s""",
        owned=list(OWNED),
        site=key(site),
        company=ctx.company_id,
        item=key(item),
        on=on,
    )


def available(ctx, item, site) -> Decimal:
    """What can still be promised from the shelf of a site: in storage, not reserved (I18, I19)."""
    return database.scalar(
        """
        SELECT COALESCE(SUM(b.quantity - b.reserved), 0) FROM stock_stockbalance b
        JOIN stock_location l ON l.id = b.location_id
        WHERE b.item_id = %(item)s AND l.site_id = %(site)s AND l.kind = 'internal'""",
        item=key(item),
        site=key(site),
    )


def free_of(ctx, items: list[int], site: int | None = None) -> dict[int, Decimal]:
    """{item: what can still be promised from the shelf}, at a site or in the whole company (I18, I19)."""
    rows = database.rows(
        """
        SELECT b.item_id, SUM(b.quantity - b.reserved) AS free FROM stock_stockbalance b
        JOIN stock_location l ON l.id = b.location_id AND l.kind = 'internal' JOIN kernel_site s ON s.id = l.site_id
        WHERE b.item_id = ANY(%(items)s) AND s.company_id = %(company)s
          AND (%(site)s::bigint IS NULL OR s.id = %(site)s::bigint) GROUP BY b.item_id""",
        items=items,
        company=ctx.company_id,
        site=site,
    )
    return {row["item_id"]: row["free"] for row in rows}


def projection(ctx, item, site) -> list[dict]:
    """Dated supply and demand of a site from planned moves, in order of time.

    planned_on, quantity (above zero comes in), kind of the other side, origin_id, number, move_id. Overdue rows keep
    their date; what is on hand now is not among them.
    """
    return database.rows(
        """
        SELECT m.planned_on,
               CASE WHEN t.site_id = %(site)s AND t.kind = ANY(%(owned)s) THEN m.quantity ELSE -m.quantity END
                   AS quantity,
               CASE WHEN t.site_id = %(site)s AND t.kind = ANY(%(owned)s) THEN f.kind ELSE t.kind END AS kind,
               m.origin_id, m.origin_line, d.number, m.reference, m.is_forecast, m.id AS move_id
        FROM stock_stockmove m JOIN stock_location f ON f.id = m.from_location_id
        JOIN stock_location t ON t.id = m.to_location_id
        LEFT JOIN kernel_documentidentity d ON d.id = m.origin_id
        WHERE m.state = 'planned' AND m.company_id = %(company)s AND m.item_id = %(item)s
          AND (f.site_id = %(site)s AND f.kind = ANY(%(owned)s)) <> (t.site_id = %(site)s AND t.kind = ANY(%(owned)s))
        ORDER BY m.planned_on, quantity DESC, m.id""",
        item=key(item),
        site=key(site),
        company=ctx.company_id,
        owned=[LocationKind.INTERNAL.value],
    )


def stock_value(ctx, on: date | None = None, item=None) -> list[dict]:
    """One row per item with a value on a day: item_id, code, name, quantity, value, in the company's base currency."""
    return database.rows(
        """
        SELECT v.item_id, i.code, i.name, SUM(v.quantity) AS quantity, SUM(v.stock) AS value
        FROM stock_stockvalue v JOIN items_item i ON i.id = v.item_id
        WHERE v.company_id = %(company)s AND v.posted_on <= %(on)s
          AND (%(item)s::bigint IS NULL OR v.item_id = %(item)s::bigint)
        GROUP BY v.item_id, i.code, i.name HAVING SUM(v.quantity) <> 0 OR SUM(v.stock) <> 0 ORDER BY i.code""",
        company=ctx.company_id,
        on=on or date.max,
        item=key(item),
    )


def moves_of(origin) -> list[StockMove]:
    """Done and planned moves a document caused."""
    return list(
        StockMove.objects.filter(origin_id=key(origin))
        .select_related("item__unit", "from_location__site", "to_location__site")
        .order_by("id")
    )


def on_hand_everywhere(ctx, on: date | None = None, site=None) -> list[dict]:
    """One row per item and owned place with stock: item_id, code, name, unit, site, location, quantity, reserved.

    With a past day, what was there at its end (what is reserved is only known now): today's balance less what moved
    in the rest of that month and, by their totals, in the months after it.
    """
    day = on or date.max
    month = day.replace(day=1)
    return database.rows(
        """
        WITH later AS (
            SELECT item_id, location_id, SUM(quantity) AS moved FROM (
                SELECT t.item_id, t.location_id, t.quantity FROM stock_movetotal t
                WHERE t.company_id = %(company)s AND t.month > %(month)s
                UNION ALL
                SELECT m.item_id, side.location_id, side.sign * m.quantity
                FROM stock_stockmove m CROSS JOIN LATERAL (VALUES (m.to_location_id, 1), (m.from_location_id, -1))
                     AS side (location_id, sign)
                WHERE m.state = 'done' AND m.company_id = %(company)s
                  AND m.effective_on > %(on)s AND m.effective_on <= %(month_end)s) AS moves
            GROUP BY item_id, location_id)
        SELECT b.item_id, i.code, i.name, u.code AS unit, s.code AS site, l.code AS location,
               b.quantity - COALESCE(later.moved, 0) AS quantity, b.reserved
        FROM stock_stockbalance b JOIN stock_location l ON l.id = b.location_id JOIN kernel_site s ON s.id = l.site_id
        JOIN items_item i ON i.id = b.item_id JOIN organization_unit u ON u.id = i.unit_id
        LEFT JOIN later ON later.item_id = b.item_id AND later.location_id = b.location_id
        WHERE s.company_id = %(company)s AND b.quantity - COALESCE(later.moved, 0) <> 0
          AND (%(site)s::bigint IS NULL OR s.id = %(site)s::bigint)
        ORDER BY i.code, s.code, l.code""",
        company=ctx.company_id,
        on=day,
        month=month,
        month_end=day.replace(day=calendar.monthrange(day.year, day.month)[1]),
        site=key(site),
    )


def sites_with(ctx, item) -> list[Site]:
    """Sites of the company, within the person's sight, where the item lies, lay or is planned."""
    places = StockMove.objects.filter(item_id=key(item), company_id=ctx.company_id)
    pairs = places.values_list("from_location__site_id", "to_location__site_id").distinct()
    return list(access.rows(ctx, Site).filter(pk__in={site for pair in pairs for site in pair}).order_by("code"))


def timeline(ctx, item, site, since: date | None = None) -> list[dict]:
    """The stock curve of an item at a site: one row per done move since a day (90 days back), today, and planned moves.

    day, part (history, today, plan), kind, number, quantity, balance, safety_stock. Overdue plans count today (P10).
    """
    since = since or date.fromordinal(ctx.business_date.toordinal() - 90)
    safety = (
        ItemSite.objects.filter(item_id=key(item), site_id=key(site)).values_list("safety_stock", flat=True).first()
        or ZERO
    )
    now = database.scalar(
        """
        SELECT COALESCE(SUM(b.quantity), 0) FROM stock_stockbalance b JOIN stock_location l ON l.id = b.location_id
        WHERE b.item_id = %(item)s AND l.site_id = %(site)s AND l.kind = 'internal'""",
        item=key(item),
        site=key(site),
    )
    done = database.rows(
        """
        SELECT m.effective_on AS day, CASE WHEN t.site_id = %(site)s AND t.kind = 'internal' THEN m.quantity
                                           ELSE -m.quantity END AS quantity,
               CASE WHEN t.site_id = %(site)s AND t.kind = 'internal' THEN f.kind ELSE t.kind END AS kind,
               m.origin_id, d.number
        FROM stock_stockmove m JOIN stock_location f ON f.id = m.from_location_id
        JOIN stock_location t ON t.id = m.to_location_id LEFT JOIN kernel_documentidentity d ON d.id = m.origin_id
        WHERE m.state = 'done' AND m.company_id = %(company)s AND m.item_id = %(item)s AND m.effective_on >= %(since)s
          AND (f.site_id = %(site)s AND f.kind = 'internal') <> (t.site_id = %(site)s AND t.kind = 'internal')
        ORDER BY m.effective_at, m.id""",
        item=key(item),
        site=key(site),
        company=ctx.company_id,
        since=since,
    )
    balance = now - sum((row["quantity"] for row in done), ZERO)
    rows = []
    for row in done:
        balance += row["quantity"]
        rows.append({**row, "part": "history", "balance": balance})
    rows.append({"day": ctx.business_date, "part": "today", "kind": "today", "quantity": ZERO, "balance": now})
    for row in projection(ctx, item, site):
        balance += row["quantity"]
        rows.append(
            {
                "day": max(row["planned_on"], ctx.business_date),
                "part": "plan",
                "kind": row["kind"],
                "origin_id": row["origin_id"],
                "number": row["reference"] if row["is_forecast"] else row["number"],
                "quantity": row["quantity"],
                "balance": balance,
            }
        )
    return [{**row, "safety_stock": safety} for row in rows]
