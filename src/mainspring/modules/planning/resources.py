"""Pages and endpoints of planning."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import resource
from mainspring.kernel.resource import Resource

from . import exceptions_shown, models, pages_tasks

MENU = "Planning"


class PlanMessages(Resource):
    model = models.PlanMessage
    menu = MENU
    icon = "alert-triangle"
    title = _("Plan exceptions")
    columns = "code item site document comes_on needed_on quantity note found_at"
    search = "item__code item__name document__number"
    filters = "code item site needed_on comes_on item__category"
    form = "code item site document comes_on needed_on quantity note found_at"
    order = "needed_on"
    dimensions = "code site item item__category needed_on"
    measures = "quantity"
    creatable = False


class DemandForecasts(Resource):
    model = models.DemandForecast
    menu = MENU
    icon = "chart-dots"
    columns = "item site starts_on ends_on quantity"
    search = "item__code item__name site__code"
    filters = "item site starts_on item__category"
    form = "item site starts_on ends_on quantity"
    order = "starts_on"
    dimensions = "item site starts_on item__category"
    measures = "quantity"


class CenterLoads(Resource):
    model = models.CenterLoad
    menu = f"{MENU} / Reports"
    icon = "chart-bar"
    title = _("Planned load")
    columns = "work_center week hours"
    filters = "work_center week"
    form = "work_center week hours"
    order = "week"
    dimensions = "work_center week"
    measures = "hours"
    creatable = False


class PlanRuns(Resource):
    model = models.PlanRun
    menu = MENU
    icon = "refresh-dot"
    columns = "number site ran_on state planned_items new_proposals changed_proposals withdrawn_proposals message_text"
    search = "number"
    filters = "state site ran_on"
    form = "site"
    order = "-number"


class TaskLists(Resource):
    model = models.TaskList
    menu = "Production"
    icon = "checklist"
    columns = "number department week state hours released_by released_at"
    search = "number department__code department__name"
    filters = "state department week released_by"
    form = "department week | note"
    lines = "on_date work_center number sequence name item quantity hours person"
    order = "-week"
    dimensions = "department week state"
    measures = "hours"


resource.amend(
    "planning.tasklist",
    panel="planning/task_changes.html",
    title=_("Changed since"),
    context=pages_tasks.panel,
)
resource.amend(
    "planning.planrun",
    panel="planning/exceptions.html",
    title=_("What needs a person"),
    context=exceptions_shown.panel,
)
resource.amend("items.item", related=(_("Plan exceptions"), "planning/plan-messages", "item"))
