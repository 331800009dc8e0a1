"""Who must agree before a verb is done: rules, requests, seats and decisions."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .. import fields
from ..limits import HOURS_MAX
from ..workflow import Input, Verb, Workflow
from .base import DocumentLine, Entity
from .collaboration import About

USER = settings.AUTH_USER_MODEL


class ApprovalRule(Entity):
    """A verb that has to be agreed first: on which records, above which amount, by whom."""

    class Order(models.TextChoices):
        SERIES = "series", _("One after another")
        PARALLEL = "parallel", _("All at once")

    name = models.CharField(_("name"), max_length=120)
    entity = fields.RecordTypeField(_("record type"))
    verb = fields.NameField(_("verb"), of="verb", max_length=60)
    condition = models.CharField(
        _("condition"),
        max_length=500,
        blank=True,
        help_text=_("A formula over the record's fields; empty means always."),
    )
    amount_path = fields.NameField(_("amount field"), of="number", max_length=120, blank=True)
    limit = models.DecimalField(
        _("limit"),
        max_digits=20,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("In the company's base currency; at or below it nobody is asked."),
    )
    split_days = models.PositiveSmallIntegerField(
        _("days to watch for splitting"),
        default=7,
        help_text=_(
            "Several records of one person or party that exceed the limit together are asked for too; "
            "0 switches this off."
        ),
    )
    department = fields.link("kernel.Department", _("department"), optional=True)
    company = fields.link("kernel.Company", _("company"), optional=True)
    order = models.CharField(_("steps"), max_length=10, choices=Order, default=Order.SERIES)
    free_fields = fields.NameField(
        _("fields that may change"),
        of="fields",
        max_length=240,
        blank=True,
        default="note",
        help_text=_("Changing any other field makes a given approval void."),
    )
    priority = models.PositiveIntegerField(
        _("priority"), default=100, help_text=_("The lowest number that fits decides.")
    )
    active = models.BooleanField(_("active"), default=True)

    company_path, company_optional = "company", True
    key = ("name",)

    class Meta:
        verbose_name, verbose_name_plural = _("approval rule"), _("approval rules")
        ordering = ["entity", "verb", "priority", "id"]
        indexes = [models.Index(fields=["entity", "verb"], name="approval_rule_verb", condition=Q(active=True))]

    def __str__(self):
        return self.name

    def clean(self):
        from ..approvals import rules

        rules.check_rule(self)


class ApprovalStep(DocumentLine):
    """One step of an approval rule: who is asked, and how many of them must agree."""

    class Who(models.TextChoices):
        USER = "user", _("A person")
        ROLE = "role", _("Everybody with a role")
        MANAGER = "manager", _("Manager of who asks")
        DEPARTMENT = "department", _("Manager of the department")

    class Need(models.TextChoices):
        ANY = "any", _("The first decision counts")
        ALL = "all", _("All must agree")
        VOTE = "vote", _("A number must agree")

    document = models.ForeignKey(ApprovalRule, on_delete=models.CASCADE, related_name="lines")
    name = models.CharField(_("name"), max_length=80, blank=True)
    who = models.CharField(_("who"), max_length=12, choices=Who, default=Who.ROLE)
    user = fields.link(USER, _("person"), optional=True)
    role = fields.link("kernel.Role", _("role"), optional=True)
    levels = models.PositiveSmallIntegerField(_("levels up"), default=1)
    need = models.CharField(_("agreement"), max_length=6, choices=Need, default=Need.ANY)
    votes = models.PositiveSmallIntegerField(_("votes needed"), default=1)
    timeout_hours = models.PositiveIntegerField(_("hours to answer"), null=True, blank=True)
    escalate_to = fields.link(USER, _("then ask"), optional=True)

    class Meta(DocumentLine.Meta):
        verbose_name, verbose_name_plural = _("approval step"), _("approval steps")
        constraints = [
            models.CheckConstraint(
                name="approval_step_names_who",
                violation_error_message=_("Name the person or the role."),
                condition=~Q(who="user", user=None) & ~Q(who="role", role=None),
            ),
            models.CheckConstraint(
                name="approval_step_counts",
                violation_error_message=_("At least one level and vote."),
                condition=Q(levels__gt=0) & Q(votes__gt=0),
            ),
            models.CheckConstraint(
                name="approval_step_hours",
                condition=Q(timeout_hours__isnull=True) | Q(timeout_hours__lte=HOURS_MAX),
                violation_error_message=_("At most ten years."),
            ),
        ]


def concerning(users) -> Q:
    """Requests these people asked for, decide or decided, for themselves or as a stand-in."""
    from django.utils import timezone

    today = timezone.localdate()
    absent = Absence.objects.filter(stand_in__in=users, starts_on__lte=today, ends_on__gt=today)
    seats = ApprovalSeat.objects.filter(
        Q(user__in=users) | Q(decision__decided_by__in=users) | Q(user__in=absent.values("user"))
    )
    return Q(created_by__in=users) | Q(pk__in=seats.values("stage__request"))


class ApprovalRequest(About, Entity):
    """A verb that waits for approval: the record as it was asked for, the route and its reason, how it ended."""

    verb = models.CharField(_("verb"), max_length=60, editable=False)
    inputs = models.JSONField(default=dict, blank=True, editable=False)
    snapshot = models.JSONField(default=dict, blank=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    rule = fields.link(ApprovalRule, _("rule"), related_name="requests", editable=False)
    route = models.JSONField(_("reason of the route"), default=dict, blank=True, editable=False)
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=4, null=True, blank=True, editable=False)
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="", editable=False)
    amount_base = models.DecimalField(
        _("amount in base currency"), max_digits=20, decimal_places=4, null=True, blank=True, editable=False
    )
    company = fields.link("kernel.Company", _("company"), null=True, editable=False)
    state = models.CharField(_("state"), max_length=12, default="waiting", editable=False, db_index=True)
    comment = models.TextField(_("comment"), blank=True, default="", editable=False)
    failure = models.TextField(_("not done because"), blank=True, default="", editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True, editable=False)
    performed_at = models.DateTimeField(_("done at"), null=True, blank=True, editable=False)

    workflow = Workflow(
        "waiting",
        (
            Verb("approve", label=_("Approve"), ask=(Input("comment", "longtext", _("Comment"), required=False),)),
            Verb("reject", label=_("Refuse"), danger=True, ask=(Input("comment", "longtext", _("Reason")),)),
            Verb("return", label=_("Send back"), ask=(Input("comment", "longtext", _("What to change")),)),
            Verb(
                "delegate",
                "waiting",
                label=_("Hand over"),
                bulk=False,
                ask=(
                    Input("to", "link", pgettext_lazy("person", "To"), to="kernel.user"),
                    Input("comment", "longtext", _("Comment"), required=False),
                ),
            ),
            Verb("recall", "waiting", "recalled", label=_("Withdraw")),
            Verb("escalate", "waiting", hidden=True, bulk=False),
            Verb("reroute", "waiting", hidden=True, bulk=False),
        ),
        editable=(),
        labels={
            "waiting": _("Waiting"),
            "approved": _("Approved"),
            "refused": _("Refused"),
            "returned": _("Sent back"),
            "recalled": _("Withdrawn"),
            "voided": _("Void: the record changed"),
        },
        colors={"approved": "green", "refused": "red", "returned": "amber", "voided": "amber"},
        closed=("approved", "refused", "returned", "recalled", "voided"),
    )
    company_path, company_optional = "company", True
    scope_paths = {"own": concerning}
    read_only = True

    class Meta(About.Meta):
        verbose_name, verbose_name_plural = _("approval request"), _("approval requests")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "record_id", "verb"], name="approval_waits_once", condition=Q(state="waiting")
            )
        ]

    def __str__(self):
        return self.record_name


class ApprovalStage(models.Model):
    """A step of one request."""

    request = models.ForeignKey(ApprovalRequest, on_delete=models.CASCADE, related_name="stages")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    need = models.CharField(max_length=6, choices=ApprovalStep.Need)
    votes = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, default="next")
    timeout_hours = models.PositiveIntegerField(null=True)
    escalate_to = fields.link(USER, null=True)
    due_at = models.DateTimeField(null=True)
    escalated = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["request", "position"], name="approval_stage_once")]

    def __str__(self):
        return self.name


class ApprovalSeat(models.Model):
    """A person asked in one stage, and why it is this person.

    why       code of the reason: user, role, manager, department, escalation, fallback, handed_over
    decisive  this one decision completes the stage (after an escalation)
    gone      the person left or handed the seat over before deciding: it counts no more
    """

    stage = models.ForeignKey(ApprovalStage, on_delete=models.CASCADE, related_name="seats")
    user = fields.link(USER, related_name="approval_seats")
    why = models.CharField(max_length=12)
    why_of = models.CharField(max_length=120, blank=True)
    decisive = models.BooleanField(default=False)
    gone = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stage", "user"], name="approval_seat_once")]

    def __str__(self):
        return str(self.user)


class ApprovalDecision(models.Model):
    """What was decided in a seat, by its person or a stand-in; once, and never changed."""

    class Kind(models.TextChoices):
        APPROVE = "approve", _("Approved")
        REJECT = "reject", _("Refused")
        RETURN = "return", _("Sent back")

    seat = models.OneToOneField(ApprovalSeat, on_delete=models.PROTECT, related_name="decision")
    kind = models.CharField(max_length=8, choices=Kind)
    decided_by = fields.link(USER)
    comment = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return self.get_kind_display()


class Absence(Entity):
    """A person is away; meanwhile a stand-in may decide for them."""

    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="absences", verbose_name=_("person"))
    stand_in = fields.link(USER, _("stand-in"), optional=True)
    starts_on = models.DateField(pgettext_lazy("day", "from"))
    ends_on = models.DateField(_("until"), help_text=_("The first day back."))
    reason = models.CharField(_("reason"), max_length=120, blank=True)

    scope_paths = {"own": "user", "team": "user__department"}

    class Meta:
        verbose_name, verbose_name_plural = _("absence"), _("absences")
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                name="absence_ends_later",
                condition=Q(ends_on__gt=F("starts_on")),
                violation_error_message=_("The first day back comes after the first day away."),
            ),
            models.CheckConstraint(
                name="absence_not_self",
                condition=Q(stand_in=None) | ~Q(stand_in=F("user")),
                violation_error_message=_("Nobody stands in for themselves."),
            ),
        ]

    def __str__(self):
        return f"{self.user}: {self.starts_on} – {self.ends_on}"
