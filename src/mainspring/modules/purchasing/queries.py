"""What others ask of purchasing: sources, lead times, open and late lines, goods received and not invoiced."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_noop

from mainspring.kernel import database
from mainspring.kernel.sentences import say
from mainspring.modules.items.models import ItemSite

from .grni import unmatched
from .models.sources import first_lead_times, valid_sources

__all__ = ["grni_unmatched", "late_lines", "lead_days", "open_supply", "valid_sources"]


def lead_days(ctx, site, items: dict[int, Any]) -> dict[int, tuple[int, Any]]:
    """{item id: (working days, whose)}: bought items by their first source, others by their planning data."""
    found = {
        row.item_id: (row.lead_time_days, say(gettext_noop("lead time of the item")))
        for row in ItemSite.objects.filter(item__in=items, site=site)
        if row.lead_time_days
    }
    bought = [pk for pk, item in items.items() if item.make_or_buy == "buy"]
    of_sources = first_lead_times(ctx.company_id, bought, ctx.business_date)
    return found | {item: (days, supplier) for item, (days, supplier) in of_sources.items() if days}


def grni_unmatched(ctx, on: date | None = None) -> list[dict]:
    """One row per order line that is received and not billed, or billed and not received (PUR-11)."""
    return unmatched(ctx.company_id, on)


def late_lines(ctx, *, until: date | None = None) -> list[dict]:
    """One row per open order line expected by `until` (default: overdue today), and the demand it will delay (PUR-06).

    order number, supplier, item, open quantity (stocking unit), expected_on, days_late, and of the first demand that
    stock and earlier supply do not cover: its document, date and quantity.
    """
    return database.rows(
        """
        WITH late AS (
            SELECT m.id, m.item_id, m.quantity, m.planned_on, m.origin_id, m.origin_line, t.site_id
            FROM stock_stockmove m JOIN stock_location t ON t.id = m.to_location_id
            JOIN purchasing_purchaseorder o ON o.id = m.origin_id
            WHERE m.state = 'planned' AND m.company_id = %(company)s AND m.planned_on <= %(until)s)
        SELECT o.id AS order_id, o.number, p.name AS supplier, i.code AS item, i.name AS item_name, late.quantity,
               late.planned_on AS expected_on, %(today)s - late.planned_on AS days_late,
               need.number AS delays, need.planned_on AS delayed_on, need.quantity AS delayed_quantity,
               need.origin_id AS delays_id
        FROM late JOIN purchasing_purchaseorder o ON o.id = late.origin_id JOIN parties_party p ON p.id = o.supplier_id
        JOIN items_item i ON i.id = late.item_id
        LEFT JOIN LATERAL (
            SELECT d.planned_on, d.quantity, d.origin_id, di.number FROM (
                SELECT m.id, m.planned_on, m.quantity, m.origin_id,
                       SUM(m.quantity) OVER (ORDER BY m.planned_on, m.id) AS needed
                FROM stock_stockmove m JOIN stock_location f ON f.id = m.from_location_id
                WHERE m.state = 'planned' AND m.item_id = late.item_id AND f.site_id = late.site_id
                  AND f.kind = 'internal' AND NOT m.is_forecast) d
            LEFT JOIN kernel_documentidentity di ON di.id = d.origin_id
            WHERE d.needed > COALESCE((
                SELECT SUM(b.quantity) FROM stock_stockbalance b JOIN stock_location l ON l.id = b.location_id
                WHERE b.item_id = late.item_id AND l.site_id = late.site_id AND l.kind = 'internal'), 0)
            ORDER BY d.planned_on, d.id LIMIT 1) need ON TRUE
        ORDER BY need.planned_on NULLS LAST, late.planned_on, o.number""",
        company=ctx.company_id,
        until=until or ctx.business_date,
        today=ctx.business_date,
    )


def open_supply(ctx, item_ids, site) -> list[dict]:
    """One row per approved request not ordered yet: item, open quantity, needed_on; firm supply of the plan."""
    return database.rows(
        """
        SELECT id, number, item_id, quantity - ordered_quantity AS quantity, needed_on FROM purchasing_purchaserequest
        WHERE company_id = %(company)s AND site_id = %(site)s AND item_id = ANY(%(items)s) AND state = 'approved'
          AND quantity > ordered_quantity ORDER BY needed_on, id""",
        company=ctx.company_id,
        site=site.pk,
        items=list(item_ids),
    )
