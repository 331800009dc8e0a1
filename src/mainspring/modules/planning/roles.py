"""Who does what in planning."""

from mainspring.kernel.roles import grant

grant("planner", "planning.planrun", "view create change delete export run cancel")
grant("planner", "planning.planmessage", "view export follow")
grant("planner", "planning.demandforecast", "view create change delete import export")
grant("sales_manager", "planning.demandforecast", "view create change export")
grant("planner", "planning.centerload", "view export")
grant("planner", "planning.firmproposal", "view create delete")
grant("planner", "production.productionorder", "change")
for _code in ("accountant", "controller", "auditor", "manager"):
    grant(_code, "planning.*", "view export")
grant("buyer", "planning.planrun", "view")
grant("buyer", "planning.planmessage", "view export follow")
grant("workshop", "planning.centerload", "view", "site")
grant("planner", "planning.tasklist", "view create change export release renew withdraw")
grant("workshop", "planning.tasklist", "view export", "team")
grant("engineer", "planning.centerload", "view")
