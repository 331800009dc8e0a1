"""Pages and endpoints of production."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import resource
from mainspring.kernel.resource import Resource

from . import models, panels

MENU = "Production"


class ProductionOrders(Resource):
    model = models.ProductionOrder
    menu = MENU
    icon = "tools"
    columns = (
        "number item quantity state starts_on due_on expected_on site completed_quantity scrapped_quantity "
        "planned_unit_cost priority responsible reason_text"
    )
    search = "number item__code item__name reason_text"
    filters = "state item site starts_on due_on expected_on is_planned is_dedicated priority responsible"
    form = (
        "item quantity site | Dates: starts_on due_on priority | Made from: bom routing backflush | "
        "responsible note reason_text"
    )
    lines = (
        "item required_quantity operation_sequence role taking instead_of needed_on issued_quantity returned_quantity"
    )
    order = "due_on"
    dimensions = "state item site due_on starts_on"
    measures = "quantity completed_quantity scrapped_quantity"
    kanban = "state"
    calendar = "starts_on due_on"
    related = {
        _("Operations"): ("production/production-operations", "order"),
        _("Shop reports"): ("production/production-reports", "order"),
        _("Co- and by-products"): ("production/production-outputs", "order"),
        _("Measurements"): ("production/measurements", "operation__order"),
    }


class ProductionReports(Resource):
    model = models.ProductionReport
    menu = MENU
    icon = "clipboard-check"
    columns = (
        "number kind order order__item operation done_on good scrap rework reason scrap_reason hours cost state person "
        "machine"
    )
    search = "number order__number order__item__code scrap_reason"
    filters = "state kind order done_on person reason operation__work_center"
    form = "order kind done_on | Work: operation good scrap rework reason scrap_reason | hours person machine"
    lines = "component item quantity"
    scan = "item quantity"
    order = "-number"
    dimensions = "state kind order__item operation__work_center reason person done_on"
    measures = "good scrap rework hours cost"
    calendar = "done_on"
    kanban = "state"


class ProductionOperations(Resource):
    model = models.ProductionOperation
    menu = MENU
    icon = "list-numbers"
    columns = (
        "order sequence name progress work_center machine person starts_on ends_on planned_end_on done_hours "
        "good_quantity scrap_quantity"
    )
    search = "order__number name"
    filters = "progress work_center machine person supplier starts_on ends_on order__state"
    form = (
        "order sequence name progress | work_center machine person skill tool supplier | planned_start_on "
        "planned_end_on starts_on ends_on started_at finished_at | setup_hours run_hours_per_unit queue_hours "
        "move_hours | quantity done_hours good_quantity scrap_quantity | instruction"
    )
    order = "starts_on"
    dimensions = "progress work_center person machine starts_on"
    measures = "done_hours good_quantity scrap_quantity"
    related = {
        _("Times at work"): ("production/work-sessions", "operation"),
        _("Measurements"): ("production/measurements", "operation"),
    }
    calendar = "starts_on ends_on"
    creatable = False


class ProductionOutputs(Resource):
    model = models.ProductionOutput
    icon = "recycle"
    columns = "order item quantity received_quantity cost_share_pct unit_cost"
    search = "order__number item__code"
    filters = "order item"
    form = "order item quantity received_quantity | cost_share_pct unit_cost"
    creatable = False


class Measurements(Resource):
    model = models.Measurement
    menu = f"{MENU} / Reports"
    icon = "ruler-measure"
    columns = "measured_at operation__order operation name value measure minimum maximum is_right person report"
    search = "operation__order__number operation__order__item__code name"
    filters = "is_right name operation__order__item operation__work_center person measured_at"
    form = "operation name value measure | target minimum maximum is_right | person measured_at report"
    order = "-measured_at"
    dimensions = "name is_right operation__work_center operation__order__item person"
    creatable = False


class WorkSessions(Resource):
    model = models.WorkSession
    menu = f"{MENU} / Reports"
    icon = "clock-play"
    columns = "started_at person operation__order operation machine stopped_at pause_reason report"
    search = "operation__order__number person__username"
    filters = "person machine pause_reason started_at"
    form = "person operation machine | started_at stopped_at pause_reason report"
    order = "-started_at"
    dimensions = "person machine pause_reason"
    creatable = False


class Reasons(Resource):
    model = models.Reason
    menu = f"{MENU} / Setup"
    icon = "message-question"
    columns = "code name kind active"
    search = "code name"
    filters = "kind active"
    form = "code name kind active"


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
resource.amend("production.productionorder", panel="production/steps.html", title=_("Steps"), context=panels.steps)
resource.amend(
    "production.productionorder", panel="production/material.html", title=_("Missing material"), context=panels.material
)
resource.amend("production.productionorder", panel="production/cost.html", title=_("Cost"), context=panels.cost)
