"""What purchasing brings along: who agrees to large orders."""

from mainspring.kernel import defaults
from mainspring.kernel.models import Role
from mainspring.kernel.models.approvals import ApprovalRule, ApprovalStep

LIMIT = 50_000


@defaults.declare("purchasing.order_limit")
def order_rule():
    """An order above the limit waits for the general manager, in base currency (PUR-05, K09)."""
    role = Role.objects.filter(code="manager").first()
    if role is None:
        return
    rule, made = ApprovalRule.objects.get_or_create(
        name="Purchase orders above the limit",
        defaults={
            "entity": "purchasing.purchaseorder",
            "verb": "confirm",
            "amount_path": "total",
            "limit": LIMIT,
            "free_fields": "note buyer supplier_reference",
        },
    )
    if made:
        ApprovalStep.objects.create(document=rule, who="role", role=role)
