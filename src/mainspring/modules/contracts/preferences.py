"""Settings of contracts, by company."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.preferences import Preference

Preference("contracts.signed_copy", "bool", False, _("A contract needs its signed copy before it is active"))
Preference("contracts.match_receipts", "bool", True, _("Receipts fill the oldest instalments by themselves"))
Preference(
    "contracts.remind_before_days",
    "integer",
    3,
    _("Remind of instalments before they are due (days)"),
    minimum=0,
    maximum=90,
)
Preference("contracts.remind_after_days", "text", "1 7 21", _("Remind of overdue instalments after (days)"))
Preference("contracts.letter_days", "integer", 7, _("Days between two reminders to a customer"), minimum=0, maximum=365)
