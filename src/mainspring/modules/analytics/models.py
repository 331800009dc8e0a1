"""What is worked out about customers and items, kept by company; the run that works it out is its record."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.kernel import fields
from mainspring.kernel.models import Entity
from mainspring.kernel.workflow import Input, Verb


class Segment(models.TextChoices):
    CHAMPIONS = "champions", _("Champions")
    LOYAL = "loyal", _("Loyal")
    NEW = "new", pgettext_lazy("customers", "New")
    PROMISING = "promising", _("Promising")
    CANNOT_LOSE = "cannot_lose", _("Must not be lost")
    AT_RISK = "at_risk", _("At risk")
    SLEEPING = "sleeping", _("Sleeping")


class Abc(models.TextChoices):
    A = "A", "A"
    B = "B", "B"
    C = "C", "C"


class Xyz(models.TextChoices):
    X = "X", _("X, evenly")
    Y = "Y", _("Y, unevenly")
    Z = "Z", _("Z, now and then")


class Risk(models.TextChoices):
    LOW = "low", _("Low")
    RAISED = "raised", _("Raised")
    HIGH = "high", _("High")


SCOPES = {"own": "party__owner", "team": "party__owner__department", "territory": "party__territory"}
PLAN_CALL = Verb(
    "plan_call",
    label=_("Plan a call"),
    help=_("Makes a task for the customer's owner, with the reason."),
    ask=(
        Input("due_on", "date", _("Until"), initial=lambda record, ctx: ctx.business_date),
        Input("note", "text", _("About"), required=False),
    ),
)


class CustomerInsight(Entity):
    """What own orders tell about a customer: value and rhythm against all others, and how unusual its silence is."""

    company = fields.link("kernel.Company", _("company"), editable=False)
    party = fields.link("parties.Party", _("customer"), editable=False, related_name="insights")
    as_of = models.DateField(_("as of"), editable=False)
    orders = models.PositiveIntegerField(_("orders"), editable=False)
    first_on = models.DateField(_("first order"), editable=False)
    last_on = models.DateField(_("last order"), editable=False)
    revenue = fields.MoneyField(
        pgettext_lazy("amount", "ordered"), editable=False, help_text=_("Within the window that is looked at.")
    )
    margin = fields.MoneyField(_("margin"), editable=False, null=True, default=None)
    recency = models.PositiveSmallIntegerField(_("recency score"), editable=False)
    frequency = models.PositiveSmallIntegerField(_("frequency score"), editable=False)
    monetary = models.PositiveSmallIntegerField(_("monetary score"), editable=False)
    segment = models.CharField(_("segment"), max_length=12, choices=Segment, editable=False)
    abc = models.CharField(_("ABC"), max_length=1, choices=Abc, editable=False)
    xyz = models.CharField(_("XYZ"), max_length=1, choices=Xyz, editable=False)
    silent_days = models.PositiveIntegerField(_("days since the last order"), editable=False)
    usual_days = models.PositiveIntegerField(_("usual pause (days)"), null=True, editable=False)
    pauses = models.PositiveIntegerField(_("own pauses"), editable=False)
    pauses_shorter = models.PositiveIntegerField(_("own pauses shorter than the present one"), editable=False)
    share_all_pct = fields.PercentField(_("pauses of all customers that were shorter (%)"), editable=False)
    risk_pct = fields.PercentField(_("risk of losing"), editable=False)
    risk = models.CharField(_("risk"), max_length=8, choices=Risk, editable=False)
    segment_before = models.CharField(_("segment before"), max_length=12, choices=Segment, blank=True, editable=False)
    segment_since = models.DateField(_("in this segment since"), editable=False)

    company_path = "company"
    history = False
    read_only = True
    scope_paths = SCOPES
    key = ("company", "party")
    actions = (PLAN_CALL,)

    class Meta:
        verbose_name, verbose_name_plural = _("customer insight"), _("customer insight")
        ordering = ["-risk_pct", "party"]
        constraints = [models.UniqueConstraint(fields=["company", "party"], name="customer_insight_once")]
        indexes = [
            models.Index(fields=["company", "segment"], name="customer_insight_segment"),
            models.Index(fields=["company", "-risk_pct"], name="customer_insight_risk"),
            models.Index(fields=["company", "-revenue"], name="customer_insight_revenue"),
        ]

    def __str__(self):
        return f"{self.party}: {self.get_segment_display()}"


class InsightChange(Entity):
    """A customer came into another segment, class or level of risk; from these rows the trend is seen."""

    company = fields.link("kernel.Company", _("company"), editable=False)
    party = fields.link("parties.Party", _("customer"), editable=False, related_name="insight_changes")
    on = models.DateField(_("on"), editable=False)
    segment_before = models.CharField(_("segment before"), max_length=12, choices=Segment, blank=True, editable=False)
    segment = models.CharField(_("segment"), max_length=12, choices=Segment, editable=False)
    abc = models.CharField(_("ABC"), max_length=1, choices=Abc, editable=False)
    risk = models.CharField(_("risk"), max_length=8, choices=Risk, editable=False)
    revenue = fields.MoneyField(pgettext_lazy("amount", "ordered"), editable=False)

    company_path = "company"
    history = False
    read_only = True
    scope_paths = SCOPES

    class Meta:
        verbose_name, verbose_name_plural = _("change of segment"), _("changes of segment")
        ordering = ["-on", "-id"]
        constraints = [models.UniqueConstraint(fields=["company", "party", "on"], name="insight_change_once")]

    def __str__(self):
        return f"{self.party}: {self.get_segment_display()}"


class BoughtTogether(Entity):
    """Customers who bought one item often bought the other; counted over own orders."""

    company = fields.link("kernel.Company", _("company"), editable=False)
    item = fields.link("items.Item", _("who bought"), editable=False, related_name="bought_with")
    other = fields.link("items.Item", _("also bought"), editable=False, related_name="suggested_with")
    buyers = models.PositiveIntegerField(_("customers who bought the first"), editable=False)
    together = models.PositiveIntegerField(_("customers who bought both"), editable=False)
    support_pct = fields.PercentField(_("share of all customers"), editable=False)
    confidence_pct = fields.PercentField(_("share of the buyers"), editable=False)
    lift = models.DecimalField(
        _("lift"),
        max_digits=12,
        decimal_places=2,
        editable=False,
        help_text=_("How many times more often than by chance."),
    )
    as_of = models.DateField(_("as of"), editable=False)

    company_path = "company"
    history = False
    read_only = True
    key = ("company", "item", "other")
    actions = (
        Verb(
            "plan_calls",
            label=_("Call who bought one, not the other"),
            help=_(
                "Makes a task for the owner of each customer you may see who bought the first item and never the other."
            ),
            bulk=False,
            ask=(
                Input("due_on", "date", _("Until"), initial=lambda record, ctx: ctx.business_date),
                Input("customers_max", "integer", _("At most so many customers"), initial=20),
            ),
        ),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("bought together"), _("bought together")
        ordering = ["-confidence_pct", "id"]
        constraints = [models.UniqueConstraint(fields=["company", "item", "other"], name="bought_together_once")]
        indexes = [models.Index(fields=["company", "-confidence_pct"], name="bought_together_confidence")]

    def __str__(self):
        return f"{self.item} → {self.other}"
