"""Who does what in purchasing."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.roles import grant, role

SETUP = (
    "parties.party",
    "parties.address",
    "parties.contact",
    "parties.paymentterm",
    "items.item",
    "items.itemcategory",
    "items.itemsite",
    "organization.unit",
    "kernel.site",
    "kernel.department",
    "kernel.currency",
    "pricing.pricelist",
    "pricing.price",
    "accounting.taxcode",
    "stock.location",
    "kernel.user",
)

role("buyer", _("Buyer"), _("Finds sources, orders, follows deliveries up and accepts bills."))
for _entity in SETUP:
    grant("buyer", _entity, "view")
grant("buyer", "parties.party", "create change export")
grant("buyer", "purchasing.supplieritem", "view create change delete import export")
grant("buyer", "purchasing.purchaserequest", "view create change delete export submit approve order cancel")
grant(
    "buyer", "purchasing.purchaseorder", "view create change delete export confirm receive bill reschedule close cancel"
)
grant("buyer", "purchasing.receipt", "view create change export bill send_back")
grant("buyer", "purchasing.supplierreturn", "view create change export credit cancel")
grant("buyer", "purchasing.billmatch", "view export accept")
grant("buyer", "purchasing.grnientry", "view export")
grant("buyer", "accounting.invoice", "view")

role("planner", _("Planner"), _("Plans material and capacity, firms proposals, keeps orders on time."))
grant("planner", "purchasing.purchaserequest", "view create change export submit approve cancel")
grant("planner", "purchasing.purchaseorder", "view export")
grant("planner", "purchasing.supplieritem", "view")

grant(
    "warehouse",
    "purchasing.purchaseorder",
    "view receive",
    "site",
    total="hide",
    total_base="hide",
    net="hide",
    tax="hide",
    **{f"lines.{name}": "hide" for name in ("price", "discount_pct", "tax_code", "net", "price_reason")},
)
grant(
    "warehouse",
    "purchasing.receipt",
    "view create change delete export post cancel send_back",
    "site",
    total_base="hide",
    **{"lines.value": "hide"},
)
grant(
    "warehouse",
    "purchasing.supplierreturn",
    "view create change delete export post cancel",
    "site",
    total_base="hide",
    **{"lines.value": "hide"},
)
grant("warehouse", "purchasing.purchaserequest", "view create change submit", "own")

grant("accountant", "purchasing.purchaseorder", "view export bill")
grant("accountant", "purchasing.receipt", "view export bill")
grant("accountant", "purchasing.supplierreturn", "view export credit")
grant("accountant", "purchasing.billmatch", "view export")
grant("accountant", "purchasing.grnientry", "view export")
for _code in ("controller", "auditor", "manager"):
    grant(_code, "purchasing.*", "view export")
for _code in ("sales_rep", "sales_manager", "workshop", "engineer", "hr", "accountant"):
    grant(_code, "purchasing.purchaserequest", "view create change delete submit cancel", "own")
grant("manager", "purchasing.purchaserequest", "approve")
grant("manager", "purchasing.billmatch", "accept")
grant("engineer", "purchasing.supplieritem", "view")
OURS = {"lines.price_reason": "hide", "lines.quantity_reason": "hide"}
grant("supplier", "purchasing.purchaseorder", "view", "party", total_base="hide", buyer="hide", **OURS)
OURS = {"rate": "hide", "lines.value": "hide", "lines.location": "hide"}
grant("supplier", "purchasing.receipt", "view", "party", note="hide", total_base="hide", **OURS)
grant("supplier", "purchasing.supplierreturn", "view", "party", total_base="hide", **{"lines.value": "hide"})
