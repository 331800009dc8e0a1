"""Follow-up tasks: what is to be done next, by whom and when; one place for every next step."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.kernel import fields
from mainspring.kernel.models import Entity
from mainspring.kernel.workflow import Input, Verb, Workflow

from .activities import Activity
from .cadences import CadenceRun
from .common import NEXT_STEP, Method, Outcome
from .deals import Opportunity
from .leads import Lead


class Origin(models.TextChoices):
    STEP = "step", _("Next step")
    PLAN = "plan", _("Follow-up plan")
    TASK = "task", _("Task")
    EVENT = "event", _("Asked for by the system")


ANSWERED_BY_A_RECORD = (Origin.STEP, Origin.PLAN)
"""Tasks that any further follow-up with the same subject answers; others are finished one by one."""


class FollowUpTask(Entity):
    """Something to do with a lead, a deal or a customer by a day: a next step, a step of a plan, or a request."""

    company = fields.link("kernel.Company", _("company"), editable=False)
    lead = fields.link(Lead, _("lead"), optional=True, related_name="tasks")
    opportunity = fields.link(Opportunity, _("opportunity"), optional=True, related_name="tasks", within="party")
    party = fields.link("parties.Party", _("customer"), optional=True, related_name="tasks")
    title = models.CharField(_("what to do"), max_length=240, blank=True)
    method = models.CharField(_("method"), max_length=10, choices=Method, default=Method.CALL)
    due_on = models.DateField(_("due on"))
    due_at = models.TimeField(_("at"), null=True, blank=True, help_text=_("In the time zone of who does it."))
    owner = fields.link(settings.AUTH_USER_MODEL, _("who"), optional=True, related_name="follow_up_tasks")
    why = models.CharField(_("why"), max_length=240, blank=True)
    origin = models.CharField(_("comes from"), max_length=5, choices=Origin, default=Origin.TASK, editable=False)
    run = fields.link(CadenceRun, _("follow-up plan"), null=True, editable=False, related_name="tasks")
    position = models.PositiveSmallIntegerField(null=True, editable=False)
    planned_on = models.DateField(
        _("first planned on"), editable=False, help_text=_("Before anybody put it off; on time means by this day.")
    )
    state = models.CharField(_("state"), max_length=10, default="open", editable=False)
    ending = models.CharField(_("how it ended"), max_length=8, choices=Outcome, blank=True, editable=False)
    done_at = models.DateTimeField(_("done at"), null=True, editable=False)
    done_on = models.DateField(_("done on"), null=True, editable=False)
    done_by = fields.link(settings.AUTH_USER_MODEL, _("done by"), null=True, editable=False)
    activity = fields.link(Activity, _("follow-up"), null=True, editable=False, related_name="tasks")
    snoozed = models.PositiveSmallIntegerField(_("times put off"), default=0, editable=False)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, editable=False)
    escalation = models.PositiveSmallIntegerField(_("times escalated"), default=0, editable=False)
    escalated_to = fields.link(settings.AUTH_USER_MODEL, _("escalated to"), null=True, editable=False)
    escalated_on = models.DateField(_("escalated on"), null=True, editable=False)

    company_path = "company"
    # Whoever owns the lead, the deal or the customer sees what is planned, whoever planned it (K11).
    scope_paths = {
        "own": ("owner", "lead__owner", "opportunity__owner", "party__owner"),
        "team": ("owner__department", "lead__owner__department", "opportunity__owner__department"),
        "territory": ("lead__territory", "opportunity__territory", "party__territory"),
    }
    workflow = Workflow(
        "open",
        (
            Verb(
                "finish",
                "open",
                "done",
                label=_("Done"),
                help=_("Notes the follow-up; the next step of the plan comes by itself."),
                ask=(
                    Input("content", "longtext", _("What happened"), required=False),
                    Input(
                        "method",
                        "choice",
                        _("Method"),
                        required=False,
                        choices=tuple(Method.choices),
                        initial=lambda task, ctx: task.method,
                    ),
                    *NEXT_STEP,
                ),
            ),
            Verb(
                "snooze",
                "open",
                label=_("Put off"),
                ask=(Input("due_on", "date", _("Until")),),
                help=_("Moves it to another day; the day first planned stays on record."),
            ),
            Verb(
                "drop",
                "open",
                "dropped",
                label=_("Give up"),
                danger=True,
                ask=(Input("reason", "text", _("Reason")),),
                help=_("It is not done any more; a plan goes on with its next step."),
            ),
        ),
        editable=("open",),
        closed=("done", "dropped"),
        labels={"open": pgettext_lazy("task", "Open"), "done": _("Done"), "dropped": _("Given up")},
        colors={"open": "blue", "done": "green", "dropped": "grey"},
    )

    class Meta:
        verbose_name, verbose_name_plural = _("follow-up task"), _("follow-up tasks")
        ordering = ["due_on", "due_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="follow_up_task_subject",
                condition=Q(lead__isnull=False) | Q(opportunity__isnull=False) | Q(party__isnull=False),
                violation_error_message=_("Name the lead, the opportunity or the customer it is about."),
            ),
            models.CheckConstraint(
                name="follow_up_task_ended",
                condition=Q(state="open", ending="") | (~Q(state="open") & ~Q(ending="")),
            ),
            models.UniqueConstraint(
                fields=["run"], name="follow_up_task_one_a_plan", condition=Q(state="open", run__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "due_on"], name="follow_up_task_mine", condition=Q(state="open")),
            models.Index(fields=["company", "due_on"], name="follow_up_task_due", condition=Q(state="open")),
            models.Index(fields=["lead"], name="follow_up_task_lead", condition=Q(state="open")),
            models.Index(fields=["opportunity"], name="follow_up_task_deal", condition=Q(state="open")),
            models.Index(fields=["party"], name="follow_up_task_party", condition=Q(state="open")),
            models.Index(fields=["company", "planned_on"], name="follow_up_task_planned"),
        ]

    def __str__(self):
        return self.title or str(self.get_method_display())

    @property
    def subject(self):
        """What it is about: the deal, the lead, or the customer alone."""
        return self.opportunity or self.lead or self.party

    @property
    def about(self) -> dict:
        """{"lead": lead} or the like, as a follow-up about the same is made with."""
        if self.opportunity_id:
            return {"opportunity": self.opportunity}
        return {"lead": self.lead} if self.lead_id else {"party": self.party}

    @property
    def state_label(self) -> str:
        return self.workflow.label(self.state)

    def prepare(self, ctx, lines=None):
        from .. import preparing_tasks

        preparing_tasks.task(self, ctx)
