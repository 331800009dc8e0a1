"""What others ask of production: lead times, shortages, work-center load, cost and work in process."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop

from mainspring.kernel import database
from mainspring.kernel.sentences import say
from mainspring.modules.engineering import queries as engineering
from mainspring.modules.engineering.models import Routing, WorkCenter
from mainspring.modules.purchasing import queries as purchasing

from . import scheduling
from .costing import cost_sheet, in_process, unit_costs, variances, wip_accounts
from .releasing import shortages
from .scheduling import agreed

__all__ = [
    "agreed",
    "cost_sheet",
    "in_process",
    "lead_days",
    "load",
    "open_in_process",
    "shortages",
    "unit_costs",
    "variances",
]

ZERO = Decimal(0)


def lead_days(ctx, site, items: dict[int, Any]) -> dict[int, tuple[int, Any]]:
    """{item id: (working days, whose)}: bought items by purchasing; made ones without a lead time by their routing."""
    found = purchasing.lead_days(ctx, site, items)
    made = [pk for pk, item in items.items() if item.make_or_buy == "make" and pk not in found]
    for routing in Routing.objects.filter(item__in=made, active=True).prefetch_related("lines__work_center"):
        whose = say(gettext_noop("routing %(revision)s"), revision=routing.revision)
        found.setdefault(
            routing.item_id, (max(scheduling.working_days(list(routing.lines.all()), Decimal(1)), 1), whose)
        )
    return found


def load(ctx, *, starts_on: date | None = None, weeks: int = 8, site=None) -> list[dict]:
    """One row per work center and week: planned, done and available standard hours, load in percent (C01 to C04).

    Available hours are those of plant, work center, machines and people together, times efficiency. A work center that
    is closed all week but has work shows no percentage and is overloaded.
    """
    first = starts_on or ctx.business_date
    first -= timedelta(days=first.weekday())
    last = first + timedelta(weeks=weeks)
    centers = WorkCenter.objects.filter(site__company=ctx.company_id, active=True).order_by("site", "code")
    if site is not None:
        centers = centers.filter(site=site)
    booked = {
        (row["work_center_id"], row["week"]): row
        for row in database.rows(
            """
        SELECT b.work_center_id, date_trunc('week', GREATEST(b.on_date, %(first)s))::date AS week,
               COALESCE(SUM(b.hours) FILTER (WHERE b.state = 'planned'), 0) AS planned,
               COALESCE(SUM(b.hours) FILTER (WHERE b.state = 'done'), 0) AS done
        FROM production_capacitybooking b WHERE b.company_id = %(company)s AND b.on_date < %(last)s
          AND (b.on_date >= %(first)s OR b.state = 'planned')
        GROUP BY 1, 2""",
            company=ctx.company_id,
            first=first,
            last=last,
        )
    }
    centers = list(centers)
    offered = engineering.standard_hours(centers, first, last)
    rows = []
    for center in centers:
        for n in range(weeks):
            week = first + timedelta(weeks=n)
            row = booked.get((center.pk, week), {"planned": ZERO, "done": ZERO})
            available = sum((offered[center.pk, week + timedelta(days=d)] for d in range(7)), ZERO)
            available = available.quantize(Decimal("0.01"))
            used = row["planned"] + row["done"]
            rows.append(
                {
                    "work_center_id": center.pk,
                    "work_center": center.code,
                    "name": center.name,
                    "week": week,
                    "planned": row["planned"],
                    "done": row["done"],
                    "available": available,
                    "load_pct": (used * 100 / available).quantize(Decimal("0.1")) if available else None,
                    "is_overloaded": used > available,
                }
            )
    return rows


def open_in_process(ctx) -> list[dict]:
    """One row per order that is not closed and has something in process: number, item, state, amount."""
    return database.rows(
        """
        SELECT o.id, o.number, i.code AS item, o.state, SUM(l.amount) AS amount
        FROM accounting_journalline l
        LEFT JOIN production_productionreport r ON r.id = l.origin_id
        JOIN production_productionorder o ON o.id = COALESCE(r.order_id, l.origin_id)
        JOIN items_item i ON i.id = o.item_id
        WHERE l.company_id = %(company)s AND l.account_id = ANY(%(accounts)s)
        GROUP BY o.id, o.number, i.code, o.state HAVING SUM(l.amount) <> 0 ORDER BY o.number""",
        company=ctx.company_id,
        accounts=wip_accounts(ctx.company_id),
    )


def picking(order) -> list[dict]:
    """One row per component still to be issued or issued: item, open and required quantity, where it lies (MFG-06)."""
    return database.rows(
        """
        SELECT c.id, i.id AS item_id, i.code, i.name, u.code AS unit, c.required_quantity, c.operation_sequence,
               c.issued_quantity - c.returned_quantity AS issued, c.taking,
               GREATEST(c.required_quantity - c.issued_quantity + c.returned_quantity, 0) AS open,
               (SELECT string_agg(l.code || ' ' || trim_scale(b.quantity), ', ' ORDER BY l.code)
                FROM stock_stockbalance b JOIN stock_location l ON l.id = b.location_id
                WHERE b.item_id = c.item_id AND l.site_id = %(site)s AND l.kind = 'internal'
                  AND b.quantity > 0) AS places
        FROM production_productioncomponent c JOIN items_item i ON i.id = c.item_id
        JOIN organization_unit u ON u.id = i.unit_id
        WHERE c.document_id = %(order)s
        ORDER BY (c.required_quantity <= c.issued_quantity - c.returned_quantity), c.position""",
        order=order.pk,
        site=order.site_id,
    )
