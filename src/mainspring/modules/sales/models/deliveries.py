"""Goods to the customer and back."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.kernel import fields
from mainspring.kernel.models import Document, DocumentLine
from mainspring.kernel.workflow import Input, Verb, Workflow

from .orders import SalesOrder, SalesOrderLine


class Shipment(Document):
    """Goods that leave for a customer, all or part of an order; posting it moves them and books their cost."""

    order = fields.link(SalesOrder, _("sales order"), related_name="shipments")
    party = fields.link("parties.Party", _("customer"), null=True, editable=False)
    site = fields.link("kernel.Site", _("ships from"), null=True, editable=False)
    ship_on = models.DateField(_("ships on"), null=True, blank=True)
    delivery_address = fields.link("parties.Address", _("delivery address"), optional=True, within="party")
    carrier = models.CharField(_("carrier"), max_length=80, blank=True)
    tracking_number = models.CharField(_("tracking number"), max_length=80, blank=True)
    note = models.TextField(_("note"), blank=True, help_text=_("Printed on the paper for the partner."))

    fixed = ("order",)
    number_format = "DN{year}-{seq:05}"
    always_editable = ("note", "carrier", "tracking_number")
    scope_paths = {
        "own": ("order__owner", "order__party__owner", "created_by"),
        "team": "order__owner__department",
        "territory": "order__territory",
        "site": "site",
        "party": "party",
    }
    workflow = Workflow(
        "draft",
        (
            Verb("post", "draft", "posted", label=_("Ship"), help=_("The goods leave now.")),
            Verb(
                "return_goods",
                "posted",
                "",
                label=pgettext_lazy("verb", "Return"),
                bulk=False,
                help=_("Drafts a return of what was delivered."),
                ask=(Input("reason", "text", _("Reason"), required=False),),
            ),
            Verb("cancel", "draft", "cancelled", label=_("Cancel"), danger=True),
        ),
        closed=("posted", "cancelled"),
        colors={"posted": "green"},
        labels={"draft": _("Draft"), "posted": _("Shipped"), "cancelled": _("Cancelled")},
    )

    class Meta:
        verbose_name, verbose_name_plural = _("shipment"), _("shipments")
        indexes = [models.Index(fields=["company", "state", "ship_on"], name="shipment_day")]

    def prepare(self, ctx, lines=None):
        from .. import preparing

        preparing.shipment(self, ctx, lines)


class ShipmentLine(DocumentLine):
    """What leaves of one line of the order, in that line's unit."""

    document = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="lines", verbose_name=_("shipment"))
    order_line = fields.link(SalesOrderLine, _("order line"), related_name="shipment_lines")
    item = fields.link("items.Item", _("item"), null=True, editable=False)
    quantity = fields.QuantityField(_("quantity"), unit="unit")
    unit = fields.link("organization.Unit", _("unit"), null=True, editable=False)
    stock_quantity = fields.QuantityField(
        _("quantity in stocking units"), unit="item__unit", default=Decimal(0), editable=False
    )

    class Meta(DocumentLine.Meta):
        verbose_name, verbose_name_plural = _("shipment line"), _("shipment lines")
        constraints = [fields.above_zero("shipment_line_quantity")]

    def __str__(self):
        return f"{self.item} {self.quantity:f}"


class Return(Document):
    """Goods a customer brings back from a shipment; received at the cost they left with, then credited (I07)."""

    shipment = fields.link(Shipment, _("shipment"), related_name="returns")
    party = fields.link("parties.Party", _("customer"), null=True, editable=False)
    site = fields.link("kernel.Site", _("comes back to"), null=True, editable=False)
    reason = models.CharField(_("reason"), max_length=240, blank=True)
    returned_on = models.DateField(_("returned on"), null=True, blank=True)
    to_quarantine = models.BooleanField(
        _("to quarantine"), default=False, help_text=_("Kept apart until somebody has looked at it.")
    )

    fixed = ("shipment",)
    number_format = "RT{year}-{seq:05}"
    scope_paths = {
        "own": ("shipment__order__owner", "shipment__order__party__owner", "created_by"),
        "team": "shipment__order__owner__department",
        "territory": "shipment__order__territory",
        "site": "site",
        "party": "party",
    }
    workflow = Workflow(
        "draft",
        (
            Verb("receive", "draft", "received", label=_("Receive"), help=_("The goods are back in stock.")),
            Verb("credit", "received", "credited", label=_("Credit"), bulk=False, help=_("Drafts the credit note.")),
            Verb("cancel", "draft", "cancelled", label=_("Cancel"), danger=True),
        ),
        closed=("credited", "cancelled"),
        colors={"received": "amber", "credited": "green"},
        labels={"draft": _("Draft"), "received": _("Received"), "credited": _("Credited"), "cancelled": _("Cancelled")},
    )

    class Meta:
        verbose_name, verbose_name_plural = _("return"), _("returns")

    def prepare(self, ctx, lines=None):
        from .. import preparing

        preparing.customer_return(self, ctx, lines)


class ReturnLine(DocumentLine):
    """What comes back of one line of the shipment."""

    document = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="lines", verbose_name=_("return"))
    shipment_line = fields.link(ShipmentLine, _("shipment line"), related_name="return_lines")
    item = fields.link("items.Item", _("item"), null=True, editable=False)
    quantity = fields.QuantityField(_("quantity"), unit="unit")
    unit = fields.link("organization.Unit", _("unit"), null=True, editable=False)
    stock_quantity = fields.QuantityField(
        _("quantity in stocking units"), unit="item__unit", default=Decimal(0), editable=False
    )

    class Meta(DocumentLine.Meta):
        verbose_name, verbose_name_plural = _("return line"), _("return lines")
        constraints = [fields.above_zero("return_line_quantity")]

    def __str__(self):
        return f"{self.item} {self.quantity:f}"
