"""What is asked of suppliers a week against what they can do (CAP-01)."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from mainspring import rounding
from mainspring.kernel import access, database
from mainspring.modules.engineering.models import SupplierCapacity
from mainspring.modules.organization import queries as organization
from mainspring.modules.organization.models import Unit

ZERO = Decimal(0)

ASKED = """
WITH asked AS (
    SELECT o.supplier_id, l.item_id, COALESCE(l.expected_on, o.expected_on, %(today)s) AS on_date,
           NULL::bigint AS unit_id,
           (l.quantity - l.received_quantity) * CASE WHEN l.quantity > 0 THEN l.stock_quantity / l.quantity ELSE 0 END
           AS quantity
    FROM purchasing_purchaseorderline l JOIN purchasing_purchaseorder o ON o.id = l.document_id
    WHERE o.company_id = %(company)s AND o.state NOT IN ('cancelled', 'closed') AND NOT l.is_complete
      AND l.quantity > l.received_quantity AND l.item_id IS NOT NULL
    UNION ALL
    SELECT COALESCE(r.supplier_id, s.supplier_id), r.item_id, r.needed_on, r.unit_id, r.quantity - r.ordered_quantity
    FROM purchasing_purchaserequest r
    LEFT JOIN LATERAL (
        SELECT supplier_id FROM purchasing_supplieritem c
        WHERE c.item_id = r.item_id AND c.company_id = r.company_id AND c.active
        ORDER BY c.priority, c.id LIMIT 1) s ON true
    WHERE r.company_id = %(company)s AND r.state IN ('proposed', 'approved')
    UNION ALL
    SELECT op.supplier_id, op.service_id, COALESCE(op.ends_on, ord.due_on), NULL::bigint,
           COALESCE(op.quantity, ord.quantity) - op.good_quantity
    FROM production_productionoperation op JOIN production_productionorder ord ON ord.id = op.order_id
    WHERE ord.company_id = %(company)s AND ord.state IN ('confirmed', 'released', 'in_progress')
      AND op.supplier_id IS NOT NULL AND op.progress NOT IN ('done', 'outside'))
SELECT supplier_id, item_id, date_trunc('week', GREATEST(on_date, %(first)s))::date AS week, unit_id,
       SUM(quantity) AS quantity
FROM asked WHERE item_id = ANY(%(items)s) AND on_date < %(last)s AND quantity > 0 GROUP BY 1, 2, 3, 4"""
"""Open lines of purchase orders, requests by their first source, and operations still to be sent out; overdue ones
count in the first week. Quantities in the item's stocking unit."""


def weeks(ctx, first: date, count: int) -> list[dict]:
    """One row a supplier and item with a capacity, and cells [{asked, can, over}] of so many weeks from a Monday."""
    last = first + timedelta(weeks=count)
    kept = list(
        access.rows(ctx, SupplierCapacity)
        .filter(company=ctx.company_id, starts_on__lt=last)
        .select_related("supplier", "item__unit")
        .order_by("supplier__name", "item__code", "starts_on")
    )
    asked = _asked(ctx, {one.item_id: one.item for one in kept}, first, last)
    found: dict[tuple, dict] = {}
    for one in kept:
        if one.ends_on is not None and one.ends_on <= first:
            continue
        row = found.setdefault((one.supplier_id, one.item_id), {"capacity": one, "cells": [None] * count})
        for n in range(count):
            monday = first + timedelta(weeks=n)
            if can := _can(one, monday):
                cell = row["cells"][n] or {
                    "can": ZERO,
                    "asked": asked.get((one.supplier_id, one.item_id, monday), ZERO),
                }
                cell["can"] += can
                cell["over"] = cell["asked"] > cell["can"]
                row["cells"][n] = cell
    return list(found.values())


def _asked(ctx, items: dict, first: date, last: date) -> dict[tuple, Decimal]:
    """{(supplier, item, Monday): what is asked in the item's stocking unit}."""
    rows = database.rows(
        ASKED, company=ctx.company_id, today=ctx.business_date, first=first, last=last, items=list(items)
    )
    units = Unit.objects.in_bulk({row["unit_id"] for row in rows if row["unit_id"]})
    found: dict[tuple, Decimal] = defaultdict(Decimal)
    for row in rows:
        item, quantity = items[row["item_id"]], row["quantity"]
        if row["unit_id"] and row["unit_id"] != item.unit_id:
            factor = organization.factor_between(units[row["unit_id"]], item.unit, item)
            quantity = rounding.from_fraction(Fraction(quantity) * factor, 6)
        found[row["supplier_id"], row["item_id"], row["week"]] += quantity
    return found


def _can(one: SupplierCapacity, monday: date) -> Decimal:
    """The share of the weekly quantity that falls on the days of a week the capacity holds on."""
    first = max(one.starts_on, monday)
    last = min(one.ends_on or monday + timedelta(days=7), monday + timedelta(days=7))
    days = (last - first).days
    return (one.weekly_quantity * days / 7).quantize(Decimal("0.01")) if days > 0 else ZERO
