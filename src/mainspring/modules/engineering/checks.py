"""Invariants of engineering."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import checks, database


@checks.check("engineering.no_loop", _("No item is, at any level of any version, a component of itself"))
def no_loop():
    for row in database.rows("""
            WITH RECURSIVE edge AS MATERIALIZED (
                SELECT b.item_id, l.component_id FROM engineering_bom b
                JOIN engineering_bomline l ON l.document_id = b.id WHERE b.state <> 'retired'
                UNION SELECT b.item_id, a.alternate_id FROM engineering_bom b
                JOIN engineering_bomalternate a ON a.bom_id = b.id WHERE b.state <> 'retired'),
            down AS (
                SELECT item_id AS top, component_id FROM edge
                UNION SELECT down.top, e.component_id FROM down JOIN edge e ON e.item_id = down.component_id)
            SELECT i.code FROM down JOIN items_item i ON i.id = down.top WHERE down.top = down.component_id"""):
        yield f"{row['code']} contains itself"


@checks.check("engineering.shares", _("Co- and by-products leave a share of the cost to the item of the bill"))
def shares():
    for row in database.rows("""
            SELECT i.code, b.revision, SUM(o.cost_share_pct) AS share FROM engineering_bomoutput o
            JOIN engineering_bom b ON b.id = o.bom_id JOIN items_item i ON i.id = b.item_id
            GROUP BY b.id, i.code, b.revision HAVING SUM(o.cost_share_pct) >= 100"""):
        yield f"{row['code']} {row['revision']}: {row['share']:f} % go elsewhere"
