"""Settings of selling, by company."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.preferences import Preference

Preference(
    "sales.discount_limit_pct", "decimal", Decimal(10), _("Discount without approval (%)"), minimum=0, maximum=100
)
Preference("sales.quotation_days", "integer", 30, _("Quotations are valid for (days)"), minimum=0, maximum=3650)
Preference("sales.over_delivery_pct", "decimal", Decimal(0), _("Over-delivery allowed (%)"), minimum=0, maximum=100)
Preference(
    "sales.short_close_pct",
    "decimal",
    Decimal(0),
    _("Under-delivery that completes a line (%)"),
    minimum=0,
    maximum=100,
)
Preference("sales.order_on_acceptance", "bool", False, _("Make the order when a customer accepts by link"))
