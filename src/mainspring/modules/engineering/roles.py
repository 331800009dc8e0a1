"""Engineers keep bills, routings and work centers; planners and the workshop see them; controllers roll up costs."""

from mainspring.kernel import roles

KEEP = "view create change delete import export"

for code in ("planner", "workshop", "buyer", "warehouse", "controller", "integrator"):
    for entity in ("bom", "routing", "bomalternate", "bomoutput"):
        roles.grant(code, f"engineering.{entity}", "view")
COSTS = {"hourly_cost": "hide", "machine_hourly_cost": "hide", "overhead_hourly_cost": "hide"}
RESOURCES = ("machine", "downtime", "operator", "skill", "personskill", "tool", "capacitychange", "suppliercapacity")
for code in ("planner", "workshop", "controller"):
    roles.grant(code, "engineering.workcenter", "view", **({} if code == "controller" else COSTS))
    for entity in (*RESOURCES, "operationalternate", "inspectionpoint", "operationdocument", "engineeringchange"):
        roles.grant(code, f"engineering.{entity}", "view")
for code in ("engineer", "administrator"):
    roles.grant(code, "engineering.*", f"{KEEP} roll_up_cost release new_version retire copy_to carry_out undo cancel")
roles.grant("planner", "engineering.workcenter", "view change", **COSTS)
for entity in RESOURCES:
    roles.grant("planner", f"engineering.{entity}", "view create change delete export")
roles.grant("workshop", "engineering.downtime", "create change")
roles.grant("buyer", "engineering.suppliercapacity", KEEP)
roles.grant("controller", "engineering.costrollup", "view export")
roles.grant("controller", "engineering.bom", "view roll_up_cost")
