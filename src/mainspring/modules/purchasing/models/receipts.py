"""What arrived, and what went back."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import Document, DocumentLine, Site
from mainspring.kernel.workflow import Input, Verb, Workflow
from mainspring.modules.items.models import Item
from mainspring.modules.organization.models import Unit
from mainspring.modules.parties.models import Party
from mainspring.modules.stock.models import Location

from .orders import PurchaseOrder, PurchaseOrderLine

LABELS = {"draft": _("Draft"), "posted": _("Posted"), "cancelled": _("Cancelled")}
COLORS = {"posted": "green"}


class Receipt(Document):
    """Goods of a purchase order that arrived together; posting puts them into stock at their cost."""

    order = fields.link(PurchaseOrder, _("purchase order"), related_name="receipts")
    supplier = fields.link(Party, _("supplier"), editable=False)
    site = fields.link(Site, _("site"), editable=False)
    received_on = models.DateField(_("received on"), blank=True)
    delivery_note = models.CharField(
        _("delivery note"),
        max_length=60,
        blank=True,
        help_text=_("The supplier's number; the same one is not received twice."),
    )
    note = models.TextField(_("note"), blank=True)
    rate = fields.RateField(_("exchange rate"), null=True, editable=False)
    total_base = fields.MoneyField(_("value"), editable=False)

    fixed = ("order",)
    number_format = "RC{year}-{seq:05}"
    workflow = Workflow(
        "draft",
        (
            Verb("post", "draft", "posted", label=_("Post"), help=_("The goods are in stock and owed for.")),
            Verb(
                "bill",
                "posted",
                label=_("Enter bill"),
                ask=(
                    Input("supplier_number", label=_("Supplier's bill number"), required=False),
                    Input("invoiced_on", "date", _("Bill date"), required=False),
                ),
                help=_("Drafts the supplier's bill from what was received here and is not billed yet."),
            ),
            Verb(
                "send_back",
                "posted",
                label=_("Send back"),
                ask=(Input("reason", label=_("Reason")),),
                help=_("Makes a draft return of everything received here that was not returned yet."),
            ),
            Verb("cancel", "draft", "cancelled", label=_("Cancel"), danger=True),
        ),
        closed=("posted", "cancelled"),
        labels=LABELS,
        colors=COLORS,
    )
    scope_paths = {"own": "created_by", "site": "site", "party": "supplier"}
    always_editable = ("note",)

    class Meta:
        verbose_name, verbose_name_plural = _("receipt"), _("receipts")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "supplier", "delivery_note"],
                name="delivery_note_once",
                condition=~Q(delivery_note="") & ~Q(state="cancelled"),
                violation_error_message=_("This delivery note of the supplier was already entered."),
            )
        ]

    @property
    def party_label(self):
        return self.supplier.name

    @property
    def numbering_date(self):
        return self.received_on

    def prepare(self, ctx, lines=None):
        from .. import preparing

        preparing.receipt(self, ctx, lines)


class ReceiptLine(DocumentLine):
    """So much of an order line arrived, in the order's unit."""

    document = models.ForeignKey(Receipt, on_delete=models.CASCADE, related_name="lines", verbose_name=_("receipt"))
    order_line = fields.link(PurchaseOrderLine, _("order line"), related_name="receipt_lines")
    item = fields.link(Item, _("item"), optional=True, editable=False)
    description = models.CharField(_("description"), max_length=200, blank=True, editable=False)
    quantity = fields.QuantityField(_("quantity"), unit="unit")
    unit = fields.link(Unit, _("unit"), editable=False)
    location = fields.link(Location, _("location"), optional=True, help_text=_("Empty: the site's usual place."))
    stock_quantity = fields.QuantityField(
        _("quantity in stocking unit"), unit="item__unit", default=Decimal(0), editable=False
    )
    value = fields.MoneyField(_("value"), editable=False)
    returned_quantity = fields.QuantityField(_("returned"), unit="unit", default=Decimal(0), editable=False)

    company_path = "document__company"

    class Meta(DocumentLine.Meta):
        verbose_name, verbose_name_plural = _("receipt line"), _("receipt lines")
        constraints = [
            fields.above_zero("receipt_line_positive"),
            models.UniqueConstraint(
                fields=["document", "order_line", "location"],
                name="receipt_line_once",
                nulls_distinct=False,
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self):
        return f"{self.document} / {self.position}"

    @property
    def left_quantity(self) -> Decimal:
        """Received and not sent back."""
        return self.quantity - self.returned_quantity


class SupplierReturn(Document):
    """Goods that go back to the supplier; they leave at the cost they came with (rule I08)."""

    receipt = fields.link(Receipt, _("receipt"), related_name="returns")
    supplier = fields.link(Party, _("supplier"), editable=False)
    site = fields.link(Site, _("site"), editable=False)
    returned_on = models.DateField(_("returned on"), blank=True)
    reason = models.CharField(_("reason"), max_length=240)
    total_base = fields.MoneyField(_("value"), editable=False)

    fixed = ("receipt",)
    number_format = "SR{year}-{seq:05}"
    workflow = Workflow(
        "draft",
        (
            Verb("post", "draft", "posted", label=_("Post"), help=_("The goods leave stock.")),
            Verb(
                "credit",
                "posted",
                label=_("Enter credit note"),
                ask=(
                    Input("supplier_number", label=_("Supplier's credit note number"), required=False),
                    Input("invoiced_on", "date", _("Credit note date"), required=False),
                ),
                help=_("Drafts the supplier's credit note for what was billed and went back."),
            ),
            Verb("cancel", "draft", "cancelled", label=_("Cancel"), danger=True),
        ),
        closed=("posted", "cancelled"),
        labels=LABELS,
        colors=COLORS,
    )
    scope_paths = {"own": "created_by", "site": "site", "party": "supplier"}

    class Meta:
        verbose_name, verbose_name_plural = _("supplier return"), _("supplier returns")
        ordering = ["-pk"]

    @property
    def party_label(self):
        return self.supplier.name

    @property
    def numbering_date(self):
        return self.returned_on

    def prepare(self, ctx, lines=None):
        from .. import preparing

        preparing.supplier_return(self, ctx, lines)


class SupplierReturnLine(DocumentLine):
    """So much of a receipt line goes back, in the order's unit."""

    document = models.ForeignKey(
        SupplierReturn, on_delete=models.CASCADE, related_name="lines", verbose_name=_("supplier return")
    )
    receipt_line = fields.link(ReceiptLine, _("receipt line"), related_name="return_lines")
    item = fields.link(Item, _("item"), optional=True, editable=False)
    quantity = fields.QuantityField(_("quantity"), unit="receipt_line__unit")
    value = fields.MoneyField(_("value"), editable=False)

    company_path = "document__company"

    class Meta(DocumentLine.Meta):
        verbose_name, verbose_name_plural = _("return line"), _("return lines")
        constraints = [
            fields.above_zero("supplier_return_positive"),
            models.UniqueConstraint(
                fields=["document", "receipt_line"],
                name="supplier_return_line_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self):
        return f"{self.document} / {self.position}"
