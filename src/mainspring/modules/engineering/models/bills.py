"""Bills of material: versions with the days they hold, components, alternates and what comes out beside the item."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import DocumentLine, Entity
from mainspring.kernel.workflow import Input, Verb, Workflow
from mainspring.modules.items.models import Item
from mainspring.modules.organization import queries as organization
from mainspring.modules.organization.models import Unit

from .versions import Revision, constraints_of, verbs_of_versions


class Bom(Revision):
    """A bill of material: what goes into one batch of an item (rule P01)."""

    batch_quantity = fields.QuantityField(_("batch quantity"), unit="item__unit", default=1)

    workflow = Workflow("draft", verbs_of_versions(), **Revision.states)
    actions = (
        Verb(
            "roll_up_cost",
            label=_("Roll up cost"),
            ask=(Input("save", "bool", _("Save as standard cost"), required=False),),
            help=_("Computes the cost from materials and work, level by level, and keeps it to compare."),
        ),
        Verb(
            "copy_to",
            label=_("Copy to another item"),
            ask=(Input("item", "link", _("Item"), to="items.item"),),
            bulk=False,
            help=_("Makes a draft bill of the other item with the same components."),
        ),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("bill of material"), _("bills of material")
        ordering = ["item", "revision"]
        constraints = [
            models.CheckConstraint(
                name="bom_batch_positive",
                condition=Q(batch_quantity__gt=0),
                violation_error_message=_("The batch quantity must be above zero."),
            ),
            *constraints_of("bom", _("Another active bill of material of this item holds on some of these days.")),
        ]

    def prepare(self, ctx, lines=None):
        self.prepare_version(ctx)
        for line in lines or ():
            if line.unit_id is None and line.component_id is not None:
                line.unit = line.component.unit
        if self.item_id and self.state != "retired":
            self._refuse_loop(lines if lines is not None else list(self.lines.all()) if self.pk else [])

    def _refuse_loop(self, lines) -> None:
        """An item is never, at any level, a component of itself; the refusal shows the way round (P08)."""
        from .. import queries

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

    class Role(models.TextChoices):
        MAIN = "main", _("Main material")
        AUXILIARY = "auxiliary", _("Auxiliary material")

    class Taking(models.TextChoices):
        ORDER = "", _("As the order says")
        ISSUE = "issue", _("Issued by hand")
        BACKFLUSH = "backflush", _("Taken with the output")

    document = models.ForeignKey(Bom, on_delete=models.CASCADE, related_name="lines")
    component = fields.link(Item, _("component"), related_name="used_in")
    quantity = fields.QuantityField(_("quantity"), unit="unit")
    unit = fields.link(Unit, _("unit"), blank=True)
    scrap_pct = fields.PercentField(_("scrap"))
    is_fixed = models.BooleanField(_("fixed"), default=False, help_text=_("The same quantity whatever the order's."))
    operation_sequence = models.PositiveIntegerField(
        _("operation"), null=True, blank=True, help_text=_("Sequence of the routing operation that uses it.")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.MAIN)
    taking = models.CharField(_("taken"), max_length=10, choices=Taking, default=Taking.ORDER, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta(DocumentLine.Meta):
        verbose_name, verbose_name_plural = _("component"), _("components")
        constraints = [
            models.CheckConstraint(
                name="bom_line_positive",
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


class OfBom(Entity):
    """Base of what completes a bill of material."""

    bom = models.ForeignKey(
        Bom, on_delete=models.CASCADE, related_name="%(class)ss", verbose_name=_("bill of material")
    )

    company_path = "bom__site__company"
    company_optional = True
    scope_paths = {"site": "bom__site"}

    class Meta:
        abstract = True

    def refuse_when_frozen(self, ctx) -> None:
        if self.bom_id:
            self.bom.refuse_when_frozen(ctx)


class BomAlternate(OfBom):
    """What may be taken instead of a component of the bill, the lowest priority first (P06)."""

    component = fields.link(Item, _("component"))
    alternate = fields.link(Item, _("alternate"), related_name="replaces_in")
    priority = models.PositiveSmallIntegerField(_("priority"), default=1)
    ratio = models.DecimalField(
        _("ratio"),
        max_digits=12,
        decimal_places=6,
        default=1,
        help_text=_("Units of it for one of the component."),
    )

    key = ("bom", "component", "alternate")

    class Meta:
        verbose_name, verbose_name_plural = _("alternate component"), _("alternate components")
        ordering = ["bom", "component", "priority", "id"]
        constraints = [
            models.UniqueConstraint(fields=["bom", "component", "alternate"], name="bom_alternate_once"),
            models.CheckConstraint(
                name="bom_alternate_ratio",
                condition=Q(ratio__gt=0),
                violation_error_message=_("The ratio must be above zero."),
            ),
            models.CheckConstraint(
                name="bom_alternate_other",
                condition=~Q(component=F("alternate")),
                violation_error_message=_("An alternate is another item than the component."),
            ),
        ]

    def __str__(self):
        return f"{self.component.code} → {self.alternate.code}"

    def prepare(self, ctx, lines=None):
        self.refuse_when_frozen(ctx)
        if not (self.bom_id and self.component_id and self.alternate_id):
            return
        from .. import queries

        if not self.bom.lines.filter(component=self.component_id).exists():
            raise ValidationError(
                {"component": _("%(item)s is not a component of this bill.") % {"item": self.component.code}}
            )
        if path := queries.loop_path(self.bom.item_id, [self.alternate_id]):
            raise ValidationError(
                {
                    "alternate": _("%(item)s would contain itself: %(path)s.")
                    % {"item": self.bom.item.code, "path": " > ".join(path)}
                },
                code="loop",
            )


class BomOutput(OfBom):
    """What comes out of one batch beside the item, with its share of the order's cost (P07)."""

    class Kind(models.TextChoices):
        CO_PRODUCT = "co", _("Co-product")
        BY_PRODUCT = "by", _("By-product")

    item = fields.link(Item, _("item"), related_name="comes_out_of")
    kind = models.CharField(_("kind"), max_length=4, choices=Kind, default=Kind.BY_PRODUCT)
    quantity = fields.QuantityField(_("quantity"), unit="item__unit", help_text=_("From one batch of the bill."))
    cost_share_pct = fields.PercentField(
        _("share of the cost"), help_text=_("The item of the bill bears what is left of the hundred percent.")
    )

    key = ("bom", "item")

    class Meta:
        verbose_name, verbose_name_plural = _("co-product or by-product"), _("co-products and by-products")
        ordering = ["bom", "id"]
        constraints = [
            models.UniqueConstraint(fields=["bom", "item"], name="bom_output_once"),
            fields.above_zero("bom_output_quantity"),
            models.CheckConstraint(
                name="bom_output_share",
                condition=Q(cost_share_pct__gte=0, cost_share_pct__lt=100),
                violation_error_message=_("A share is from 0 to below 100 percent."),
            ),
        ]

    def __str__(self):
        return f"{self.item.code} × {self.quantity:g}"

    def prepare(self, ctx, lines=None):
        self.refuse_when_frozen(ctx)

    def clean(self):
        """The shares leave something for the item itself, which is not its own by-product."""
        if not (self.bom_id and self.item_id):
            return
        if self.item_id == self.bom.item_id:
            raise ValidationError({"item": _("The item of the bill comes out of it anyway.")})
        if not self.item.is_stocked:
            raise ValidationError({"item": _("%(item)s is not stocked.") % {"item": self.item.code}})
        others = sum(o.cost_share_pct for o in self.bom.bomoutputs.exclude(pk=self.pk))
        if others + (self.cost_share_pct or 0) >= 100:
            raise ValidationError({"cost_share_pct": _("All shares together stay below 100 percent.")})
