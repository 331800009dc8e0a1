"""Price lists and their prices by quantity and date."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields, remembered
from mainspring.kernel.models import Company, Currency, Entity
from mainspring.modules.items.models import Item
from mainspring.modules.organization.models import Unit
from mainspring.modules.parties.models import SCOPES, Party


def same(field: str, function: str = "int8range"):
    """A value as a range of itself, so that an exclusion constraint can compare it with no extension."""
    return Func(F(field), F(field), Value("[]"), function=function)


@remembered.keep()
class PriceList(Entity):
    """A set of prices in one currency, for selling, for buying, or for both between our own companies.

    cost_of     what has no price in the list costs what it costs this company, and `markup_pct` more
    """

    class Kind(models.TextChoices):
        SALE = "sale", _("Sales")
        PURCHASE = "purchase", _("Purchase")
        BETWEEN = "between", _("Between our companies")

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.SALE)
    currency = fields.link(Currency, _("currency"))
    is_default = models.BooleanField(
        _("default"), default=False, help_text=_("Used for parties that have no list of their own.")
    )
    cost_of = fields.link(
        Company, _("at the cost of"), optional=True, related_name="+",
        help_text=_("What has no price in the list costs what it costs this company."),
    )  # fmt: skip
    markup_pct = fields.PercentField(_("markup"), default=0, help_text=_("Added to the cost of the company named."))
    active = models.BooleanField(_("active"), default=True)

    key = ("code",)

    class Meta:
        verbose_name, verbose_name_plural = _("price list"), _("price lists")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="price_list_at_cost",
                condition=Q(cost_of__isnull=True) | Q(kind="between"),
                violation_error_message=_("Only prices between our companies follow from the cost of one of them."),
            ),
            models.CheckConstraint(
                name="price_list_markup",
                condition=Q(markup_pct__gte=0),
                violation_error_message=_("A price or quantity cannot be negative."),
            ),
            models.CheckConstraint(
                name="price_list_between",
                condition=Q(is_default=False) | ~Q(kind="between"),
                violation_error_message=_("Prices between our companies are for parties that have this list alone."),
            ),
            models.UniqueConstraint(
                fields=["kind", "currency"], condition=Q(is_default=True), name="price_list_default_once"
            ),
        ]

    def __str__(self):
        return self.name


class Price(Entity):
    """The price of one unit from a quantity on, valid on the days [starts on, ends on)."""

    price_list = models.ForeignKey(
        PriceList, on_delete=models.CASCADE, related_name="prices", verbose_name=_("price list")
    )
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="prices", verbose_name=_("item"))
    unit = fields.link(Unit, _("unit"))
    minimum_quantity = fields.QuantityField(_("from quantity"), unit="unit", default=0)
    price = fields.PriceField(_("price"), currency="price_list__currency")
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True, help_text=_("The first day it no longer holds."))

    key = ("price_list", "item", "unit", "minimum_quantity", "starts_on")

    class Meta:
        verbose_name, verbose_name_plural = _("price"), _("prices")
        ordering = ["price_list", "item", "unit", "minimum_quantity", "starts_on"]
        constraints = [
            models.CheckConstraint(
                name="price_not_negative",
                condition=Q(price__gte=0, minimum_quantity__gte=0),
                violation_error_message=_("A price or quantity cannot be negative."),
            ),
            models.CheckConstraint(
                name="price_period",
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                violation_error_message=_("A price must end after it starts."),
            ),
            ExclusionConstraint(
                name="price_one_a_day",
                violation_error_message=_(
                    "Another price for the same item, unit and quantity holds on some of these days."
                ),
                expressions=[
                    (same("price_list"), "&&"),
                    (same("item"), "&&"),
                    (same("unit"), "&&"),
                    (same("minimum_quantity", "numrange"), "&&"),
                    (Func(F("starts_on"), F("ends_on"), function="daterange"), "&&"),
                ],
            ),
        ]

    def __str__(self):
        return f"{self.item.code}: {self.price}"


class PartyPriceList(Entity):
    """Which lists a party gets; the lowest priority number is asked first."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="price_lists", verbose_name=_("party"))
    price_list = models.ForeignKey(
        PriceList, on_delete=models.CASCADE, related_name="parties", verbose_name=_("price list")
    )
    priority = models.PositiveSmallIntegerField(_("priority"), default=1)

    key = ("party", "price_list")
    scope_paths = SCOPES

    class Meta:
        verbose_name, verbose_name_plural = _("price list of a party"), _("price lists of parties")
        ordering = ["party", "priority"]
        constraints = [models.UniqueConstraint(fields=["party", "price_list"], name="party_price_list_once")]

    def __str__(self):
        return f"{self.party}: {self.price_list}"
