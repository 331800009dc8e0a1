"""Sales see insight about the customers they see; what goods cost, and so the margin, only who may know it."""

from mainspring.kernel import roles

ENTITIES = ("analytics.customerinsight", "analytics.insightchange")

for _scope in ("own", "territory"):
    roles.grant("sales_rep", ENTITIES[0], "view export plan_call", _scope, margin="hide")
    roles.grant("sales_rep", ENTITIES[1], "view export", _scope)
for _scope in ("own", "territory", "team"):
    roles.grant("sales_manager", ENTITIES[0], "view export plan_call recalculate", _scope)
    roles.grant("sales_manager", ENTITIES[1], "view export", _scope)
roles.grant("sales_rep", "analytics.boughttogether", "view plan_calls")
roles.grant("sales_manager", "analytics.boughttogether", "view export plan_calls")
for _code in ("controller", "accountant", "manager", "auditor"):
    roles.grant(_code, "analytics.*", "view export")
for _code in ("controller", "manager"):
    roles.grant(_code, "analytics.customerinsight", "plan_call recalculate")
    roles.grant(_code, "analytics.boughttogether", "plan_calls")
