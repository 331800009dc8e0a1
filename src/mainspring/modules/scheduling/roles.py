"""Who does what in scheduling."""

from mainspring.kernel.roles import grant

grant("planner", "scheduling.schedule", "view create change export solve take_over move pin unpin undo")
for _entity in ("scheduledoperation", "scheduledorder", "schedulechange"):
    grant("planner", f"scheduling.{_entity}", "view export")
for _entity in ("setupfamily", "itemfamily", "changeover"):
    grant("planner", f"scheduling.{_entity}", "view create change delete import export")
    grant("engineer", f"scheduling.{_entity}", "view create change delete import export")
    grant("workshop", f"scheduling.{_entity}", "view")
for _entity in ("schedule", "scheduledoperation", "scheduledorder"):
    grant("workshop", f"scheduling.{_entity}", "view", "site")
for _code in ("accountant", "controller", "auditor", "manager"):
    grant(_code, "scheduling.*", "view export")
grant("planner", "engineering.workcenter", "extra_shift drop_shift")
grant("planner", "production.productionorder", "do_outside do_here begin_on")
grant("planner", "scheduling.agreedtime", "view export")
