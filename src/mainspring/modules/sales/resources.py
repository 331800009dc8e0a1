"""Pages and endpoints of selling."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import resource
from mainspring.kernel.resource import Resource

from . import models, overview, versions  # noqa: F401 (fills the customer's page)

MENU = "Sales"


class Quotations(Resource):
    model = models.Quotation
    menu = MENU
    icon = "file-description"
    columns = "number revision party quoted_on valid_until state total discount_pct promised_on owner net_base"
    search = "number party__name reference"
    filters = "state party owner territory site quoted_on valid_until net_base over_discount_limit"
    form = (
        "party contact delivery_address reference | Dates: quoted_on valid_until wanted_on | "
        "Terms: currency payment_term discount | Who: owner territory site opportunity | note"
    )
    lines = (
        "item quantity unit price discount_pct net promised_on option option_group chosen promise_reason description "
        "tax_code price_reason"
    )
    line_totals = "net tax total total_least total_most promised_on"
    order = "-number"
    dimensions = "state party owner territory site currency quoted_on"
    measures = "net_base total_base"
    kanban = "state"
    calendar = "valid_until"
    proposes = {"quoted_on": "today"}


class OfferLinks(Resource):
    model = models.OfferLink
    icon = "link"
    columns = "quotation name email expires_on opened_at views revoked_at"
    search = "name email quotation__number"
    filters = "quotation expires_on opened_at revoked_at"
    creatable = False


class OfferAnswers(Resource):
    model = models.OfferAnswer
    icon = "signature"
    columns = "at quotation kind name text total network_address browser file file_digest"
    search = "name quotation__number"
    filters = "kind quotation at"
    order = "-at"
    dimensions = "kind at"
    creatable = False


class SalesOrders(Resource):
    model = models.SalesOrder
    menu = MENU
    icon = "shopping-cart"
    columns = "number party ordered_on promised_on state total delivery_status billing_status owner net_base"
    search = "number party__name reference"
    filters = "state delivery_status billing_status party owner territory site ordered_on promised_on net_base"
    form = (
        "party contact delivery_address reference | Dates: ordered_on wanted_on | "
        "Terms: currency payment_term discount | Who: owner territory site opportunity | note"
    )
    lines = (
        "item quantity unit price discount_pct net promised_on promise_reason shipped returned invoiced "
        "description tax_code price_reason"
    )
    line_totals = "net tax total promised_on"
    order = "-number"
    dimensions = "state delivery_status billing_status party owner territory site currency ordered_on promised_on"
    measures = "net_base total_base"
    kanban = "state"
    calendar = "promised_on"
    proposes = {"ordered_on": "today"}
    related = {_("Shipments"): ("sales/shipments", "order")}


class Shipments(Resource):
    model = models.Shipment
    menu = MENU
    icon = "truck-delivery"
    columns = "number order party site ship_on state carrier tracking_number"
    search = "number order__number party__name tracking_number"
    filters = "state site party ship_on carrier"
    form = "order ship_on delivery_address | carrier tracking_number | note"
    lines = "order_line item quantity unit"
    scan = "item quantity"
    order = "-number"
    dimensions = "state site party carrier ship_on"
    kanban = "state"
    calendar = "ship_on"
    related = {_("Returns"): ("sales/returns", "shipment")}


class Returns(Resource):
    model = models.Return
    menu = MENU
    icon = "truck-return"
    columns = "number shipment party site returned_on reason state"
    search = "number shipment__number party__name reason"
    filters = "state site party returned_on"
    form = "shipment reason returned_on to_quarantine"
    lines = "shipment_line item quantity unit"
    scan = "item quantity"
    order = "-number"
    dimensions = "state site party returned_on"
    kanban = "state"


for _label, _key in (
    (_("Quotations"), "sales/quotations"),
    (_("Sales orders"), "sales/sales-orders"),
    (_("Shipments"), "sales/shipments"),
    (_("Returns"), "sales/returns"),
):
    resource.amend("parties.party", related=(_label, _key, "party"))
resource.amend(
    "sales.quotation", panel="sales/offer_panel.html", title=_("Customer's answer"), context=versions.answers
)
resource.amend("sales.quotation", panel="sales/versions.html", title=_("Versions"), context=versions.panel)
resource.amend("crm.opportunity", related=(_("Quotations"), "sales/quotations", "opportunity"))
resource.amend("crm.opportunity", related=(_("Sales orders"), "sales/sales-orders", "opportunity"))
