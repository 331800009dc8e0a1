"""Follow-up plans (cadences): what is to be done when, from a start until the deal is decided (CRM-06, K10)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.engines.calendar import cadences
from mainspring.kernel import fields
from mainspring.kernel.limits import DAYS_MAX
from mainspring.kernel.models import DocumentLine, Entity
from mainspring.kernel.workflow import Input, Verb, Workflow

from .common import Method, Outcome
from .deals import Opportunity
from .leads import Lead


class About(models.TextChoices):
    LEAD = "lead", _("Leads")
    OPPORTUNITY = "opportunity", _("Opportunities")
    PARTY = "party", _("Customers")


class Shift(models.TextChoices):
    NONE = "none", _("Stays on the day")
    NEXT = "next", _("Next working day")
    PREVIOUS = "previous", _("Previous working day")


class CountFrom(models.TextChoices):
    DONE = "done", _("The day it was done")
    PLANNED = "planned", _("The day it was planned")


class OnReturn(models.TextChoices):
    RESUME = "resume", _("Goes on where it stopped")
    RESTART = "restart", _("Starts anew")
    END = "end", _("Ends")


class Rhythm(models.TextChoices):
    ONCE = "once", _("Days after the start")
    DAYS = "days", _("Every so many days")
    MONTHS = "months", _("Every so many months")


class Cadence(Entity):
    """A plan of follow-ups: its steps become tasks one after another, each when the one before was done."""

    company = fields.link("kernel.Company", _("company"), editable=False)
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=80)
    about = models.CharField(pgettext_lazy("about", "for"), max_length=12, choices=About, default=About.LEAD)
    enters = models.CharField(
        _("starts by itself in state"),
        max_length=24,
        blank=True,
        help_text=_("State or stage, for instance claimed or proposal; empty: a person starts it."),
    )
    value_min = fields.MoneyField(_("only from value"), null=True, blank=True, default=None)
    shift = models.CharField(_("a closed day moves to"), max_length=8, choices=Shift, default=Shift.NEXT)
    count_from = models.CharField(
        _("the next is counted from"), max_length=8, choices=CountFrom, default=CountFrom.DONE
    )
    on_return = models.CharField(
        _("when another takes the lead from the pool"), max_length=8, choices=OnReturn, default=OnReturn.RESTART
    )
    site = fields.link(
        "kernel.Site", _("working calendar of site"), optional=True, help_text=_("Empty: that of the company.")
    )
    active = models.BooleanField(_("active"), default=True)

    key = ("company", "code")
    company_path = "company"

    class Meta:
        verbose_name, verbose_name_plural = _("follow-up plan"), _("follow-up plans")
        ordering = ["about", "code"]
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="cadence_code_once")]

    def __str__(self):
        return self.name

    def prepare(self, ctx, lines=None):
        from .. import preparing_tasks

        preparing_tasks.cadence(self, lines, ctx)


class CadenceStep(DocumentLine):
    """A step of a follow-up plan: when, how and what."""

    document = models.ForeignKey(Cadence, on_delete=models.CASCADE, related_name="lines")
    rhythm = models.CharField(_("when"), max_length=8, choices=Rhythm, default=Rhythm.ONCE)
    number = models.PositiveSmallIntegerField(_("days or months"), default=1)
    month_day = models.PositiveSmallIntegerField(
        _("day of the month"), null=True, blank=True, help_text=_("The 31st is the last day of shorter months.")
    )
    times_max = models.PositiveSmallIntegerField(
        _("times at most"), null=True, blank=True, help_text=_("Empty: until the plan ends.")
    )
    method = models.CharField(_("method"), max_length=10, choices=Method, default=Method.CALL)
    at = models.TimeField(_("at"), null=True, blank=True)
    title = models.CharField(_("what to do"), max_length=200, blank=True)

    class Meta(DocumentLine.Meta):
        verbose_name, verbose_name_plural = _("step"), _("steps")
        constraints = [
            models.CheckConstraint(
                name="cadence_step_number",
                condition=Q(rhythm="once", number__lte=DAYS_MAX) | Q(number__gte=1, number__lte=DAYS_MAX),
                violation_error_message=_(
                    "A step that comes again needs at least one day or month, at most ten years."
                ),
            ),
            models.CheckConstraint(
                name="cadence_step_month_day",
                condition=Q(month_day__isnull=True) | Q(month_day__gte=1, month_day__lte=31),
                violation_error_message=_("A day of the month is between 1 and 31."),
            ),
            models.CheckConstraint(
                name="cadence_step_times",
                condition=Q(times_max__isnull=True) | Q(times_max__gte=1),
                violation_error_message=_("At least once."),
            ),
        ]

    def __str__(self):
        return self.title or self.get_method_display()

    @property
    def rule(self) -> cadences.Step:
        """The step as the arithmetic takes it."""
        again = self.rhythm != Rhythm.ONCE
        return cadences.Step(
            self.rhythm, self.number, self.month_day if again else None, self.times_max if again else None
        )


class CadenceRun(Entity):
    """A follow-up plan under way with one lead, deal or customer."""

    company = fields.link("kernel.Company", _("company"), editable=False)
    cadence = fields.link(Cadence, _("follow-up plan"), related_name="runs")
    lead = fields.link(Lead, _("lead"), optional=True, related_name="plans")
    opportunity = fields.link(Opportunity, _("opportunity"), optional=True, related_name="plans")
    party = fields.link("parties.Party", _("customer"), optional=True, related_name="plans")
    state = models.CharField(_("state"), max_length=8, default="active", editable=False)
    started_on = models.DateField(_("started on"), editable=False)
    position = models.PositiveSmallIntegerField(_("step"), default=0, editable=False)
    time = models.PositiveSmallIntegerField(_("time"), default=1, editable=False)
    planned_on = models.DateField(_("planned day"), null=True, editable=False)
    done = models.PositiveIntegerField(_("steps done"), default=0, editable=False)
    paused_at = models.DateTimeField(_("paused at"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)
    ending = models.CharField(_("how it ended"), max_length=8, choices=Outcome, blank=True, editable=False)
    why_ended = models.CharField(_("why it ended"), max_length=240, blank=True, editable=False)

    company_path = "company"
    scope_paths = {
        "own": ("lead__owner", "opportunity__owner", "party__owner"),
        "team": ("lead__owner__department", "opportunity__owner__department", "party__owner__department"),
        "territory": ("lead__territory", "opportunity__territory", "party__territory"),
    }
    fixed = ("cadence", "lead", "opportunity", "party")
    workflow = Workflow(
        "active",
        (
            Verb("pause", "active", "paused", label=_("Pause")),
            Verb("resume", "paused", "active", label=_("Go on"), help=_("The next step falls due from today.")),
            Verb(
                "stop",
                ("active", "paused"),
                "ended",
                label=_("End the plan"),
                danger=True,
                ask=(Input("reason", "text", _("Reason")),),
            ),
        ),
        editable=(),
        closed=("ended",),
        labels={"active": pgettext_lazy("plan", "Under way"), "paused": _("Paused"), "ended": _("Ended")},
        colors={"active": "blue", "paused": "amber", "ended": "grey"},
    )

    class Meta:
        verbose_name, verbose_name_plural = _("plan under way"), _("plans under way")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="cadence_run_subject",
                condition=Q(lead__isnull=False, opportunity__isnull=True, party__isnull=True)
                | Q(lead__isnull=True, opportunity__isnull=False, party__isnull=True)
                | Q(lead__isnull=True, opportunity__isnull=True, party__isnull=False),
                violation_error_message=_("A plan is about one lead, one opportunity or one customer."),
            ),
            *(
                models.UniqueConstraint(
                    fields=["cadence", name],
                    name=f"cadence_run_{name}_once",
                    condition=Q(state__in=("active", "paused"), **{f"{name}__isnull": False}),
                    violation_error_message=_("This plan is under way here already."),
                )
                for name in ("lead", "opportunity", "party")
            ),
        ]
        indexes = [models.Index(fields=["company", "state"], name="cadence_run_state")]

    def __str__(self):
        return f"{self.cadence}: {self.subject}"

    @property
    def subject(self):
        return self.lead or self.opportunity or self.party

    @property
    def state_label(self) -> str:
        return self.workflow.label(self.state)

    def prepare(self, ctx, lines=None):
        from .. import preparing_tasks

        preparing_tasks.run(self, ctx)
