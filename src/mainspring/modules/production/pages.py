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
from mainspring.kernel.models import Attachment
from mainspring.modules.engineering.models import Machine, OperationDocument, WorkCenter
from mainspring.web import addresses, menus
from mainspring.web.views import base

from . import dispatching, measuring, pages_capacity, progress, queries
from .models import Measurement, ProductionOperation, ProductionOrder, Reason
from .models.verbs import WORKED_ON


@menus.extra.fill
def in_the_menu(ctx):
    """The workshop's own pages, for whoever may see orders and operations."""
    if not (access.can(ctx, ProductionOrder, "view") and access.can(ctx, ProductionOperation, "view")):
        return []
    found = [("Production", _("Progress board"), "/production/progress/")]
    if access.can(ctx, WorkCenter, "view"):
        found.append(("Production", _("Resources"), "/production/capacity/"))
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
        .select_related("order__item__unit", "work_center", "skill", "tool", "machine", "rework_of")
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
    points = measuring.points_of(operation)
    seen = {point.pk: request.POST.get(f"point-{point.pk}", "").strip()[:60] for point in points}
    try:
        commands.perform(
            operation.order,
            "report",
            base.with_key(request),
            operation=operation.sequence,
            finish=bool(request.POST.get("finish")),
            measured="\n".join(f"{point.name} = {seen[point.pk]}" for point in points if seen[point.pk]),
            **sent,
        )
    except ValidationError as error:
        found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        return _report_dialog(request, operation, sent, found, seen=seen, status=422)
    wrong = _outside_limits(operation)
    return base.done(
        text=_("%(operation)s: reported, but outside the limits: %(points)s.")
        % {"operation": operation, "points": wrong}
        if wrong
        else _("%(operation)s: reported.") % {"operation": operation},
        tone="danger" if wrong else "success",
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


def _outside_limits(operation) -> str:
    """Inspection points of the last report on the operation that were not right."""
    last = operation.reports.filter(kind="work", state="posted").order_by("-number").first()
    found = Measurement.objects.filter(report=last, is_right=False) if last else ()
    return ", ".join(str(one) for one in found)


def _report_dialog(request, operation, values: dict, problems: dict, *, seen: dict | None = None, status: int = 200):
    points = [{"point": point, "value": (seen or {}).get(point.pk, "")} for point in measuring.points_of(operation)]
    return _dialog(
        request, operation, "production/floor_report.html", status=status, values=values, problems=problems,
        reasons=_reasons("scrap", "rework"), points=points, documents=_documents(request.ctx, operation),
    )  # fmt: skip


def _documents(ctx, operation) -> list[dict]:
    """The documents of the step with the files that are attached to them: what the operator opens where he works."""
    routing = operation.order.routing_id
    if not routing or not access.can(ctx, OperationDocument, "view"):
        return []
    sequence = operation.rework_of.sequence if operation.rework_of_id else operation.sequence
    found = list(access.rows(ctx, OperationDocument).filter(routing=routing, sequence=sequence))
    files: dict[str, list] = {}
    for file in Attachment.objects.filter(
        entity=OperationDocument._meta.label_lower, record_id__in=[str(one.pk) for one in found]
    ).order_by("name"):
        files.setdefault(file.record_id, []).append(file)
    return [
        {"title": one.title, "href": addresses.of_record(one), "files": files.get(str(one.pk), [])} for one in found
    ]


@require_GET
@base.signed_in
def how(request, pk):
    """How the step is done: instruction, documents, what is checked, tool, skill, and its material."""
    operation = _operation(request, pk)
    first = operation.order.operations.order_by("sequence").values_list("sequence", flat=True).first()
    material = [
        row
        for row in queries.picking(operation.order)
        if row["operation_sequence"] == operation.sequence
        or (row["operation_sequence"] is None and operation.sequence == first)
    ]
    return _dialog(
        request, operation, "production/floor_how.html", documents=_documents(request.ctx, operation),
        points=measuring.points_of(operation), material=material,
    )  # fmt: skip


def _dialog(request, operation, template: str, status: int = 200, **context):
    return render(
        request,
        template,
        {"operation": operation, "order": operation.order, "url": request.path, "key": str(uuid7())} | context,
        status=status,
    )


def _key(request, name: str) -> int | None:
    """A number of the address; None when it is none."""
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
    found = progress.board(ctx, page=min(_key(request, "page") or 1, 1_000_000), only=only, text=text)
    return render(
        request,
        "production/progress.html",
        {"page": {"title": _("Progress board"), "subtitle": _("Planned above, actual and forecast below.")},
         "q": text, "only": only, **found},
    )  # fmt: skip


urlpatterns = [
    path("floor/", floor, name="production-floor"),
    path("floor/<int:pk>/how/", how, name="production-floor-how"),
    path("floor/<int:pk>/start/", start, name="production-floor-start"),
    path("floor/<int:pk>/pause/", pause, name="production-floor-pause"),
    path("floor/<int:pk>/report/", report, name="production-floor-report"),
    path("floor/<int:pk>/undo/", undo, name="production-floor-undo"),
    path("picking/<uuid:pk>/", picking, name="production-picking"),
    path("capacity/", pages_capacity.resources, name="production-resources"),
    path("capacity/<int:pk>/", pages_capacity.week_of, name="production-capacity"),
    path("progress/", board, name="production-progress"),
]
