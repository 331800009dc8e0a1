"""Who may do what with stock."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.roles import grant, role

role("warehouse", _("Warehouse keeper"))

DOCUMENTS = ("stock.transfer", "stock.stockadjustment", "stock.stockcount")
LEDGER = ("stock.stockbalance", "stock.stockmove", "stock.reservation", "stock.location")
VALUES = ("stock.stockvalue", "stock.costbalance")

COSTS: dict[str, dict[str, str]] = {
    "stock.stockmove": {"unit_cost": "hide"},
    "stock.stockadjustment": {"total": "hide", "total_base": "hide", "lines.unit_cost": "hide"},
}
"""What goods cost is for those who see the costs of items: not for who handles or sells them."""

for entity in DOCUMENTS:
    verbs = "view create change delete import export post ship receive cancel"
    grant("warehouse", entity, verbs, "site", **COSTS.get(entity, {}))
for entity in LEDGER:
    grant("warehouse", entity, "view export", "site", **COSTS.get(entity, {}))
    for code in ("planner", "buyer", "engineer"):
        grant(code, entity, "view")
    for code in ("sales_rep", "sales_manager", "workshop"):
        grant(code, entity, "view", **COSTS.get(entity, {}))
for code in ("accountant", "controller", "manager", "auditor"):
    grant(code, "stock.*", "view export")
for entity in DOCUMENTS:
    grant("controller", entity, "create change post cancel")
for entity in ("stock.location",):
    grant("manager", entity, "create change delete")
