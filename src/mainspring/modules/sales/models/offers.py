"""Quotations put before the customer by a secret link, and what the customer answered."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.kernel import database, fields
from mainspring.kernel.models import Entity
from mainspring.kernel.workflow import Verb

from .quotations import Quotation


class OfferLink(Entity):
    """A secret address at which one person of the customer sees a quotation and answers it; only its digest is kept."""

    quotation = fields.link(Quotation, _("quotation"), related_name="offer_links")
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    expires_on = models.DateField(_("valid until"), editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)
    opened_at = models.DateTimeField(_("last opened at"), null=True, editable=False)
    views = models.PositiveIntegerField(_("times opened"), default=0, editable=False)

    company_path = "quotation__company"
    scope_paths = {
        "own": "quotation__owner",
        "team": "quotation__owner__department",
        "territory": "quotation__territory",
    }
    unwritten = ("digest",)
    fixed = ("quotation", "name", "email")
    actions = (Verb("revoke", label=_("Revoke"), danger=True, help=_("The address shows nothing from now on.")),)

    class Meta:
        verbose_name, verbose_name_plural = _("link to a quotation"), _("links to quotations")
        ordering = ["-id"]

    def __str__(self):
        return f"{self.quotation_id and self.quotation.number} {self.name}".strip()


@database.append_only
class OfferAnswer(models.Model):
    """What a customer answered by a link: accepted with a signature, declined, or a question; never changed."""

    class Kind(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        ASKED = "asked", pgettext_lazy("customer", "Asked")

    link = fields.link(OfferLink, _("link"), related_name="answers")
    quotation = fields.link(Quotation, _("quotation"), related_name="answers")
    kind = models.CharField(pgettext_lazy("customer", "answer"), max_length=10, choices=Kind)
    at = models.DateTimeField(_("at"))
    name = models.CharField(_("signed by"), max_length=120)
    text = models.TextField(_("text"), blank=True)
    signature = models.TextField(blank=True)
    network_address = models.GenericIPAddressField(_("network address"), null=True)
    browser = models.CharField(_("browser"), max_length=240, blank=True)
    chosen = models.JSONField(_("chosen"), default=list)
    total = fields.MoneyField(_("total"), currency="quotation__currency")
    file = models.CharField(_("file"), max_length=120, blank=True)
    file_digest = models.CharField(_("digest of the file"), max_length=64, blank=True)
    by = fields.link(settings.AUTH_USER_MODEL, _("by"), null=True)

    history = False
    company_path = "quotation__company"
    scope_paths = OfferLink.scope_paths

    class Meta:
        verbose_name, verbose_name_plural = _("answer of a customer"), _("answers of customers")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["quotation"], name="offer_accepted_once", condition=Q(kind="accepted")),
            models.CheckConstraint(
                name="offer_accepted_signed", condition=~Q(kind="accepted") | (~Q(name="") & ~Q(file_digest=""))
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.name}"
