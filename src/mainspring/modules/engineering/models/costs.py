"""Roll-ups of cost as they were computed, kept so that versions and days can be compared."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import Company, DocumentLine, Entity
from mainspring.modules.items.models import Item

from .bills import Bom


class CostRollUp(Entity):
    """What one unit of an item cost by a version of its bill on a day, through all levels."""

    bom = fields.link(Bom, _("bill of material"), related_name="roll_ups")
    item = fields.link(Item, _("item"))
    company = fields.link(Company, _("company"))
    rolled_up_on = models.DateField(_("date"))
    material = fields.PriceField(_("material"))
    labour = fields.PriceField(_("labour"))
    machine = fields.PriceField(_("machine hours"))
    overhead = fields.PriceField(_("overhead"))
    total = fields.PriceField(_("cost of one"))
    is_missing = models.BooleanField(_("a cost is missing"), default=False)

    company_path = "company"
    read_only = True

    class Meta:
        verbose_name, verbose_name_plural = _("cost roll-up"), _("cost roll-ups")
        ordering = ["-rolled_up_on", "-id"]

    def __str__(self):
        return f"{self.bom} {self.rolled_up_on}"


class CostRollUpLine(DocumentLine):
    """A row of the roll-up: one unit of an item at a level, with what its own level adds."""

    document = models.ForeignKey(CostRollUp, on_delete=models.CASCADE, related_name="lines")
    level = models.PositiveSmallIntegerField(_("level"))
    item = fields.link(Item, _("item"))
    quantity = fields.QuantityField(_("quantity"), unit="item__unit")
    material = fields.PriceField(_("material"))
    labour = fields.PriceField(_("labour"))
    machine = fields.PriceField(_("machine hours"))
    overhead = fields.PriceField(_("overhead"))
    is_missing = models.BooleanField(_("cost missing"), default=False)

    class Meta(DocumentLine.Meta):
        verbose_name, verbose_name_plural = _("row of a cost roll-up"), _("rows of a cost roll-up")

    def __str__(self):
        return f"{self.level} {self.item.code}"
