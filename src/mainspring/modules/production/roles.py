"""Who does what in production."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.roles import grant, role

FLOOR = "issue pick report receive complete start pause undo send_out take_back assign substitute"
ORDER = f"view create change delete export confirm release reschedule {FLOOR} move_operation split merge reopen cancel"
SETUP = (
    "items.item",
    "items.itemcategory",
    "items.itemsite",
    "organization.unit",
    "kernel.site",
    "kernel.user",
    "engineering.workcenter",
    "engineering.bom",
    "engineering.routing",
    "organization.workcalendar",
    "stock.location",
)

role("planner", _("Planner"), _("Plans material and capacity, firms proposals, keeps orders on time."))
role("workshop", _("Workshop"), _("Foremen and operators: report material, work and output of released orders."))
for _code in ("planner", "workshop"):
    for _entity in SETUP:
        grant(_code, _entity, "view")
grant("planner", "production.productionorder", ORDER)
grant("planner", "production.productionreport", "view export")
grant("planner", "production.productionoperation", "view export")
grant("planner", "production.capacitybooking", "view export")
grant("planner", "items.itemsite", "create change import export")

HIDDEN = {"planned_unit_cost": "hide", "reason": "hide"}
grant("workshop", "production.productionorder", f"view {FLOOR}", "site", **HIDDEN)
grant(
    "workshop",
    "production.productionreport",
    "view create change delete export post reverse cancel",
    "site",
    cost="hide",
)
grant("workshop", "production.productionoperation", "view export", "site", outside_price="hide")
grant("workshop", "production.capacitybooking", "view", "site", cost="hide")
grant("warehouse", "production.productionorder", "view issue pick receive", "site", **HIDDEN)
grant("warehouse", "production.productionreport", "view create change post cancel", "site", cost="hide")

for _code in ("planner", "engineer"):
    grant(_code, "production.measurement", "view export")
grant("workshop", "production.measurement", "view", "site")
for _code in ("planner", "workshop"):
    grant(_code, "production.worksession", "view export")
    grant(_code, "production.reason", "view create change export")
grant("planner", "production.productionoutput", "view export")
grant("workshop", "production.productionoutput", "view", "site", unit_cost="hide", cost_share_pct="hide")
for _entity in ("reason", "worksession", "productionoutput"):
    grant("engineer", f"production.{_entity}", "view export")
grant("engineer", "production.productionorder", "view export")
grant("engineer", "production.productionoperation", "view export")
grant("engineer", "production.productionreport", "view export")
for _code in ("accountant", "controller", "auditor", "manager"):
    grant(_code, "production.*", "view export")
grant("accountant", "production.productionorder", "close")
grant("controller", "production.productionorder", "close")
grant("buyer", "production.productionorder", "view")
