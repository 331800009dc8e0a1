"""Settings of scheduling."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.preferences import Preference

Preference(
    "scheduling.overtime_pct",
    "decimal",
    Decimal(50),
    _("Extra pay for extra shifts (%)"),
    minimum=0,
    maximum=300,
    help=_("On the labour part of the hourly cost of a work center."),
)
Preference(
    "scheduling.outside_days",
    "integer",
    5,
    _("Working days a supplier takes for an operation"),
    minimum=1,
    maximum=365,
    help=_("Where the source of the service names no lead time."),
)
