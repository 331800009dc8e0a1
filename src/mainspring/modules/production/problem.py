"""What the material plan of a site depends on, as the arrays the engine solves: read in a fixed number of queries."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Q

from mainspring.engines.mrp import bills, data
from mainspring.kernel import database, preferences
from mainspring.modules.engineering.models import Bom, Routing
from mainspring.modules.items.models import Item, ItemSite
from mainspring.modules.organization import queries as organization
from mainspring.modules.purchasing import queries as purchasing

ZERO = Decimal(0)
NEVER = ("none",)


@dataclass
class Inputs:
    """The engine's problem and what is needed to turn its answer into orders again."""

    problem: data.Problem
    items: dict[int, Item]
    rows: dict[int, ItemSite]
    documents: dict[str, dict] = field(default_factory=dict)
    defects: list[dict] = field(default_factory=list)


def affected(site, item_ids: Iterable[int] | None) -> set[int]:
    """The items to plan with everything they are made of; None: all with a plan, demand or a proposal here."""
    if item_ids is None:
        roots = [
            row["item_id"]
            for row in database.rows(
                """
            SELECT item_id FROM items_itemsite WHERE site_id = %(site)s AND policy <> 'none'
            UNION SELECT m.item_id FROM stock_stockmove m JOIN stock_location f ON f.id = m.from_location_id
                  WHERE m.state = 'planned' AND f.site_id = %(site)s AND f.kind = 'internal'
            UNION SELECT item_id FROM production_productionorder WHERE site_id = %(site)s AND state = 'proposed'
            UNION SELECT item_id FROM purchasing_purchaserequest
                  WHERE site_id = %(site)s AND state = 'proposed' AND item_id IS NOT NULL""",
                site=site.pk,
            )
        ]
    else:
        roots = list(item_ids)
    return {
        row["item_id"]
        for row in database.rows(
            """
        WITH RECURSIVE down AS (
            SELECT unnest(%(roots)s::bigint[]) AS item_id
            UNION SELECT l.component_id FROM down JOIN engineering_bom b ON b.item_id = down.item_id AND b.active
                  JOIN engineering_bomline l ON l.document_id = b.id
                  WHERE b.site_id IS NULL OR b.site_id = %(site)s)
        SELECT item_id FROM down""",
            roots=roots,
            site=site.pk,
        )
    }


def read(ctx, site, ids: set[int]) -> Inputs:
    """The problem of these items at a site as of the business date.

    Supply that is on order counts as early as the company is ready to wait for it: slightly late supply is expedited,
    not ordered a second time (P20).
    """
    items = {
        i.pk: i
        for i in Item.objects.filter(pk__in=ids, active=True)
        .exclude(kind="service")
        .select_related("unit", "purchase_unit")
    }
    rows = {r.item_id: r for r in ItemSite.objects.filter(site=site, item__in=items)}
    items = {pk: item for pk, item in items.items() if pk not in rows or rows[pk].policy not in NEVER}
    boms = _valid(Bom, items, site, ctx.business_date)
    routings = _valid(Routing, items, site, ctx.business_date)
    sources = purchasing.valid_sources(
        ctx.company_id, [pk for pk, i in items.items() if i.make_or_buy == "buy"], ctx.business_date
    )
    found = Inputs(None, items, rows)  # type: ignore[arg-type]
    on_hand = _on_hand(site, items)
    engine_items = [
        _item(i, rows.get(pk), sources.get(pk, []), boms.get(pk), routings.get(pk), on_hand.get(pk, ZERO), found)
        for pk, i in sorted(items.items())
    ]
    lines = [line for pk, bom in sorted(boms.items()) for line in _bom_lines(bom, items)]
    demands, receipts = _moves(ctx, site, items, found)
    demands += _of_other_proposals(ctx, site, items, found)
    for row in purchasing.open_supply(ctx, list(items), site):
        name = f"request {row['id']}"
        receipts.append(data.Receipt(name, str(row["item_id"]), row["needed_on"], row["quantity"]))
        found.documents[name] = {"number": row["number"], "origin_id": row["id"], "planned_on": row["needed_on"]}
    wait = timedelta(days=preferences.get(ctx.company_id, "production.wait_days"))
    receipts = [replace(r, due_on=max(r.due_on - wait, min(r.due_on, ctx.business_date))) for r in receipts]
    found.problem = data.Problem(
        ctx.business_date,
        tuple(engine_items),
        {"site": organization.site_days(site)},
        tuple(lines),
        tuple(demands),
        tuple(receipts),
    )
    return found


def _item(item: Item, row, sources: list, bom, routing, on_hand: Decimal, found: Inputs) -> data.Item:
    lot = _lot(item, row, sources[0] if sources else None)
    engine = data.Item(
        str(item.pk),
        "site",
        on_hand=on_hand,
        safety_stock=row.safety_stock if row else ZERO,
        digits=item.unit.digits,
        lot=lot,
        leads=(data.Lead(_lead(row, sources, routing), "site"),),
        bom_output=bom.batch_quantity if bom else Decimal(1),
        is_phantom=item.kind == "phantom",
    )
    wrong = data.defects(data.Problem(date.max, (engine,), {"site": None}))  # type: ignore[dict-item]
    if wrong:
        found.defects += [{"item": item.code, "field": d.field, "value": str(d.value), "rule": d.rule} for d in wrong]
        engine = data.Item(
            str(item.pk),
            "site",
            on_hand=on_hand,
            digits=item.unit.digits,
            leads=engine.leads,
            bom_output=engine.bom_output,
            is_phantom=engine.is_phantom,
        )
    return engine


def _lot(item: Item, row: ItemSite | None, source) -> data.Lot:
    """The item's lot rule; what the source asks for where the item says nothing (PUR-04)."""
    kind, size = (row.lot_rule, row.lot_size or ZERO) if row else ("lot_for_lot", ZERO)
    minimum, multiple = (row.minimum, row.multiple) if row else (ZERO, ZERO)
    if source is not None:

        def stocked(quantity):
            return (
                organization.to_unit(quantity, source.unit, item.unit, item=item, direction="up") if quantity else ZERO
            )

        minimum, multiple = minimum or stocked(source.minimum), multiple or stocked(source.multiple)
    return data.Lot(
        kind=kind,
        quantity=size if kind == "fixed" else ZERO,
        period_days=int(size) if kind == "period" else 1,
        minimum=minimum,
        multiple=multiple,
        maximum=(row.maximum if row else None) or ZERO,
    )


def _lead(row: ItemSite | None, sources: list, routing) -> int:
    """Working days: the source's, else the item's, else one a day's work of the routing."""
    if sources and sources[0].lead_time_days:
        return sources[0].lead_time_days
    if row and row.lead_time_days:
        return row.lead_time_days
    return 1 if routing else 0


def _bom_lines(bom: Bom, items: dict[int, Item]) -> list[data.BomLine]:
    found = []
    for line in bom.lines.all():
        if line.component_id not in items:
            continue
        per_batch = Fraction(line.quantity) * organization.factor_between(
            line.unit, line.component.unit, line.component
        )
        quantity = Decimal(per_batch.numerator) / Decimal(per_batch.denominator)
        loss = (100 + line.scrap_pct) / 100
        found.append(
            data.BomLine(
                str(bom.item_id),
                str(line.component_id),
                ZERO if line.is_fixed else quantity,
                attrition_percent=line.scrap_pct,
                fixed_quantity=quantity * loss if line.is_fixed else ZERO,
            )
        )
    return found


def _valid(model, items: dict[int, Item], site, on: date) -> dict[int, Any]:
    """The bill or routing of each made item on a day, the site's own before the general one; two queries."""
    made = [pk for pk, item in items.items() if item.make_or_buy == "make"]
    lines = ("lines__component__unit", "lines__unit") if model is Bom else ()
    query = model.objects.filter(
        Q(site=None) | Q(site=site),
        Q(valid_from=None) | Q(valid_from__lte=on),
        Q(valid_to=None) | Q(valid_to__gt=on),
        item__in=made,
        active=True,
    )
    found: dict[int, Any] = {}
    for one in query.prefetch_related(*lines):
        if one.item_id not in found or one.site_id is not None:
            found[one.item_id] = one
    return found


def _on_hand(site, items) -> dict[int, Decimal]:
    """Free of quarantine and transit (I19); less what documents without a plan of their own have reserved."""
    return {
        row["item_id"]: max(row["quantity"], ZERO)
        for row in database.rows(
            """
        SELECT b.item_id, SUM(b.quantity) - COALESCE((
            SELECT SUM(r.quantity) FROM stock_reservation r JOIN stock_location rl ON rl.id = r.location_id
            WHERE r.item_id = b.item_id AND rl.site_id = %(site)s AND NOT EXISTS (
                SELECT FROM stock_stockmove m WHERE m.origin_id = r.origin_id AND m.item_id = r.item_id
                AND m.state = 'planned')), 0) AS quantity
        FROM stock_stockbalance b JOIN stock_location l ON l.id = b.location_id
        WHERE l.site_id = %(site)s AND l.kind = 'internal' AND b.item_id = ANY(%(items)s) GROUP BY b.item_id""",
            site=site.pk,
            items=list(items),
        )
    }


def _moves(ctx, site, items, found: Inputs) -> tuple[list[data.Demand], list[data.Receipt]]:
    """Planned moves out of and into storage of the site; what a deal was to bring by now expires (P21)."""
    demands, receipts = [], []
    for row in database.rows(
        """
            SELECT m.id, m.item_id, m.planned_on, m.quantity, m.origin_id, m.is_forecast, d.kind, d.title,
                   CASE WHEN m.is_forecast THEN m.reference ELSE d.number END AS number,
                   (t.site_id = %(site)s AND t.kind = 'internal') AS comes
            FROM stock_stockmove m JOIN stock_location f ON f.id = m.from_location_id
            JOIN stock_location t ON t.id = m.to_location_id
            LEFT JOIN kernel_documentidentity d ON d.id = m.origin_id
            WHERE m.state = 'planned' AND m.company_id = %(company)s AND m.item_id = ANY(%(items)s)
              AND (f.site_id = %(site)s AND f.kind = 'internal') <> (t.site_id = %(site)s AND t.kind = 'internal')
              AND NOT (m.is_forecast AND m.planned_on < %(today)s)
            ORDER BY m.planned_on, m.id""",
        today=ctx.business_date,
        site=site.pk,
        company=ctx.company_id,
        items=list(items),
    ):
        name = f"move {row['id']}"
        found.documents[name] = row
        kind = data.Receipt if row["comes"] else data.Demand
        (receipts if row["comes"] else demands).append(
            kind(name, str(row["item_id"]), row["planned_on"], row["quantity"])
        )
    return demands, receipts


def _of_other_proposals(ctx, site, items, found: Inputs) -> list[data.Demand]:
    """What proposals of items that are not planned now need of those that are."""
    others = database.rows(
        """
        SELECT o.id, o.quantity, o.starts_on, o.item_id, o.reason -> 'demands' -> 0 AS top, i.code
        FROM production_productionorder o JOIN items_item i ON i.id = o.item_id
        WHERE o.site_id = %(site)s AND o.state = 'proposed' AND NOT o.item_id = ANY(%(items)s)""",
        site=site.pk,
        items=list(items),
    )
    if not others:
        return []
    parents = {i.pk: i for i in Item.objects.filter(pk__in={o["item_id"] for o in others}).select_related("unit")}
    bills_of = _valid(Bom, parents, site, ctx.business_date)
    demands = []
    for order in others:
        bom = bills_of.get(order["item_id"])
        for n, line in enumerate(_bom_lines(bom, items) if bom else ()):
            need = bills.component_need(
                order["quantity"], line, bom_output=bom.batch_quantity, digits=items[int(line.component)].unit.digits
            )
            name = f"proposal {order['id']} {n}"
            demands.append(data.Demand(name, line.component, order["starts_on"], need))
            top = _json(order["top"])
            found.documents[name] = {
                "number": top.get("number") or "",
                "origin_id": top.get("document"),
                "title": top.get("title") or "",
                "through": top.get("through") or order["code"],
            }
    return demands


def _json(value) -> dict:
    """A JSON value as read by plain SQL."""
    return json.loads(value) if isinstance(value, str) else value or {}


def by_item(rows: Iterable[Any]) -> dict[int, list]:
    """Rows of a plan by the key of their item."""
    found = defaultdict(list)
    for row in rows:
        found[int(row.item)].append(row)
    return found
