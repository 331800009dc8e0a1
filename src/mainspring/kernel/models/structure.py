"""The structure access rules stand on: companies, sites, departments, territories; and currencies."""

from datetime import date
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import fields, remembered
from .base import Entity


@remembered.keep()
class Currency(models.Model):
    """A currency and the number of its digits (JPY 0, EUR 2, KWD 3) (rule M01)."""

    code = models.CharField(_("code"), max_length=3, primary_key=True)
    name = models.CharField(_("name"), max_length=60)
    digits = models.PositiveSmallIntegerField(_("digits"), default=2)
    symbol = models.CharField(_("symbol"), max_length=6, blank=True)
    active = models.BooleanField(_("active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("currency"), _("currencies")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="currency_digits",
                condition=models.Q(digits__lte=4),
                violation_error_message=_("A currency has at most four decimal places."),
            ),
        ]

    def __str__(self):
        return self.code


@remembered.keep("base_currency")
class Company(Entity):
    """A legal entity with its own books; its records are behind its wall."""

    code = models.CharField(_("code"), max_length=12, unique=True)
    name = models.CharField(_("name"), max_length=160)
    base_currency = models.ForeignKey(Currency, on_delete=models.PROTECT, verbose_name=_("base currency"))
    country = models.CharField(_("country"), max_length=2, default="LT")
    time_zone = models.CharField(_("time zone"), max_length=40, default="Europe/Vilnius")
    registry_code = models.CharField(_("registry code"), max_length=40, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=40, blank=True)
    address = models.TextField(_("address"), blank=True)
    settings = models.JSONField(default=dict, blank=True, editable=False)

    key = ("code",)
    company_path = "pk"

    class Meta:
        verbose_name, verbose_name_plural = _("company"), _("companies")
        ordering = ["code"]

    def __str__(self):
        return self.name

    def today(self) -> date:
        """The date it is at the company."""
        return timezone.localdate(timezone=ZoneInfo(self.time_zone or "UTC"))


@remembered.keep("company__base_currency")
class Site(Entity):
    """A plant, warehouse, distribution centre or office of a company."""

    class Kind(models.TextChoices):
        PLANT = "plant", _("Plant")
        DISTRIBUTION_CENTER = "dc", _("Distribution center")
        WAREHOUSE = "warehouse", _("Warehouse")
        OFFICE = "office", _("Office")

    company = models.ForeignKey(Company, on_delete=models.PROTECT, verbose_name=_("company"))
    code = models.CharField(_("code"), max_length=12)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.PLANT)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Europe/Vilnius")
    address = models.TextField(_("address"), blank=True)
    active = models.BooleanField(_("active"), default=True)

    key = ("company", "code")
    company_path = "company"
    scope_paths = {"site": "pk"}

    class Meta:
        verbose_name, verbose_name_plural = _("site"), _("sites")
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="site_code_once")]

    def __str__(self):
        return f"{self.code} {self.name}"


class Department(Entity):
    """A part of a company, in a tree; its manager approves for it."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, verbose_name=_("company"))
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    parent = fields.link("self", _("part of"), optional=True, related_name="children")
    manager = models.ForeignKey(
        "kernel.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("manager")
    )
    active = models.BooleanField(_("active"), default=True)

    key = ("company", "code")
    company_path = "company"

    class Meta:
        verbose_name, verbose_name_plural = _("department"), _("departments")
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="department_code_once")]

    def __str__(self):
        return self.name


class Territory(Entity):
    """A sales region, in a tree; shared by all companies."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    parent = fields.link("self", _("part of"), optional=True, related_name="children")

    key = ("code",)
    scope_paths = {"territory": "pk"}

    class Meta:
        verbose_name, verbose_name_plural = _("territory"), _("territories")
        ordering = ["code"]

    def __str__(self):
        return self.name
