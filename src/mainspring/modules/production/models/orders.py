"""Production orders: what is made, of what, and by which operations."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.kernel import fields
from mainspring.kernel.models import Document, DocumentIdentity, DocumentLine, Site
from mainspring.kernel.sentences import LongSentenceField
from mainspring.kernel.workflow import Input, Verb, Workflow
from mainspring.modules.engineering.models import Bom, BomLine, Routing, WorkCenter
from mainspring.modules.items.models import Item

ZERO = Decimal(0)


def today(record, ctx):
    return ctx.business_date


class ProductionOrder(Document):
    """So much of an item to be made at a site; bill of material and routing are those of the start day (rule P26).

    completed, scrapped  from posted reports
    planned_unit_cost    materials and work as known when the order was confirmed, base currency
    """

    item = fields.link(Item, _("item"), related_name="production_orders")
    site = fields.link(Site, _("site"))
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
    is_planned = models.BooleanField(_("from the plan"), default=False, editable=False)
    reason = models.JSONField(_("reason data"), default=dict, blank=True, editable=False)
    reason_text = LongSentenceField(_("reason"), blank=True)
    completed_quantity = fields.QuantityField(_("completed"), unit="item__unit", default=ZERO, editable=False)
    scrapped_quantity = fields.QuantityField(_("scrapped"), unit="item__unit", default=ZERO, editable=False)
    planned_unit_cost = fields.PriceField(_("planned unit cost"), null=True, default=None, editable=False)
    note = models.TextField(_("note"), blank=True)

    number_format = "MO{year}-{seq:05}"
    workflow = Workflow(
        "draft",
        (
            Verb(
                "confirm",
                ("draft", "proposed"),
                "confirmed",
                label=_("Confirm"),
                help=_("Components, output and work are planned."),
            ),
            Verb(
                "release",
                "confirmed",
                "released",
                label=_("Release"),
                ask=(Input("despite_shortages", "bool", _("Despite shortages"), required=False),),
                help=_("Checks and reserves the material and hands the order to the workshop."),
            ),
            Verb(
                "issue",
                ("released", "in_progress"),
                "in_progress",
                label=_("Issue components"),
                ask=(Input("draft", "bool", _("Only a draft to edit"), required=False),),
                help=_("Takes what is still needed of every component out of stock."),
            ),
            Verb(
                "report",
                ("released", "in_progress"),
                "in_progress",
                label=_("Report work"),
                ask=(
                    Input("operation", "integer", _("Operation"), help=_("Its sequence number.")),
                    Input("good", "decimal", _("Good"), required=False),
                    Input("scrap", "decimal", _("Scrap"), required=False),
                    Input("scrap_reason", label=_("Reason of the scrap"), required=False),
                    Input(
                        "hours",
                        "decimal",
                        _("Hours"),
                        required=False,
                        help=_("Empty: the planned hours of this quantity."),
                    ),
                ),
                help=_("Books quantity and time of an operation."),
            ),
            Verb(
                "receive",
                ("released", "in_progress"),
                "in_progress",
                label=_("Receive output"),
                ask=(Input("quantity", "decimal", _("Quantity"), initial=lambda record, ctx: record.open_quantity),),
                help=_("Puts finished goods into stock."),
            ),
            Verb(
                "complete",
                "in_progress",
                "completed",
                label=_("Complete"),
                help=_("No more is made; what is left of the plan is released."),
            ),
            Verb("reopen", "completed", "in_progress", label=_("Reopen")),
            Verb(
                "close",
                "completed",
                "closed",
                label=_("Close"),
                help=_("Books the variances; nothing is left in process."),
            ),
            Verb("cancel", ("draft", "proposed", "confirmed", "released"), "cancelled", label=_("Cancel"), danger=True),
        ),
        closed=("closed", "cancelled"),
        labels={
            "draft": _("Draft"),
            "proposed": _("Proposed"),
            "confirmed": _("Confirmed"),
            "released": _("Released"),
            "in_progress": _("In progress"),
            "completed": _("Completed"),
            "closed": _("Closed"),
            "cancelled": _("Cancelled"),
        },
        colors={
            "proposed": "amber",
            "released": "blue",
            "in_progress": "blue",
            "completed": "green",
            "closed": "green",
        },
        editable=("draft", "proposed"),
    )
    scope_paths = {"own": "created_by", "site": "site"}
    always_editable = ("note",)

    class Meta:
        verbose_name, verbose_name_plural = _("production order"), _("production orders")
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["company", "state", "due_on"], name="production_order_state")]
        constraints = [
            fields.above_zero("production_quantity"),
            models.CheckConstraint(
                name="production_dates",
                condition=Q(starts_on__isnull=True) | Q(due_on__isnull=True) | Q(due_on__gte=models.F("starts_on")),
                violation_error_message=_("An order cannot be due before it starts."),
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


class ProductionOperation(models.Model):
    """A step of the order at a work center, frozen from the routing; hours are clock hours (rule C01)."""

    order = models.ForeignKey(
        ProductionOrder,
        on_delete=models.CASCADE,
        related_name="operations",
        editable=False,
        verbose_name=_("production order"),
    )
    sequence = models.PositiveIntegerField(_("sequence"), editable=False)
    work_center = fields.link(WorkCenter, _("work center"), editable=False)
    name = models.CharField(_("operation"), max_length=120, editable=False)
    setup_hours = models.DecimalField(_("set-up hours"), max_digits=12, decimal_places=4, default=ZERO, editable=False)
    run_hours_per_unit = models.DecimalField(
        _("run hours per unit"), max_digits=14, decimal_places=6, default=ZERO, editable=False
    )
    queue_hours = models.DecimalField(_("queue hours"), max_digits=12, decimal_places=4, default=ZERO, editable=False)
    starts_on = models.DateField(_("starts on"), null=True, editable=False)
    ends_on = models.DateField(_("ends on"), null=True, editable=False)
    good_quantity = fields.QuantityField(_("good"), unit="order__item__unit", default=ZERO, editable=False)
    scrap_quantity = fields.QuantityField(_("scrap"), unit="order__item__unit", default=ZERO, editable=False)
    done_hours = models.DecimalField(_("hours spent"), max_digits=14, decimal_places=4, default=ZERO, editable=False)

    history = True
    company_path = "order__company"
    scope_paths = {"site": "order__site"}

    class Meta:
        verbose_name, verbose_name_plural = _("operation"), _("operations")
        ordering = ["order", "sequence"]
        constraints = [models.UniqueConstraint(fields=["order", "sequence"], name="production_operation_once")]

    def __str__(self):
        return f"{self.sequence} {self.name}"
