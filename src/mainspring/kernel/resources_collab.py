"""How approvals, tasks, mails, background jobs and the audit trail appear."""

from django.utils.translation import gettext_lazy as _

from . import shapes, workflow
from .models import (
    Absence,
    ApprovalRequest,
    ApprovalRule,
    AuditEntry,
    JobRun,
    JobSchedule,
    OutgoingMail,
    Task,
)
from .resource import Column, Resource

__all__ = [
    "Absences",
    "ApprovalRequests",
    "ApprovalRules",
    "AuditTrail",
    "BackgroundJobs",
    "Mails",
    "Schedules",
    "Tasks",
]


DID = {"did": Column("did", _("verb"), compute=lambda found: workflow.in_words(_model(found), found.verb))}
WHAT = {"what": Column("what", _("record type"), compute=lambda found: _kind(found))}
ABOUT = {"record_name": Column("record_name", _("record"), compute=lambda found: found.record_name)}


def _model(found):
    return shapes.model_named(found.entity)


def _kind(found) -> str:
    model = _model(found)
    return str(model._meta.verbose_name) if model else found.entity


class Tasks(Resource):
    model = Task
    menu = "Work"
    columns = "title assignee due_on state record_name created_by"
    computed = ABOUT
    search = "title text record_label"
    filters = "state assignee due_on created_by"
    form = "title assignee due_on | text"
    order = "due_on"
    dimensions = "assignee state due_on"
    calendar = "due_on"
    quick = "title assignee due_on"
    proposes = {"assignee": "me"}
    icon = "checkbox"


class ApprovalRequests(Resource):
    model = ApprovalRequest
    menu = "Work"
    columns = "record_name did state amount currency rule created_by created_at decided_at"
    search = "record_label"
    computed = ABOUT | DID
    filters = "state entity rule created_by created_at amount_base"
    form = (
        "record_name did state rule | amount currency amount_base | comment failure | created_by created_at decided_at"
    )
    order = "-id"
    dimensions = "rule state created_by created_at"
    measures = "amount_base"
    icon = "rubber-stamp"
    creatable = False


class Absences(Resource):
    model = Absence
    menu = "Work"
    columns = "user stand_in starts_on ends_on reason"
    filters = "user stand_in starts_on"
    form = "user stand_in starts_on ends_on | reason"
    order = "-starts_on"
    calendar = "starts_on ends_on"
    proposes = {"user": "me", "starts_on": "today"}
    icon = "beach"


class ApprovalRules(Resource):
    model = ApprovalRule
    menu = "Administration"
    columns = "name entity verb condition limit department company priority active"
    search = "name entity verb"
    filters = "entity verb department company active"
    form = (
        "name entity verb active priority | condition amount_path limit split_days | "
        "department company order free_fields"
    )
    lines = "name who user role levels need votes timeout_hours escalate_to"
    related = {_("Requests"): ("kernel/approval-requests", "rule")}
    icon = "git-branch"


class BackgroundJobs(Resource):
    model = JobRun
    columns = "title state message due_at started_at finished_at attempts created_by"
    search = "title name"
    filters = "state name created_by due_at"
    form = "title name state | due_at started_at finished_at attempts done total message | error log"
    order = "-id"
    icon = "cpu"
    creatable = False


class Schedules(Resource):
    model = JobSchedule
    menu = "Administration"
    columns = "name last_due_at active"
    search = "name"
    filters = "active"
    form = "name last_due_at active"
    order = "name"
    icon = "clock"
    creatable = False


class Mails(Resource):
    model = OutgoingMail
    menu = "Administration"
    columns = "subject to state attempts error created_at sent_at record_name"
    computed = ABOUT
    search = "subject to record_label"
    filters = "state template user created_at"
    form = "subject to user state | text | template language attempts error sent_at"
    order = "-id"
    icon = "mail"
    creatable = False


class AuditTrail(Resource):
    model = AuditEntry
    menu = "Administration"
    columns = "at user did what record_label source business_date sealed_seq"
    search = "record_label record_id"
    filters = "at user verb entity record_label record_id source business_date company request_id"
    form = "at user did what record_label record_id | source request_id business_date company | details sealed_seq seal"
    order = "-id"
    dimensions = "user verb entity source at"
    computed = DID | WHAT
    icon = "history"
    creatable = False
