"""Sales processes and their stages, as a company's own data: what deals pass through and what each step needs."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import Entity

from .naming import Named


class Forecast(models.TextChoices):
    PIPELINE = "pipeline", _("Pipeline")
    BEST = "best", _("Best case")
    COMMITTED = "committed", _("Committed")
    LEFT_OUT = "left_out", _("Left out")


class Planned(models.TextChoices):
    NOT = "", _("Not planned")
    WEIGHTED = "weighted", _("Times the chance")
    FULL = "full", _("In full")


class SalesProcess(Named):
    """A way of selling with stages of its own: new business, renewal, project."""

    company = fields.link("kernel.Company", _("company"), editable=False)
    rank = models.PositiveSmallIntegerField(
        _("rank"), default=100, help_text=_("The first one is taken for deals that name none.")
    )
    active = models.BooleanField(_("active"), default=True)

    key = ("code",)
    company_path = "company"

    class Meta:
        verbose_name, verbose_name_plural = _("sales process"), _("sales processes")
        ordering = ["rank", "code"]
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="sales_process_code")]


class Stage(Named):
    """A step of a sales process: the chance it stands for, what a deal needs to enter it, and how long it may rest."""

    process = fields.link(SalesProcess, _("sales process"), related_name="stages")
    position = models.PositiveSmallIntegerField(_("position"), default=10)
    probability = fields.PercentField(_("probability"))
    forecast = models.CharField(
        _("forecast"),
        max_length=10,
        choices=Forecast,
        default=Forecast.PIPELINE,
        help_text=_("Where its deals count in the forecast, unless their owner says otherwise."),
    )
    planned = models.CharField(
        _("planned demand"),
        max_length=10,
        choices=Planned,
        default=Planned.NOT,
        blank=True,
        help_text=_("Whether the items of its deals are demand in the material plan."),
    )
    days_max = models.PositiveSmallIntegerField(
        _("days it may rest"), null=True, blank=True, help_text=_("A deal here for longer is shown as stale.")
    )
    asks_amount = models.BooleanField(_("needs an amount"), default=False)
    asks_close_on = models.BooleanField(_("needs a closing day"), default=False)
    asks_contact = models.BooleanField(_("needs a contact"), default=False)
    asks_source = models.BooleanField(_("needs a source"), default=False)
    asks_next_step = models.BooleanField(_("needs a next step"), default=False)
    asks_items = models.BooleanField(_("needs items"), default=False)
    active = models.BooleanField(_("active"), default=True)

    key = ("process", "code")
    company_path = "process__company"
    fixed = ("process",)

    class Meta:
        verbose_name, verbose_name_plural = _("stage"), _("stages")
        ordering = ["process", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["process", "code"], name="stage_code"),
            models.CheckConstraint(
                name="stage_probability",
                condition=Q(probability__gte=0, probability__lte=100),
                violation_error_message=_("A probability is between 0 and 100 percent."),
            ),
        ]


class LossReason(Named):
    """Why deals are lost, in the company's own words."""

    rank = models.PositiveSmallIntegerField(_("rank"), default=100)
    by_competitor = models.BooleanField(
        _("lost to a competitor"), default=False, help_text=_("Losing for this reason asks who won it.")
    )
    active = models.BooleanField(_("active"), default=True)

    key = ("code",)

    class Meta:
        verbose_name, verbose_name_plural = _("reason of loss"), _("reasons of loss")
        ordering = ["rank", "code"]
        constraints = [models.UniqueConstraint(fields=["code"], name="loss_reason_code")]


class Competitor(Entity):
    """Somebody else who sells what we sell."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    note = models.TextField(_("strengths and weaknesses"), blank=True)
    active = models.BooleanField(_("active"), default=True)

    key = ("name",)

    class Meta:
        verbose_name, verbose_name_plural = _("competitor"), _("competitors")
        ordering = ["name"]

    def __str__(self):
        return self.name


STANDARD = (
    {"code": "qualification", "label": _("Qualification"), "probability": Decimal(10), "days_max": 30},
    {
        "code": "analysis",
        "label": _("Need analysis"),
        "probability": Decimal(25),
        "days_max": 30,
        "asks_amount": True,
    },
    {
        "code": "proposal",
        "label": _("Proposal"),
        "probability": Decimal(50),
        "days_max": 45,
        "forecast": Forecast.BEST,
        "planned": Planned.WEIGHTED,
        "asks_amount": True,
        "asks_close_on": True,
    },
    {
        "code": "negotiation",
        "label": _("Negotiation"),
        "probability": Decimal(75),
        "days_max": 30,
        "forecast": Forecast.COMMITTED,
        "planned": Planned.WEIGHTED,
        "asks_amount": True,
        "asks_close_on": True,
    },
)
"""Stages of the process every company begins with."""
