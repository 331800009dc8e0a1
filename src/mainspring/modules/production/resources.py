"""Pages and endpoints of production."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import resource
from mainspring.kernel.resource import Resource

from . import models

MENU = "Production"


class ProductionOrders(Resource):
    model = models.ProductionOrder
    menu = MENU
    icon = "tools"
    columns = (
        "number item quantity state starts_on due_on expected_on site completed_quantity scrapped_quantity "
        "planned_unit_cost reason_text"
    )
    search = "number item__code item__name reason_text"
    filters = "state item site starts_on due_on expected_on is_planned"
    form = "item quantity site | Dates: starts_on due_on | Made from: bom routing backflush | note reason_text"
    lines = "item required_quantity operation_sequence needed_on issued_quantity returned_quantity"
    order = "due_on"
    dimensions = "state item site due_on starts_on"
    measures = "quantity completed_quantity scrapped_quantity"
    kanban = "state"
    calendar = "starts_on due_on"
    related = {
        _("Operations"): ("production/production-operations", "order"),
        _("Shop reports"): ("production/production-reports", "order"),
    }


class ProductionReports(Resource):
    model = models.ProductionReport
    menu = MENU
    icon = "clipboard-check"
    columns = "number kind order order__item operation done_on good scrap scrap_reason hours cost state person"
    search = "number order__number order__item__code scrap_reason"
    filters = "state kind order done_on person operation__work_center"
    form = "order kind done_on | Work: operation good scrap scrap_reason hours person"
    lines = "component item quantity"
    scan = "item quantity"
    order = "-number"
    dimensions = "state kind order__item operation__work_center person done_on"
    measures = "good scrap hours cost"
    calendar = "done_on"
    kanban = "state"


class ProductionOperations(Resource):
    model = models.ProductionOperation
    menu = MENU
    icon = "list-numbers"
    columns = (
        "order sequence name work_center starts_on ends_on setup_hours run_hours_per_unit done_hours good_quantity "
        "scrap_quantity"
    )
    search = "order__number name"
    filters = "work_center starts_on ends_on order__state"
    form = (
        "order sequence name work_center | starts_on ends_on | setup_hours run_hours_per_unit queue_hours | done_hours "
        "good_quantity scrap_quantity"
    )
    order = "starts_on"
    dimensions = "work_center starts_on"
    measures = "done_hours good_quantity scrap_quantity"
    calendar = "starts_on ends_on"
    creatable = False


class CapacityBookings(Resource):
    model = models.CapacityBooking
    menu = f"{MENU} / Reports"
    icon = "clock-hour-4"
    title = _("Capacity bookings")
    columns = "on_date work_center operation state hours good scrap cost origin person"
    filters = "state work_center on_date person"
    form = "on_date work_center operation state hours good scrap cost origin person"
    order = "on_date"
    dimensions = "work_center state on_date person"
    measures = "hours cost good scrap"
    creatable = False


for _label, _key in ((_("Production orders"), "production/production-orders"),):
    resource.amend("items.item", related=(_label, _key, "item"))
resource.amend("engineering.workcenter", related=(_("Operations"), "production/production-operations", "work_center"))
