"""What keeps units of items as they are once they are used."""

from django.db.models import Q
from django.utils.translation import gettext as _

from mainspring.modules.organization.models import unit_in_use

from . import models, queries  # noqa: F401  queries answers organization.item_factor


@unit_in_use.fill
def items_of(unit) -> str:
    """Units of items that are used keep their factor and category (I22)."""
    used = (
        models.Item.objects.filter(Q(unit=unit) | Q(purchase_unit=unit) | Q(sale_unit=unit)).exists()
        or models.ItemUnit.objects.filter(unit=unit).exists()
    )
    return _("items") if used else ""
