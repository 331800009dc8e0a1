"""Pages and endpoints of contracts."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import resource
from mainspring.kernel.resource import Resource

from . import hub, models, overview  # noqa: F401 (overview fills the customer's page)

MENU = "Contracts"


class Contracts(Resource):
    model = models.Contract
    menu = MENU
    icon = "signature"
    columns = "number name party state value valid_until delivered_pct invoiced_pct collected_pct overdue owner"
    search = "number name party__name reference"
    filters = "state kind party owner signatory territory renewal valid_until signed_on value_base overdue"
    form = (
        "name party contact reference kind | Value: currency value discount tolerance_pct tax_code payment_term | "
        "Dates: starts_on valid_until renewal notice_days renewal_months | "
        "Who: owner signatory territory opportunity | Invoicing: tax_profile | note"
    )
    lines = "item description quantity unit price discount_pct tax_code net tax"
    line_totals = "value"
    order = "-number"
    dimensions = "state kind party owner signatory territory renewal currency valid_until signed_on"
    measures = "value_base"
    kanban = "state"
    calendar = "valid_until"
    proposes = {"starts_on": "today"}


class Amendments(Resource):
    model = models.Amendment
    menu = MENU
    icon = "versions"
    columns = "number contract party state reason old_value value_change new_value new_valid_until signed_on"
    search = "number contract__number contract__name party__name reason"
    filters = "state contract party signed_on"
    form = (
        "contract reason | Changes: value_change new_valid_until new_tolerance_pct new_payment_term terms | "
        "Collection_plan: plan_effect instalment_on"
    )
    lines = "item description quantity unit price discount_pct tax_code net tax"
    line_totals = "value_change"
    order = "-number"
    dimensions = "state party signed_on"
    kanban = "state"
    quick = "contract reason"


class CollectionPlans(Resource):
    model = models.CollectionPlan
    menu = MENU
    icon = "calendar-stats"
    columns = "number contract party state planned contract__value contract__collected contract__overdue reminders"
    search = "number contract__number contract__name party__name"
    filters = "state party contract__overdue contract__owner"
    form = "contract reason | note"
    lines = "name due days planned_on percent amount due_on requested invoiced collected written_off open_amount status"
    line_totals = "planned"
    order = "-number"
    dimensions = "state party"


class Instalments(Resource):
    model = models.Instalment
    menu = MENU
    icon = "cash"
    columns = "document__contract document__party name due_on status amount invoiced collected open_amount document"
    search = "name document__number document__contract__number document__contract__name document__party__name"
    filters = "status due_on due document__party document__state document__contract__owner open_amount"
    form = "document name due days planned_on percent amount"
    order = "due_on"
    dimensions = "status due document__party due_on"
    measures = "open_base"
    calendar = "due_on"
    creatable = False
    related = {_("Collected"): ("contracts/collected-parts", "instalment")}


class CollectedParts(Resource):
    model = models.CollectedPart
    columns = "instalment payment payment__paid_on invoice amount"
    filters = "instalment payment"
    creatable = False
    icon = "cash"


class InvoiceRequests(Resource):
    model = models.InvoiceRequest
    menu = MENU
    icon = "file-invoice"
    columns = "number contract party state basis amount wanted_on tax_problem invoice created_by"
    search = "number contract__number contract__name party__name invoice_name tax_number"
    filters = "state basis party contract wanted_on invoice_type amount_base"
    form = (
        "contract basis instalment order amount | Invoice: description wanted_on tax_code | "
        "Tax_data: invoice_type invoice_name tax_number tax_address tax_phone bank_name bank_account | note"
    )
    order = "-number"
    dimensions = "state basis party invoice_type wanted_on"
    measures = "amount_base"
    kanban = "state"


class WriteOffs(Resource):
    model = models.WriteOff
    menu = MENU
    icon = "ban"
    columns = "number contract instalment party state amount reason posted_on"
    search = "number contract__number party__name reason"
    filters = "state party posted_on"
    form = "instalment amount reason"
    order = "-number"
    dimensions = "state party posted_on"
    measures = "amount_base"


class TaxProfiles(Resource):
    model = models.TaxProfile
    menu = "Contracts / Setup"
    icon = "receipt-tax"
    columns = "party name invoice_type invoice_name tax_number is_default active"
    search = "party__name name invoice_name tax_number"
    filters = "party invoice_type active"
    form = (
        "party name is_default active | "
        "Tax_data: invoice_type invoice_name tax_number tax_address tax_phone bank_name bank_account"
    )
    quick = "party name"


resource.amend("contracts.contract", panel="contracts/next.html", context=hub.at_the_top, place="top")
resource.amend(
    "contracts.contract",
    panel="contracts/hub.html",
    title=_("Plan and orders"),
    context=lambda contract, ctx: {"hub": hub.of_contract(contract, ctx)},
)
for _label, _key in (
    (_("Instalments"), "contracts/instalments"),
    (_("Invoice requests"), "contracts/invoice-requests"),
    (_("Amendments"), "contracts/amendments"),
    (_("Write-offs"), "contracts/write-offs"),
):
    _path = "document__contract" if _key == "contracts/instalments" else "contract"
    resource.amend("contracts.contract", related=(_label, _key, _path))
resource.amend("contracts.contract", related=(_("Renewed by"), "contracts/contracts", "renews"))
resource.amend("parties.party", related=(_("Contracts"), "contracts/contracts", "party"))
resource.amend("parties.party", related=(_("Tax profiles"), "contracts/tax-profiles", "party"))
resource.amend("crm.opportunity", related=(_("Contracts"), "contracts/contracts", "opportunity"))
resource.amend("sales.salesorder", related=(_("Contracts"), "contracts/contracts", "call_offs__order"))
resource.amend("accounting.payment", related=(_("Instalments"), "contracts/collected-parts", "payment"))
resource.amend("accounting.invoice", related=(_("Invoice requests"), "contracts/invoice-requests", "invoice"))
