"""Places goods can be: real ones on a site, and the outside world they come from and go to."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mainspring.kernel import fields, remembered
from mainspring.kernel.models.base import Entity


class LocationKind(models.TextChoices):
    INTERNAL = "internal", _("Storage")
    QUARANTINE = "quarantine", _("Quarantine")
    TRANSIT = "transit", _("In transit")
    CUSTOMER = "customer", _("Customers")
    SUPPLIER = "supplier", _("Suppliers")
    PRODUCTION = "production", _("Production")
    ADJUSTMENT = "adjustment", _("Adjustment")
    SCRAP = "scrap", _("Scrap")


OWNED = (LocationKind.INTERNAL, LocationKind.QUARANTINE, LocationKind.TRANSIT)
"""Kinds of places whose goods are ours: they have balances and a value in the books."""


@remembered.keep("site__company")
class Location(Entity):
    """A place of a site; goods in storage, quarantine and transit are ours."""

    site = fields.link("kernel.Site", _("site"), related_name="locations")
    code = models.CharField(_("code"), max_length=24)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=LocationKind, default=LocationKind.INTERNAL)
    is_default = models.BooleanField(
        _("default"), default=False, help_text=_("Goods of this kind go here unless another place is named.")
    )
    active = models.BooleanField(_("active"), default=True)

    key = ("site", "code")
    company_path = "site__company"
    scope_paths = {"site": "site"}

    class Meta:
        verbose_name, verbose_name_plural = _("location"), _("locations")
        ordering = ["site", "code"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="location_code_once"),
            models.UniqueConstraint(
                fields=["site", "kind"],
                name="location_default_once",
                condition=Q(is_default=True),
                violation_error_message=_("The site already has a default place of this kind."),
            ),
        ]

    def __str__(self):
        return self.code

    @property
    def is_owned(self) -> bool:
        return self.kind in OWNED
