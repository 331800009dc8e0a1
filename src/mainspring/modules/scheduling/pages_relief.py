"""What relieves a week of a work center: choices with their effects, done and taken back (CAP-06)."""

from datetime import date
from types import SimpleNamespace

from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mainspring.kernel import access, formats
from mainspring.modules.engineering.models import WorkCenter
from mainspring.modules.planning import queries as planning
from mainspring.modules.production.models import ProductionOrder
from mainspring.web.views import base

from . import choices
from .models import Schedule
from .sight import viewers

UNDO_SECONDS = 3600


@planning.relief.fill
def relief_address(ctx, center, monday) -> str:
    """Where the load page of a week finds its choices."""
    may = access.can(ctx, Schedule, "solve") and access.can(ctx, ProductionOrder, "view")
    return f"/scheduling/relief/{center.pk}/{monday.isoformat()}/" if may else ""


def _center_and_week(request, center_id, week):
    center = access.rows(request.ctx, WorkCenter).filter(pk=center_id, site__company=request.ctx.company_id).first()
    try:
        monday = date.fromisoformat(week)
    except ValueError:
        raise Http404 from None
    if center is None or not access.can(request.ctx, Schedule, "solve"):
        raise Http404
    return center, monday


@require_GET
@viewers
def relief(request, center_id, week):
    """What relieves a work center in a week, each with its effect."""
    center, monday = _center_and_week(request, center_id, week)
    found = choices.choices(request.ctx, center, monday)
    shown = [
        {
            "kind": _kind(one.kind),
            "title": one.title,
            "hours": formats.number(one.hours, 0, 1),
            "cost": formats.number(one.cost, 0, 0),
            "before": one.late_before,
            "after": one.late_after,
            "better": one.late_after is not None and one.late_after < (one.late_before or 0),
            "warning": one.warning,
            "token": signing.dumps(one.as_data(), salt="choice"),
        }
        for one in found
    ]
    context = {"choices": shown, "url": request.path, "currency": formats.base_currency(request.ctx.company_id)}
    return render(request, "scheduling/relief.html", context)


def _kind(kind: str) -> str:
    return {
        "shift": _("Extra shift"),
        "alternate": _("Alternate work center"),
        "subcontract": _("Supplier"),
        "split": _("Split"),
        "move": _("Another week"),
    }[kind]


@require_POST
@viewers
def apply(request, center_id, week):
    """Do one of them, with the way back."""
    _center_and_week(request, center_id, week)
    try:
        data = signing.loads(request.POST.get("choice", ""), salt="choice", max_age=24 * UNDO_SECONDS)
    except signing.BadSignature:
        raise ValidationError(_("This offer is no longer valid; load the page again.")) from None
    one = choices.Choice.of(data)
    done = choices.apply(request.ctx, one)
    token = signing.dumps(done.back, salt="relief")
    return base.done(refresh=True, text=one.title, undo=f"/scheduling/relief/undo/?of={token}")


@require_POST
@viewers
def take_back(request):
    """Undo what was done to relieve a week."""
    try:
        back = signing.loads(request.GET.get("of", ""), salt="relief", max_age=UNDO_SECONDS)
    except signing.BadSignature:
        raise ValidationError(_("This can no longer be undone.")) from None
    choices.take_back(request.ctx, SimpleNamespace(back=[tuple(row) for row in back]))
    return base.done(refresh=True, text=_("Undone."))
