"""Items and what planning, buying and costing need to know about them."""

from fractions import Fraction

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields, remembered
from mainspring.kernel.limits import DAYS_MAX
from mainspring.kernel.models import Company, Entity, Site
from mainspring.modules.organization.models import Unit


def queries():
    """The questions upper modules answer about an item; imported late, for queries read these models."""
    from . import queries

    return queries


@remembered.keep()
class ItemCategory(Entity):
    """A group of items that are handled and booked alike, in a tree."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    parent = fields.link("self", _("part of"), optional=True, related_name="children")

    key = ("code",)

    class Meta:
        verbose_name, verbose_name_plural = _("item category"), _("item categories")
        ordering = ["code"]

    def __str__(self):
        return self.name


class Item(Entity):
    """Something bought, made, stocked or sold; shared by all companies."""

    class Kind(models.TextChoices):
        STOCK = "stock", _("Stocked")
        SERVICE = "service", _("Service")
        PHANTOM = "phantom", _("Phantom")

    class Source(models.TextChoices):
        BUY = "buy", _("Bought")
        MAKE = "make", _("Made")

    class CostMethod(models.TextChoices):
        AVERAGE = "average", _("Moving average")
        FIFO = "fifo", _("First in, first out")
        STANDARD = "standard", _("Standard cost")

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=160)
    names = models.JSONField(
        _("translations"), default=dict, blank=True, help_text=_("Names in other languages by language code.")
    )
    category = fields.link(ItemCategory, _("category"), related_name="items")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.STOCK)
    make_or_buy = models.CharField(_("make or buy"), max_length=6, choices=Source, default=Source.BUY)
    unit = fields.link(Unit, _("stocking unit"))
    purchase_unit = fields.link(Unit, _("purchase unit"), optional=True)
    sale_unit = fields.link(Unit, _("sales unit"), optional=True)
    barcode = models.CharField(_("barcode"), max_length=40, blank=True)
    weight_kg = models.DecimalField(_("weight (kg)"), max_digits=14, decimal_places=6, null=True, blank=True)
    cost_method = models.CharField(_("cost method"), max_length=10, choices=CostMethod, default=CostMethod.AVERAGE)
    description = models.TextField(_("description"), blank=True)
    active = models.BooleanField(_("active"), default=True)

    key = ("code",)

    class Meta:
        verbose_name, verbose_name_plural = _("item"), _("items")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["barcode"], condition=~Q(barcode=""), name="item_barcode_once"),
            models.CheckConstraint(
                name="item_weight_not_negative",
                condition=Q(weight_kg__isnull=True) | Q(weight_kg__gte=0),
                violation_error_message=_("A weight cannot be negative."),
            ),
            models.CheckConstraint(
                name="phantom_is_made",
                condition=~Q(kind="phantom") | Q(make_or_buy="make"),
                violation_error_message=_("A phantom is always made, never bought."),
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.local_name}"

    def prepare(self, ctx, lines=None):
        self.code = (self.code or "").strip()
        if self.kind == self.Kind.PHANTOM and self._state.adding:
            self.make_or_buy = self.Source.MAKE

    def clean(self):
        """Units fit together; the stocking unit and the cost method stay once something relies on them (I15, I22)."""
        wrong = {}
        stored = Item.objects.filter(pk=self.pk).first() if self.pk else None
        if stored and stored.unit_id != self.unit_id:
            wrong |= self._refuse_if("unit", queries().in_use(self))
        if stored and stored.cost_method != self.cost_method:
            wrong |= self._refuse_if("cost_method", queries().cost_method_in_use(self))
        for name in ("purchase_unit", "sale_unit"):
            unit = getattr(self, name)
            if (
                unit is not None
                and self.unit_id
                and unit.category_id != self.unit.category_id
                and not (self.pk and self.units.filter(unit=unit).exists())
            ):
                wrong[name] = _(
                    "“%(unit)s” does not convert to the stocking unit; add it to the item's units first."
                ) % {"unit": unit}
        if not isinstance(self.names, dict) or not all(isinstance(v, str) for v in self.names.values()):
            wrong["names"] = _('Give names by language code, such as {"lt": "Varžtas"}.')
        if wrong:
            raise ValidationError(wrong)

    def _refuse_if(self, name: str, uses) -> dict:
        named = ", ".join(str(use) for use in uses if use)
        return {name: _("This can no longer change; it is used by: %(uses)s.") % {"uses": named}} if named else {}

    @property
    def local_name(self) -> str:
        """The name in the reader's language, else the plain name."""
        return (self.names or {}).get(get_language() or "", "") or self.name

    @property
    def is_stocked(self) -> bool:
        return self.kind == self.Kind.STOCK


class ItemUnit(Entity):
    """A unit special to one item: one of it holds numerator / denominator stocking units, exactly."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="units", verbose_name=_("item"))
    unit = fields.link(Unit, _("unit"))
    numerator = models.BigIntegerField(_("numerator"), default=1)
    denominator = models.BigIntegerField(_("denominator"), default=1)
    barcode = models.CharField(_("barcode"), max_length=40, blank=True)

    key = ("item", "unit")

    class Meta:
        verbose_name, verbose_name_plural = _("item unit"), _("item units")
        ordering = ["item", "unit"]
        constraints = [
            models.UniqueConstraint(fields=["item", "unit"], name="item_unit_once"),
            models.CheckConstraint(
                name="item_unit_factor_positive",
                condition=Q(numerator__gt=0, denominator__gt=0),
                violation_error_message=_("The factor of a unit must be above zero."),
            ),
        ]

    def __str__(self):
        return f"{self.item.code}: {self.unit}"

    def clean(self):
        """A unit special to an item keeps its factor once the item is used (I20, I22)."""
        if self.unit_id == self.item.unit_id:
            raise ValidationError({"unit": _("This is the item's stocking unit; it is always one.")})
        stored = ItemUnit.objects.filter(pk=self.pk).first() if self.pk else None
        changed = stored and self.denominator and (stored.factor, stored.unit_id) != (self.factor, self.unit_id)
        if changed and (refused := self.item._refuse_if("numerator", queries().in_use(self.item))):
            raise ValidationError(refused)

    @property
    def factor(self) -> Fraction:
        """Stocking units in one of this unit, exact."""
        return Fraction(self.numerator, self.denominator)


FENCE_DAYS_MAX = 366


class ItemSite(Entity):
    """How one item is planned at one site; quantities in the stocking unit, lead time in working days."""

    class LotRule(models.TextChoices):
        LOT_FOR_LOT = "lot_for_lot", _("Lot for lot")
        FIXED = "fixed", _("Fixed quantity")
        PERIOD = "period", _("Days of need")

    class Policy(models.TextChoices):
        MRP = "mrp", _("Material requirements planning")
        MAKE_TO_ORDER = "mto", _("To order")
        REORDER = "reorder", _("Reorder point")
        NONE = "none", _("Not planned")

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="sites", verbose_name=_("item"))
    site = fields.link(Site, _("site"))
    policy = models.CharField(_("planning policy"), max_length=10, choices=Policy, default=Policy.MRP)
    lead_time_days = models.PositiveIntegerField(_("lead time (days)"), default=0)
    safety_stock = fields.QuantityField(_("safety stock"), unit="item__unit", default=0)
    reorder_point = fields.QuantityField(_("reorder point"), unit="item__unit", default=0)
    reorder_to = fields.QuantityField(_("order up to"), unit="item__unit", default=0)
    lot_rule = models.CharField(_("lot sizing"), max_length=12, choices=LotRule, default=LotRule.LOT_FOR_LOT)
    lot_size = fields.QuantityField(
        _("lot size"),
        unit="item__unit",
        null=True,
        blank=True,
        help_text=_("The fixed quantity, or the number of days of need."),
    )
    minimum = fields.QuantityField(_("minimum"), unit="item__unit", default=0)
    multiple = fields.QuantityField(_("multiple"), unit="item__unit", default=0)
    maximum = fields.QuantityField(_("maximum"), unit="item__unit", null=True, blank=True)
    demand_fence_days = models.PositiveIntegerField(
        _("demand fence (days)"), default=0, help_text=_("So many days ahead only orders count, no forecast.")
    )
    planning_fence_days = models.PositiveIntegerField(
        _("planning fence (days)"),
        default=0,
        help_text=_("So many days ahead nothing new is proposed; only people change the plan there."),
    )
    planner = fields.link(
        settings.AUTH_USER_MODEL, _("planner"), optional=True, help_text=_("Whose work its proposals are.")
    )
    supplied_from = fields.link(
        Site, _("supplied from"), optional=True, related_name="+",
        help_text=_("Another site of the company it is brought from, instead of being bought or made here."),
    )  # fmt: skip
    transit_days = models.PositiveIntegerField(
        _("transit time (days)"), default=0, help_text=_("Working days of this site on the way from there.")
    )
    transfer_cost = fields.PriceField(
        _("cost of the way"), currency="site__company__base_currency", default=0, help_text=_("For one unit.")
    )

    key = ("item", "site")
    company_path = "site__company"
    scope_paths = {"site": "site"}

    class Meta:
        verbose_name, verbose_name_plural = _("item planning"), _("item planning")
        ordering = ["item", "site"]
        constraints = [
            models.UniqueConstraint(fields=["item", "site"], name="item_site_once"),
            models.CheckConstraint(
                name="item_site_not_negative",
                violation_error_message=_("Planning quantities cannot be negative."),
                condition=Q(
                    safety_stock__gte=0, reorder_point__gte=0, reorder_to__gte=0, minimum__gte=0, multiple__gte=0
                ),
            ),
            models.CheckConstraint(
                name="item_site_elsewhere",
                condition=Q(supplied_from__isnull=True) | ~Q(supplied_from=models.F("site")),
                violation_error_message=_("A site cannot supply itself."),
            ),
            models.CheckConstraint(
                name="item_site_way",
                condition=Q(transit_days__lte=DAYS_MAX, transfer_cost__gte=0),
                violation_error_message=_("The way takes at most ten years and costs nothing or something."),
            ),
            models.CheckConstraint(
                name="item_site_lot_size",
                condition=Q(lot_rule="lot_for_lot") | Q(lot_size__isnull=False, lot_size__gt=0),
                violation_error_message=_("This lot sizing needs a lot size above zero."),
            ),
            models.CheckConstraint(
                name="item_site_lead_time",
                condition=Q(lead_time_days__isnull=True) | Q(lead_time_days__lte=DAYS_MAX),
                violation_error_message=_("A lead time is at most ten years."),
            ),
            models.CheckConstraint(
                name="item_site_fences",
                condition=Q(demand_fence_days__isnull=True)
                | Q(planning_fence_days__isnull=True)
                | Q(demand_fence_days__lte=models.F("planning_fence_days"), planning_fence_days__lte=FENCE_DAYS_MAX),
                violation_error_message=_("The demand fence lies within the planning fence, and that within a year."),
            ),
            models.CheckConstraint(
                name="item_site_maximum",
                condition=Q(maximum__isnull=True) | Q(maximum__gt=0, maximum__gte=models.F("minimum")),
                violation_error_message=_("The maximum cannot be below the minimum."),
            ),
        ]

    def __str__(self):
        return f"{self.item.code} @ {self.site.code}"

    def clean(self):
        """Goods come from a site of the same company, and never round in a circle."""
        if not (self.supplied_from_id and self.site_id and self.item_id) or self.supplied_from_id == self.site_id:
            return  # that a site does not supply itself the database says
        if self.supplied_from.company_id != self.site.company_id:
            raise ValidationError(
                {"supplied_from": _("%(site)s is of another company; buy from it.") % {"site": self.supplied_from}}
            )
        ways = dict(
            ItemSite.objects.filter(item=self.item_id, supplied_from__isnull=False)
            .exclude(pk=self.pk)
            .values_list("site_id", "supplied_from_id")
        )
        at, seen = self.supplied_from_id, {self.site_id}
        while at is not None and at not in seen:
            seen.add(at)
            at = ways.get(at)
        if at is not None:
            raise ValidationError(
                {"supplied_from": _("%(site)s is itself supplied from here.") % {"site": self.supplied_from}}
            )


class ItemCost(Entity):
    """The standard cost of one stocking unit in a company's base currency."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="costs", verbose_name=_("item"))
    company = fields.link(Company, _("company"))
    standard_cost = fields.PriceField(_("standard cost"), currency="company__base_currency")
    rolled_up_on = models.DateField(_("rolled up on"), null=True, blank=True, editable=False)

    key = ("item", "company")
    company_path = "company"

    class Meta:
        verbose_name, verbose_name_plural = _("standard cost"), _("standard costs")
        ordering = ["item"]
        constraints = [
            models.UniqueConstraint(fields=["item", "company"], name="item_cost_once"),
            models.CheckConstraint(
                name="item_cost_not_negative",
                condition=Q(standard_cost__gte=0),
                violation_error_message=_("A cost cannot be negative."),
            ),
        ]

    def __str__(self):
        return f"{self.item.code}: {self.standard_cost}"
