"""What orders say of customers in pools, and what of them goes along when a customer is handed over (CRM-05, K02)."""

from django.utils.translation import gettext_lazy as _

from mainspring.modules.crm.commands import handing, recycling

recycling.deals(
    "sales.orders",
    "SELECT party_id, ordered_on AS day, total_base AS amount FROM sales_salesorder "
    "WHERE company_id = %(company)s AND state IN ('held', 'confirmed', 'closed')",
)
recycling.approvals(
    "sales.documents",
    "SELECT o.party_id FROM sales_salesorder o JOIN kernel_approvalrequest r ON r.identity_id = o.id "
    "WHERE r.state = 'waiting' "
    "UNION ALL SELECT q.party_id FROM sales_quotation q JOIN kernel_approvalrequest r ON r.identity_id = q.id "
    "WHERE r.state = 'waiting'",
)
handing.register("sales.quotation", "t.state IN ('draft', 'sent')", _("Open quotations"))
handing.register("sales.salesorder", "t.state IN ('draft', 'held', 'confirmed')", _("Open orders"))
