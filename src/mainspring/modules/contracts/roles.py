"""Who does what with contracts."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.roles import grant, role

WORK = (
    "view create change delete export submit sign activate order request_invoice plan amend accept withdraw renew "
    "cancel"
)
LEAD = "suspend resume complete terminate reinstate"
PLAN = "view create change delete export agree reopen write_customer"
AMENDMENT = "view create change delete export submit apply withdraw revert cancel"
REQUEST = "view create change delete export submit recall correct cancel"

role("sales_rep", _("Sales representative"))
role("sales_manager", _("Sales manager"))
for _code, _scopes in (("sales_rep", ("own",)), ("sales_manager", ("territory", "team", "own"))):
    for _scope in _scopes:
        grant(_code, "contracts.contract", WORK, _scope)
        grant(_code, "contracts.collectionplan", PLAN, _scope)
        grant(_code, "contracts.instalment", "view export", _scope)
        grant(_code, "contracts.collectedpart", "view", _scope)
        grant(_code, "contracts.amendment", AMENDMENT, _scope)
        grant(_code, "contracts.invoicerequest", REQUEST, _scope)
        grant(_code, "contracts.writeoff", "view create change delete export cancel", _scope)
        grant(_code, "contracts.taxprofile", "view create change export", _scope)
        grant(_code, "sales.quotation", "contract", _scope)
        grant(_code, "sales.salesorder", "contract call_off leave_contract", _scope)
        grant(_code, "crm.opportunity", "contract", _scope)
for _scope in ("territory", "team", "own"):
    grant("sales_manager", "contracts.contract", LEAD, _scope)

role("accountant", _("Accountant"))
role("controller", _("Controller"))
for _code in ("accountant", "controller"):
    grant(_code, "contracts.contract", "view export")
    grant(_code, "contracts.amendment", "view export")
    grant(_code, "contracts.collectionplan", "view export write_customer")
    grant(_code, "contracts.instalment", "view export")
    grant(_code, "contracts.collectedpart", "view")
    grant(_code, "contracts.invoicerequest", "view change export post_invoice reject")
    grant(_code, "contracts.writeoff", "view create change delete export post reverse cancel")
    grant(_code, "contracts.taxprofile", "view create change export")
    grant(_code, "accounting.payment", "match unmatch")
grant("controller", "contracts.contract", "complete")
for _code in ("manager", "auditor"):
    grant(_code, "contracts.*", "view export")
grant("manager", "contracts.contract", LEAD)
HIDDEN = ("value_base", "tolerance_pct", "opportunity", "territory", "signatory", "owner", "requested", "overdue")
grant("customer", "contracts.contract", "view", "party", **dict.fromkeys(HIDDEN, "hide"))
