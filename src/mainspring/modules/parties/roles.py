"""Sales see their own customers and those of their territories; buyers keep suppliers; portals see their own party."""

from mainspring.kernel import roles

KEEP = "view create change delete import export"
PARTS = ("address", "contact", "partybankaccount")
CLEAR = {
    "party": dict.fromkeys(("email", "phone"), "clear"),
    "address": dict.fromkeys(("street", "street_2", "postal_code"), "clear"),
    "contact": dict.fromkeys(("family_name", "email", "phone"), "clear"),
    "partybankaccount": {},
    "partyrelation": {},
}
"""For who does not win customers but serves all of them: nothing is masked while a customer waits in a public pool."""

for scope in ("own", "territory"):
    roles.grant("sales_rep", "parties.party", "view create change", scope, credit_limit="view", owner="view")
    for part in ("address", "contact", "partyrelation"):
        roles.grant("sales_rep", f"parties.{part}", "view create change delete", scope)
for code in ("sales_manager", "buyer", "accountant", "administrator"):
    roles.grant(code, "parties.party", KEEP, **CLEAR["party"])
    for part in (*PARTS, "partyrelation"):
        roles.grant(code, f"parties.{part}", KEEP, **CLEAR[part])
for code in ("sales_manager", "accountant", "administrator"):
    roles.grant(code, "parties.party", "merge")
    roles.grant(code, "parties.merge", "view split", *(() if code == "administrator" else ("own",)))
for code in ("planner", "warehouse", "workshop", "controller"):
    limit = {} if code == "controller" else {"credit_limit": "hide"}
    roles.grant(code, "parties.party", "view", email="mask", phone="mask", **limit)
    roles.grant(code, "parties.address", "view", **CLEAR["address"])
roles.grant("integrator", "parties.address", "view create change import export", **CLEAR["address"])
for code in ("sales_rep", "sales_manager", "buyer", "accountant", "controller", "administrator", "integrator"):
    roles.grant(code, "parties.paymentterm", "view")
for code in ("accountant", "administrator"):
    roles.grant(code, "parties.paymentterm", KEEP)
roles.grant("administrator", "parties.portalaccess", KEEP)
roles.grant("integrator", "parties.party", "view create change import export", **CLEAR["party"])
for code in ("customer", "supplier"):
    roles.grant(
        code, "parties.party", "view", "party", credit_limit="hide", owner="hide", territory="hide", pooled_at="hide",
        **CLEAR["party"],
    )  # fmt: skip
    for entity in PARTS:
        roles.grant(code, f"parties.{entity}", "view", "party", **CLEAR[entity])
