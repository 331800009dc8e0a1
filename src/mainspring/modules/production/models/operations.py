"""The operations of an order, who works on them and since when, and the reasons people give."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.kernel import fields
from mainspring.kernel.models import DocumentIdentity, Entity
from mainspring.modules.engineering.models import Machine, Skill, Tool, WorkCenter
from mainspring.modules.items.models import Item
from mainspring.modules.parties.models import Party

from .orders import ProductionOrder

ZERO = Decimal(0)


class Reason(Entity):
    """Why there is scrap or rework, or why work stands still; the workshop chooses from these."""

    class Kind(models.TextChoices):
        SCRAP = "scrap", _("Scrap")
        REWORK = "rework", _("Rework")
        PAUSE = "pause", _("Pause")

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.SCRAP)
    active = models.BooleanField(_("active"), default=True)

    key = ("code",)

    class Meta:
        verbose_name, verbose_name_plural = _("reason"), _("reasons")
        ordering = ["kind", "name"]

    def __str__(self):
        return self.name


class ProductionOperation(models.Model):
    """A step of the order at a work center, frozen from the routing; hours are clock hours (rule C01)."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("operation", "Open")
        RUNNING = "running", _("Running")
        PAUSED = "paused", _("Paused")
        OUTSIDE = "outside", _("At the supplier")
        DONE = "done", _("Done")

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
    progress = models.CharField(_("progress"), max_length=8, choices=State, default=State.OPEN, editable=False)
    is_closed = models.BooleanField(_("finished early"), default=False, editable=False)
    quantity = fields.QuantityField(
        _("quantity"), unit="order__item__unit", null=True, default=None, editable=False,
        help_text=_("Good units it has to deliver; empty: as many as the order."),
    )  # fmt: skip
    setup_hours = models.DecimalField(_("set-up hours"), max_digits=12, decimal_places=4, default=ZERO, editable=False)
    run_hours_per_unit = models.DecimalField(
        _("run hours per unit"), max_digits=14, decimal_places=6, default=ZERO, editable=False
    )
    queue_hours = models.DecimalField(_("queue hours"), max_digits=12, decimal_places=4, default=ZERO, editable=False)
    move_hours = models.DecimalField(_("move hours"), max_digits=12, decimal_places=4, default=ZERO, editable=False)
    is_parallel = models.BooleanField(_("beside the one before"), default=False, editable=False)
    overlap_quantity = fields.QuantityField(
        _("passed on after"), unit="order__item__unit", null=True, default=None, editable=False
    )
    skill = fields.link(Skill, _("skill"), null=True, editable=False)
    tool = fields.link(Tool, _("tool"), null=True, editable=False)
    supplier = fields.link(Party, pgettext_lazy("operation", "done by"), null=True, editable=False)
    service = fields.link(Item, _("service"), null=True, editable=False)
    purchase = models.ForeignKey(
        DocumentIdentity, null=True, editable=False, on_delete=models.SET_NULL, related_name="+",
        verbose_name=_("purchase order"),
    )  # fmt: skip
    outside_price = fields.PriceField(_("price of the supplier"), null=True, default=None, editable=False)
    instruction = models.TextField(_("instruction"), blank=True, editable=False)
    person = fields.link(settings.AUTH_USER_MODEL, _("responsible"), null=True, editable=False)
    machine = fields.link(Machine, _("machine"), null=True, editable=False)
    rework_of = models.ForeignKey(
        "self", null=True, editable=False, on_delete=models.CASCADE, related_name="reworks", verbose_name=_("rework of")
    )
    starts_on = models.DateField(_("starts on"), null=True, editable=False)
    ends_on = models.DateField(_("ends on"), null=True, editable=False)
    planned_start_on = models.DateField(_("planned start"), null=True, editable=False)
    planned_end_on = models.DateField(_("planned end"), null=True, editable=False)
    started_at = models.DateTimeField(_("started"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)
    good_quantity = fields.QuantityField(_("good"), unit="order__item__unit", default=ZERO, editable=False)
    scrap_quantity = fields.QuantityField(_("scrap"), unit="order__item__unit", default=ZERO, editable=False)
    done_hours = models.DecimalField(_("hours spent"), max_digits=14, decimal_places=4, default=ZERO, editable=False)

    history = True
    company_path = "order__company"
    scope_paths = {"own": "person", "site": "order__site", "team": "work_center__department"}

    class Meta:
        verbose_name, verbose_name_plural = _("operation"), _("operations")
        ordering = ["order", "sequence"]
        constraints = [models.UniqueConstraint(fields=["order", "sequence"], name="production_operation_once")]
        indexes = [models.Index(fields=["work_center", "progress"], name="operation_center_progress")]

    def __str__(self):
        return f"{self.sequence} {self.name}"

    @property
    def target(self) -> Decimal:
        """Good units it has to deliver."""
        return self.order.quantity if self.quantity is None else self.quantity

    @property
    def left(self) -> Decimal:
        """Good units still to be delivered; none once it is done."""
        return ZERO if self.progress == self.State.DONE else max(self.target - self.good_quantity, ZERO)


class WorkSession(models.Model):
    """A person works on an operation from a moment to another; nobody works on two at once."""

    operation = models.ForeignKey(
        ProductionOperation, on_delete=models.CASCADE, related_name="sessions", editable=False,
        verbose_name=_("operation"),
    )  # fmt: skip
    person = fields.link(settings.AUTH_USER_MODEL, _("person"), editable=False)
    machine = fields.link(Machine, _("machine"), null=True, editable=False)
    started_at = models.DateTimeField(_("started"), editable=False)
    stopped_at = models.DateTimeField(_("stopped"), null=True, editable=False)
    pause_reason = fields.link(Reason, _("reason of the pause"), null=True, editable=False)
    report = models.ForeignKey(
        "production.ProductionReport", null=True, editable=False, on_delete=models.SET_NULL, related_name="sessions",
        verbose_name=_("shop report"),
    )  # fmt: skip

    history = False
    company_path = "operation__order__company"
    scope_paths = {"own": "person", "site": "operation__order__site"}

    class Meta:
        verbose_name, verbose_name_plural = _("time at work"), _("times at work")
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(stopped_at__isnull=True),
                name="session_person_once",
                violation_error_message=_("This person works on another operation now; pause or report that first."),
            ),
            models.UniqueConstraint(
                fields=["machine"],
                condition=Q(stopped_at__isnull=True, machine__isnull=False),
                name="session_machine_once",
                violation_error_message=_("This machine works on another operation now."),
            ),
            models.CheckConstraint(
                name="session_stops_later",
                condition=Q(stopped_at__isnull=True) | Q(stopped_at__gte=F("started_at")),
                violation_error_message=_("It must end after it starts."),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.operation}"


class ProductionOutput(models.Model):
    """What comes out of the order beside its item: planned from the bill, received with the output (P07)."""

    order = models.ForeignKey(
        ProductionOrder, on_delete=models.CASCADE, related_name="outputs", editable=False,
        verbose_name=_("production order"),
    )  # fmt: skip
    item = fields.link(Item, _("item"), editable=False)
    quantity = fields.QuantityField(_("planned"), unit="item__unit", editable=False)
    received_quantity = fields.QuantityField(_("received"), unit="item__unit", default=ZERO, editable=False)
    cost_share_pct = fields.PercentField(_("share of the cost"), editable=False)
    unit_cost = fields.PriceField(_("unit cost"), editable=False)

    company_path = "order__company"
    scope_paths = {"site": "order__site"}

    class Meta:
        verbose_name, verbose_name_plural = _("co-product or by-product"), _("co-products and by-products")
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["order", "item"], name="production_output_once")]

    def __str__(self):
        return f"{self.item.code} × {self.quantity:g}"

    @property
    def open_quantity(self) -> Decimal:
        return max(self.quantity - self.received_quantity, ZERO)
