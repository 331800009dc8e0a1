"""Pages of the workshop: what to do next, reporting with big targets, picking by scan, and how far orders are."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mainspring.kernel import access, commands, limits
from mainspring.kernel.ids import uuid7
from mainspring.modules.engineering.models import InspectionPoint, Machine, OperationDocument, WorkCenter
from mainspring.web import addresses, menus
from mainspring.web.views import base

from . import dispatching, progress, queries
from .models import ProductionOperation, ProductionOrder, Reason
from .models.verbs import WORKED_ON


@menus.extra.fill
def in_the_menu(ctx):
    """The workshop's own pages, for whoever may see orders and operations."""
    if not (access.can(ctx, ProductionOrder, "view") and access.can(ctx, ProductionOperation, "view")):
        return []
    found = [("Production", _("Progress board"), "/production/progress/")]
    if access.can(ctx, ProductionOrder, "start"):
        found.insert(0, ("Production", _("What to do next"), "/production/floor/"))
    return found


# -- what to do next --------------------------------------------------------------------------------------------------


@require_GET
@base.signed_in
def floor(request):
    """The list of the day: mine, of a work center or of a machine, in the order it should be done."""
    ctx = request.ctx
    if not access.can(ctx, ProductionOrder, "view") or not access.can(ctx, ProductionOperation, "view"):
        raise Http404
    center, machine, text = _key(request, "center"), _key(request, "machine"), request.GET.get("q", "").strip()[:60]
    whose = request.GET.get("whose", "")
    jobs = dispatching.jobs(
        ctx,
        work_center=center,
        machine=machine,
        person=ctx.user.pk if whose == "mine" else None,
        text=limits.storable(text),
    )
    centers = access.rows(ctx, WorkCenter).filter(active=True).order_by("code")
    return render(
        request,
        "production/floor.html",
        {
            "page": {"title": _("What to do next"), "subtitle": _("In this order; what waits stands at the end.")},
            "jobs": [_card(job) for job in jobs],
            "may_start": access.can(ctx, ProductionOrder, "start"),
            "centers": centers,
            "machines": access.rows(ctx, Machine).filter(active=True, work_center=center) if center else (),
            "center": center,
            "machine": machine,
            "whose": whose,
            "q": text,
        },
    )


def _card(job) -> dict:
    operation = job.operation
    return {
        "job": job,
        "operation": operation,
        "order": operation.order,
        "url": f"/production/floor/{operation.pk}/",
        "started": operation.progress in ("running", "paused") or operation.good_quantity > 0,
        "key": str(uuid7()),
    }


def _operation(request, pk: int) -> ProductionOperation:
    found = (
        ProductionOperation.objects.filter(pk=pk, order__in=access.rows(request.ctx, ProductionOrder))
        .select_related("order__item__unit", "work_center", "skill", "tool", "machine")
        .first()
    )
    if found is None or not access.can(request.ctx, ProductionOperation, "view"):
        raise Http404
    return found


@require_POST
@base.signed_in
def start(request, pk):
    operation = _operation(request, pk)
    commands.perform(operation.order, "start", base.with_key(request), operation=operation.sequence)
    return base.done(text=_("%(operation)s runs.") % {"operation": operation}, topics=("table",))


@require_http_methods(["GET", "POST"])
@base.signed_in
def pause(request, pk):
    """GET: the reasons as buttons. POST: pause with the one pressed."""
    operation = _operation(request, pk)
    if request.method == "GET":
        return _dialog(request, operation, "production/floor_pause.html", reasons=_reasons("pause"))
    reason = request.POST.get("reason") or None
    commands.perform(operation.order, "pause", base.with_key(request), operation=operation.sequence, reason=reason)
    return base.done(text=_("%(operation)s pauses.") % {"operation": operation}, topics=("table",))


@require_http_methods(["GET", "POST"])
@base.signed_in
def report(request, pk):
    """GET: good, scrap with its reason, rework, in large fields. POST: report the work."""
    operation = _operation(request, pk)
    if request.method == "GET":
        return _report_dialog(request, operation, {"good": _plain(operation.left)}, {})
    sent = {
        name: request.POST.get(name) or None for name in ("good", "scrap", "rework", "reason", "scrap_reason", "hours")
    }
    try:
        commands.perform(
            operation.order,
            "report",
            base.with_key(request),
            operation=operation.sequence,
            finish=bool(request.POST.get("finish")),
            **sent,
        )
    except ValidationError as error:
        found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        return _report_dialog(request, operation, sent, found, status=422)
    return base.done(
        text=_("%(operation)s: reported.") % {"operation": operation},
        topics=("table",),
        undo=f"/production/floor/{operation.pk}/undo/",
    )


@require_POST
@base.signed_in
def undo(request, pk):
    """Take the last report on the operation back."""
    operation = _operation(request, pk)
    commands.perform(operation.order, "undo", base.with_key(request), operation=operation.sequence)
    return base.done(text=_("Taken back."), topics=("table",))


def _reasons(*kinds: str):
    return Reason.objects.filter(active=True, kind__in=kinds)


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}" if quantity else ""


def _report_dialog(request, operation, values: dict, problems: dict, status: int = 200):
    return _dialog(
        request, operation, "production/floor_report.html", status=status, values=values, problems=problems,
        reasons=_reasons("scrap", "rework"), points=_of_step(operation, InspectionPoint),
        documents=_of_step(operation, OperationDocument),
    )  # fmt: skip


def _of_step(operation, model):
    routing = operation.order.routing_id
    return model.objects.filter(routing=routing, sequence=operation.sequence) if routing else model.objects.none()


def _dialog(request, operation, template: str, status: int = 200, **context):
    return render(
        request,
        template,
        {"operation": operation, "order": operation.order, "url": request.path, "key": str(uuid7())} | context,
        status=status,
    )


def _key(request, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


# -- picking ----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@base.signed_in
def picking(request, pk):
    """GET: the components of an order with their places. POST: take the one whose code was scanned."""
    order = _order(request, pk)
    if request.method == "POST":
        try:
            commands.perform(
                order, "pick", base.with_key(request), item=request.POST.get("item", ""),
                quantity=request.POST.get("quantity") or None,
            )  # fmt: skip
        except ValidationError as error:
            text = " ".join(error.messages)
            return _picking(request, order, problem=text, status=422)
        order.refresh_from_db()
        return _picking(request, order, taken=request.POST.get("item", ""))
    return _picking(request, order)


def _order(request, pk) -> ProductionOrder:
    try:
        found = access.rows(request.ctx, ProductionOrder).filter(pk=pk).select_related("item__unit", "site").first()
    except (ValidationError, ValueError):
        found = None
    if found is None:
        raise Http404
    return found


def _picking(request, order, *, problem: str = "", taken: str = "", status: int = 200):
    return render(
        request,
        "production/picking.html",
        {
            "page": {
                "title": _("Picking list"),
                "number": order.number,
                "subtitle": f"{order.item} · {_plain(order.quantity)} {order.item.unit.code}",
                "trail": [{"label": str(order), "href": addresses.of_record(order)}],
            },
            "order": order,
            "rows": queries.picking(order),
            "may_pick": access.can(request.ctx, ProductionOrder, "pick") and order.state in WORKED_ON,
            "problem": problem,
            "taken": taken,
            "key": str(uuid7()),
        },
        status=status,
    )


# -- progress ---------------------------------------------------------------------------------------------------------


@require_GET
@base.signed_in
def board(request):
    """Planned against actual of every open order, with the day it will be ready."""
    ctx = request.ctx
    if not access.can(ctx, ProductionOrder, "view") or not access.can(ctx, ProductionOperation, "view"):
        raise Http404
    text = limits.storable(request.GET.get("q", "").strip()[:60])
    only = request.GET.get("only", "")
    found = progress.board(ctx, page=_key(request, "page") or 1, only=only, text=text)
    return render(
        request,
        "production/progress.html",
        {"page": {"title": _("Progress board"), "subtitle": _("Planned above, actual and forecast below.")},
         "q": text, "only": only, **found},
    )  # fmt: skip


urlpatterns = [
    path("floor/", floor, name="production-floor"),
    path("floor/<int:pk>/start/", start, name="production-floor-start"),
    path("floor/<int:pk>/pause/", pause, name="production-floor-pause"),
    path("floor/<int:pk>/report/", report, name="production-floor-report"),
    path("floor/<int:pk>/undo/", undo, name="production-floor-undo"),
    path("picking/<uuid:pk>/", picking, name="production-picking"),
    path("progress/", board, name="production-progress"),
]
