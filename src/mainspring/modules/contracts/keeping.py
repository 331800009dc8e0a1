"""How long contracts keep a customer with its owner, and that they go along when it is handed over (CRM-05, K02).

The responsible representative moves with the customer; who signed stays who signed.
"""

from django.utils.translation import gettext_lazy as _

from mainspring.modules.crm.commands import handing, recycling

recycling.contracts(
    "contracts",
    "SELECT party_id, CASE WHEN state IN ('completed', 'terminated') THEN LEAST(ended_on, valid_until) "
    "ELSE valid_until END AS day FROM contracts_contract WHERE company_id = %(company)s "
    "AND state IN ('signed', 'active', 'suspended', 'completed', 'terminated')",
)
recycling.approvals(
    "contracts",
    " UNION ALL ".join(
        f"SELECT d.party_id FROM {table} d JOIN kernel_approvalrequest r ON r.identity_id = d.id "
        "WHERE r.state = 'waiting'"
        for table in (
            "contracts_contract",
            "contracts_amendment",
            "contracts_collectionplan",
            "contracts_invoicerequest",
            "contracts_writeoff",
        )
    ),
)
handing.register(
    "contracts.contract", "t.state NOT IN ('completed', 'terminated', 'cancelled')", _("Contracts under way")
)
