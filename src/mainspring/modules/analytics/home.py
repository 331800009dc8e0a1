"""Whom sales should call, on their home."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mainspring.kernel import home

home.watch(
    "analytics/customer-insights",
    {"risk": "high", "abc__in": "A,B", "party__owner": home.me},
    ngettext_lazy("%(count)d good customer fell silent", "%(count)d good customers fell silent", "count"),
    _("Yours, and the silence is unusual for them. Call before they buy elsewhere."),
    verb="plan_call",
    icon="clock-exclamation",
    tone="amber",
)
