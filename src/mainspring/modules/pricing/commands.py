"""Prices hold the units of their items in place."""

from django.db.models import F
from django.utils.translation import gettext as _

from mainspring.modules.items import queries as items
from mainspring.modules.organization.models import unit_in_use

from . import models


@items.in_use.fill
def prices_of(item) -> str:
    """Prices in another unit than the stocking unit were set for that conversion (I22)."""
    return _("prices") if models.Price.objects.filter(item=item).exclude(unit=F("item__unit")).exists() else ""


@unit_in_use.fill
def prices_in(unit) -> str:
    return _("prices") if models.Price.objects.filter(unit=unit).exists() else ""
