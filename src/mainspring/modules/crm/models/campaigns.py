"""Campaigns: what was done to be found, and what it cost."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.kernel import fields
from mainspring.kernel.models import Entity


class Channel(models.TextChoices):
    WEB = "web", _("Web site")
    SEARCH = "search", _("Search engine")
    SOCIAL = "social", _("Social media")
    MAIL = "mail", _("E-mail")
    FAIR = "fair", _("Trade fair")
    PRINT = "print", pgettext_lazy("medium", "Print")
    PHONE = "phone", _("Phone")
    PARTNER = "partner", _("Partner")
    OTHER = "other", _("Other")


class Campaign(Entity):
    """Something done to win customers, with its budget and cost; leads and deals say which one they came from."""

    company = fields.link("kernel.Company", _("company"), editable=False)
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=80)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel, default=Channel.WEB)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends before"), null=True, blank=True)
    currency = fields.link("kernel.Currency", _("currency"), optional=True)
    budget = fields.MoneyField(_("budget"), currency="currency", blank=True)
    spent = fields.MoneyField(
        _("spent so far"), currency="currency", blank=True, help_text=_("What the cost per lead is computed from.")
    )
    active = models.BooleanField(_("active"), default=True)

    key = ("company", "code")
    company_path = "company"

    class Meta:
        verbose_name, verbose_name_plural = _("campaign"), _("campaigns")
        ordering = ["-starts_on", "code"]
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="campaign_code_once"),
            models.CheckConstraint(
                name="campaign_days",
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                violation_error_message=_("A campaign ends after it starts."),
            ),
            models.CheckConstraint(
                name="campaign_money",
                condition=Q(budget__gte=0, spent__gte=0),
                violation_error_message=_("Budget and cost cannot be negative."),
            ),
        ]

    def __str__(self):
        return self.name

    def prepare(self, ctx, lines=None):
        from .. import preparing

        if self.currency_id is None:
            self.currency_id = preparing.base_currency(self.company_id or ctx.company_id)
