"""Pages and endpoints of purchasing."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import resource
from mainspring.kernel.resource import Resource

from . import models

MENU = "Purchasing"


class PurchaseRequests(Resource):
    model = models.PurchaseRequest
    menu = MENU
    icon = "clipboard-list"
    columns = (
        "number item description quantity unit site needed_on order_by state supplier "
        "ordered_quantity received_quantity reason_text requester"
    )
    search = "number item__code item__name description reason_text"
    filters = "state item site from_site supplier needed_on order_by source is_dedicated requester department"
    form = "item description quantity | needed_on site from_site | supplier department requester | reason_text"
    order = "needed_on"
    dimensions = "state item site supplier source department needed_on"
    measures = "quantity ordered_quantity received_quantity"
    kanban = "state"
    calendar = "needed_on"
    quick = "item description quantity needed_on site"


class PurchaseOrders(Resource):
    model = models.PurchaseOrder
    menu = MENU
    icon = "shopping-bag"
    columns = "number supplier ordered_on expected_on state total received_state billed_state buyer total_base"
    search = "number supplier__name supplier_reference"
    filters = "state received_state billed_state supplier site buyer ordered_on expected_on total_base"
    form = (
        "supplier site supplier_reference | Dates: ordered_on expected_on | Terms: currency payment_term | Who: buyer "
        "| note"
    )
    lines = (
        "item quantity unit price discount_pct net expected_on received_quantity returned_quantity "
        "billed_quantity description tax_code price_reason quantity_reason"
    )
    line_totals = "net tax total"
    order = "-number"
    dimensions = "state received_state billed_state supplier site buyer currency ordered_on expected_on"
    measures = "total_base"
    kanban = "state"
    calendar = "expected_on"
    related = {_("Receipts"): ("purchasing/receipts", "order")}


class Receipts(Resource):
    model = models.Receipt
    menu = MENU
    icon = "package-import"
    columns = "number order supplier site received_on delivery_note state total_base"
    search = "number order__number supplier__name delivery_note"
    filters = "state site supplier received_on"
    form = "order received_on delivery_note | note"
    lines = "order_line item description quantity unit location value returned_quantity"
    scan = "item location quantity"
    line_totals = "total_base"
    order = "-number"
    dimensions = "state site supplier received_on"
    measures = "total_base"
    kanban = "state"
    calendar = "received_on"
    related = {_("Returns"): ("purchasing/supplier-returns", "receipt")}


class SupplierReturns(Resource):
    model = models.SupplierReturn
    menu = MENU
    icon = "package-export"
    columns = "number receipt supplier site returned_on reason state total_base"
    search = "number receipt__number supplier__name reason"
    filters = "state site supplier returned_on"
    form = "receipt reason returned_on"
    lines = "receipt_line item quantity value"
    scan = "item quantity"
    line_totals = "total_base"
    order = "-number"
    dimensions = "state site supplier returned_on"
    measures = "total_base"
    kanban = "state"


class BillMatches(Resource):
    model = models.BillMatch
    menu = MENU
    icon = "checklist"
    title = _("Bill matching")
    columns = (
        "invoice invoice__party invoice__invoice_on invoice__total invoice__state needs_buyer summary "
        "accepted_by accepted_why"
    )
    search = "invoice__number invoice__reference invoice__party__name summary"
    filters = "needs_buyer invoice__state invoice__party accepted_by"
    form = "invoice summary needs_buyer accepted_by accepted_why"
    order = "-id"
    dimensions = "needs_buyer"
    creatable = False


class GrniEntries(Resource):
    model = models.GrniEntry
    menu = f"{MENU} / Reports"
    icon = "scale"
    title = _("Received, not invoiced: entries")
    columns = "posted_on document kind order_line order_line__item quantity amount currency_amount"
    filters = "kind posted_on order_line__item order_line__document__supplier"
    form = "posted_on document kind order_line quantity amount currency_amount"
    order = "-id"
    dimensions = "kind order_line__document__supplier order_line__item posted_on"
    measures = "amount quantity"
    creatable = False


class SupplierItems(Resource):
    model = models.SupplierItem
    menu = f"{MENU} / Setup"
    icon = "tags"
    title = _("Sources")
    columns = (
        "item supplier supplier_code price currency unit minimum multiple lead_time_days priority "
        "valid_from valid_to active"
    )
    search = "item__code item__name supplier__name supplier_code supplier_name"
    filters = "item supplier currency priority active valid_from valid_to"
    form = (
        "item supplier supplier_code supplier_name | Price: price currency unit "
        "| Order: minimum multiple lead_time_days priority | Valid: valid_from valid_to active"
    )
    lines = "minimum_quantity price"
    order = "item"
    dimensions = "supplier currency active"


for _label, _key, _path in (
    (_("Sources"), "purchasing/supplier-items", "item"),
    (_("Purchase requests"), "purchasing/purchase-requests", "item"),
    (_("Purchase orders"), "purchasing/purchase-orders", "lines__item"),
):
    resource.amend("items.item", related=(_label, _key, _path))
for _label, _key in (
    (_("Sources"), "purchasing/supplier-items"),
    (_("Purchase orders"), "purchasing/purchase-orders"),
    (_("Receipts"), "purchasing/receipts"),
    (_("Supplier returns"), "purchasing/supplier-returns"),
):
    resource.amend("parties.party", related=(_label, _key, "supplier"))
