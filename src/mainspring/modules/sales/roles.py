"""Who does what in selling."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.roles import grant, role

QUOTING = "view create change delete export send invite accept confirm_again revise decline cancel"
ORDERING = "view create change delete export confirm ship promise reschedule take_stock cancel"
SETUP = (
    "parties.paymentterm",
    "pricing.pricelist",
    "pricing.price",
    "items.item",
    "items.itemcategory",
    "organization.unit",
    "kernel.site",
    "kernel.territory",
    "kernel.currency",
    "accounting.taxcode",
)

role("sales_rep", _("Sales representative"))
role("sales_manager", _("Sales manager"))
for _code, _scopes in (("sales_rep", ("own",)), ("sales_manager", ("territory", "team", "own"))):
    for _entity in SETUP:
        grant(_code, _entity, "view", "company")
    for _scope in _scopes:
        grant(_code, "sales.quotation", QUOTING, _scope)
        grant(_code, "sales.salesorder", ORDERING, _scope)
        grant(_code, "sales.offerlink", "view revoke", _scope)
        grant(_code, "sales.offeranswer", "view export", _scope)
        grant(_code, "sales.shipment", "view export", _scope)
        grant(_code, "sales.return", "view create change cancel export", _scope)
        grant(_code, "accounting.invoice", "view export", "territory")
        for _entity in ("parties.party", "parties.address", "parties.contact"):
            grant(_code, _entity, "view create change export quote", _scope)
grant("sales_rep", "parties.party", "view", "territory")
for _scope in ("territory", "team"):
    grant("sales_manager", "sales.salesorder", "close reopen invoice release_credit", _scope)

role("warehouse", _("Warehouse"), _("Receives, keeps, counts and ships the goods of the sites given."))
PRICES = (
    "net tax total net_base total_base discount discount_pct approved_discount_pct over_discount_limit currency "
    "payment_term hold_reason billing_status "
    "lines.price lines.discount_pct lines.tax_code lines.net lines.tax lines.list_price lines.price_reason "
    "lines.invoiced"
)
grant("warehouse", "sales.salesorder", "view ship", "site", **dict.fromkeys(PRICES.split(), "hide"))
grant("warehouse", "sales.shipment", "view create change delete export post cancel return_goods", "site")
grant("warehouse", "sales.return", "view create change delete export receive cancel", "site")

role("accountant", _("Accountant"), _("Keeps the books of a company: invoices, bills, payments, tax."))
grant("accountant", "sales.salesorder", "view export invoice release_credit", "company")
grant("accountant", "sales.shipment", "view export", "company")
grant("accountant", "sales.return", "view export credit", "company")

role(
    "customer",
    _("Customer"),
    _("People of a customer: they see their own orders, deliveries and invoices."),
    portal=True,
)
HIDDEN = {
    "discount_pct": "hide",
    "approved_discount_pct": "hide",
    "over_discount_limit": "hide",
    "net_base": "hide",
    "total_base": "hide",
    "opportunity": "hide",
    "territory": "hide",
    "lines.list_price": "hide",
    "lines.price_reason": "hide",
    "lines.promise_reason": "hide",
}
grant("customer", "sales.quotation", "view accept decline", "party", **HIDDEN)
grant("customer", "sales.salesorder", "view", "party", **HIDDEN, hold_reason="hide")
grant("customer", "sales.shipment", "view", "party")
grant("customer", "sales.return", "view", "party")
grant("customer", "accounting.invoice", "view", "party")
