"""Who may do what with stock."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.roles import grant, role

role("warehouse", _("Warehouse keeper"))

DOCUMENTS = ("stock.transfer", "stock.stockadjustment", "stock.stockcount")
LEDGER = ("stock.stockbalance", "stock.stockmove", "stock.reservation", "stock.location")
VALUES = ("stock.stockvalue", "stock.costbalance")

for entity in DOCUMENTS:
    grant("warehouse", entity, "view create change delete import export post ship receive cancel", "site")
for entity in LEDGER:
    grant("warehouse", entity, "view export", "site")
    for code in ("planner", "buyer", "sales_rep", "sales_manager", "workshop", "engineer"):
        grant(code, entity, "view")
for code in ("accountant", "controller", "manager", "auditor"):
    grant(code, "stock.*", "view export")
for entity in DOCUMENTS:
    grant("controller", entity, "create change post cancel")
for entity in ("stock.location",):
    grant("manager", entity, "create change delete")
