"""What a schedule is made from, read set by set: orders, operations, alternates, places, people, and material."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from mainspring.kernel import database

OPEN = ["confirmed", "released", "in_progress"]

ORDERS = """
SELECT o.id, o.number, o.item_id, i.code, i.name, o.state, o.quantity, o.completed_quantity, o.priority,
       o.starts_on, o.due_on, o.routing_id, o.demand_id, o.planned_unit_cost, o.responsible_id, o.is_planned
FROM production_productionorder o JOIN items_item i ON i.id = o.item_id
WHERE o.site_id = %(site)s AND o.due_on IS NOT NULL AND (o.state = ANY(%(open)s) OR o.state = 'proposed'
      AND COALESCE(o.starts_on, o.due_on) < %(until)s)
ORDER BY o.due_on, o.id"""

OPERATIONS = """
SELECT op.id, op.order_id, op.sequence, op.name, op.work_center_id, op.progress, op.setup_hours,
       op.run_hours_per_unit, op.queue_hours, op.move_hours, op.is_parallel, op.overlap_quantity, op.skill_id,
       op.tool_id, op.supplier_id, op.machine_id, op.done_hours,
       COALESCE(op.quantity, o.quantity) AS target,
       GREATEST(COALESCE(op.quantity, o.quantity) - op.good_quantity, 0) AS left
FROM production_productionoperation op JOIN production_productionorder o ON o.id = op.order_id
WHERE o.site_id = %(site)s AND o.state = ANY(%(open)s) AND o.due_on IS NOT NULL
ORDER BY op.order_id, op.sequence"""

PROPOSED = """
SELECT NULL::bigint AS id, o.id AS order_id, ro.sequence, ro.name, ro.work_center_id, 'open' AS progress,
       ro.setup_hours, ro.run_hours_per_unit, ro.queue_hours, ro.move_hours, ro.is_parallel, ro.overlap_quantity,
       ro.skill_id, ro.tool_id, ro.supplier_id, NULL::bigint AS machine_id, 0 AS done_hours, r.id AS routing_id,
       (o.quantity * (SELECT EXP(SUM(LN(100 / y.yield_pct))) FROM engineering_routingoperation y
                      WHERE y.document_id = r.id AND y.sequence >= ro.sequence))::numeric(20, 6) AS left
FROM production_productionorder o
JOIN engineering_routing r ON r.id = (
    SELECT v.id FROM engineering_routing v WHERE v.item_id = o.item_id AND v.active
    AND (v.site_id IS NULL OR v.site_id = o.site_id)
    AND (v.valid_from IS NULL OR v.valid_from <= COALESCE(o.starts_on, o.due_on))
    AND (v.valid_to IS NULL OR v.valid_to > COALESCE(o.starts_on, o.due_on))
    ORDER BY v.site_id NULLS LAST, v.id LIMIT 1)
JOIN engineering_routingoperation ro ON ro.document_id = r.id
WHERE o.site_id = %(site)s AND o.state = 'proposed' AND o.due_on IS NOT NULL
  AND COALESCE(o.starts_on, o.due_on) < %(until)s
ORDER BY o.id, ro.sequence"""

ALTERNATES = """
SELECT a.routing_id, a.sequence, a.work_center_id, a.setup_hours, a.run_hours_per_unit, a.skill_id
FROM engineering_operationalternate a JOIN engineering_workcenter c ON c.id = a.work_center_id
WHERE a.routing_id = ANY(%(routings)s) AND c.site_id = %(site)s AND c.active ORDER BY a.priority, a.id"""

MOVES = """
SELECT m.item_id, m.planned_on, m.quantity, m.origin_id, m.origin_line,
       f.kind = 'internal' AND f.site_id = %(site)s AS out
FROM stock_stockmove m JOIN stock_location f ON f.id = m.from_location_id
JOIN stock_location t ON t.id = m.to_location_id
WHERE m.state = 'planned' AND m.company_id = %(company)s AND NOT m.is_forecast AND m.item_id = ANY(%(items)s)
  AND (f.kind = 'internal' AND f.site_id = %(site)s) <> (t.kind = 'internal' AND t.site_id = %(site)s)
UNION ALL
SELECT r.item_id, r.needed_on, r.quantity - r.ordered_quantity, r.id, NULL, false
FROM purchasing_purchaserequest r WHERE r.company_id = %(company)s AND r.site_id = %(site)s
  AND r.item_id = ANY(%(items)s) AND r.quantity > r.ordered_quantity AND r.state IN ('approved', 'proposed')
UNION ALL
SELECT o.item_id, o.due_on, o.quantity, o.id, NULL, false FROM production_productionorder o
WHERE o.company_id = %(company)s AND o.site_id = %(site)s AND o.item_id = ANY(%(items)s) AND o.state = 'proposed'
  AND o.due_on IS NOT NULL"""

COMPONENTS = """
SELECT c.id, c.document_id AS order_id, c.item_id, c.operation_sequence, c.required_quantity
FROM production_productioncomponent c JOIN production_productionorder o ON o.id = c.document_id
WHERE o.site_id = %(site)s AND o.state = ANY(%(open)s)"""

SHELVES = """
SELECT b.item_id, SUM(b.quantity) AS quantity FROM stock_stockbalance b
JOIN stock_location l ON l.id = b.location_id AND l.kind = 'internal' AND l.active
WHERE l.site_id = %(site)s AND b.item_id = ANY(%(items)s) GROUP BY b.item_id"""

KEPT = """
SELECT r.origin_id, r.item_id FROM stock_reservation r JOIN stock_location l ON l.id = r.location_id
WHERE l.site_id = %(site)s AND r.item_id = ANY(%(items)s)"""

PRICES = """
SELECT l.document_id AS demand_id, l.item_id,
       SUM(l.net * CASE WHEN d.net = 0 THEN 1 ELSE d.net_base / d.net END) / NULLIF(SUM(l.stock_quantity), 0) AS price
FROM sales_salesorderline l JOIN sales_salesorder d ON d.id = l.document_id
WHERE l.document_id = ANY(%(demands)s) GROUP BY l.document_id, l.item_id"""

LAST_DONE = """
SELECT DISTINCT ON (b.work_center_id, b.machine_id) b.work_center_id, b.machine_id, o.item_id
FROM production_capacitybooking b JOIN production_productionoperation op ON op.id = b.operation_id
JOIN production_productionorder o ON o.id = op.order_id
JOIN engineering_workcenter c ON c.id = b.work_center_id
WHERE c.site_id = %(site)s AND b.state = 'done' AND b.on_date >= %(since)s
ORDER BY b.work_center_id, b.machine_id, b.id DESC"""


class Facts:
    """The rows of one site as of a day; a fixed number of queries, however many orders there are."""

    def __init__(self, company_id: int, site_id: int, *, until: date):
        self.given = {"site": site_id, "company": company_id, "open": OPEN, "until": until}
        self.orders = {row["id"]: row for row in database.rows(ORDERS, **self.given)}
        rows = [*database.rows(OPERATIONS, **self.given), *database.rows(PROPOSED, **self.given)]
        self.operations: dict = defaultdict(list)
        for row in rows:
            self.operations[row["order_id"]].append(row)
            if row.get("routing_id"):
                self.orders[row["order_id"]]["routing_id"] = row["routing_id"]
        self.alternates: dict = defaultdict(list)
        routings = list({o["routing_id"] for o in self.orders.values() if o["routing_id"]})
        for row in database.rows(ALTERNATES, routings=routings, site=site_id):
            self.alternates[row["routing_id"], row["sequence"]].append(row)
        self.components = database.rows(COMPONENTS, **self.given)

    def material(self) -> tuple[list[dict], dict, set]:
        """(planned moves in and out of what the orders take, {item: on hand}, {(document, item) with stock kept})."""
        items = list({row["item_id"] for row in self.components})
        given = {**self.given, "items": items}
        shelves = {row["item_id"]: row["quantity"] for row in database.rows(SHELVES, **given)}
        kept = {(row["origin_id"], row["item_id"]) for row in database.rows(KEPT, **given)}
        return database.rows(MOVES, **given), shelves, kept

    def prices(self) -> dict[tuple, Decimal]:
        """{(sales order, item): net price of a unit in base currency} of the orders made for one."""
        demands = list({o["demand_id"] for o in self.orders.values() if o["demand_id"]})
        rows = database.rows(PRICES, demands=demands) if demands else []
        return {(row["demand_id"], row["item_id"]): row["price"] for row in rows if row["price"] is not None}
