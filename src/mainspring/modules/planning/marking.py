"""Triggers that mark what the plan has to look at again: one statement, one mark an item and site, in its transaction.

They stand on the facts themselves, so that no verb, import or correction can be forgotten. What the planner writes is
not marked: it says so in the setting `mainspring.planning` of its transaction. The planner looks for marks twenty times
a second: a NOTIFY here would make all postings commit one after another.
"""

from mainspring.kernel import database

MARK = """
CREATE OR REPLACE FUNCTION mainspring_mark_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('mainspring.planning', true) = 'on' THEN RETURN NULL; END IF;
    {insert}
    RETURN NULL;
END $$;
"""


EVERYWHERE = """SELECT r.item, r.site, c.id, r.is_structure FROM ({select}) r (item, site, company, is_structure)
    LEFT JOIN kernel_site s ON s.id = r.site
    JOIN kernel_company c ON c.id = COALESCE(r.company, s.company_id, c.id)"""


def _function(name: str, select: str) -> str:
    insert = f"INSERT INTO planning_planmark (item, site, company, is_structure) {select};"
    return MARK.replace("mainspring_mark_plan", f"mainspring_mark_{name}").replace("{insert}", insert)


def _triggers(name: str, table: str, *, select: str, compared: str = "") -> str:
    """Statement-level triggers for all three events; `{rows}` in the select is the transition table.

    compared  columns: an update that leaves them alone marks nothing
    """
    changed = (
        f"SELECT o.* FROM was o JOIN became n USING (id) WHERE (o.{', o.'.join(compared.split())}) "
        f"IS DISTINCT FROM (n.{', n.'.join(compared.split())}) UNION ALL "
        f"SELECT n.* FROM was o JOIN became n USING (id) WHERE (o.{', o.'.join(compared.split())}) "
        f"IS DISTINCT FROM (n.{', n.'.join(compared.split())})"
    )
    parts = []
    for event, rows, referencing in (
        ("insert", "became", "NEW TABLE AS became"),
        ("delete", "was", "OLD TABLE AS was"),
        ("update", f"({changed})", "OLD TABLE AS was NEW TABLE AS became"),
    ):
        function = f"{name}_{event}"
        parts.append(_function(function, select.format(rows=rows)))
        parts.append(
            f'CREATE OR REPLACE TRIGGER planning_mark_{event} AFTER {event.upper()} ON "{table}" '
            f"REFERENCING {referencing} FOR EACH STATEMENT EXECUTE FUNCTION mainspring_mark_{function}();"
        )
    return "\n".join(parts)


def _declare(table: str, select: str, compared: str) -> None:
    if "NULL::bigint, true" in select:  # what all companies share is marked for each
        select = EVERYWHERE.replace("{select}", select)
    database.declare(f"planning_mark {table}", _triggers(table, table, select=select, compared=compared))


_declare(
    "stock_stockmove",
    """SELECT DISTINCT r.item_id, l.site_id, r.company_id, false FROM {rows} r
    JOIN stock_location l ON l.id IN (r.from_location_id, r.to_location_id) AND l.kind = 'internal'
    WHERE r.state = 'planned'""",
    "item_id state quantity from_location_id to_location_id planned_on is_forecast",
)
_declare(
    "stock_stockbalance",
    """SELECT DISTINCT r.item_id, l.site_id, s.company_id, false FROM {rows} r
    JOIN stock_location l ON l.id = r.location_id AND l.kind = 'internal' JOIN kernel_site s ON s.id = l.site_id""",
    "item_id location_id quantity",
)
_declare(
    "stock_reservation",
    """SELECT DISTINCT r.item_id, l.site_id, s.company_id, false FROM {rows} r
    JOIN stock_location l ON l.id = r.location_id JOIN kernel_site s ON s.id = l.site_id
    WHERE NOT EXISTS (SELECT FROM stock_stockmove m WHERE m.origin_id = r.origin_id AND m.item_id = r.item_id
                      AND m.state = 'planned')""",
    "item_id location_id quantity origin_id",
)
_declare(
    "purchasing_purchaserequest",
    """SELECT DISTINCT r.item_id, r.site_id, r.company_id, false FROM {rows} r
    WHERE r.item_id IS NOT NULL AND (r.state = 'approved' OR r.state = 'proposed' AND r.source = 'plan')""",
    "item_id site_id from_site_id state quantity unit_id needed_on order_by ordered_quantity",
)
_declare(
    "production_productionorder",
    """SELECT DISTINCT r.item_id, r.site_id, r.company_id, false FROM {rows} r
    WHERE r.state = 'proposed'""",
    "item_id site_id state quantity starts_on due_on",
)
_declare(
    "planning_demandforecast",
    """SELECT DISTINCT r.item_id, r.site_id, s.company_id, false FROM {rows} r
    JOIN kernel_site s ON s.id = r.site_id""",
    "item_id site_id starts_on ends_on quantity",
)
_declare(
    "items_itemsite",
    "SELECT DISTINCT r.item_id, r.site_id, NULL::bigint, true FROM {rows} r",
    "item_id site_id policy lead_time_days safety_stock reorder_point reorder_to lot_rule lot_size minimum multiple "
    "maximum demand_fence_days planning_fence_days supplied_from_id transit_days",
)
_declare(
    "items_item",
    "SELECT DISTINCT r.id, NULL::bigint, NULL::bigint, true FROM {rows} r",
    "kind make_or_buy unit_id active",
)
_declare(
    "items_itemunit",
    "SELECT DISTINCT r.item_id, NULL::bigint, NULL::bigint, true FROM {rows} r",
    "item_id unit_id numerator denominator",
)
_declare(
    "purchasing_supplieritem",
    "SELECT DISTINCT r.item_id, NULL::bigint, r.company_id, true FROM {rows} r",
    "item_id supplier_id unit_id price minimum multiple lead_time_days priority valid_from valid_to active",
)
for _kind, _columns in (
    ("bom", "item_id site_id batch_quantity valid_from valid_to active"),
    ("routing", "item_id site_id valid_from valid_to active"),
):
    _declare(
        f"engineering_{_kind}",
        "SELECT DISTINCT r.item_id, r.site_id, NULL::bigint, true FROM {rows} r",
        _columns,
    )
for _line, _parent, _columns in (
    ("bomline", "bom", "document_id component_id quantity unit_id scrap_pct is_fixed operation_sequence"),
    (
        "routingoperation",
        "routing",
        "document_id sequence work_center_id setup_hours run_hours_per_unit queue_hours yield_pct",
    ),
):
    _declare(
        f"engineering_{_line}",
        f"""SELECT DISTINCT p.item_id, p.site_id, NULL::bigint, true FROM {{rows}} r
        JOIN engineering_{_parent} p ON p.id = r.document_id""",
        _columns,
    )
_declare(
    "engineering_bomoutput",
    """SELECT DISTINCT p.item_id, p.site_id, NULL::bigint, true FROM {rows} r
    JOIN engineering_bom p ON p.id = r.bom_id""",
    "bom_id item_id quantity",
)
for _table, _columns in (
    ("engineering_workcenter", "site_id calendar_id size efficiency_pct active"),
    ("engineering_machine", "work_center_id calendar_id active"),
    ("engineering_operator", "work_center_id calendar_id person_id"),
    ("engineering_downtime", "machine_id starts_on ends_on"),
    ("engineering_capacitychange", "work_center_id starts_on ends_on calendar_id size efficiency_pct"),
    ("organization_calendarshift", "document_id weekday starts_at ends_at"),
    ("organization_calendarexception", "calendar_id on_date is_working starts_at ends_at"),
    ("organization_sitecalendar", "site_id calendar_id"),
    ("organization_unit", "category_id digits"),
    ("kernel_site", "company_id kind active"),
    ("stock_location", "site_id kind"),
):
    _declare(
        _table,
        "SELECT DISTINCT NULL::bigint, NULL::bigint, NULL::bigint, true FROM {rows} r",
        _columns,
    )

_declare(
    "kernel_absence",
    """SELECT DISTINCT NULL::bigint, NULL::bigint, NULL::bigint, true FROM {rows} r
    WHERE EXISTS (SELECT FROM engineering_operator o WHERE o.person_id = r.user_id)""",
    "user_id starts_on ends_on",
)

database.declare(
    "planning_firm_mark",
    """
CREATE OR REPLACE FUNCTION mainspring_mark_firm() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    subject uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.identity_id ELSE NEW.identity_id END;
BEGIN
    IF current_setting('mainspring.planning', true) = 'on' THEN RETURN NULL; END IF;
    INSERT INTO planning_planmark (item, site, company, is_structure)
    SELECT item_id, site_id, company_id, false FROM production_productionorder WHERE id = subject
    UNION ALL SELECT item_id, site_id, company_id, false FROM purchasing_purchaserequest WHERE id = subject;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER planning_firm_mark AFTER INSERT OR DELETE ON planning_firmproposal
FOR EACH ROW EXECUTE FUNCTION mainspring_mark_firm();
""",
)

database.declare(
    "planning_firm_by_edit",
    """
CREATE OR REPLACE FUNCTION mainspring_firm_by_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('mainspring.planning', true) = 'on' THEN RETURN NULL; END IF;
    INSERT INTO planning_firmproposal (identity_id, company_id, why) VALUES (NEW.id, NEW.company_id, '')
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER planning_firm_by_edit AFTER UPDATE ON production_productionorder
FOR EACH ROW WHEN (OLD.state = 'proposed' AND NEW.state = 'proposed' AND NEW.is_planned
    AND (OLD.quantity, OLD.starts_on, OLD.due_on) IS DISTINCT FROM (NEW.quantity, NEW.starts_on, NEW.due_on))
EXECUTE FUNCTION mainspring_firm_by_edit();
CREATE OR REPLACE TRIGGER planning_firm_by_edit AFTER UPDATE ON purchasing_purchaserequest
FOR EACH ROW WHEN (OLD.state = 'proposed' AND NEW.state = 'proposed' AND NEW.source = 'plan'
    AND (OLD.quantity, OLD.needed_on) IS DISTINCT FROM (NEW.quantity, NEW.needed_on))
EXECUTE FUNCTION mainspring_firm_by_edit();
""",
)
