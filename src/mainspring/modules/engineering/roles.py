"""Engineers keep bills, routings and work centers; planners and the workshop see them; controllers roll up costs."""

from mainspring.kernel import roles

KEEP = "view create change delete import export"

for code in ("planner", "workshop", "buyer", "warehouse", "controller", "integrator"):
    for entity in ("bom", "routing"):
        roles.grant(code, f"engineering.{entity}", "view")
for code in ("planner", "workshop", "controller"):
    roles.grant(code, "engineering.workcenter", "view", **({} if code == "controller" else {"hourly_cost": "hide"}))
for code in ("engineer", "administrator"):
    roles.grant(code, "engineering.*", f"{KEEP} roll_up_cost")
roles.grant("planner", "engineering.workcenter", "view change", hourly_cost="hide")
roles.grant("controller", "engineering.bom", "view roll_up_cost")
