"""What selling brings along: who agrees to discounts over the limit."""

from mainspring.kernel import defaults
from mainspring.kernel.models import Role
from mainspring.kernel.models.approvals import ApprovalRule, ApprovalStep

RULES = (
    ("Discount on quotations", "sales.quotation", "send"),
    ("Discount on sales orders", "sales.salesorder", "confirm"),
)


@defaults.declare("sales.discount")
def discount_rules():
    """A discount above the limit of the settings waits for the sales manager, in any currency (CRM-12)."""
    for name, entity, verb in RULES:
        rule, made = ApprovalRule.objects.get_or_create(
            name=name, defaults={"entity": entity, "verb": verb, "condition": "over_discount_limit"}
        )
        if made:
            ApprovalStep.objects.create(document=rule, who="role", role=Role.objects.get(code="sales_manager"))
