"""Orders of the test shop."""

from decimal import Decimal

from django.db import models

from mainspring.kernel.fields import MoneyField, PriceField, QuantityField
from mainspring.kernel.models import Document, DocumentLine, Entity
from mainspring.kernel.workflow import Input, Verb, Workflow, effect, guard


class ShopItem(Entity):
    """Something the shop sells."""

    code = models.CharField("code", max_length=20, unique=True)
    name = models.CharField("name", max_length=80)
    kind = models.CharField("kind", max_length=10, choices=[("good", "Good"), ("service", "Service")], default="good")
    price = PriceField("price")
    weight_kg = QuantityField("weight", null=True, blank=True)
    active = models.BooleanField("active", default=True)
    listed_on = models.DateField("listed on", null=True, blank=True)
    notes = models.TextField("notes", blank=True)
    key = ("code",)

    class Meta:
        app_label = "shop"
        verbose_name, verbose_name_plural = "shop item", "shop items"
        ordering = ["code"]

    def __str__(self):
        return self.code


class ShopOrder(Document):
    """An order of the shop."""

    customer = models.CharField("customer", max_length=40)
    phone = models.CharField("phone", max_length=40, blank=True)
    reference = models.CharField("reference", max_length=40, blank=True)
    owner = models.ForeignKey("kernel.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ordered_on = models.DateField("ordered on", null=True, blank=True)
    total = MoneyField("total", editable=False)
    number_format = "T{year}-{seq:05}"
    scope_paths = {"own": "owner"}
    key = ("reference",)
    workflow = Workflow(
        "draft",
        (
            Verb("confirm", "draft", "confirmed"),
            Verb("ship", "confirmed", "shipped", ask=(Input("pieces", "decimal"), Input("carrier", required=False))),
            Verb("cancel", ("draft", "confirmed"), "cancelled", danger=True),
        ),
    )

    class Meta:
        app_label = "shop"
        verbose_name, verbose_name_plural = "shop order", "shop orders"

    def prepare(self, ctx, lines=None):
        if lines is not None:
            for line in lines:
                line.price = line.price if line.price is not None else line.item.price
                line.amount = (line.quantity * line.price).quantize(Decimal("0.0001"))
            self.total = sum((line.amount for line in lines), Decimal(0))


class ShopOrderLine(DocumentLine):
    """A line of an order."""

    document = models.ForeignKey(ShopOrder, on_delete=models.CASCADE, related_name="lines")
    item = models.ForeignKey(ShopItem, on_delete=models.PROTECT, verbose_name="item")
    quantity = QuantityField("quantity")
    price = PriceField("price", null=True, blank=True, default=None)
    amount = MoneyField("amount", editable=False)

    class Meta(DocumentLine.Meta):
        app_label = "shop"


@effect(ShopOrder, "confirm")
def confirm(order, ctx):
    return order.lines.first().item


@guard(ShopOrder, "confirm")
def has_lines(order, ctx):
    from django.core.exceptions import ValidationError

    if not order.lines.exists():
        raise ValidationError("An order without lines cannot be confirmed.", code="no_lines")


@effect(ShopOrder, "ship")
def ship(order, ctx, pieces, carrier):
    pass
