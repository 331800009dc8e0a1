"""Purchase orders, their lines, and which requests each line serves."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import Currency, Document, DocumentLine, Site
from mainspring.kernel.sentences import SentenceField
from mainspring.kernel.workflow import OPEN_LINE, Input, Verb, Workflow
from mainspring.modules.accounting.models import TaxCode
from mainspring.modules.items.models import Item
from mainspring.modules.organization import queries as organization
from mainspring.modules.organization.models import Unit
from mainspring.modules.parties.models import Party, PaymentTerm

from .requests import PurchaseRequest

ZERO = Decimal(0)


class Progress(models.TextChoices):
    """How much of an order is done, computed from quantities (rule D01)."""

    NONE = "none", _("Nothing")
    PARTLY = "partly", _("Partly")
    FULLY = "fully", _("Fully")


class PurchaseOrder(Document):
    """What we order from a supplier, at which prices, for which day; received, billed and returned come from facts."""

    supplier = fields.link(Party, _("supplier"), related_name="purchase_orders", limit_choices_to={"is_supplier": True})
    site = fields.link(Site, _("site"))
    currency = fields.link(Currency, _("currency"), blank=True)
    ordered_on = models.DateField(_("ordered on"), blank=True)
    expected_on = models.DateField(_("expected on"), null=True, blank=True)
    payment_term = fields.link(PaymentTerm, _("payment term"), optional=True)
    buyer = fields.link(settings.AUTH_USER_MODEL, _("buyer"), optional=True)
    supplier_reference = models.CharField(_("supplier's number"), max_length=60, blank=True)
    note = models.TextField(_("note"), blank=True, help_text=_("Printed on the paper for the partner."))
    net = fields.MoneyField(_("net"), currency="currency", editable=False)
    tax = fields.MoneyField(_("tax"), currency="currency", editable=False)
    total = fields.MoneyField(_("total"), currency="currency", editable=False)
    total_base = fields.MoneyField(_("total in base currency"), editable=False)
    received_state = models.CharField(
        _("received"), max_length=8, choices=Progress, default=Progress.NONE, editable=False
    )
    billed_state = models.CharField(_("billed"), max_length=8, choices=Progress, default=Progress.NONE, editable=False)

    number_format = "PO{year}-{seq:05}"
    workflow = Workflow(
        "draft",
        (
            Verb(
                "confirm",
                "draft",
                "confirmed",
                label=_("Confirm"),
                help=_("Sends it out: the goods count as expected."),
            ),
            Verb("receive", "confirmed", label=_("Receive"), help=_("Makes a draft receipt of what is still to come.")),
            Verb(
                "bill",
                ("confirmed", "closed"),
                label=_("Enter bill"),
                ask=(
                    Input("supplier_number", label=_("Supplier's bill number"), required=False),
                    Input("invoiced_on", "date", _("Bill date"), required=False),
                    Input("ahead", "bool", _("Also what has not arrived yet"), required=False),
                ),
                help=_("Drafts the supplier's bill from what was received and is not billed yet."),
            ),
            Verb(
                "reschedule",
                "confirmed",
                label=_("Change date"),
                ask=(
                    Input("expected_on", "date", _("Expected on"), initial=lambda record, ctx: record.expected_on),
                    OPEN_LINE,
                ),
                help=_("The supplier gave another date; the plan follows it."),
            ),
            Verb(
                "close",
                "confirmed",
                "closed",
                label=_("Close"),
                help=_("Nothing more is expected; the rest is released."),
            ),
            Verb("cancel", ("draft", "confirmed"), "cancelled", label=_("Cancel"), danger=True),
        ),
        closed=("closed", "cancelled"),
        labels={"draft": _("Draft"), "confirmed": _("Confirmed"), "closed": _("Closed"), "cancelled": _("Cancelled")},
        colors={"confirmed": "blue", "closed": "green"},
    )
    scope_paths = {"own": ("buyer", "created_by"), "team": "buyer__department", "site": "site", "party": "supplier"}
    always_editable = ("note", "supplier_reference", "buyer")

    class Meta:
        verbose_name, verbose_name_plural = _("purchase order"), _("purchase orders")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["company", "state", "expected_on"], name="purchase_order_state")]

    @property
    def party_label(self):
        return self.supplier.name

    def prepare(self, ctx, lines=None):
        if self.supplier_id:
            if not self.currency_id:
                self.currency = self.supplier.currency
            if not self.payment_term_id:
                self.payment_term = self.supplier.payment_term
        self.ordered_on = self.ordered_on or ctx.business_date
        if not self.buyer_id and getattr(ctx.user, "pk", None):
            self.buyer = ctx.user
        if lines is not None and self.supplier_id:
            from .. import preparing

            preparing.order(self, ctx, lines)


class PurchaseOrderLine(DocumentLine):
    """An item or a free text: how many in the supplier's unit, at which price, expected when."""

    document = models.ForeignKey(
        PurchaseOrder, on_delete=models.CASCADE, related_name="lines", verbose_name=_("purchase order")
    )
    item = fields.link(Item, _("item"), optional=True, related_name="purchase_lines")
    description = models.CharField(_("description"), max_length=200, blank=True)
    quantity = fields.QuantityField(_("quantity"), unit="unit")
    unit = fields.link(Unit, _("unit"), blank=True)
    stock_quantity = fields.QuantityField(_("quantity in stocking unit"), unit="item__unit", default=0, editable=False)
    price = fields.PriceField(_("price"), currency="document__currency", null=True, blank=True, default=None)
    discount_pct = fields.PercentField(_("discount"))
    tax_code = fields.link(TaxCode, _("tax"), optional=True)
    net = fields.MoneyField(_("net"), currency="document__currency", editable=False)
    expected_on = models.DateField(_("expected on"), null=True, blank=True)
    over_receipt_pct = fields.PercentField(
        _("over-receipt allowed"), null=True, blank=True, default=None, help_text=_("Empty: the company's setting.")
    )
    price_reason = SentenceField(_("why this price"), blank=True, editable=False)
    quantity_reason = SentenceField(_("why this quantity"), blank=True, editable=False)
    received_quantity = fields.QuantityField(_("received"), unit="unit", default=0, editable=False)
    returned_quantity = fields.QuantityField(_("returned"), unit="unit", default=0, editable=False)
    billed_quantity = fields.QuantityField(_("billed"), unit="unit", default=0, editable=False)
    is_complete = models.BooleanField(_("nothing more expected"), default=False, editable=False)

    company_path = "document__company"

    class Meta(DocumentLine.Meta):
        verbose_name, verbose_name_plural = _("purchase order line"), _("purchase order lines")
        constraints = [
            fields.above_zero("purchase_line_quantity"),
            models.CheckConstraint(
                name="purchase_line_price",
                condition=Q(price__gte=0),
                violation_error_message=_("A price cannot be negative."),
            ),
            models.CheckConstraint(
                name="purchase_line_discount",
                condition=Q(discount_pct__gte=0, discount_pct__lte=100),
                violation_error_message=_("A discount is from 0 to 100 percent."),
            ),
            models.CheckConstraint(
                name="purchase_line_over_receipt",
                condition=Q(over_receipt_pct__isnull=True) | Q(over_receipt_pct__gte=0, over_receipt_pct__lte=100),
                violation_error_message=_("An over-receipt is from 0 to 100 percent."),
            ),
            models.CheckConstraint(
                name="purchase_line_subject",
                condition=Q(item__isnull=False) | ~Q(description=""),
                violation_error_message=_("Name an item or describe what is bought."),
            ),
        ]

    def __str__(self):
        return f"{self.document} / {self.position}"

    @property
    def is_stocked(self) -> bool:
        return bool(self.item_id and self.item.is_stocked)

    @property
    def open_quantity(self) -> Decimal:
        """Still to be received, in the line's unit; what went back is to come again unless the line is complete."""
        return ZERO if self.is_complete else max(self.quantity - self.received_quantity + self.returned_quantity, ZERO)

    @property
    def to_bill(self) -> Decimal:
        """Received (services: ordered) and not billed yet, in the line's unit."""
        base = self.received_quantity - self.returned_quantity if self.is_stocked else self.quantity
        return max(base - self.billed_quantity, ZERO)

    def in_stock_unit(self, quantity: Decimal) -> Decimal:
        """A quantity of this line's unit in the item's stocking unit."""
        if self.item_id is None or quantity == self.quantity:
            return self.stock_quantity if self.item_id else quantity
        return organization.to_unit(quantity, self.unit, self.item.unit, item=self.item)

    @property
    def unit_price(self) -> Decimal:
        """What one unit costs after the discount, in the order's currency, unrounded."""
        return (self.price or ZERO) * (100 - self.discount_pct) / 100


class Allocation(models.Model):
    """So much of a request (its unit) is covered by this order line; receipts go to the earliest need (rule D15)."""

    order_line = models.ForeignKey(
        PurchaseOrderLine, on_delete=models.CASCADE, related_name="allocations", verbose_name=_("order line")
    )
    request = fields.link(PurchaseRequest, _("purchase request"), related_name="allocations")
    quantity = fields.QuantityField(_("quantity"), unit="request__unit")
    received_quantity = fields.QuantityField(_("received"), unit="request__unit", default=0)

    history = True
    company_path = "order_line__document__company"

    class Meta:
        verbose_name, verbose_name_plural = _("allocation"), _("allocations")
        constraints = [
            models.UniqueConstraint(fields=["order_line", "request"], name="allocation_once"),
            models.CheckConstraint(name="allocation_positive", condition=Q(quantity__gt=0)),
        ]

    def __str__(self):
        return f"{self.request} → {self.order_line}"
