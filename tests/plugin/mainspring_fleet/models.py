from django.db import models
from django.db.models import Q

from mainspring.kernel.fields import MoneyField, QuantityField
from mainspring.kernel.models import Document, DocumentLine, Entity, User
from mainspring.kernel.workflow import Input, Verb, Workflow


class Vehicle(Entity):
    """A car, van or truck of the company."""

    phone = models.CharField("phone", max_length=30, blank=True)
    plate = models.CharField("plate", max_length=12, unique=True)
    model_name = models.CharField("model", max_length=60, blank=True)
    keeper = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, verbose_name="keeper")
    site = models.ForeignKey("kernel.Site", null=True, blank=True, on_delete=models.PROTECT, verbose_name="site")
    seats = models.PositiveSmallIntegerField("seats", default=5)
    bought_on = models.DateField("bought on", null=True, blank=True)

    actions = (Verb("hand_over", label="Hand over", ask=(Input("keeper", "link", to="kernel.user"),)),)
    scope_paths = {"own": "keeper", "team": "keeper__department", "site": "site"}
    key = ("plate",)
    personal = True
    clear_when = {"phone": lambda ctx: Q(keeper=ctx.user)}

    class Meta:
        verbose_name, verbose_name_plural = "vehicle", "vehicles"

    def __str__(self):
        return self.plate


class Inspection(Document):
    """A yearly inspection of a vehicle: what was found and what it cost."""

    number_format = "FI{year}-{seq:05}"
    workflow = Workflow(
        "draft",
        (
            Verb("submit", "draft", "submitted"),
            Verb("accept", "submitted", "accepted", four_eyes=True),
            Verb("refuse", "submitted", "refused", ask=(Input("reason"),), danger=True),
            Verb("cancel", ("draft", "submitted"), "cancelled", danger=True),
        ),
        closed=("accepted", "refused", "cancelled"),
    )
    scope_paths = {"own": "created_by", "team": "created_by__department", "site": "vehicle__site"}

    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, verbose_name="vehicle")
    done_on = models.DateField("done on")
    mileage = models.PositiveIntegerField("mileage", default=0)
    note = models.TextField("note", blank=True)
    total = MoneyField("total", editable=False)

    always_editable = ("note",)

    class Meta:
        verbose_name, verbose_name_plural = "inspection", "inspections"
        constraints = [
            models.CheckConstraint(
                name="inspection_mileage_plausible",
                condition=Q(mileage__lt=5_000_000),
                violation_error_message="No vehicle drives that far.",
            )
        ]

    def prepare(self, ctx, lines=None):
        if lines is not None:
            self.total = sum((line.quantity * line.price for line in lines), 0)


class InspectionLine(DocumentLine):
    """One finding and what mending it cost."""

    document = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="lines")
    finding = models.CharField("finding", max_length=80)
    quantity = QuantityField("quantity", default=1)
    price = MoneyField("price")

    class Meta(DocumentLine.Meta):
        constraints = [models.CheckConstraint(name="finding_quantity_positive", condition=Q(quantity__gt=0))]
