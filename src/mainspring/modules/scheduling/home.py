"""What planners find of the schedule on their home."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mainspring.kernel import home

home.watch(
    "scheduling/scheduled-orders",
    {"late_minutes__gt": "0"},
    ngettext_lazy("%(count)d order late by the schedule", "%(count)d orders late by the schedule", "count"),
    _("See why on the board: add a shift, take an alternate, or tell sales the new date."),
    verb="scheduling.schedule:move",
    kind="exception",
    icon="clock-exclamation",
    tone="red",
)
