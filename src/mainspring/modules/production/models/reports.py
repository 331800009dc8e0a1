"""What the workshop reports: material, work and output; and the ledger of time."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.kernel import database, fields
from mainspring.kernel.models import Company, Document, DocumentIdentity, DocumentLine
from mainspring.kernel.workflow import Input, Verb, Workflow
from mainspring.modules.engineering.models import Machine, WorkCenter
from mainspring.modules.items.models import Item

from .operations import ProductionOperation, Reason
from .orders import ProductionComponent, ProductionOrder

ZERO = Decimal(0)


class ProductionReport(Document):
    """A shop report on an order: components issued or returned, work done or output received."""

    class Kind(models.TextChoices):
        ISSUE = "issue", _("Components issued")
        RETURN = "return", _("Components returned")
        WORK = "work", _("Work done")
        OUTPUT = "output", _("Output received")

    order = fields.link(ProductionOrder, _("production order"), related_name="reports")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.ISSUE)
    done_on = models.DateField(_("done on"), blank=True)
    operation = fields.link(ProductionOperation, _("operation"), optional=True, related_name="reports", within="order")
    good = fields.QuantityField(_("good"), unit="order__item__unit", default=ZERO)
    scrap = fields.QuantityField(_("scrap"), unit="order__item__unit", default=ZERO)
    rework = fields.QuantityField(
        _("to rework"), unit="order__item__unit", default=ZERO, help_text=_("Becomes an operation of its own.")
    )
    reason = fields.link(Reason, _("reason"), optional=True, help_text=_("Why there is scrap or rework."))
    scrap_reason = models.CharField(_("reason of the scrap"), max_length=120, blank=True)
    hours = models.DecimalField(_("hours"), max_digits=14, decimal_places=4, null=True, blank=True)
    person = fields.link(settings.AUTH_USER_MODEL, _("person"), optional=True)
    machine = fields.link(Machine, _("machine"), optional=True)
    cost = fields.MoneyField(_("cost"), editable=False)

    fixed = ("order", "kind")
    number_format = "SF{year}-{seq:06}"
    workflow = Workflow(
        "draft",
        (
            Verb("post", "draft", "posted", label=_("Post")),
            Verb(
                "reverse",
                "posted",
                "reversed",
                label=_("Reverse"),
                danger=True,
                ask=(Input("why", label=_("Reason")),),
                help=_("Takes back material, time, quantity and cost."),
            ),
            Verb("cancel", "draft", "cancelled", label=_("Cancel"), danger=True),
        ),
        closed=("posted", "reversed", "cancelled"),
        colors={"posted": "green", "reversed": "red"},
        labels={"draft": _("Draft"), "posted": _("Posted"), "reversed": _("Reversed"), "cancelled": _("Cancelled")},
    )
    scope_paths = {"own": ("created_by", "person"), "site": "order__site"}

    class Meta:
        verbose_name, verbose_name_plural = _("shop report"), _("shop reports")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="report_not_negative",
                condition=Q(good__gte=0, scrap__gte=0, rework__gte=0),
                violation_error_message=_("Quantities cannot be negative."),
            ),
            models.CheckConstraint(
                name="report_hours",
                condition=Q(hours__isnull=True) | Q(hours__gte=0, hours__lte=10_000),
                violation_error_message=_("Between 0 and 10,000 hours in one report."),
            ),
            models.CheckConstraint(
                name="report_work_operation",
                condition=~Q(kind="work") | Q(operation__isnull=False),
                violation_error_message=_("Say which operation was worked on."),
            ),
        ]

    @property
    def party_label(self):
        return str(self.order)

    @property
    def numbering_date(self):
        return self.done_on

    def prepare(self, ctx, lines=None):
        from .. import preparing

        preparing.report(self, ctx, lines)


class ProductionReportLine(DocumentLine):
    """So much of a component was issued or returned, in its stocking unit."""

    document = models.ForeignKey(
        ProductionReport, on_delete=models.CASCADE, related_name="lines", verbose_name=_("shop report")
    )
    component = fields.link(ProductionComponent, _("component"), related_name="report_lines")
    item = fields.link(Item, _("item"), optional=True, editable=False)
    quantity = fields.QuantityField(_("quantity"), unit="item__unit")

    company_path = "document__company"

    class Meta(DocumentLine.Meta):
        verbose_name, verbose_name_plural = _("reported component"), _("reported components")
        constraints = [fields.above_zero("report_line_positive")]


class Measurement(models.Model):
    """What was measured or looked at, at an inspection point of an operation, with the limits of that moment."""

    operation = fields.link(ProductionOperation, _("operation"), related_name="measurements", editable=False)
    report = fields.link(ProductionReport, _("shop report"), related_name="measurements", editable=False)
    name = models.CharField(_("name"), max_length=120, editable=False)
    value = models.DecimalField(
        pgettext_lazy("measured", "value"), max_digits=14, decimal_places=4, null=True, editable=False
    )
    target = models.DecimalField(_("target"), max_digits=14, decimal_places=4, null=True, editable=False)
    minimum = models.DecimalField(_("minimum"), max_digits=14, decimal_places=4, null=True, editable=False)
    maximum = models.DecimalField(_("maximum"), max_digits=14, decimal_places=4, null=True, editable=False)
    measure = models.CharField(_("measured in"), max_length=20, blank=True, editable=False)
    is_right = models.BooleanField(_("within limits"), editable=False)
    person = fields.link(settings.AUTH_USER_MODEL, _("person"), null=True, editable=False)
    measured_at = models.DateTimeField(_("measured at"), db_default=models.functions.Now(), editable=False)

    history = False
    read_only = True
    company_path = "operation__order__company"
    scope_paths = {"own": "person", "site": "operation__order__site", "team": "operation__work_center__department"}

    class Meta:
        verbose_name, verbose_name_plural = _("measurement"), _("measurements")
        ordering = ["-measured_at", "-id"]

    def __str__(self):
        return f"{self.name}: {'' if self.value is None else f'{self.value.normalize():f}'} {self.measure}".strip()


class CapacityBooking(models.Model):
    """The ledger of time: hours a work center is planned for or was used, one row a day; used rows are never changed.

    hours     planned: standard hours (set-up and quantity × run time); done: hours reported, below zero when taken back
    cost      done rows: hours at the work center's rate that day, base currency
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        DONE = "done", _("Done")

    company = fields.link(Company, _("company"), editable=False, db_index=False)
    work_center = fields.link(WorkCenter, _("work center"), editable=False, db_index=False)
    operation = fields.link(ProductionOperation, _("operation"), related_name="bookings", editable=False)
    state = models.CharField(_("state"), max_length=8, choices=State, editable=False)
    on_date = models.DateField(_("date"), editable=False)
    hours = models.DecimalField(_("hours"), max_digits=14, decimal_places=4, editable=False)
    good = fields.QuantityField(_("good"), default=ZERO, editable=False)
    scrap = fields.QuantityField(_("scrap"), default=ZERO, editable=False)
    cost = fields.MoneyField(_("cost"), editable=False)
    person = fields.link(settings.AUTH_USER_MODEL, _("person"), null=True, editable=False, db_index=False)
    machine = fields.link(Machine, _("machine"), null=True, editable=False, db_index=False)
    origin = fields.link(DocumentIdentity, _("document"), editable=False)

    history = False
    company_path = "company"
    scope_paths = {"site": "work_center__site"}

    class Meta:
        verbose_name, verbose_name_plural = _("capacity booking"), _("capacity bookings")
        ordering = ["on_date", "id"]
        indexes = [models.Index(fields=["work_center", "state", "on_date"], name="booking_center_day")]

    def __str__(self):
        return f"{self.work_center_id} {self.on_date}: {self.hours}"


database.declare(
    "production_booking_done",
    """
CREATE OR REPLACE FUNCTION mainspring_booking_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'done' THEN
        RAISE EXCEPTION 'reported hours are only added, never changed or deleted' USING ERRCODE = 'P0001';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE OR REPLACE TRIGGER production_booking_done BEFORE UPDATE OR DELETE ON production_capacitybooking
FOR EACH ROW EXECUTE FUNCTION mainspring_booking_guard();
""",
)
