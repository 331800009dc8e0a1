"""Sales orders and what has become of them."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.sentences import SentenceField
from mainspring.kernel.workflow import OPEN_LINE, Input, Verb, Workflow

from .base import SaleDocument, SaleLine, line_constraints


class DeliveryStatus(models.TextChoices):
    NOTHING = "nothing", _("Not delivered")
    PART = "part", _("Partly delivered")
    ALL = "all", _("Delivered")


class BillingStatus(models.TextChoices):
    NOTHING = "nothing", _("Not invoiced")
    PART = "part", _("Partly invoiced")
    ALL = "all", _("Invoiced")
    TO_CREDIT = "to_credit", _("To be credited")


class SalesOrder(SaleDocument):
    """What a customer ordered and we promised; delivered, invoiced and paid are computed from what happened (D01)."""

    ordered_on = models.DateField(_("ordered on"), null=True, blank=True)
    hold_reason = SentenceField(_("held because"), blank=True, editable=False)
    close_reason = models.CharField(_("closed because"), max_length=240, blank=True, editable=False)
    delivery_status = models.CharField(
        _("delivery"), max_length=10, choices=DeliveryStatus, editable=False, default=DeliveryStatus.NOTHING
    )
    billing_status = models.CharField(
        _("invoicing"), max_length=10, choices=BillingStatus, editable=False, default=BillingStatus.NOTHING
    )

    number_format = "SO{year}-{seq:05}"
    workflow = Workflow(
        "draft",
        (
            Verb(
                "confirm",
                "draft",
                "confirmed",
                label=_("Confirm"),
                help=_(
                    "Promises the dates, keeps what is in stock and plans the rest; over the credit limit it is held."
                ),
            ),
            Verb(
                "release_credit",
                "held",
                "confirmed",
                label=_("Release from credit hold"),
                four_eyes=True,
                ask=(Input("reason", "text", _("Reason")),),
            ),
            Verb("ship", "confirmed", "", label=_("Ship"), help=_("Drafts a shipment of what is left to deliver.")),
            Verb(
                "invoice",
                ("confirmed", "closed"),
                "",
                label=_("Invoice"),
                help=_("Drafts an invoice of what is delivered and not invoiced."),
            ),
            Verb(
                "promise",
                ("draft", "held", "confirmed"),
                "",
                label=_("Promise anew"),
                help=_("Looks up again when each line can be delivered."),
            ),
            Verb(
                "reschedule",
                ("held", "confirmed"),
                "",
                label=_("Change date"),
                ask=(
                    Input("wanted_on", "date", _("Wanted on"), initial=lambda order, ctx: order.wanted_on),
                    OPEN_LINE,
                ),
                help=_("The customer wants it on another day: what is open is promised anew, and the plan follows."),
            ),
            Verb(
                "take_stock",
                "confirmed",
                "",
                label=_("Take from stock"),
                help=_("Keeps free stock for what is missing, also of what is made or bought to order."),
            ),
            Verb(
                "close",
                "confirmed",
                "closed",
                label=_("Close short"),
                danger=True,
                help=_("Nothing more will be delivered; what was kept for it is free again."),
                ask=(Input("reason", "text", _("Reason")),),
            ),
            Verb("complete", "confirmed", "closed", label=_("Complete"), hidden=True),
            Verb("reopen", "closed", "confirmed", label=_("Reopen")),
            Verb(
                "cancel",
                ("draft", "held", "confirmed"),
                "cancelled",
                label=_("Cancel"),
                danger=True,
                help=_("After a part was delivered, only the rest is cancelled."),
                ask=(Input("reason", "text", _("Reason")),),
            ),
        ),
        closed=("closed", "cancelled"),
        labels={
            "draft": _("Draft"),
            "held": _("On credit hold"),
            "confirmed": _("Confirmed"),
            "closed": _("Closed"),
            "cancelled": _("Cancelled"),
        },
        colors={"held": "red", "confirmed": "blue", "closed": "green"},
    )

    class Meta:
        verbose_name, verbose_name_plural = _("sales order"), _("sales orders")
        constraints = [
            models.CheckConstraint(
                name="sales_order_discount",
                condition=Q(discount__gte=0),
                violation_error_message=_("A discount must not be below zero."),
            )
        ]
        indexes = [
            models.Index(fields=["party", "state"], name="sales_order_party"),
            models.Index(fields=["company", "state", "promised_on"], name="sales_order_promised"),
        ]


class SalesOrderLine(SaleLine):
    """An item ordered: how much of it was reserved, delivered, returned and invoiced, in the line's unit."""

    document = models.ForeignKey(
        SalesOrder, on_delete=models.CASCADE, related_name="lines", verbose_name=_("sales order")
    )
    shipped = fields.QuantityField(_("shipped"), unit="unit", default=Decimal(0), editable=False)
    returned = fields.QuantityField(_("returned"), unit="unit", default=Decimal(0), editable=False)
    invoiced = fields.QuantityField(_("invoiced"), unit="unit", default=Decimal(0), editable=False)

    class Meta(SaleLine.Meta):
        verbose_name, verbose_name_plural = _("sales order line"), _("sales order lines")
        constraints = line_constraints("sales_order_line")

    @property
    def delivered(self) -> Decimal:
        """Shipped and kept by the customer; a service counts as delivered once ordered."""
        return (self.shipped if self.item.is_stocked else self.quantity) - self.returned

    @property
    def remaining(self) -> Decimal:
        """Still to be shipped; what came back is not shipped again by itself."""
        return max(self.quantity - self.shipped, Decimal(0)) if self.item.is_stocked else Decimal(0)

    @property
    def remaining_stock(self) -> Decimal:
        """The same in the item's stocking unit."""
        return self.stock_quantity * self.remaining / self.quantity

    @property
    def to_invoice(self) -> Decimal:
        """Delivered and not invoiced."""
        return max(self.delivered - self.invoiced, Decimal(0))
