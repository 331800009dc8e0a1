"""What stands behind an item: its own units, its planning at a site, its standard cost, and who uses it."""

from decimal import Decimal
from fractions import Fraction

from mainspring.kernel import codes
from mainspring.kernel.plugin_points import PluginPoint
from mainspring.kernel.prepared import Prepared
from mainspring.modules.organization import queries as organization

from . import models

in_use = PluginPoint("items.in_use", many=True)
"""Called with an item; each answer names what fixes its unit ("stock moves"), or is empty (rule I22)."""

cost_method_in_use = PluginPoint("items.cost_method_in_use", many=True)
"""Called with an item; each answer names what fixes its cost method ("stock values"), or is empty (rule I15)."""


def planning(item, site) -> models.ItemSite | None:
    """How the item is planned at the site; None when nobody said."""
    return models.ItemSite.objects.filter(item=item, site=site).first()


def to_order(item_ids, site_id: int) -> set[int]:
    """Those of the items that are made or bought to order at a site: what lies there serves nobody by itself (P22)."""
    return {row.item_id for row in _to_order(list(item_ids), site_id)}


_to_order = Prepared(
    lambda keys, site: models.ItemSite.objects.filter(item_id__any_of=keys, site=site, policy="mto").order_by()
)


def standard_cost(item, company_id: int) -> Decimal:
    """The standard cost of one stocking unit in the company's base currency; 0 when none is set."""
    return standard_costs([item.pk], company_id).get(item.pk, Decimal(0))


def standard_costs(item_ids, company_id: int) -> dict[int, Decimal]:
    """Standard cost by item id, for those that have one."""
    return dict(
        models.ItemCost.objects.filter(item_id__in=list(item_ids), company_id=company_id).values_list(
            "item_id", "standard_cost"
        )
    )


def by_code(text: str) -> models.Item | None:
    """The item a person typed or scanned: its code, its barcode, or the barcode of one of its units."""
    found = models.Item.objects.filter(code__iexact=text).first() or models.Item.objects.filter(barcode=text).first()
    if found is None and text:
        special = models.ItemUnit.objects.filter(barcode=text).select_related("item").first()
        found = special.item if special else None
    return found


@codes.known_to_module.fill
def scanned(code: str, ctx) -> list[models.Item]:
    """The item of a unit (carton, pallet) whose barcode was read."""
    return [u.item for u in models.ItemUnit.objects.filter(barcode__in=codes.readings(code)).select_related("item")[:5]]


@organization.item_factor.fill
def special_factor(item, unit) -> Fraction | None:
    """Stocking units of the item in one of a unit special to it."""
    found = models.ItemUnit.objects.filter(item_id=item.pk, unit_id=unit.pk).first()
    return found.factor if found else None
