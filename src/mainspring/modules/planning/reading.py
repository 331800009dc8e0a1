"""What the plan depends on, read set by set as columns: one statement a kind, through the server's binary copy."""

from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
from django.db import connection

MICRO = 1_000_000
"""Quantities are read as whole millionths of a unit: all the digits the database keeps."""
FOREVER = 1 << 30
NOBODY = "'00000000-0000-0000-0000-000000000000'::uuid"
_HEADER = 19
_WIDTHS = {"int8": (">i8", np.int64), "int4": (">i4", np.int32), "bool": ("?", np.bool_), "uuid": ("V16", "V16")}


def columns(sql: str, kinds: str, **parameters) -> SimpleNamespace:
    """Rows of a query as named arrays, and their number as `count`.

    kinds  "item:int8 day:int4 …" in the order of the query; every column has this very type and is never null
    """
    names = [kind.split(":") for kind in kinds.split()]
    fields = [("_fields", ">i2")]
    for n, (_name, kind) in enumerate(names):
        fields += [(f"_length{n}", ">i4"), (f"f{n}", _WIDTHS[kind][0])]
    with connection.cursor() as cursor:
        query = cursor.mogrify(sql, parameters)
        with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as copy:
            data = b"".join(bytes(block) for block in copy)
    rows = np.frombuffer(data, np.dtype(fields), (len(data) - _HEADER - 2) // np.dtype(fields).itemsize, _HEADER)
    found = {name: rows[f"f{n}"].astype(_WIDTHS[kind][1]) for n, (name, kind) in enumerate(names)}
    return SimpleNamespace(**found, count=len(rows))


class Reader:
    """Reads the facts of one company as of a day: all of them, or those of some items."""

    def __init__(self, company_id: int, today: date, items=None):
        """items  keys of items; None reads all"""
        self.given = {"company": company_id, "today": today, "items": None if items is None else list(items)}

    def _read(self, sql: str, kinds: str, of: str = "") -> SimpleNamespace:
        """`{only}` in the query becomes a condition on the item column `of`, when only some are read."""
        only = f" AND {of} = ANY(%(items)s::bigint[])" if of and self.given["items"] is not None else ""
        return columns(sql.replace("{only}", only).replace("{NOBODY}", NOBODY), kinds, **self.given)

    # -- what changes all day --

    def demand(self) -> SimpleNamespace:
        """Planned moves out of the storage of a site; `to_order`: what comes for their document serves them (P22).

        What a deal was to bring by now, or before the demand fence, does not count (P21, P23).
        """
        return self._read(
            """SELECT m.item_id, f.site_id, (m.planned_on - %(today)s::date)::int4, (m.quantity * 1000000)::int8,
                   COALESCE(m.origin_id, {NOBODY}), m.id,
                   m.is_forecast,
                   COALESCE(p.policy = 'mto', false) AND NOT m.is_forecast AND t.kind = 'customer'
                       AND m.origin_id IS NOT NULL
            FROM stock_stockmove m JOIN stock_location f ON f.id = m.from_location_id
            JOIN stock_location t ON t.id = m.to_location_id
            LEFT JOIN items_itemsite p ON (m.is_forecast OR p.policy = 'mto') AND p.item_id = m.item_id
                                      AND p.site_id = f.site_id
            WHERE m.state = 'planned' AND m.company_id = %(company)s AND f.kind = 'internal'
              AND NOT (t.kind = 'internal' AND t.site_id = f.site_id)
              AND NOT (m.is_forecast AND m.planned_on < %(today)s + COALESCE(p.demand_fence_days, 0)){only}""",
            "item:int8 site:int8 day:int4 quantity:int8 document:uuid key:int8 forecast:bool to_order:bool",
            "m.item_id",
        )

    def receipts(self) -> SimpleNamespace:
        """Planned moves into the storage of a site; `start` is for proposals alone."""
        return self._read(
            """SELECT m.item_id, t.site_id, (m.planned_on - %(today)s::date)::int4, (m.quantity * 1000000)::int8,
                   COALESCE(m.origin_id, {NOBODY}), m.id, -1::int4, 0::int8
            FROM stock_stockmove m JOIN stock_location f ON f.id = m.from_location_id
            JOIN stock_location t ON t.id = m.to_location_id
            WHERE m.state = 'planned' AND m.company_id = %(company)s AND t.kind = 'internal'
              AND NOT (f.kind = 'internal' AND f.site_id = t.site_id){only}""",
            "item:int8 site:int8 day:int4 quantity:int8 document:uuid key:int8 start:int4 unit:int8",
            "m.item_id",
        )

    def requests(self) -> SimpleNamespace:
        """Approved requests not ordered yet and firm proposals to buy; quantities in `unit`.

        What another site gives is needed there from the day it leaves: `start`.
        """
        return self._read(
            """SELECT r.item_id, r.site_id, (r.needed_on - %(today)s::date)::int4,
                   ((r.quantity - r.ordered_quantity) * 1000000)::int8, r.id, 0::int8,
                   (CASE WHEN r.from_site_id IS NULL THEN -1
                         ELSE GREATEST(COALESCE(r.order_by, r.needed_on) - %(today)s::date, 0) END)::int4, r.unit_id
            FROM purchasing_purchaserequest r
            WHERE r.company_id = %(company)s AND r.item_id IS NOT NULL AND r.quantity > r.ordered_quantity
              AND (r.state = 'approved' OR r.state = 'proposed'
                   AND EXISTS (SELECT FROM planning_firmproposal p WHERE p.identity_id = r.id)){only}""",
            "item:int8 site:int8 day:int4 quantity:int8 document:uuid key:int8 start:int4 unit:int8",
            "r.item_id",
        )

    def firm_orders(self) -> SimpleNamespace:
        """Firm proposals to make: supply on the day due, whose components are still needed from its start."""
        return self._read(
            """SELECT o.item_id, o.site_id, (COALESCE(o.due_on, o.starts_on) - %(today)s::date)::int4,
                   (o.quantity * 1000000)::int8, o.id, 0::int8,
                   GREATEST(COALESCE(o.starts_on, o.due_on) - %(today)s::date, 0)::int4, 0::int8
            FROM production_productionorder o JOIN planning_firmproposal p ON p.identity_id = o.id
            WHERE o.company_id = %(company)s AND o.state = 'proposed'
              AND COALESCE(o.due_on, o.starts_on) IS NOT NULL{only}""",
            "item:int8 site:int8 day:int4 quantity:int8 document:uuid key:int8 start:int4 unit:int8",
            "o.item_id",
        )

    def on_hand(self) -> SimpleNamespace:
        """Free of quarantine and transit (I19); less what documents without a plan of their own have reserved."""
        return self._read(
            """SELECT item_id, site_id, (SUM(quantity) * 1000000)::int8 FROM (
                SELECT b.item_id, l.site_id, b.quantity FROM stock_stockbalance b
                JOIN stock_location l ON l.id = b.location_id AND l.kind = 'internal'
                JOIN kernel_site s ON s.id = l.site_id AND s.company_id = %(company)s
                WHERE b.quantity <> 0{only}
                UNION ALL
                SELECT b.item_id, l.site_id, -b.quantity FROM stock_reservation b
                JOIN stock_location l ON l.id = b.location_id
                JOIN kernel_site s ON s.id = l.site_id AND s.company_id = %(company)s
                WHERE NOT EXISTS (SELECT FROM stock_stockmove m WHERE m.origin_id = b.origin_id
                                  AND m.item_id = b.item_id AND m.state = 'planned'){only}) found
            GROUP BY item_id, site_id""",
            "item:int8 site:int8 quantity:int8",
            "b.item_id",
        )

    def dedicated(self) -> SimpleNamespace:
        """How much of what comes is for one document alone (P22), as `document` and `key` of supply have it."""
        return self._read(
            """SELECT m.item_id, t.site_id, m.origin_id, m.id, o.demand_id, (m.quantity * 1000000)::int8
            FROM production_productionorder o
            JOIN stock_stockmove m ON m.origin_id = o.id AND m.state = 'planned' AND m.item_id = o.item_id
            JOIN stock_location t ON t.id = m.to_location_id AND t.kind = 'internal'
            WHERE o.company_id = %(company)s AND o.is_dedicated AND o.demand_id IS NOT NULL{only}
            UNION ALL
            SELECT m.item_id, t.site_id, m.origin_id, m.id, r.demand_id,
                   ((a.quantity - a.received_quantity) * 1000000)::int8
            FROM purchasing_purchaserequest r JOIN purchasing_allocation a ON a.request_id = r.id
            JOIN purchasing_purchaseorderline l ON l.id = a.order_line_id
            JOIN stock_stockmove m ON m.origin_id = l.document_id AND m.origin_line = l.id AND m.state = 'planned'
            JOIN stock_location t ON t.id = m.to_location_id AND t.kind = 'internal'
            WHERE r.company_id = %(company)s AND r.is_dedicated AND r.demand_id IS NOT NULL
              AND a.quantity > a.received_quantity{only}
            UNION ALL
            SELECT m.item_id, t.site_id, m.origin_id, m.id, l.kept_for_id, (m.quantity * 1000000)::int8
            FROM stock_transferline l
            JOIN stock_stockmove m ON m.origin_id = l.document_id AND m.origin_line = l.id AND m.state = 'planned'
            JOIN stock_location f ON f.id = m.from_location_id AND f.kind <> 'internal'
            JOIN stock_location t ON t.id = m.to_location_id AND t.kind = 'internal'
            WHERE m.company_id = %(company)s AND l.kept_for_id IS NOT NULL{only}
            UNION ALL
            SELECT m.item_id, m.site_id, m.id, 0::int8, m.demand_id, (m.quantity * 1000000)::int8
            FROM production_productionorder m
            WHERE m.company_id = %(company)s AND m.is_dedicated AND m.demand_id IS NOT NULL
              AND m.state = 'proposed'{only}
            UNION ALL
            SELECT m.item_id, m.site_id, m.id, 0::int8, m.demand_id,
                   ((m.quantity - m.ordered_quantity) * 1000000)::int8
            FROM purchasing_purchaserequest m
            WHERE m.company_id = %(company)s AND m.is_dedicated AND m.demand_id IS NOT NULL AND m.item_id IS NOT NULL
              AND m.state IN ('proposed', 'approved') AND m.quantity > m.ordered_quantity{only}""",
            "item:int8 site:int8 document:uuid key:int8 owner:uuid quantity:int8",
            "m.item_id",
        )

    def kept(self) -> SimpleNamespace:
        """Stock kept for documents whose goods are made or bought to order."""
        return self._read(
            """SELECT b.item_id, l.site_id, (SUM(b.quantity) * 1000000)::int8, b.origin_id
            FROM items_itemsite p JOIN stock_reservation b ON b.item_id = p.item_id
            JOIN stock_location l ON l.id = b.location_id AND l.site_id = p.site_id
            JOIN kernel_site s ON s.id = l.site_id AND s.company_id = %(company)s
            WHERE p.policy = 'mto' AND EXISTS (
                SELECT FROM stock_stockmove m WHERE m.origin_id = b.origin_id AND m.item_id = b.item_id
                AND m.state = 'planned'){only}
            GROUP BY b.item_id, l.site_id, b.origin_id""",
            "item:int8 site:int8 quantity:int8 owner:uuid",
            "b.item_id",
        )

    def proposals(self) -> SimpleNamespace:
        """What the plan proposed and nobody stands for yet; `table` 0 is to make, 1 to buy; it serves `owner` alone."""
        return self._read(
            """SELECT o.item_id, o.site_id, 0::int4, (o.quantity * 1000000)::int8,
                   (COALESCE(o.starts_on, o.due_on) - %(today)s::date)::int4,
                   (COALESCE(o.due_on, o.starts_on) - %(today)s::date)::int4, o.id,
                   COALESCE(CASE WHEN o.is_dedicated THEN o.demand_id END, {NOBODY})
            FROM production_productionorder o
            WHERE o.company_id = %(company)s AND o.state = 'proposed' AND o.is_planned
              AND COALESCE(o.due_on, o.starts_on) IS NOT NULL
              AND NOT EXISTS (SELECT FROM planning_firmproposal p WHERE p.identity_id = o.id){only}
            UNION ALL
            SELECT o.item_id, o.site_id, 1::int4, (o.quantity * 1000000)::int8,
                   (COALESCE(o.order_by, o.needed_on) - %(today)s::date)::int4,
                   (o.needed_on - %(today)s::date)::int4, o.id,
                   COALESCE(CASE WHEN o.is_dedicated THEN o.demand_id END, {NOBODY})
            FROM purchasing_purchaserequest o
            WHERE o.company_id = %(company)s AND o.state = 'proposed' AND o.source = 'plan' AND o.item_id IS NOT NULL
              AND NOT EXISTS (SELECT FROM planning_firmproposal p WHERE p.identity_id = o.id){only}""",
            "item:int8 site:int8 table:int4 quantity:int8 start:int4 due:int4 key:uuid owner:uuid",
            "o.item_id",
        )

    # -- what the plan is built from --

    def items(self) -> SimpleNamespace:
        """Everything that can be planned: active and no service."""
        return self._read(
            """SELECT i.id, (i.kind = 'phantom'), (i.make_or_buy = 'make'), u.digits::int4, i.unit_id
            FROM items_item i JOIN organization_unit u ON u.id = i.unit_id
            WHERE i.active AND i.kind <> 'service'{only} ORDER BY i.id""",
            "item:int8 phantom:bool made:bool digits:int4 unit:int8",
            "i.id",
        )

    def sites(self) -> SimpleNamespace:
        """Sites that are planned."""
        return self._read(
            "SELECT id FROM kernel_site WHERE company_id = %(company)s AND active AND kind <> 'office' ORDER BY id",
            "site:int8",
        )

    def planning(self) -> SimpleNamespace:
        """How items are planned at sites."""
        return self._read(
            """SELECT p.item_id, p.site_id,
                   (CASE p.policy WHEN 'none' THEN 0 WHEN 'reorder' THEN 2 WHEN 'mto' THEN 3 ELSE 1 END)::int4,
                   p.lead_time_days::int4,
                   (CASE p.lot_rule WHEN 'fixed' THEN 1 WHEN 'period' THEN 2 ELSE 0 END)::int4,
                   (COALESCE(p.lot_size, 0) * 1000000)::int8, (p.minimum * 1000000)::int8,
                   (p.multiple * 1000000)::int8, (COALESCE(p.maximum, 0) * 1000000)::int8,
                   (p.safety_stock * 1000000)::int8, (p.reorder_point * 1000000)::int8, (p.reorder_to * 1000000)::int8,
                   p.planning_fence_days::int4, COALESCE(p.supplied_from_id, 0), p.transit_days::int4
            FROM items_itemsite p JOIN kernel_site s ON s.id = p.site_id AND s.company_id = %(company)s{only}""",
            "item:int8 site:int8 policy:int4 lead:int4 rule:int4 size:int8 minimum:int8 multiple:int8 maximum:int8 "
            "safety:int8 point:int8 upto:int8 fence:int4 origin:int8 transit:int4",
            "p.item_id",
        )

    def sources(self) -> SimpleNamespace:
        """The source each item is first bought from today; quantities in `unit`."""
        return self._read(
            """SELECT DISTINCT ON (c.item_id) c.item_id, c.lead_time_days::int4, (c.minimum * 1000000)::int8,
                   (c.multiple * 1000000)::int8, c.unit_id
            FROM purchasing_supplieritem c JOIN parties_party p ON p.id = c.supplier_id AND p.active
            WHERE c.company_id = %(company)s AND c.active AND (c.valid_from IS NULL OR c.valid_from <= %(today)s)
              AND (c.valid_to IS NULL OR c.valid_to > %(today)s){only}
            ORDER BY c.item_id, c.priority, c.price, c.id""",
            "item:int8 lead:int4 minimum:int8 multiple:int8 unit:int8",
            "c.item_id",
        )

    def bills(self) -> SimpleNamespace:
        """Lines of active bills that hold now or later, with the days [first, last) from today."""
        return self._read(
            f"""SELECT b.item_id, COALESCE(b.site_id, 0), COALESCE(b.valid_from - %(today)s::date, {-FOREVER})::int4,
                   COALESCE(b.valid_to - %(today)s::date, {FOREVER})::int4, (b.batch_quantity * 1000000)::int8,
                   l.component_id, (l.quantity * 1000000)::int8, (l.scrap_pct * 10000)::int8, l.is_fixed, l.unit_id,
                   COALESCE(l.operation_sequence, -1)::int4
            FROM engineering_bom b JOIN engineering_bomline l ON l.document_id = b.id
            WHERE b.active AND (b.valid_to IS NULL OR b.valid_to > %(today)s){{only}}
            ORDER BY b.item_id, b.id, l.position, l.id""",
            "item:int8 site:int8 first:int4 last:int4 batch:int8 component:int8 quantity:int8 scrap:int8 fixed:bool "
            "unit:int8 sequence:int4",
            "b.item_id",
        )

    def outputs(self) -> SimpleNamespace:
        """What comes out of active bills beside their items, as the lines of the same bills are read (P07)."""
        return self._read(
            f"""SELECT b.item_id, COALESCE(b.site_id, 0), COALESCE(b.valid_from - %(today)s::date, {-FOREVER})::int4,
                   COALESCE(b.valid_to - %(today)s::date, {FOREVER})::int4, (b.batch_quantity * 1000000)::int8,
                   l.item_id, (l.quantity * 1000000)::int8
            FROM engineering_bom b JOIN engineering_bomoutput l ON l.bom_id = b.id
            WHERE b.active AND (b.valid_to IS NULL OR b.valid_to > %(today)s){{only}}
            ORDER BY b.item_id, b.id, l.id""",
            "item:int8 site:int8 first:int4 last:int4 batch:int8 component:int8 quantity:int8",
            "b.item_id",
        )

    def operations(self) -> SimpleNamespace:
        """Operations of the routings of today, in order; hours as millionths, `kept` of the yield too."""
        return self._read(
            """SELECT r.item_id, COALESCE(r.site_id, 0), o.work_center_id, (o.setup_hours * 1000000)::int8,
                   (o.run_hours_per_unit * 1000000)::int8, o.sequence, (o.yield_pct * 10000)::int8
            FROM engineering_routing r JOIN engineering_routingoperation o ON o.document_id = r.id
            WHERE r.active AND (r.valid_from IS NULL OR r.valid_from <= %(today)s)
              AND (r.valid_to IS NULL OR r.valid_to > %(today)s){only} ORDER BY r.item_id, r.id, o.sequence, o.id""",
            "item:int8 site:int8 center:int8 setup:int8 run:int8 sequence:int4 kept:int8",
            "r.item_id",
        )


def day(today: date, number: int) -> date:
    """The date of a day of the plan."""
    return today + timedelta(days=int(number))
