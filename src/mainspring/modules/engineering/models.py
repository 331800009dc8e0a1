"""Work centers, bills of material and routings, each with the days on which it holds."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.kernel import fields
from mainspring.kernel.models import DocumentLine, Entity, Site
from mainspring.kernel.workflow import Input, Verb
from mainspring.modules.items.models import Item
from mainspring.modules.organization import queries as organization
from mainspring.modules.organization.models import Unit, WorkCalendar

PERIOD = Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))


def _same(expression):
    return Func(expression, expression, Value("[]"), function="int8range")


def one_a_day(name: str, message):
    """The rule that an item has one active revision a day at a site (no site: everywhere)."""
    return ExclusionConstraint(
        name=name,
        violation_error_message=message,
        condition=Q(active=True),
        expressions=[
            (_same(F("item")), "&&"),
            (_same(Coalesce(F("site"), Value(0))), "&&"),
            (Func(F("valid_from"), F("valid_to"), function="daterange"), "&&"),
        ],
    )


class WorkCenter(Entity):
    """A machine, line or group of people; as many as its size work at once, by its calendar."""

    site = fields.link(Site, _("site"))
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    calendar = fields.link(WorkCalendar, _("calendar"))
    size = models.PositiveSmallIntegerField(
        pgettext_lazy("capacity", "size"), default=1, help_text=_("Machines or people working at once.")
    )
    efficiency_pct = fields.PercentField(_("efficiency"), default=100)
    hourly_cost = fields.MoneyField(_("hourly cost"), currency="site__company__base_currency")
    active = models.BooleanField(_("active"), default=True)

    key = ("site", "code")
    company_path = "site__company"
    scope_paths = {"site": "site"}

    class Meta:
        verbose_name, verbose_name_plural = _("work center"), _("work centers")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="work_center_code_once"),
            models.CheckConstraint(
                name="work_center_positive",
                condition=Q(size__gte=1, efficiency_pct__gt=0),
                violation_error_message=_("Size and efficiency must be above zero."),
            ),
            models.CheckConstraint(
                name="work_center_cost",
                condition=Q(hourly_cost__gte=0),
                violation_error_message=_("A cost cannot be negative."),
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"


class Revision(Entity):
    """Base of a bill of material and a routing: whose, where, which revision, on the days [valid from, valid to)."""

    item = fields.link(Item, _("item"), related_name="%(class)ss")
    site = fields.link(Site, _("site"), optional=True, help_text=_("Empty: at every site."))
    revision = models.CharField(_("revision"), max_length=12, default="A")
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True, help_text=_("The first day it no longer holds."))
    active = models.BooleanField(_("active"), default=True)
    note = models.TextField(_("note"), blank=True)

    key = ("item", "site", "revision")
    company_path = "site__company"
    company_optional = True
    scope_paths = {"site": "site"}

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.item.code} {self.revision}"


class Bom(Revision):
    """A bill of material: what goes into one batch of an item (rule P01)."""

    batch_quantity = fields.QuantityField(_("batch quantity"), unit="item__unit", default=1)

    actions = (
        Verb(
            "roll_up_cost",
            label=_("Roll up cost"),
            ask=(Input("save", "bool", _("Save as standard cost"), required=False),),
            help=_("Computes the cost from materials and work, level by level."),
        ),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("bill of material"), _("bills of material")
        ordering = ["item", "revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "site", "revision"], name="bom_revision_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="bom_batch_positive",
                condition=Q(batch_quantity__gt=0),
                violation_error_message=_("The batch quantity must be above zero."),
            ),
            models.CheckConstraint(
                name="bom_period", condition=PERIOD, violation_error_message=_("It must end after it starts.")
            ),
            one_a_day("bom_one_a_day", _("Another active bill of material of this item holds on some of these days.")),
        ]

    def prepare(self, ctx, lines=None):
        for line in lines or ():
            if line.unit_id is None and line.component_id is not None:
                line.unit = line.component.unit
        if self.item_id and self.active:
            self._refuse_loop(lines if lines is not None else list(self.lines.all()) if self.pk else [])

    def _refuse_loop(self, lines) -> None:
        """An item is never, at any level, a component of itself; the refusal shows the way round (P08)."""
        from . import queries

        wrong = {}
        if queries.loop_path(self.item_id, [line.component_id for line in lines if line.component_id]):
            for n, line in enumerate(lines):
                if line.component_id and (path := queries.loop_path(self.item_id, [line.component_id])):
                    wrong[f"lines.{n}.component"] = _("%(item)s would contain itself: %(path)s.") % {
                        "item": self.item.code,
                        "path": " > ".join(path),
                    }
        if wrong:
            raise ValidationError(wrong, code="loop")

    def clean(self):
        """A service is not put together from anything."""
        if self.item_id and self.item.kind == "service":
            raise ValidationError({"item": _("A service has no bill of material.")})


class BomLine(DocumentLine):
    """A component: quantity for one batch, plus scrap; a fixed quantity is needed once an order (P02, P03)."""

    document = models.ForeignKey(Bom, on_delete=models.CASCADE, related_name="lines")
    component = fields.link(Item, _("component"), related_name="used_in")
    quantity = fields.QuantityField(_("quantity"), unit="unit")
    unit = fields.link(Unit, _("unit"), blank=True)
    scrap_pct = fields.PercentField(_("scrap"))
    is_fixed = models.BooleanField(
        _("fixed"), default=False, help_text=_("Needed once an order, whatever its quantity.")
    )
    operation_sequence = models.PositiveIntegerField(_("operation"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=120, blank=True)

    class Meta(DocumentLine.Meta):
        verbose_name, verbose_name_plural = _("component"), _("components")
        constraints = [
            models.CheckConstraint(
                name="bom_line_quantity",
                condition=Q(quantity__gt=0),
                violation_error_message=_("A component quantity must be above zero."),
            ),
            models.CheckConstraint(
                name="bom_line_scrap",
                condition=Q(scrap_pct__gte=0, scrap_pct__lt=1000),
                violation_error_message=_("Scrap must be from 0 to below 1000 percent."),
            ),
        ]

    def __str__(self):
        return f"{self.component.code} × {self.quantity:g}"

    def clean(self):
        """The unit converts to the component's stocking unit."""
        if self.component_id is None or self.unit_id is None:
            return
        try:
            organization.factor_between(self.unit, self.component.unit, self.component)
        except ValidationError as error:
            raise ValidationError({"unit": error.messages}) from None


class Routing(Revision):
    """The operations that make an item, in order."""

    class Meta:
        verbose_name, verbose_name_plural = _("routing"), _("routings")
        ordering = ["item", "revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "site", "revision"], name="routing_revision_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="routing_period", condition=PERIOD, violation_error_message=_("It must end after it starts.")
            ),
            one_a_day("routing_one_a_day", _("Another active routing of this item holds on some of these days.")),
        ]


class RoutingOperation(DocumentLine):
    """A step at a work center: hours of set-up once, of run for each unit, of queue before it (rule C01)."""

    document = models.ForeignKey(Routing, on_delete=models.CASCADE, related_name="lines")
    sequence = models.PositiveIntegerField(_("sequence"), default=10)
    work_center = fields.link(WorkCenter, _("work center"), related_name="operations")
    name = models.CharField(_("operation"), max_length=120)
    setup_hours = models.DecimalField(_("set-up hours"), max_digits=12, decimal_places=4, default=0)
    run_hours_per_unit = models.DecimalField(_("run hours per unit"), max_digits=14, decimal_places=6, default=0)
    queue_hours = models.DecimalField(_("queue hours"), max_digits=12, decimal_places=4, default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("operation"), _("operations")
        ordering = ["sequence", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "sequence"], name="routing_sequence_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(
                name="routing_hours_not_negative",
                condition=Q(setup_hours__gte=0, run_hours_per_unit__gte=0, queue_hours__gte=0),
                violation_error_message=_("Hours cannot be negative."),
            ),
        ]

    def __str__(self):
        return f"{self.sequence} {self.name}"
