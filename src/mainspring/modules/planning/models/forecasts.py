"""What is expected to be asked for beside the orders there are."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields
from mainspring.kernel.models import Entity, Site
from mainspring.modules.items.models import Item


class DemandForecast(Entity):
    """How much of an item customers will ask for at a site in a period; orders consume it (rules P21, P23)."""

    item = fields.link(Item, _("item"), related_name="forecasts")
    site = fields.link(Site, _("site"))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    quantity = fields.QuantityField(_("quantity"), unit="item__unit")

    key = ("item", "site", "starts_on")
    company_path = "site__company"
    scope_paths = {"site": "site"}

    class Meta:
        verbose_name, verbose_name_plural = _("forecast"), _("forecasts")
        ordering = ["starts_on", "item", "site"]
        constraints = [
            models.UniqueConstraint(fields=["item", "site", "starts_on"], name="forecast_once"),
            models.CheckConstraint(
                name="forecast_positive",
                condition=Q(quantity__gt=0),
                violation_error_message=_("A forecast is above zero."),
            ),
            models.CheckConstraint(
                name="forecast_period",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The last day is not before the first."),
            ),
        ]

    def __str__(self):
        return f"{self.item.code} @ {self.site.code} {self.starts_on:%Y-%m-%d}"
