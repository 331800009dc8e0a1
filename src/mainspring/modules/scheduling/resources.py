"""Pages and endpoints of scheduling."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import resource
from mainspring.kernel.resource import Resource

from . import models, panels

MENU = "Planning"
REPORTS = f"{MENU} / Reports"
SETUP = f"{MENU} / Setup"


class Schedules(Resource):
    model = models.Schedule
    menu = SETUP
    icon = "calendar-cog"
    title = _("Schedules of sites")
    columns = "site solved_at operations_count late_count taken_over_at"
    search = "site__code site__name"
    filters = "site"
    form = (
        "site | seconds proposal_weeks earlier_days is_backward | late_cost_a_day horizon_days holding_pct | "
        "starts_at solved_at operations_count late_count taken_over_at"
    )
    order = "site"


class ScheduledOperations(Resource):
    model = models.ScheduledOperation
    menu = REPORTS
    icon = "timeline-event"
    title = _("Scheduled operations")
    columns = "starts_at ends_at work_center machine order name person setup_minutes is_pinned is_started"
    search = "order__number name order__item__code"
    filters = "work_center machine person is_pinned is_started starts_at"
    form = "order sequence name work_center machine person tool | starts_at ends_at minutes setup_minutes is_pinned"
    order = "starts_at"
    dimensions = "work_center machine person starts_at"
    measures = "minutes setup_minutes"
    creatable = False


class ScheduledOrders(Resource):
    model = models.ScheduledOrder
    menu = REPORTS
    icon = "clock-exclamation"
    title = _("Scheduled orders")
    columns = "order starts_at ends_at late_from late_minutes value"
    search = "order__number order__item__code"
    filters = "late_minutes ends_at schedule__site"
    form = "order | starts_at ends_at late_from late_minutes value"
    order = "-late_minutes"
    dimensions = "schedule__site"
    measures = "late_minutes value"
    creatable = False


class SetupFamilies(Resource):
    model = models.SetupFamily
    menu = SETUP
    icon = "color-swatch"
    columns = "code name"
    search = "code name"
    form = "code name"
    quick = "code name"


class ItemFamilies(Resource):
    model = models.ItemFamily
    menu = SETUP
    icon = "tags"
    columns = "work_center item family"
    search = "item__code item__name family__code"
    filters = "work_center family item"
    form = "work_center item family"


class Changeovers(Resource):
    model = models.Changeover
    menu = SETUP
    icon = "switch-horizontal"
    columns = "work_center from_family to_family minutes is_allowed"
    search = "work_center__code from_family__code to_family__code"
    filters = "work_center from_family to_family is_allowed"
    form = "work_center from_family to_family minutes is_allowed"


resource.amend(
    "production.productionorder",
    panel="scheduling/why.html",
    title=_("Why late"),
    context=panels.why_late,
    shown=panels.is_scheduled,
)
resource.amend(
    "sales.salesorder", panel="scheduling/sales.html", title=_("Late in production"), context=panels.late_for_sales
)
