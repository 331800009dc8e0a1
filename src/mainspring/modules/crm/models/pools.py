"""Pools where leads of a region wait, and who takes from them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.limits import DAYS_MAX
from mainspring.kernel.models import Entity
from mainspring.kernel.workflow import Verb

from .common import Source


class Distribution(models.TextChoices):
    CLAIM = "claim", _("People claim")
    LOAD = "load", _("To who holds least")
    TURN = "turn", _("In turn")


class LeadPool(Entity):
    """Where leads of a region wait to be claimed, and how many a representative may claim and hold."""

    company = fields.link("kernel.Company", _("company"), editable=False)
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=80)
    territory = fields.link("kernel.Territory", _("territory"), help_text=_("With all territories under it."))
    source = models.CharField(_("only from source"), max_length=12, choices=Source, blank=True)
    value_min = fields.MoneyField(_("only from value"), null=True, blank=True, default=None)
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=10, help_text=_("The lowest number takes a lead.")
    )
    holding_max = models.PositiveIntegerField(
        _("leads held at most"), null=True, blank=True, help_text=_("Per representative; empty means no limit.")
    )
    daily_claims_max = models.PositiveIntegerField(
        _("claims a day at most"), null=True, blank=True, help_text=_("Per representative; empty means no limit.")
    )
    distribution = models.CharField(
        _("how leads are given out"),
        max_length=8,
        choices=Distribution,
        default=Distribution.CLAIM,
        help_text=_("By rule they go to the members of the pool as they come in."),
    )
    recycle_days = models.PositiveIntegerField(
        _("returns to the pool after days without follow-up"), null=True, blank=True
    )
    remind_days = models.PositiveIntegerField(
        _("owner is reminded days before"), null=True, blank=True, help_text=_("Empty: no reminder.")
    )
    cool_down_days = models.PositiveIntegerField(_("days before a former owner may claim it again"), default=0)
    active = models.BooleanField(_("active"), default=True)

    key = ("company", "code")
    company_path = "company"
    scope_paths = {"territory": "territory"}
    actions = (
        Verb(
            "distribute",
            label=_("Give out now"),
            help=_("Gives the leads that wait to the members, by the rule of the pool."),
        ),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("lead pool"), _("lead pools")
        ordering = ["priority", "code"]
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="lead_pool_code_once"),
            models.CheckConstraint(
                name="lead_pool_value",
                condition=Q(value_min__isnull=True) | Q(value_min__gte=0),
                violation_error_message=_("The value cannot be negative."),
            ),
            models.CheckConstraint(
                name="lead_pool_reminder",
                condition=Q(remind_days__isnull=True) | Q(recycle_days__gte=models.F("remind_days")),
                violation_error_message=_("The reminder is at most as many days before as it takes to go back."),
            ),
            models.CheckConstraint(
                name="lead_pool_days",
                condition=Q(cool_down_days__lte=DAYS_MAX)
                & (Q(recycle_days__isnull=True) | Q(recycle_days__lte=DAYS_MAX)),
                violation_error_message=_("At most ten years."),
            ),
        ]

    def __str__(self):
        return self.name


class PoolMember(Entity):
    """Somebody who takes leads of a pool; a pool with members is for them alone."""

    pool = models.ForeignKey(LeadPool, on_delete=models.CASCADE, related_name="members", verbose_name=_("pool"))
    user = fields.link(settings.AUTH_USER_MODEL, _("member"))
    holding_max = models.PositiveIntegerField(
        _("leads held at most"), null=True, blank=True, help_text=_("Empty: as the pool says.")
    )
    is_away = models.BooleanField(_("away"), default=False, help_text=_("Gets nothing by rule meanwhile."))
    last_given_at = models.DateTimeField(_("last lead given at"), null=True, editable=False)

    key = ("pool", "user")
    company_path = "pool__company"
    scope_paths = {"own": "user", "territory": "pool__territory"}

    class Meta:
        verbose_name, verbose_name_plural = _("pool member"), _("pool members")
        ordering = ["pool", "user"]
        constraints = [models.UniqueConstraint(fields=["pool", "user"], name="pool_member_once")]

    def __str__(self):
        return f"{self.pool}: {self.user}"
