"""What people look at in the plan: its age, proposals, and load."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from mainspring.kernel import access, database
from mainspring.kernel.models import Site
from mainspring.kernel.plugin_points import PluginPoint
from mainspring.modules.production import queries as production
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.purchasing.models import PurchaseRequest

from .following import LOCK_SPACE, Kept, beside, context
from .holding import FORECAST, Held, StructureChanged
from .models import CenterLoad
from .network import HORIZON, REORDER, TO_ORDER
from .nodes import factors, place
from .proposals import BUY, MAKE, ready_days, wanted
from .reading import Reader

__all__ = [
    "BUY",
    "FORECAST",
    "HORIZON",
    "MAKE",
    "REORDER",
    "TO_ORDER",
    "Age",
    "Held",
    "Kept",
    "Reader",
    "StructureChanged",
    "age",
    "beside",
    "context",
    "factors",
    "load",
    "orders_of",
    "place",
    "proposal_counts",
    "proposals",
    "ready_days",
    "wanted",
]  # fmt: skip

ZERO = Decimal(0)

relief = PluginPoint("planning.relief", default=lambda ctx, center, monday: "")
"""f(ctx, work center, Monday) -> address of a part that offers what relieves the week; "" offers nothing."""


# -- how current it is ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Age:
    """How current the plan is: `waiting` changes not in it yet, the oldest of them `behind` seconds ago.

    seconds  what the last batch took
    runs     whether a planner follows it
    """

    waiting: int
    behind: float
    seconds: float
    runs: bool
    planned_on: date | None


def age(ctx) -> Age:
    """How current the plan of the company is."""
    row = database.rows(
        """
        SELECT (SELECT count(*) FROM planning_planmark WHERE company = %(company)s) AS waiting,
               COALESCE((SELECT EXTRACT(EPOCH FROM clock_timestamp() - min(marked_at)) FROM planning_planmark
                         WHERE company = %(company)s), 0)::float8 AS behind,
               s.seconds, s.planned_on,
               EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = %(space)s AND objid = 0
                       AND granted AND database = (SELECT oid FROM pg_database
                                                   WHERE datname = current_database())) AS runs
        FROM (SELECT 1) one LEFT JOIN planning_planstate s ON s.company_id = %(company)s""",
        company=ctx.company_id,
        space=LOCK_SPACE,
    )[0]
    return Age(row["waiting"], row["behind"], row["seconds"] or 0.0, row["runs"], row["planned_on"])


# -- proposals --------------------------------------------------------------------------------------------------------

PROPOSALS = """
SELECT o.*, i.code, i.name, u.code AS unit, s.code AS site_code, d.number AS for_number,
       p.identity_id IS NOT NULL AS firm
FROM (
    SELECT id, 'make' AS kind, company_id, item_id, site_id, quantity, starts_on, due_on, reason, reason_text,
           demand_id, is_dedicated
    FROM production_productionorder WHERE state = 'proposed' AND company_id = %(company)s AND is_planned
    UNION ALL
    SELECT id, 'buy', company_id, item_id, site_id, quantity, order_by, needed_on, reason, reason_text, demand_id,
           is_dedicated
    FROM purchasing_purchaserequest
    WHERE state = 'proposed' AND company_id = %(company)s AND source = 'plan' AND item_id IS NOT NULL
) o
JOIN items_item i ON i.id = o.item_id JOIN organization_unit u ON u.id = i.unit_id
JOIN kernel_site s ON s.id = o.site_id
LEFT JOIN kernel_documentidentity d ON d.id = o.demand_id LEFT JOIN planning_firmproposal p ON p.identity_id = o.id
WHERE (o.kind = 'make' AND o.site_id = ANY(%(make_sites)s) OR o.kind = 'buy' AND o.site_id = ANY(%(buy_sites)s))
  AND (%(site)s::bigint IS NULL OR o.site_id = %(site)s) AND (%(kind)s = '' OR o.kind = %(kind)s)
  AND (%(category)s::bigint IS NULL OR i.category_id = %(category)s)
  AND (%(q)s = '' OR i.code ILIKE %(like)s OR i.name ILIKE %(like)s OR d.number ILIKE %(like)s)
  AND (%(center)s::bigint IS NULL OR EXISTS (
       SELECT FROM engineering_routing r JOIN engineering_routingoperation ro ON ro.document_id = r.id
       WHERE r.item_id = o.item_id AND r.active AND ro.work_center_id = %(center)s))
  AND (%(supplier)s::bigint IS NULL OR EXISTS (
       SELECT FROM purchasing_supplieritem c WHERE c.item_id = o.item_id AND c.active AND c.company_id = o.company_id
       AND c.supplier_id = %(supplier)s))
  AND (%(planner)s::bigint IS NULL OR EXISTS (
       SELECT FROM items_itemsite x WHERE x.item_id = o.item_id AND x.site_id = o.site_id
       AND x.planner_id = %(planner)s))
  AND (%(until)s::date IS NULL OR o.starts_on <= %(until)s)
  AND (%(what)s = '' OR %(what)s = 'firm' AND p.identity_id IS NOT NULL
       OR %(what)s = 'late' AND (o.reason ->> 'available_on') > (o.reason ->> 'due_on')
       OR %(what)s = 'due' AND o.starts_on <= %(today)s)
"""
FILTERS = ("site", "kind", "category", "center", "supplier", "planner", "q", "until", "what")


def proposals(ctx, *, limit: int | None = None, offset: int = 0, **chosen) -> list[dict]:
    """Proposals the person may see, the first to start first; `chosen` are FILTERS."""
    given = _given(ctx, chosen)
    sql = PROPOSALS + " ORDER BY o.starts_on, i.code, o.due_on, o.id"
    if limit is not None:
        sql += " LIMIT %(limit)s OFFSET %(offset)s"
    return database.rows(sql, **given, limit=limit, offset=offset)


def proposal_counts(ctx, **chosen) -> dict[str, int]:
    """How many proposals there are: all, to start by today, late, firm."""
    given = _given(ctx, {**chosen, "what": ""})
    row = database.rows(
        f"""SELECT count(*) AS "all", count(*) FILTER (WHERE starts_on <= %(today)s) AS due,
            count(*) FILTER (WHERE firm) AS firm,
            count(*) FILTER (WHERE (reason ->> 'available_on') > (reason ->> 'due_on')) AS late
        FROM ({PROPOSALS}) found""",
        **given,
    )[0]
    return row


def _given(ctx, chosen: dict) -> dict:
    sites = list(access.rows(ctx, Site).filter(company=ctx.company_id).values_list("pk", flat=True))
    found: dict[str, Any] = {name: chosen.get(name) or None for name in FILTERS}
    for name in ("kind", "q", "what"):
        found[name] = found[name] or ""
    for kind, model in (("make", ProductionOrder), ("buy", PurchaseRequest)):
        nobodys = (model(company_id=ctx.company_id, site_id=site, state="proposed") for site in sites)
        found[f"{kind}_sites"] = [one.site_id for one in nobodys if access.surely(ctx, one)]
    return {**found, "like": f"%{found['q']}%", "company": ctx.company_id, "today": ctx.business_date}


# -- load -------------------------------------------------------------------------------------------------------------


def load(ctx, *, weeks: int = 12, site=None) -> list[dict]:
    """One row per work center and week: released and planned hours, what is open, percent (C02 to C04, CAP-02)."""
    rows = production.load(ctx, weeks=weeks, site=site)
    planned = {
        (row.work_center_id, row.week): row.hours
        for row in CenterLoad.objects.filter(work_center__site__company=ctx.company_id)
    }
    for row in rows:
        row["proposed"] = planned.get((row["work_center_id"], row["week"]), ZERO)
        row["load"] = row["planned"] + row["done"] + row["proposed"]
        row["load_pct"] = row["load"] * 100 / row["available"] if row["available"] else None
        row["is_overloaded"] = row["load"] > row["available"]
    return rows


def orders_of(ctx, center, week: date) -> list[dict]:
    """What loads a work center in a week: confirmed orders by their bookings, proposals of items it works on."""
    return database.rows(
        """
        SELECT o.id, o.number, i.code, o.state, MIN(o.due_on) AS due_on, SUM(b.hours) AS hours
        FROM production_capacitybooking b JOIN production_productionoperation op ON op.id = b.operation_id
        JOIN production_productionorder o ON o.id = op.order_id JOIN items_item i ON i.id = o.item_id
        WHERE b.work_center_id = %(center)s AND b.company_id = %(company)s AND b.on_date >= %(first)s
          AND b.on_date < %(last)s
        GROUP BY o.id, o.number, i.code, o.state
        UNION ALL
        SELECT o.id, o.number, i.code, o.state, MIN(o.due_on) AS due_on,
               SUM(ro.setup_hours + ro.run_hours_per_unit * o.quantity * (
                   SELECT EXP(SUM(LN(100 / later.yield_pct))) FROM engineering_routingoperation later
                   WHERE later.document_id = r.id AND later.sequence >= ro.sequence))::numeric(14, 4) AS hours
        FROM production_productionorder o JOIN items_item i ON i.id = o.item_id
        JOIN engineering_routing r ON r.item_id = o.item_id AND r.active
             AND (r.valid_from IS NULL OR r.valid_from <= o.starts_on)
             AND (r.valid_to IS NULL OR r.valid_to > o.starts_on) AND (r.site_id IS NULL OR r.site_id = o.site_id)
        JOIN engineering_routingoperation ro ON ro.document_id = r.id AND ro.work_center_id = %(center)s
        WHERE o.state = 'proposed' AND o.company_id = %(company)s AND o.starts_on < %(last)s AND o.due_on >= %(first)s
        GROUP BY o.id, o.number, i.code, o.state
        ORDER BY hours DESC LIMIT 200""",
        center=center.pk,
        company=ctx.company_id,
        first=week,
        last=week + timedelta(days=7),
    )
