"""How a customer wants to be invoiced."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import Entity


class InvoiceType(models.TextChoices):
    VAT = "vat", _("VAT invoice")
    SPECIAL = "special", _("Special VAT invoice")
    ORDINARY = "ordinary", _("Ordinary VAT invoice")


class TaxData(models.Model):
    """What tax law wants to see of the customer on an invoice."""

    invoice_type = models.CharField(
        _("kind of invoice"),
        max_length=10,
        choices=InvoiceType,
        default=InvoiceType.VAT,
        help_text=_("In China special or ordinary; elsewhere a VAT invoice."),
    )
    invoice_name = models.CharField(_("invoicing name"), max_length=200, blank=True)
    tax_number = models.CharField(_("tax number"), max_length=40, blank=True)
    tax_address = models.CharField(_("registered address"), max_length=300, blank=True)
    tax_phone = models.CharField(_("registered phone"), max_length=40, blank=True)
    bank_name = models.CharField(_("bank"), max_length=120, blank=True)
    bank_account = models.CharField(_("bank account"), max_length=40, blank=True)

    class Meta:
        abstract = True


TAX_DATA = ("invoice_type", "invoice_name", "tax_number", "tax_address", "tax_phone", "bank_name", "bank_account")


class TaxProfile(TaxData, Entity):
    """How a customer wants to be invoiced: name, tax number, address and bank as the tax office knows them."""

    party = fields.link("parties.Party", _("customer"), related_name="tax_profiles")
    name = models.CharField(_("name"), max_length=80)
    is_default = models.BooleanField(_("default"), default=False)
    active = models.BooleanField(_("active"), default=True)

    key = ("party", "name")
    scope_paths = {"own": "party__owner", "team": "party__owner__department", "territory": "party__territory"}

    class Meta:
        verbose_name, verbose_name_plural = _("tax profile"), _("tax profiles")
        ordering = ["party", "name"]
        constraints = [
            models.UniqueConstraint(fields=["party", "name"], name="tax_profile_once"),
            models.UniqueConstraint(
                fields=["party"],
                name="tax_profile_default_once",
                condition=models.Q(is_default=True, active=True),
                violation_error_message=_("The customer has a default tax profile already."),
            ),
        ]

    def __str__(self):
        return self.name

    def prepare(self, ctx, lines=None):
        from .. import taxing

        taxing.fill_profile(self)
