"""Who supplies what, at which price, in which quantities and how fast."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from mainspring.engines.mrp import lots
from mainspring.engines.mrp.data import Lot
from mainspring.kernel import fields, sentences
from mainspring.kernel.limits import DAYS_MAX
from mainspring.kernel.models import Company, Currency, DocumentLine, Entity
from mainspring.kernel.prepared import Prepared
from mainspring.kernel.sentences import Sentence, say
from mainspring.modules.items.models import Item
from mainspring.modules.organization.models import Unit
from mainspring.modules.parties.models import Party


class SupplierItem(Entity):
    """A source: what one supplier asks for one item, valid on the days [valid from, valid to)."""

    company = fields.link(Company, _("company"), editable=False)
    supplier = fields.link(Party, _("supplier"), related_name="sources")
    item = fields.link(Item, _("item"), related_name="sources")
    supplier_code = models.CharField(_("supplier's item code"), max_length=60, blank=True)
    supplier_name = models.CharField(_("supplier's item name"), max_length=160, blank=True)
    unit = fields.link(Unit, _("unit"), blank=True, help_text=_("Empty: the item's purchase unit."))
    currency = fields.link(Currency, _("currency"), blank=True, help_text=_("Empty: the supplier's currency."))
    price = fields.PriceField(_("price"), currency="currency")
    minimum = fields.QuantityField(_("minimum"), unit="unit", default=0)
    multiple = fields.QuantityField(_("multiple"), unit="unit", default=0)
    lead_time_days = models.PositiveIntegerField(_("lead time (days)"), default=0, help_text=_("Working days."))
    priority = models.PositiveSmallIntegerField(_("priority"), default=1, help_text=_("1 is asked first."))
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True, help_text=_("The first day it no longer holds."))
    active = models.BooleanField(_("active"), default=True)

    key = ("supplier", "item", "valid_from")
    company_path = "company"
    scope_paths = {"party": "supplier", "own": "supplier__owner"}

    class Meta:
        verbose_name, verbose_name_plural = _("source"), _("sources")
        ordering = ["item", "priority", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "supplier", "item", "valid_from"], name="supplier_item_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="supplier_item_not_negative",
                condition=Q(price__gte=0, minimum__gte=0, multiple__gte=0),
                violation_error_message=_("Prices and quantities cannot be negative."),
            ),
            models.CheckConstraint(
                name="supplier_item_lead_time",
                condition=Q(lead_time_days__isnull=True) | Q(lead_time_days__lte=DAYS_MAX),
                violation_error_message=_("A lead time is at most ten years."),
            ),
            models.CheckConstraint(
                name="supplier_item_period",
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                violation_error_message=_("It must end after it starts."),
            ),
        ]

    def __str__(self):
        return f"{self.item.code} ← {self.supplier}"

    def prepare(self, ctx, lines=None):
        if self.item_id and not self.unit_id:
            self.unit = self.item.purchase_unit or self.item.unit
        if self.supplier_id and not self.currency_id:
            self.currency = self.supplier.currency

    def price_at(self, quantity: Decimal) -> Decimal:
        """The price of one unit when so many are ordered: the highest break reached."""
        reached = [b for b in self.lines.all() if b.minimum_quantity <= quantity]
        return max(reached, key=lambda b: b.minimum_quantity).price if reached else self.price


class PriceBreak(DocumentLine):
    """The price from a quantity on."""

    document = models.ForeignKey(SupplierItem, on_delete=models.CASCADE, related_name="lines", verbose_name=_("source"))
    minimum_quantity = fields.QuantityField(_("from quantity"), unit="document__unit")
    price = fields.PriceField(_("price"), currency="document__currency")

    class Meta(DocumentLine.Meta):
        verbose_name, verbose_name_plural = _("price break"), _("price breaks")
        constraints = [
            models.UniqueConstraint(
                fields=["document", "minimum_quantity"], name="price_break_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(
                name="price_break_not_negative",
                condition=Q(price__gte=0, minimum_quantity__gt=0),
                violation_error_message=_("A break needs a quantity above zero and a price."),
            ),
        ]

    def __str__(self):
        return f"≥ {self.minimum_quantity:g}: {self.price:g}"


@dataclass(frozen=True)
class Offer:
    """What to order of a source for a net need: quantity and price in the source's unit and currency, and why."""

    source: SupplierItem
    quantity: Decimal
    price: Decimal
    steps: tuple[tuple[str, Decimal], ...]

    @property
    def quantity_reason(self) -> Sentence:
        names = {
            "net": gettext_noop("need %(quantity)s"),
            "minimum": gettext_noop("minimum %(quantity)s"),
            "multiple": gettext_noop("rounded up to %(quantity)s"),
        }
        return sentences.join((say(names[name], quantity=value) for name, value in self.steps), ", ")

    @property
    def price_reason(self) -> Sentence:
        return price_of_source(self.source.supplier, self.quantity, self.source.unit)


def price_of_source(supplier, quantity: Decimal, unit) -> Sentence:
    """Why a price is what it is: it is what the supplier asks from such a quantity."""
    quantity_text = f"{quantity.normalize():f} {unit.code}"
    return say(
        gettext_noop("Source of %(supplier)s, from %(quantity)s"), supplier=str(supplier), quantity=quantity_text
    )


def offer(source: SupplierItem, need: Decimal) -> Offer:
    """Raise the need (source's unit) to the minimum, then to the multiple, and take the price there (P11, P12)."""
    quantities, steps = lots.sized(need, Lot(minimum=source.minimum, multiple=source.multiple), source.unit.digits)
    return Offer(source, quantities[0], source.price_at(quantities[0]), steps)


def valid_sources(company_id: int, item_ids, on) -> dict[int, list[SupplierItem]]:
    """Sources of each item on a day, the first to ask first; two queries whatever the number of items."""
    found = defaultdict(list)
    for source in (
        _valid(company_id, item_ids, on)
        .select_related("supplier__currency", "supplier__payment_term", "item__unit", "unit", "currency")
        .prefetch_related("lines")
        .order_by(*FIRST_TO_ASK)
    ):
        found[source.item_id].append(source)
    return found


def sources_of(supplier_id: int, company_id: int, item_ids, on, *, breaks: bool) -> dict[int, SupplierItem]:
    """The first source of each item at one supplier on a day, without the records it names; `breaks`: with prices."""
    found: dict[int, SupplierItem] = {}
    for source in _of_supplier(supplier_id, company_id, list(item_ids), on, on):
        found.setdefault(source.item_id, source)
    if breaks and found:
        models.prefetch_related_objects(list(found.values()), "lines")
    return found


_of_supplier = Prepared(
    lambda supplier, company, items, since, until: SupplierItem.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=since),
        Q(valid_to=None) | Q(valid_to__gt=until),
        active=True,
        supplier__active=True,
        supplier=supplier,
        company=company,
        item__any_of=items,
    ).order_by(*FIRST_TO_ASK)
)


def first_lead_times(company_id: int, item_ids, on) -> dict[int, tuple[int, str]]:
    """{item: (working days, supplier)} of the source each item is first bought from on a day."""
    first = _valid(company_id, item_ids, on).order_by("item", *FIRST_TO_ASK).distinct("item")
    return {item: (days, name) for item, days, name in first.values_list("item", "lead_time_days", "supplier__name")}


FIRST_TO_ASK = ("priority", "price", "id")


def _valid(company_id: int, item_ids, on):
    return SupplierItem.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=on),
        Q(valid_to=None) | Q(valid_to__gt=on),
        active=True,
        supplier__active=True,
        company=company_id,
        item__in=item_ids,
    )
