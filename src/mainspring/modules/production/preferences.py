"""Settings of production."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.preferences import Preference

Preference(
    "production.over_completion_pct",
    "decimal",
    Decimal(0),
    _("Output above the order (%)"),
    minimum=0,
    maximum=100,
    help=_("More output than that is refused."),
)
Preference(
    "production.backflush",
    "bool",
    False,
    _("Issue components with the output"),
    help=_("What the output needs and was not issued is taken out of stock when it is received."),
)
Preference(
    "production.measure_before_done",
    "bool",
    False,
    _("Measure before an operation ends"),
    help=_("An operation is done only when each of its inspection points was measured."),
)
