"""Goods received and not invoiced, line by line; and the bills a buyer has to look at."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import database, fields
from mainspring.kernel.models import Company, DocumentIdentity, Entity
from mainspring.kernel.workflow import Input, Verb
from mainspring.modules.accounting.models import Invoice

from .orders import PurchaseOrderLine


@database.append_only
class GrniEntry(models.Model):
    """What one document did to "goods received, not invoiced" for one order line (rule D09).

    quantity         order's unit: received above zero, billed below
    amount           base currency as on the account: debit above zero, so a receipt is below
    currency_amount  the same in the order's currency
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("Receipt")
        RETURN = "return", _("Supplier return")
        BILL = "bill", _("Supplier bill")
        CREDIT = "credit", _("Supplier credit note")
        DIFFERENCE = "difference", _("Difference")

    company = fields.link(Company, _("company"), editable=False, db_index=False)
    order_line = fields.link(PurchaseOrderLine, _("order line"), related_name="grni_entries", editable=False)
    document = fields.link(DocumentIdentity, _("document"), editable=False)
    source_line = models.BigIntegerField(null=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, editable=False)
    posted_on = models.DateField(_("posted on"), editable=False)
    quantity = fields.QuantityField(_("quantity"), unit="order_line__unit", editable=False)
    amount = fields.MoneyField(_("amount"), editable=False)
    currency_amount = fields.MoneyField(
        _("amount in currency"), currency="order_line__document__currency", editable=False
    )

    history = False
    company_path = "company"

    class Meta:
        verbose_name, verbose_name_plural = _("received, not invoiced"), _("received, not invoiced")
        ordering = ["id"]
        indexes = [models.Index(fields=["company", "posted_on"], name="grni_company_day")]

    def __str__(self):
        return f"{self.order_line_id}: {self.amount}"


class BillMatch(Entity):
    """A supplier bill laid beside what was ordered and received; a buyer accepts what is beyond tolerance (D04)."""

    invoice = models.OneToOneField(
        Invoice, on_delete=models.CASCADE, related_name="match", editable=False, verbose_name=_("supplier bill")
    )
    differences = models.JSONField(_("differences"), default=list, editable=False)
    summary = models.TextField(_("what differs"), blank=True, editable=False)
    needs_buyer = models.BooleanField(_("needs the buyer"), default=False, editable=False)
    accepted_by = fields.link(settings.AUTH_USER_MODEL, _("accepted by"), optional=True, editable=False)
    accepted_why = models.CharField(_("accepted because"), max_length=240, blank=True, editable=False)

    actions = (
        Verb(
            "accept",
            label=_("Accept"),
            ask=(Input("why", label=_("Reason")),),
            help=_("The bill may be posted although it differs from the order."),
        ),
    )
    company_path = "invoice__company"
    scope_paths = {"own": "invoice__created_by", "party": "invoice__party"}

    class Meta:
        verbose_name, verbose_name_plural = _("bill match"), _("bill matching")
        ordering = ["-pk"]

    def __str__(self):
        return str(self.invoice)
