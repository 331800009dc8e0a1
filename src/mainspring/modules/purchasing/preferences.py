"""Settings of purchasing."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.preferences import Preference

Preference(
    "purchasing.over_receipt_pct",
    "decimal",
    Decimal(0),
    _("Over-receipt allowed (%)"),
    minimum=0,
    maximum=100,
    help=_("A receipt above it is refused."),
)
Preference(
    "purchasing.under_receipt_pct",
    "decimal",
    Decimal(0),
    _("Short receipt that completes a line (%)"),
    minimum=0,
    maximum=100,
    help=_("With so much or less missing, nothing more is expected."),
)
Preference(
    "purchasing.price_tolerance_pct",
    "decimal",
    Decimal(2),
    _("Bill price above the order (%)"),
    minimum=0,
    maximum=1000,
    help=_("A bill above it waits for the buyer."),
)
Preference(
    "purchasing.price_tolerance_amount",
    "decimal",
    Decimal(5),
    _("Bill line above the order (amount)"),
    minimum=0,
    help=_("In base currency; both limits must be kept."),
)
Preference(
    "purchasing.quantity_tolerance_pct",
    "decimal",
    Decimal(0),
    _("Billed quantity above the received (%)"),
    minimum=0,
    maximum=100,
)
