"""What planners find on their home: exceptions of the plan."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mainspring.kernel import access, formats, home

from . import queries
from .models import PlanMessage, PlanRun

home.watch(
    "planning/plan-messages",
    {"code": "late"},
    ngettext_lazy("%(count)d proposal comes too late", "%(count)d proposals come too late", "count"),
    _("The lead time is too short: expedite, split, or tell sales the new date."),
    verb="planning.planrun:run",
    kind="exception",
    icon="clock-exclamation",
    tone="red",
    due="needed_on",
)
home.watch(
    "planning/plan-messages",
    {"code": "expedite"},
    ngettext_lazy("%(count)d order to expedite", "%(count)d orders to expedite", "count"),
    _("They come later than they are needed. Ask the buyer or the workshop to bring them forward."),
    verb="planning.planrun:run",
    kind="exception",
    icon="player-track-next",
    tone="amber",
    due="needed_on",
)


@home.numbers.fill
def how_current(ctx):
    """How current the plan is, for planners."""
    if not access.can(ctx, PlanRun, "run") or not access.can(ctx, PlanMessage, "view"):
        return []
    found = queries.age(ctx)
    waits = found.waiting
    return [
        home.Number(
            _("The plan"),
            formats.number(waits) if waits else str(_("current")),
            href="/planning/workbench/",
            tone="red" if waits and not found.runs else "",
            note=_("changes it follows now") if waits else _("every change is in it"),
            order=11,
        )
    ]
