"""Sales managers keep prices; who sells or buys sees them."""

from mainspring.kernel import roles

KEEP = "view create change delete import export"

for code in ("sales_rep", "buyer", "accountant", "controller", "integrator"):
    for entity in ("pricelist", "price"):
        roles.grant(code, f"pricing.{entity}", "view")
for scope in ("own", "territory"):
    roles.grant("sales_rep", "pricing.partypricelist", "view", scope)
for code in ("sales_manager", "administrator"):
    roles.grant(code, "pricing.*", KEEP)
for entity in ("pricelist", "price", "partypricelist"):
    roles.grant("buyer", f"pricing.{entity}", KEEP)
for code in ("accountant", "controller"):
    roles.grant(code, "pricing.partypricelist", "view")
