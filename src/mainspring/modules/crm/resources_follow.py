"""Pages and endpoints of follow-up tasks, follow-up plans and how people are reminded."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import resource
from mainspring.kernel.resource import Resource

from . import models

MENU = "Customers"
SETUP = "Customers / Setup"


class FollowUpTasks(Resource):
    model = models.FollowUpTask
    menu = MENU
    icon = "checklist"
    columns = "due_on due_at title method lead opportunity party owner state origin planned_on snoozed escalated_to"
    search = "title why lead__name party__name"
    filters = "state due_on owner method origin ending lead opportunity party escalated_to escalation done_on"
    form = "title method why | When: due_on due_at owner | Subject: lead opportunity party"
    quick = "title due_on method"
    order = "due_on"
    dimensions = "owner method origin state ending due_on done_on"
    calendar = "due_on"
    kanban = "state"
    proposes = {"owner": "me", "due_on": "today"}


class Cadences(Resource):
    model = models.Cadence
    menu = SETUP
    icon = "repeat"
    columns = "code name about enters value_min count_from shift on_return site active"
    search = "code name"
    filters = "about enters active"
    form = "code name about | Start: enters value_min active | Rules: count_from shift site on_return"
    lines = "rhythm number month_day times_max method at title"
    related = {_("Plans under way"): ("crm/cadence-runs", "cadence")}


class CadenceRuns(Resource):
    model = models.CadenceRun
    icon = "repeat"
    columns = "cadence lead opportunity party state started_on done planned_on ending why_ended"
    filters = "cadence state ending lead opportunity party started_on"
    order = "-started_on"
    dimensions = "cadence state ending"
    related = {_("Follow-up tasks"): ("crm/follow-up-tasks", "run")}
    creatable = False


class ReminderHabits(Resource):
    model = models.ReminderHabit
    icon = "bell"
    columns = "user before_minutes day_starts_at by_mail quiet_from quiet_until"
    filters = "user by_mail"
    form = "user | before_minutes day_starts_at by_mail | quiet_from quiet_until"


class CalendarFeeds(Resource):
    model = models.CalendarFeed
    icon = "calendar-event"
    columns = "user prefix created_at last_read_at revoked_at"
    filters = "user revoked_at"
    creatable = False


for _label, _path in (("parties.party", "party"),):
    resource.amend(_label, related=(_("Follow-up tasks"), "crm/follow-up-tasks", _path))
    resource.amend(_label, related=(_("Plans"), "crm/cadence-runs", _path))
