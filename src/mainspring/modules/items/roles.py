"""Engineers and administrators keep items; planners their planning; controllers their costs."""

from mainspring.kernel import roles

KEEP = "view create change delete import export"

for code in (
    "sales_rep",
    "sales_manager",
    "buyer",
    "planner",
    "warehouse",
    "workshop",
    "accountant",
    "controller",
    "integrator",
):
    for entity in ("item", "itemcategory", "itemunit"):
        roles.grant(code, f"items.{entity}", "view")
for code in ("buyer", "planner", "warehouse", "workshop", "accountant", "controller", "engineer"):
    roles.grant(code, "items.itemsite", "view")
for code in ("buyer", "planner", "accountant", "controller", "engineer"):
    roles.grant(code, "items.itemcost", "view")
for entity in ("item", "itemcategory", "itemunit", "itemsite"):
    roles.grant("engineer", f"items.{entity}", KEEP)
roles.grant("administrator", "items.*", KEEP)
roles.grant("planner", "items.itemsite", KEEP)
roles.grant("buyer", "items.itemsite", "view change")
roles.grant("controller", "items.itemcost", KEEP)
roles.grant("integrator", "items.item", "view create change import export")
