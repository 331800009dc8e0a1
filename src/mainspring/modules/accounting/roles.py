"""Who may do what in the books."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.roles import grant, role

role("accountant", _("Accountant"))
role("controller", _("Controller"))

DOCUMENTS = ("accounting.invoice", "accounting.payment", "accounting.voucher", "accounting.revaluation")
LEDGER = ("accounting.journalentry", "accounting.journalline", "accounting.plannedcash")
SETUP = ("accounting.account", "accounting.accountrule", "accounting.taxcode")
PERIODS = ("accounting.lockdate", "accounting.lockexception")

for code in ("accountant", "controller"):
    for entity in DOCUMENTS:
        grant(code, entity, "view create change delete import export post cancel reverse credit allocate")
    grant(code, "accounting.journalentry", "view export reverse")
    for entity in (*LEDGER, *SETUP, *PERIODS):
        grant(code, entity, "view export")
for entity in SETUP:
    grant("controller", entity, "create change delete import")
for entity in PERIODS:
    grant("controller", entity, "create change delete")
for code in ("manager", "auditor"):
    grant(code, "accounting.*", "view export")
grant("customer", "accounting.invoice", "view", "party")
grant("supplier", "accounting.invoice", "view", "party")
grant("sales_manager", "accounting.invoice", "view export")
grant("sales_rep", "accounting.invoice", "view", "territory")
grant("buyer", "accounting.invoice", "view")
