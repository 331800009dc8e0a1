"""Routings: the operations that make an item, what they may be done with instead, and what is checked at them."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.kernel import fields
from mainspring.kernel.models import DocumentLine, Entity
from mainspring.kernel.workflow import Workflow
from mainspring.modules.items.models import Item
from mainspring.modules.parties.models import Party

from .centers import Skill, Tool, WorkCenter
from .versions import Revision, constraints_of, verbs_of_versions


class Routing(Revision):
    """The operations that make an item, in order."""

    workflow = Workflow("draft", verbs_of_versions(), **Revision.states)

    class Meta:
        verbose_name, verbose_name_plural = _("routing"), _("routings")
        ordering = ["item", "revision"]
        constraints = constraints_of("routing", _("Another active routing of this item holds on some of these days."))

    def prepare(self, ctx, lines=None):
        self.prepare_version(ctx)


class RoutingOperation(DocumentLine):
    """A step at a work center: hours of set-up once, of run for each unit, of queue before it (rule C01)."""

    document = models.ForeignKey(Routing, on_delete=models.CASCADE, related_name="lines")
    sequence = models.PositiveIntegerField(_("sequence"), default=10)
    work_center = fields.link(WorkCenter, _("work center"), related_name="operations")
    name = models.CharField(_("operation"), max_length=120)
    setup_hours = models.DecimalField(_("set-up hours"), max_digits=12, decimal_places=4, default=0)
    run_hours_per_unit = models.DecimalField(_("run hours per unit"), max_digits=14, decimal_places=6, default=0)
    queue_hours = models.DecimalField(_("queue hours"), max_digits=12, decimal_places=4, default=0)
    move_hours = models.DecimalField(
        _("move hours"), max_digits=12, decimal_places=4, default=0, help_text=_("To the next operation, after it.")
    )
    yield_pct = fields.PercentField(
        _("yield"), default=100, help_text=_("Good share of what goes in; more is started to make up for the rest.")
    )
    is_parallel = models.BooleanField(
        _("beside the one before"), default=False, help_text=_("Starts with the operation before it, not after it.")
    )
    overlap_quantity = fields.QuantityField(
        _("passed on after"), null=True, blank=True, default=None,
        help_text=_("The next operation starts when so many units are through; empty: when all are."),
    )  # fmt: skip
    skill = fields.link(Skill, _("skill"), optional=True, help_text=_("Whoever does it needs this skill."))
    tool = fields.link(Tool, _("tool"), optional=True)
    supplier = fields.link(
        Party, pgettext_lazy("operation", "done by"), optional=True, limit_choices_to={"is_supplier": True},
        help_text=_("A supplier who does this operation for us."),
    )  # fmt: skip
    service = fields.link(
        Item, _("service"), optional=True, limit_choices_to={"kind": "service"},
        help_text=_("What is ordered from the supplier, one for each unit."),
    )  # fmt: skip
    instruction = models.TextField(_("instruction"), blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("operation"), _("operations")
        ordering = ["sequence", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "sequence"], name="routing_sequence_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(
                name="routing_hours_not_negative",
                condition=Q(setup_hours__gte=0, run_hours_per_unit__gte=0, queue_hours__gte=0, move_hours__gte=0),
                violation_error_message=_("Hours cannot be negative."),
            ),
            models.CheckConstraint(
                name="routing_yield",
                condition=Q(yield_pct__gt=0, yield_pct__lte=100),
                violation_error_message=_("A yield is above 0 and at most 100 percent."),
            ),
            models.CheckConstraint(
                name="routing_overlap",
                condition=Q(overlap_quantity__isnull=True) | Q(overlap_quantity__gt=0),
                violation_error_message=_("The quantity must be above zero."),
            ),
        ]

    def __str__(self):
        return f"{self.sequence} {self.name}"

    def clean(self):
        """A step done by a supplier says what is ordered for it."""
        if self.supplier_id and not self.service_id:
            raise ValidationError({"service": _("Say which service the supplier is paid for.")})
        if self.service_id and self.service.kind != "service":
            raise ValidationError({"service": _("%(item)s is not a service.") % {"item": self.service.code}})


class OfOperation(Entity):
    """Base of what completes an operation of a routing, named by its sequence."""

    routing = models.ForeignKey(Routing, on_delete=models.CASCADE, related_name="%(class)ss", verbose_name=_("routing"))
    sequence = models.PositiveIntegerField(_("operation"), help_text=_("Its sequence number."))

    company_path = "routing__site__company"
    company_optional = True
    scope_paths = {"site": "routing__site"}

    class Meta:
        abstract = True

    def prepare(self, ctx, lines=None):
        if not self.routing_id:
            return
        self.routing.refuse_when_frozen(ctx)
        if self.sequence and not self.routing.lines.filter(sequence=self.sequence).exists():
            raise ValidationError(
                {"sequence": _("The routing has no operation %(sequence)s.") % {"sequence": self.sequence}}
            )


class OperationAlternate(OfOperation):
    """Another work center an operation may be done at, with its own set-up and run time (C08)."""

    work_center = fields.link(WorkCenter, _("work center"))
    priority = models.PositiveSmallIntegerField(_("priority"), default=1)
    setup_hours = models.DecimalField(_("set-up hours"), max_digits=12, decimal_places=4, default=0)
    run_hours_per_unit = models.DecimalField(_("run hours per unit"), max_digits=14, decimal_places=6, default=0)
    skill = fields.link(Skill, _("skill"), optional=True)

    key = ("routing", "sequence", "work_center")

    class Meta:
        verbose_name, verbose_name_plural = _("alternate operation"), _("alternate operations")
        ordering = ["routing", "sequence", "priority", "id"]
        constraints = [
            models.UniqueConstraint(fields=["routing", "sequence", "work_center"], name="operation_alternate_once"),
            models.CheckConstraint(
                name="operation_alternate_hours",
                condition=Q(setup_hours__gte=0, run_hours_per_unit__gte=0),
                violation_error_message=_("Hours cannot be negative."),
            ),
        ]

    def __str__(self):
        return f"{self.sequence} → {self.work_center}"


class InspectionPoint(OfOperation):
    """Something looked at or measured at an operation, within its limits."""

    name = models.CharField(_("name"), max_length=120)
    target = models.DecimalField(_("target"), max_digits=14, decimal_places=4, null=True, blank=True)
    minimum = models.DecimalField(_("minimum"), max_digits=14, decimal_places=4, null=True, blank=True)
    maximum = models.DecimalField(_("maximum"), max_digits=14, decimal_places=4, null=True, blank=True)
    measure = models.CharField(_("measured in"), max_length=20, blank=True, help_text=_("Empty: only looked at."))

    key = ("routing", "sequence", "name")

    class Meta:
        verbose_name, verbose_name_plural = _("inspection point"), _("inspection points")
        ordering = ["routing", "sequence", "id"]
        constraints = [
            models.UniqueConstraint(fields=["routing", "sequence", "name"], name="inspection_point_once"),
            models.CheckConstraint(
                name="inspection_point_limits",
                condition=Q(minimum__isnull=True) | Q(maximum__isnull=True) | Q(maximum__gte=models.F("minimum")),
                violation_error_message=_("The maximum is at least the minimum."),
            ),
        ]

    def __str__(self):
        return f"{self.sequence} {self.name}"


class OperationDocument(OfOperation):
    """A drawing, program or instruction shown at an operation; its file is attached to it."""

    title = models.CharField(_("title"), max_length=120)

    key = ("routing", "sequence", "title")

    class Meta:
        verbose_name, verbose_name_plural = _("document of an operation"), _("documents of operations")
        ordering = ["routing", "sequence", "title"]
        constraints = [models.UniqueConstraint(fields=["routing", "sequence", "title"], name="operation_document_once")]

    def __str__(self):
        return f"{self.sequence} {self.title}"
