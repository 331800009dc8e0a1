"""Pools where leads and customers of a region wait, who takes from them, and by which rules they come back."""

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
    SCORE = "score", _("Best first, the same share of good ones to each")


class Holds(models.TextChoices):
    LEADS = "leads", _("Leads")
    CUSTOMERS = "customers", _("Customers")


class Level(models.TextChoices):
    A = "A", "A"
    B = "B", "B"
    C = "C", "C"
    D = "D", "D"


DAYS = ("recycle_days", "deal_days", "contract_days", "cool_down_days", "remind_days")


def _days_are_sane() -> Q:
    condition = Q()
    for name in DAYS:
        condition &= Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__lte": DAYS_MAX})
    return condition


class LeadPool(Entity):
    """Where leads or customers of a region wait to be claimed, and how many a representative may claim and hold."""

    company = fields.link("kernel.Company", _("company"), editable=False)
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("what waits in it"), max_length=10, choices=Holds, default=Holds.LEADS)
    territory = fields.link("kernel.Territory", _("territory"), help_text=_("With all territories under it."))
    source = models.CharField(_("only from source"), max_length=12, choices=Source, blank=True)
    interest = fields.link("items.ItemCategory", _("only with interest in"), optional=True)
    value_min = fields.MoneyField(_("only from value"), null=True, blank=True, default=None)
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=10, help_text=_("The lowest number takes a lead or a customer.")
    )
    holding_max = models.PositiveIntegerField(
        _("held at most"), null=True, blank=True, help_text=_("Per representative; empty means no limit.")
    )
    daily_claims_max = models.PositiveIntegerField(
        _("claims a day at most"), null=True, blank=True, help_text=_("Per representative; empty means no limit.")
    )
    views_max = models.PositiveIntegerField(
        _("opened a day at most"),
        null=True,
        blank=True,
        help_text=_("Records that wait which one representative may open in a day; empty means no limit."),
    )
    distribution = models.CharField(
        _("how it is given out"),
        max_length=8,
        choices=Distribution,
        default=Distribution.CLAIM,
        help_text=_("By rule they go to the members of the pool as they come in."),
    )
    recycle_days = models.PositiveIntegerField(
        _("returns to the pool after days without follow-up"), null=True, blank=True
    )
    deal_days = models.PositiveIntegerField(
        _("returns after days without a deal"),
        null=True,
        blank=True,
        help_text=_("Customers: no order and no opportunity for so many days."),
    )
    contract_days = models.PositiveIntegerField(
        _("returns days after the last contract ended"),
        null=True,
        blank=True,
        help_text=_("Customers; while a contract lives none goes back."),
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
            help=_("Gives what waits to the members, by the rule of the pool."),
        ),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("pool"), _("pools")
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
                condition=Q(remind_days__isnull=True)
                | Q(recycle_days__isnull=True)
                | Q(recycle_days__gte=models.F("remind_days")),
                violation_error_message=_("The reminder is at most as many days before as it takes to go back."),
            ),
            models.CheckConstraint(
                name="lead_pool_days", condition=_days_are_sane(), violation_error_message=_("At most ten years.")
            ),
        ]

    def __str__(self):
        return self.name


class PoolMember(Entity):
    """Somebody who takes from a pool; a pool with members is for them alone."""

    pool = models.ForeignKey(LeadPool, on_delete=models.CASCADE, related_name="members", verbose_name=_("pool"))
    user = fields.link(settings.AUTH_USER_MODEL, _("member"))
    is_admin = models.BooleanField(
        _("administers the pool"),
        default=False,
        help_text=_("Assigns and returns what is in it, and keeps its members."),
    )
    holding_max = models.PositiveIntegerField(
        _("held at most"), null=True, blank=True, help_text=_("Empty: as the pool says.")
    )
    territory = fields.link(
        "kernel.Territory",
        _("given only from"),
        optional=True,
        help_text=_("By rule this member gets what is of this territory or under it."),
    )
    interest = fields.link(
        "items.ItemCategory",
        _("given only with interest in"),
        optional=True,
        help_text=_("By rule this member gets leads with this product interest."),
    )
    is_away = models.BooleanField(_("away"), default=False, help_text=_("Gets nothing by rule meanwhile."))
    last_given_at = models.DateTimeField(_("last given at"), null=True, editable=False)

    key = ("pool", "user")
    company_path = "pool__company"
    scope_paths = {"own": "user", "territory": "pool__territory"}

    class Meta:
        verbose_name, verbose_name_plural = _("pool member"), _("pool members")
        ordering = ["pool", "user"]
        constraints = [models.UniqueConstraint(fields=["pool", "user"], name="pool_member_once")]

    def __str__(self):
        return f"{self.pool}: {self.user}"


class LevelRule(Entity):
    """What a pool of customers holds for those of one level, instead of what it says for all."""

    pool = models.ForeignKey(LeadPool, on_delete=models.CASCADE, related_name="levels", verbose_name=_("pool"))
    level = models.CharField(_("customer level"), max_length=1, choices=Level)
    holding_max = models.PositiveIntegerField(
        _("held at most"), null=True, blank=True, help_text=_("Of this level, per representative.")
    )
    recycle_days = models.PositiveIntegerField(
        _("returns to the pool after days without follow-up"), null=True, blank=True, help_text=_("Empty: never.")
    )
    deal_days = models.PositiveIntegerField(
        _("returns after days without a deal"), null=True, blank=True, help_text=_("Empty: never.")
    )
    contract_days = models.PositiveIntegerField(
        _("returns days after the last contract ended"), null=True, blank=True, help_text=_("Empty: never.")
    )

    key = ("pool", "level")
    company_path = "pool__company"
    scope_paths = {"territory": "pool__territory"}

    class Meta:
        verbose_name, verbose_name_plural = _("rule by customer level"), _("rules by customer level")
        ordering = ["pool", "level"]
        constraints = [
            models.UniqueConstraint(fields=["pool", "level"], name="level_rule_once"),
            models.CheckConstraint(
                name="level_rule_days",
                condition=(Q(recycle_days__isnull=True) | Q(recycle_days__lte=DAYS_MAX))
                & (Q(deal_days__isnull=True) | Q(deal_days__lte=DAYS_MAX))
                & (Q(contract_days__isnull=True) | Q(contract_days__lte=DAYS_MAX)),
                violation_error_message=_("At most ten years."),
            ),
        ]

    def __str__(self):
        return f"{self.pool}: {self.level}"
