"""What quotations and orders have in common: a customer, terms, and priced lines with a promised date."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import Document, DocumentLine
from mainspring.kernel.sentences import SentenceField

SCOPES = {
    "own": ("owner", "party__owner"),  # whoever looks after the customer sees all of it, whoever sold it (K11)
    "team": ("owner__department", "party__owner__department"),
    "territory": "territory",
    "site": "site",
    "party": "party",
}


class SaleDocument(Document):
    """Base of quotations and orders."""

    party = fields.link("parties.Party", _("customer"))
    contact = fields.link("parties.Contact", _("contact"), optional=True, within="party")
    delivery_address = fields.link("parties.Address", _("delivery address"), optional=True, within="party")
    reference = models.CharField(_("customer's reference"), max_length=60, blank=True)
    site = fields.link("kernel.Site", _("ships from"), optional=True)
    owner = fields.link(settings.AUTH_USER_MODEL, _("sales representative"), optional=True)
    territory = fields.link("kernel.Territory", _("territory"), optional=True)
    opportunity = fields.link("crm.Opportunity", _("opportunity"), optional=True, within="party")
    wanted_on = models.DateField(_("wanted on"), null=True, blank=True)
    payment_term = fields.link("parties.PaymentTerm", _("payment term"), optional=True)
    currency = fields.link("kernel.Currency", _("currency"), optional=True)
    discount = fields.MoneyField(_("document discount"), currency="currency", blank=True)
    note = models.TextField(_("note"), blank=True, help_text=_("Printed on the paper for the partner."))
    net = fields.MoneyField(_("net"), currency="currency", editable=False)
    tax = fields.MoneyField(_("tax"), currency="currency", editable=False)
    total = fields.MoneyField(_("total"), currency="currency", editable=False)
    net_base = fields.MoneyField(_("net in base currency"), editable=False)
    total_base = fields.MoneyField(_("total in base currency"), editable=False)
    discount_pct = fields.PercentField(
        _("highest discount"),
        editable=False,
        help_text=_("Off the list price on any line, with the document's discount."),
    )
    approved_discount_pct = fields.PercentField(_("discount agreed"), editable=False)
    over_discount_limit = models.BooleanField(_("discount over the limit"), default=False, editable=False)
    promised_on = models.DateField(_("promised on"), null=True, editable=False)

    always_editable = ("note",)
    read_with = ("party",)
    scope_paths = SCOPES

    class Meta:
        abstract = True

    def prepare(self, ctx, lines=None):
        from .. import preparing

        preparing.priced(self, ctx, lines)


class SaleLine(DocumentLine):
    """Base of lines of quotations and orders: an item at a price, with the date it is promised for."""

    item = fields.link("items.Item", _("item"))
    description = models.CharField(_("description"), max_length=240, blank=True)
    quantity = fields.QuantityField(_("quantity"), unit="unit", default=Decimal(1))
    unit = fields.link("organization.Unit", _("unit"), optional=True)
    price = fields.PriceField(_("price"), currency="document__currency", null=True, blank=True, default=None)
    discount_pct = fields.PercentField(_("discount"), blank=True)
    tax_code = fields.link("accounting.TaxCode", _("tax code"), optional=True)
    wanted_on = models.DateField(_("wanted on"), null=True, blank=True)
    net = fields.MoneyField(_("net"), currency="document__currency", editable=False)
    tax = fields.MoneyField(_("tax"), currency="document__currency", editable=False)
    list_price = fields.PriceField(
        _("list price"), currency="document__currency", null=True, default=None, editable=False
    )
    priced_for = models.CharField(max_length=120, blank=True, editable=False)
    price_reason = SentenceField(_("price from"), blank=True, editable=False)
    stock_quantity = fields.QuantityField(
        _("quantity in stocking units"), unit="item__unit", default=Decimal(0), editable=False
    )
    promised_on = models.DateField(_("promised on"), null=True, editable=False)
    promise_reason = SentenceField(_("promise rests on"), blank=True, editable=False)

    class Meta(DocumentLine.Meta):
        abstract = True

    counts = True
    """Whether the line is part of the total; options of a quotation may not be."""

    def __str__(self):
        return self.description or str(self.item_id)


def line_constraints(name: str) -> list:
    """The rules every kind of line has, named after it."""
    return [
        fields.above_zero(f"{name}_quantity"),
        models.CheckConstraint(
            name=f"{name}_price",
            condition=Q(price__gte=0),
            violation_error_message=_("The price must not be below zero."),
        ),
        models.CheckConstraint(
            name=f"{name}_discount",
            condition=Q(discount_pct__gte=0, discount_pct__lte=100),
            violation_error_message=_("A discount is between 0 and 100 percent."),
        ),
    ]
