"""What contracts bring along: who agrees to them, to their changes, to invoices asked for and to bad debts (CRM-12)."""

from decimal import Decimal

from mainspring.kernel import defaults
from mainspring.kernel.models import Role
from mainspring.kernel.models.approvals import ApprovalRule, ApprovalStep

RULES = (
    (
        "Contracts above 20 000",
        {"entity": "contracts.contract", "verb": "submit", "amount_path": "value", "limit": Decimal(20000),
         "split_days": 30},
        "sales_manager",
    ),
    (
        "Amendments of contracts",
        {"entity": "contracts.amendment", "verb": "submit", "amount_path": "change_base", "limit": Decimal(1000)},
        "sales_manager",
    ),
    (
        "Changes of agreed collection plans",
        {"entity": "contracts.collectionplan", "verb": "change", "condition": "is_agreed", "free_fields": "note"},
        "sales_manager",
    ),
    (
        "Invoice requests above 20 000",
        {"entity": "contracts.invoicerequest", "verb": "submit", "amount_path": "amount", "limit": Decimal(20000)},
        "sales_manager",
    ),
    ("Bad debts", {"entity": "contracts.writeoff", "verb": "post", "amount_path": "amount"}, "controller"),
)  # fmt: skip


@defaults.declare("contracts.rules")
def approval_rules():
    """Each node has somebody who is asked; administrators change them as they like."""
    for name, values, role in RULES:
        rule, made = ApprovalRule.objects.get_or_create(name=name, defaults=values)
        if made:
            ApprovalStep.objects.create(document=rule, who="role", role=Role.objects.get(code=role))
