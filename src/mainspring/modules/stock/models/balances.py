"""What lies where now, and what of it is promised."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields


class StockBalance(models.Model):
    """How much of an item lies in a place, and how much of that is reserved; never below zero, never over-reserved."""

    item = fields.link("items.Item", _("item"), related_name="balances", editable=False)
    location = fields.link("stock.Location", _("location"), related_name="balances", editable=False)
    quantity = fields.QuantityField(_("on hand"), unit="item__unit", default=Decimal(0), editable=False)
    reserved = fields.QuantityField(_("reserved"), unit="item__unit", default=Decimal(0), editable=False)

    history = False
    company_path = "location__site__company"
    scope_paths = {"site": "location__site"}

    class Meta:
        verbose_name, verbose_name_plural = _("stock on hand"), _("stock on hand")
        ordering = ["item", "location"]
        constraints = [
            models.UniqueConstraint(fields=["item", "location"], name="balance_once"),
            models.CheckConstraint(
                name="balance_not_negative",
                condition=Q(quantity__gte=0),
                violation_error_message=_("There is not enough in stock."),
            ),
            models.CheckConstraint(
                name="balance_reserved_on_hand",
                condition=Q(reserved__gte=0, reserved__lte=F("quantity")),
                violation_error_message=_("What is reserved for others cannot be taken."),
            ),
        ]

    def __str__(self):
        return f"{self.item} {self.location}"

    @property
    def available(self) -> Decimal:
        return self.quantity - self.reserved


class Reservation(models.Model):
    """Goods in a place kept for the line of a document."""

    item = fields.link("items.Item", _("item"), related_name="reservations", editable=False)
    location = fields.link("stock.Location", _("location"), related_name="reservations", editable=False)
    origin = fields.link("kernel.DocumentIdentity", _("document"), related_name="reservations", editable=False)
    origin_line = models.BigIntegerField(null=True, editable=False)
    quantity = fields.QuantityField(_("quantity"), unit="item__unit", editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    company_path = "location__site__company"
    scope_paths = {"site": "location__site"}

    class Meta:
        verbose_name, verbose_name_plural = _("reservation"), _("reservations")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["origin", "origin_line", "item", "location"], name="reservation_once", nulls_distinct=False
            ),
            models.CheckConstraint(name="reservation_above_zero", condition=Q(quantity__gt=0)),
        ]

    def __str__(self):
        return f"{self.item} {self.quantity:f}"
