"""Settings of planning."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.preferences import Preference

Preference(
    "planning.wait_days",
    "integer",
    5,
    _("Days to wait for late supply"),
    minimum=0,
    maximum=365,
    help=_("Supply late by so many days is to be expedited; only later supply is ordered again."),
)
Preference(
    "planning.early_days",
    "integer",
    5,
    _("Days supply may come early"),
    minimum=0,
    maximum=365,
    help=_("Supply that comes earlier than that before it is needed is to be deferred."),
)
