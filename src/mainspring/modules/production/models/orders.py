"""Production orders: what is made, of what, and by which operations."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.kernel import fields
from mainspring.kernel.models import Document, DocumentIdentity, DocumentLine, Site
from mainspring.kernel.sentences import LongSentenceField
from mainspring.modules.engineering.models import Bom, BomLine, Routing, WorkCenter
from mainspring.modules.items.models import Item

from . import verbs

ZERO = Decimal(0)


def makers() -> Q:
    """Sites where something can be made: plants, and wherever there is a work center."""
    return Q(kind=Site.Kind.PLANT) | Q(pk__in=WorkCenter.objects.filter(active=True).values("site"))


def today(record, ctx):
    return ctx.business_date


class ProductionOrder(Document):
    """So much of an item to be made at a site; bill of material and routing are those of the start day (rule P26).

    completed, scrapped  from posted reports
    planned_unit_cost    materials and work as known when the order was confirmed, base currency
    """

    item = fields.link(Item, _("item"), related_name="production_orders")
    site = fields.link(Site, _("site"), limit_choices_to=makers)
    quantity = fields.QuantityField(_("quantity"), unit="item__unit")
    starts_on = models.DateField(
        _("starts on"), null=True, blank=True, help_text=_("Empty: from the due date backwards.")
    )
    due_on = models.DateField(_("due on"), null=True, blank=True, help_text=_("Empty: from the start forwards."))
    expected_on = models.DateField(_("expected on"), null=True, blank=True, editable=False)
    bom = fields.link(Bom, _("bill of material"), optional=True, within="item")
    routing = fields.link(Routing, _("routing"), optional=True, within="item")
    exploded_quantity = fields.QuantityField(unit="item__unit", null=True, default=None, editable=False)
    backflush = models.BooleanField(
        _("backflush"),
        null=True,
        blank=True,
        help_text=_("Components are issued with the output; empty: the company's setting."),
    )
    demand = models.ForeignKey(
        DocumentIdentity,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
        verbose_name=_("for document"),
    )
    is_dedicated = models.BooleanField(
        _("for it alone"), default=False, db_default=False, editable=False,
        help_text=_("Made or bought to order: it serves its document and nobody else."),
    )  # fmt: skip
    is_planned = models.BooleanField(_("from the plan"), default=False, editable=False)
    reason = models.JSONField(_("reason data"), default=dict, blank=True, editable=False)
    reason_text = LongSentenceField(_("reason"), blank=True)
    completed_quantity = fields.QuantityField(_("completed"), unit="item__unit", default=ZERO, editable=False)
    scrapped_quantity = fields.QuantityField(_("scrapped"), unit="item__unit", default=ZERO, editable=False)
    planned_unit_cost = fields.PriceField(_("planned unit cost"), null=True, default=None, editable=False)
    responsible = fields.link(settings.AUTH_USER_MODEL, _("responsible"), optional=True)
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=5, help_text=_("1 before all others, 9 when there is nothing else to do.")
    )
    note = models.TextField(_("note"), blank=True)

    read_with = ("item",)
    number_format = "MO{year}-{seq:05}"
    workflow = verbs.workflow()
    scope_paths = {"own": "created_by", "site": "site"}
    always_editable = ("note", "responsible", "priority")

    class Meta:
        verbose_name, verbose_name_plural = _("production order"), _("production orders")
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["company", "state", "due_on"], name="production_order_state"),
            models.Index(fields=["demand"], name="production_order_dedicated", condition=Q(is_dedicated=True)),
        ]
        constraints = [
            fields.above_zero("production_quantity"),
            models.CheckConstraint(
                name="production_dates",
                condition=Q(starts_on__isnull=True) | Q(due_on__isnull=True) | Q(due_on__gte=models.F("starts_on")),
                violation_error_message=_("An order cannot be due before it starts."),
            ),
            models.CheckConstraint(
                name="production_priority",
                condition=Q(priority__gte=1, priority__lte=9),
                violation_error_message=_("A priority is from 1 to 9."),
            ),
        ]

    @property
    def party_label(self):
        return self.item.code

    @property
    def open_quantity(self) -> Decimal:
        """Still to be made."""
        return max(self.quantity - self.completed_quantity, ZERO)

    def prepare(self, ctx, lines=None):
        from .. import preparing

        preparing.order(self, ctx, lines)


class ProductionComponent(DocumentLine):
    """A component of the order: what is required, issued and returned, in its stocking unit (rule P24)."""

    document = models.ForeignKey(
        ProductionOrder, on_delete=models.CASCADE, related_name="lines", verbose_name=_("production order")
    )
    item = fields.link(Item, _("component"))
    required_quantity = fields.QuantityField(pgettext_lazy("quantity", "required"), unit="item__unit")
    operation_sequence = models.PositiveIntegerField(_("operation"), null=True, blank=True)
    bom_line = models.ForeignKey(
        BomLine,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("line of the bill"),
    )
    role = models.CharField(_("role"), max_length=10, choices=BomLine.Role, default=BomLine.Role.MAIN)
    taking = models.CharField(
        _("taken"), max_length=10, choices=BomLine.Taking, default=BomLine.Taking.ORDER, blank=True
    )
    instead_of = fields.link(Item, _("instead of"), null=True, editable=False)
    needed_on = models.DateField(_("needed on"), null=True, blank=True, editable=False)
    issued_quantity = fields.QuantityField(_("issued"), unit="item__unit", default=ZERO, editable=False)
    returned_quantity = fields.QuantityField(_("returned"), unit="item__unit", default=ZERO, editable=False)

    company_path = "document__company"

    class Meta(DocumentLine.Meta):
        verbose_name, verbose_name_plural = _("component"), _("components")
        constraints = [fields.above_zero("component_quantity", "required_quantity")]

    def __str__(self):
        return f"{self.document} / {self.item.code}"

    @property
    def open_quantity(self) -> Decimal:
        """Still to be issued: required less issued plus returned."""
        return max(self.required_quantity - self.issued_quantity + self.returned_quantity, ZERO)
