"""The schedule of a site: one row an operation and an order, and what was changed by hand."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.kernel import fields
from mainspring.kernel.models import Entity, JobRun, Site
from mainspring.kernel.workflow import Input, Verb
from mainspring.modules.engineering.models import Machine, Tool, WorkCenter
from mainspring.modules.production.models import ProductionOperation, ProductionOrder

ASK_MOVE = (
    Input("row", "integer", _("Operation")),
    Input("starts_at", label=_("Starts at"), help=_("Date and time.")),
    Input("machine", "link", _("Machine"), required=False, to="engineering.machine"),
    Input("work_center", "link", _("Work center"), required=False, to="engineering.workcenter"),
    Input("seen", required=False, help=_("Where it stood when it was looked at.")),
)
ASK_ROW = (Input("row", "integer", _("Operation")),)


class Schedule(Entity):
    """The finite schedule of a site. There is one a site; it is computed in the background and changed by hand.

    starts_at        minute 0 of the last computation
    revision         rises with everything that changes a bar
    cost, due_date   parts of the objective in base currency, of the schedule and of plain due-date order (U12)
    problems         what did not fit and was left out or bent, with who owns it
    facts            what it rests on, as counts and latest moments: another answer means that it is older
    """

    site = models.OneToOneField(Site, on_delete=models.CASCADE, related_name="schedule", verbose_name=_("site"))
    seconds = models.PositiveIntegerField(
        _("time to search (s)"), default=20, help_text=_("The longer it searches, the cheaper the schedule.")
    )
    proposal_weeks = models.PositiveSmallIntegerField(
        _("proposals within (weeks)"), default=3, help_text=_("Proposals of the plan that start by then; 0: none.")
    )
    earlier_days = models.PositiveSmallIntegerField(
        _("may start earlier by (days)"), default=5, help_text=_("Than the order says, when its material is there.")
    )
    horizon_days = models.PositiveSmallIntegerField(
        _("contribution counts within (days)"), default=30, help_text=_("What is ready later is earned later.")
    )
    late_cost_a_day = fields.MoneyField(
        _("cost of a day late"),
        currency="site__company__base_currency",
        default=Decimal(100),
        help_text=_("Of an order of priority 5; each step before it counts half as much again."),
    )
    holding_pct = fields.PercentField(
        _("holding cost a year"), default=Decimal(12), help_text=_("Of what an order costs, between its start and end.")
    )
    is_backward = models.BooleanField(
        _("as late as possible"), default=False, help_text=_("From the due dates backwards, never before now.")
    )
    starts_at = models.DateTimeField(_("scheduled from"), null=True, editable=False)
    solved_at = models.DateTimeField(_("computed at"), null=True, editable=False)
    taken_over_at = models.DateTimeField(_("taken over at"), null=True, editable=False)
    taken_over_revision = models.PositiveIntegerField(default=0, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    operations_count = models.PositiveIntegerField(_("operations"), default=0, editable=False)
    late_count = models.PositiveIntegerField(_("late orders"), default=0, editable=False)
    cost = models.JSONField(default=dict, editable=False)
    due_date_cost = models.JSONField(default=dict, editable=False)
    problems = models.JSONField(default=list, editable=False)
    facts = models.JSONField(default=dict, editable=False)
    job = models.ForeignKey(JobRun, null=True, editable=False, on_delete=models.SET_NULL, related_name="+")

    history = False
    key = ("site",)
    company_path = "site__company"
    scope_paths = {"site": "site"}
    unwritten = ("problems", "facts")
    actions = (
        Verb(
            "solve",
            label=_("Compute the schedule"),
            help=_("In the background; pinned and started operations stay where they are."),
            adds=True,
        ),
        Verb(
            "take_over",
            label=_("Take over"),
            help=_("Gives the operations of confirmed orders these dates, machines and people."),
            bulk=False,
        ),
        Verb("move", label=_("Move an operation"), ask=ASK_MOVE, bulk=False, adds=True, hidden=True),
        Verb("pin", label=_("Pin"), ask=ASK_ROW, bulk=False, adds=True, hidden=True),
        Verb("unpin", label=_("Unpin"), ask=ASK_ROW, bulk=False, adds=True, hidden=True),
        Verb(
            "undo",
            label=_("Undo the last change"),
            ask=(Input("change", "integer", pgettext_lazy("difference", "Change"), required=False),),
            bulk=False,
            adds=True,
        ),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("schedule"), _("schedules")
        ordering = ["site"]
        constraints = [
            models.CheckConstraint(
                name="schedule_settings",
                condition=Q(seconds__gte=1, seconds__lte=3600, proposal_weeks__lte=52, earlier_days__lte=365)
                & Q(horizon_days__gte=1, horizon_days__lte=730, late_cost_a_day__gte=0),
                violation_error_message=_("Search 1 to 3600 seconds, proposals of at most 52 weeks, 365 days earlier."),
            ),
            models.CheckConstraint(
                name="schedule_holding",
                condition=Q(holding_pct__gte=0, holding_pct__lte=1000),
                violation_error_message=_("The holding cost is from 0 to 1,000 percent."),
            ),
        ]

    def __str__(self):
        return str(self.site)


def _same(expression):
    return Func(F(expression), F(expression), Value("[]"), function="int8range")


def _while(*names: str) -> list:
    found = [(_same(name), "&&") for name in names]
    return [*found, (Func(F("starts_at"), F("ends_at"), function="tstzrange"), "&&")]


class ScheduledOperation(models.Model):
    """When, where and by whom an operation is done; intervals are half-open, on whole minutes.

    operation  empty for an order that is still a proposal; `order` and `sequence` name it always
    place      which of the parallel places of a work center without named machines, from 0
    piece      which piece of the tool, from 0
    mode       0 as the routing says, else the place of the alternate in its order of priority
    """

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="rows", editable=False)
    order = models.ForeignKey(
        ProductionOrder, on_delete=models.CASCADE, related_name="scheduled", editable=False,
        verbose_name=_("production order"),
    )  # fmt: skip
    operation = models.ForeignKey(
        ProductionOperation, null=True, on_delete=models.CASCADE, related_name="scheduled", editable=False,
        verbose_name=_("operation"),
    )  # fmt: skip
    sequence = models.PositiveIntegerField(_("sequence"), editable=False)
    name = models.CharField(_("operation"), max_length=120, editable=False)
    work_center = fields.link(WorkCenter, _("work center"), editable=False)
    machine = fields.link(Machine, _("machine"), null=True, editable=False)
    place = models.PositiveSmallIntegerField(_("place"), default=0, editable=False)
    person = fields.link(settings.AUTH_USER_MODEL, _("person"), null=True, editable=False)
    tool = fields.link(Tool, _("tool"), null=True, editable=False)
    piece = models.PositiveSmallIntegerField(null=True, editable=False)
    starts_at = models.DateTimeField(_("starts at"), editable=False)
    ends_at = models.DateTimeField(_("ends at"), editable=False)
    minutes = models.PositiveIntegerField(_("minutes of work"), editable=False)
    setup_minutes = models.PositiveIntegerField(_("minutes of change-over"), default=0, editable=False)
    mode = models.PositiveSmallIntegerField(default=0, editable=False)
    is_pinned = models.BooleanField(_("pinned"), default=False, editable=False)
    is_started = models.BooleanField(_("started"), default=False, editable=False)
    is_outside = models.BooleanField(_("at the supplier"), default=False, editable=False)

    history = False
    company_path = "schedule__site__company"
    scope_paths = {"site": "schedule__site"}

    class Meta:
        verbose_name, verbose_name_plural = _("scheduled operation"), _("scheduled operations")
        ordering = ["schedule", "starts_at"]
        indexes = [models.Index(fields=["schedule", "starts_at"], name="scheduled_operation_start")]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "order", "sequence"], name="scheduled_operation_once"),
            models.CheckConstraint(name="scheduled_operation_ends", condition=Q(ends_at__gt=F("starts_at"))),
            ExclusionConstraint(
                name="scheduled_machine_free",
                violation_error_message=_("The machine does another operation then."),
                condition=Q(machine__isnull=False, is_outside=False),
                expressions=_while("machine"),
            ),
            ExclusionConstraint(
                name="scheduled_place_free",
                violation_error_message=_("The work center is full then."),
                condition=Q(machine__isnull=True, is_outside=False),
                expressions=_while("work_center", "place"),
            ),
            ExclusionConstraint(
                name="scheduled_person_free",
                violation_error_message=_("The person does another operation then."),
                condition=Q(person__isnull=False),
                expressions=_while("person"),
            ),
            ExclusionConstraint(
                name="scheduled_tool_free",
                violation_error_message=_("The tool is used then."),
                condition=Q(tool__isnull=False, piece__isnull=False),
                expressions=_while("tool", "piece"),
            ),
        ]

    def __str__(self):
        return f"{self.sequence} {self.name}"


class ScheduledOrder(models.Model):
    """When an order is ready by the schedule, and what it waits for when it is late (CAP-07).

    causes  [{kind, sequence, subject, starts_at, ends_at, minutes, weight}], heaviest first
    value   contribution it brings, base currency; 0 when not known
    facts   digest of what the order asked for when it was scheduled
    """

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="orders", editable=False)
    order = models.ForeignKey(
        ProductionOrder, on_delete=models.CASCADE, related_name="scheduled_orders", editable=False,
        verbose_name=_("production order"),
    )  # fmt: skip
    starts_at = models.DateTimeField(_("starts at"), editable=False)
    ends_at = models.DateTimeField(_("ends at"), editable=False)
    late_from = models.DateTimeField(_("late from"), editable=False)
    late_minutes = models.PositiveIntegerField(_("minutes late"), default=0, editable=False)
    value = fields.MoneyField(_("contribution"), default=0, editable=False)
    causes = models.JSONField(default=list, editable=False)
    facts = models.CharField(max_length=32, default="", editable=False)

    history = False
    company_path = "schedule__site__company"
    scope_paths = {"site": "schedule__site"}

    class Meta:
        verbose_name, verbose_name_plural = _("scheduled order"), _("scheduled orders")
        ordering = ["schedule", "-late_minutes"]
        constraints = [models.UniqueConstraint(fields=["schedule", "order"], name="scheduled_order_once")]

    def __str__(self):
        return str(self.order)


class ScheduleChange(models.Model):
    """One change by hand, with every row as it was before: what undo puts back."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="changes", editable=False)
    revision = models.PositiveIntegerField(editable=False)
    text = models.CharField(_("what"), max_length=300, editable=False)
    before = models.JSONField(default=list, editable=False)
    person = fields.link(settings.AUTH_USER_MODEL, _("person"), null=True, editable=False)
    made_at = models.DateTimeField(_("at"), auto_now_add=True, editable=False)
    is_undone = models.BooleanField(_("undone"), default=False, editable=False)

    history = False
    company_path = "schedule__site__company"
    scope_paths = {"site": "schedule__site"}

    class Meta:
        verbose_name, verbose_name_plural = _("change of the schedule"), _("changes of the schedule")
        ordering = ["-id"]

    def __str__(self):
        return self.text


class AgreedTime(models.Model):
    """The time of an operation as it was taken over: what the dates of its order follow until something else is agreed.

    due_on, quantity  of the order then; when they change, the order is planned by its calendars again
    """

    operation = models.OneToOneField(
        ProductionOperation, primary_key=True, on_delete=models.CASCADE, related_name="agreed_time", editable=False,
        verbose_name=_("operation"),
    )  # fmt: skip
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="agreed", editable=False)
    work_center = fields.link(WorkCenter, _("work center"), editable=False)
    starts_at = models.DateTimeField(_("starts at"), editable=False)
    ends_at = models.DateTimeField(_("ends at"), editable=False)
    due_on = models.DateField(_("due on"), editable=False)
    quantity = fields.QuantityField(_("quantity"), editable=False)

    history = False
    company_path = "schedule__site__company"
    scope_paths = {"site": "schedule__site"}

    class Meta:
        verbose_name, verbose_name_plural = _("agreed time"), _("agreed times")
        ordering = ["schedule", "starts_at"]
        constraints = [models.CheckConstraint(name="agreed_time_ends", condition=Q(ends_at__gt=F("starts_at")))]

    def __str__(self):
        return str(self.operation)
