"""Who sees the pages of the plan, and how current it is."""

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from mainspring.kernel import formats
from mainspring.web.views import base

from . import queries
from .models import PlanMessage

KIND_NAMES = {"make": _lazy("Make"), "buy": _lazy("Buy")}


planners = base.readers(PlanMessage)
"""Only for people who read the plan's exceptions of the whole company."""


@planners
@require_GET
def age(request):
    """How current the plan is, as a line that renews itself."""
    return render(request, "planning/age.html", {"age": told_age(request.ctx)})


def told_age(ctx) -> dict:
    """{text, tone}: current, following so many changes, or that nobody follows."""
    found = queries.age(ctx)
    if not found.runs and (found.waiting or found.planned_on != ctx.business_date):
        said = ngettext("%(n)s change waits: no planner runs.", "%(n)s changes wait: no planner runs.", found.waiting)
        if not found.waiting:
            day = formats.day(found.planned_on) if found.planned_on else "–"
            return {"text": _("The plan is of %(day)s: no planner runs.") % {"day": day}, "tone": "danger"}
        return {"text": said % {"n": found.waiting}, "tone": "danger"}
    if found.waiting:
        said = ngettext(
            "Following %(n)s change, %(s)s s behind", "Following %(n)s changes, %(s)s s behind", found.waiting
        )
        return {"text": said % {"n": found.waiting, "s": formats.number(found.behind, 1)}, "tone": "warning"}
    said = _("The plan is current; the last change took %(s)s s.")
    return {"text": said % {"s": formats.number(found.seconds, 1)}, "tone": "success"}


def item_address(item: int, site: int) -> str:
    return f"/planning/workbench/{item}/{site}/"
