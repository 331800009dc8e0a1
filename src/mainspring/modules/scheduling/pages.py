"""The pages of scheduling: the board, its list, and why an order is late; their addresses and those of the others."""

from datetime import date, timedelta

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mainspring.kernel import access, commands, formats
from mainspring.modules.engineering.models import WorkCenter
from mainspring.modules.production.models import ProductionOrder
from mainspring.web import addresses, menus
from mainspring.web.views import base
from mainspring.web.views_collab import jobs as job_cards

from . import board, causes, changes, moving, pages_moving, pages_relief
from .clock import Clock
from .models import Schedule, ScheduleChange, ScheduledOrder
from .sight import of_schedule, sites_with_centers, viewers

WATCHED = "scheduling.schedule"


@menus.extra.fill
def in_the_menu(ctx):
    """The board, for whoever may see schedules."""
    if not access.can(ctx, Schedule, "view"):
        return []
    return [("Planning", _("Schedule board"), "/scheduling/board/")]


# -- the board ----------------------------------------------------------------------------------------------------


@require_GET
@viewers
def chosen_board(request):
    """The board of the site in the address, else of the first one with most to do; a first one is offered."""
    ctx = request.ctx
    sites = list(sites_with_centers(ctx))
    known = {
        s.site_id: s for s in access.rows(ctx, Schedule).filter(site__in=sites).select_related("site__company", "job")
    }
    wanted = request.GET.get("site", "")
    site = next((s for s in sites if str(s.pk) == wanted), None)
    if site is None and known:
        site = max((s for s in sites if s.pk in known), key=lambda s: known[s.pk].operations_count)
    site = site or next(iter(sites), None)
    if site is None or site.pk not in known:
        return render(request, "scheduling/none.html", _without(request, sites, site))
    return render(request, "scheduling/board.html", _board_context(request, known[site.pk], sites))


def _without(request, sites, site) -> dict:
    return {
        "page": {"title": _("Schedule board"), "trail": [{"label": menus.name_of("Planning")}]},
        "sites": _site_links(sites, site),
        "site": site,
        "may": access.can(request.ctx, Schedule, "create"),
    }


def _site_links(sites, chosen) -> list[dict]:
    return [
        {"label": str(s), "href": f"/scheduling/board/?site={s.pk}", "active": s == chosen} for s in sites
    ] if len(sites) > 1 else []  # fmt: skip


def _board_context(request, schedule: Schedule, sites) -> dict:
    ctx, root = request.ctx, f"/scheduling/board/{schedule.pk}/"
    may = {verb: access.can(ctx, Schedule, verb) for verb in ("move", "solve", "take_over", "undo", "change")}
    verbs = []
    if may["take_over"] and schedule.solved_at and schedule.taken_over_revision != schedule.revision:
        verbs.append({"name": "take_over", "label": _("Take over"), "url": f"{root}take-over/", "icon": "checks"})
    if may["change"]:
        href = f"{addresses.of_record(schedule)}"
        verbs.append({"name": "settings", "label": _("Settings"), "href": href, "icon": "settings"})
    page = {
        "title": _("Schedule board"),
        "subtitle": str(schedule.site),
        "trail": [{"label": menus.name_of("Planning")}],
        "quiet": verbs,
    }
    if may["solve"]:
        page["primary"] = {
            "name": "solve",
            "label": _("Compute the schedule"),
            "url": f"{root}solve/",
            "icon": "refresh",
        }
    last = ScheduleChange.objects.filter(schedule=schedule, is_undone=False).first()
    return {
        "page": page,
        "sites": _site_links(sites, schedule.site),
        "schedule": schedule,
        "state": state_of(request, schedule),
        "props": {
            "url": root,
            "may": may["move"],
            "watch": WATCHED,
            "undo": bool(last) and may["undo"],
        },
        "list": _list_context(request, schedule, may["move"]),
    }


def state_of(request, schedule: Schedule) -> dict:
    """What stands over the board: how old it is, what it costs beside due-date order, and what did not fit."""
    job = schedule.job
    running = job is not None and job.state in ("queued", "running")
    cost, other = schedule.cost, schedule.due_date_cost
    return {
        "url": f"/scheduling/board/{schedule.pk}/state/",
        "solved": formats.moment(schedule.solved_at) if schedule.solved_at else "",
        "changes": changes.told(schedule),
        "job": job_cards.card(job, request) if job is not None and (running or job.state == "failed") else None,
        "is_new": schedule.solved_at is None,
        "untaken": schedule.solved_at is not None and schedule.taken_over_revision != schedule.revision,
        "operations": schedule.operations_count,
        "late": schedule.late_count,
        "parts": comparison(cost, other, schedule.site.company) if cost else [],
        "problems": told_problems(schedule),
    }


def comparison(cost: dict, other: dict, company) -> list[dict]:
    """The parts of the objective, of the schedule and of plain due-date order (U12)."""
    currency = formats.base_currency(company.pk)

    def row(label, name, *, money=True):
        texts = [formats.number(part.get(name) or 0, 0, 0) for part in (cost, other)]
        better = (cost.get(name) or 0) <= (other.get(name) or 0)
        return {"label": label, "own": texts[0], "due": texts[1], "unit": currency if money else "", "better": better}

    return [
        row(_("Cost in all"), "total"),
        row(_("Lateness"), "tardiness"),
        row(_("Contribution earned later"), "lost_value"),
        row(_("Work in process"), "holding"),
        row(_("Change-overs"), "changeover"),
        row(_("Late orders"), "late_orders", money=False),
        row(_("Minutes of change-over"), "changeover_minutes", money=False),
    ]


PROBLEM_MAX = 40


def told_problems(schedule: Schedule) -> list[dict]:
    """What did not fit, in words, with the order it stands on and who answers for it (CAP-05)."""
    rows = schedule.problems[:PROBLEM_MAX]
    orders = ProductionOrder.objects.select_related("responsible", "created_by").in_bulk(
        {row["order_id"] for row in rows if row.get("order_id")}
    )
    items = causes.Names([{"item": row["item"]} for row in rows if row.get("item")]).items
    found = []
    for row in rows:
        order = next((o for k, o in orders.items() if str(k) == row.get("order_id")), None)
        owner = (order.responsible or order.created_by) if order else None
        words = _problem_words(row["kind"]) % {
            "subject": row.get("subject", ""), "item": items.get(row.get("item"), ""), "rule": row.get("rule", "")
        }  # fmt: skip
        found.append(
            {
                "text": words,
                "order": str(order) if order else "",
                "href": causes.address(row["order_id"]) if order else "",
                "owner": str(owner) if owner else "",
            }
        )
    return found


def _problem_words(kind: str) -> str:
    return {
        "pin": _("“%(subject)s” could not stay pinned: %(rule)s."),
        "no_hour": _("“%(subject)s” is scheduled without a person: %(rule)s."),
        "nobody": _("Nobody may do “%(subject)s” there: name operators or skills."),
        "no_tool": _("The tool of “%(subject)s” is not active or has no piece."),
        "changeover": _("“%(subject)s” follows what it must not follow; no other order was found."),
        "no_place": _("“%(subject)s” has no active work center; it is not scheduled."),
        "no_material": _("Nothing is on the way for %(item)s."),
    }.get(kind, "%(subject)s")


@require_GET
@of_schedule
def state(request, schedule):
    """What stands over the board, as it is now."""
    return render(request, "scheduling/state.html", {"state": state_of(request, schedule), "schedule": schedule})


@require_GET
@of_schedule
def bars(request, schedule):
    """The board as data; 304 while the revision the page has is the present one."""
    if request.GET.get("revision") == str(schedule.revision):
        return HttpResponse(status=304)
    return JsonResponse(board.picture(schedule, request.ctx), json_dumps_params={"separators": (",", ":")})


@require_POST
@base.signed_in
def create(request):
    """Make the schedule of a site and compute it."""
    site = next((s for s in sites_with_centers(request.ctx) if str(s.pk) == request.POST.get("site")), None)
    if site is None or not access.can(request.ctx, Schedule, "view"):
        raise Http404
    ctx = base.with_key(request)
    schedule = Schedule.objects.filter(site=site).first() or commands.create(Schedule, ctx, site=site)
    commands.perform(schedule, "solve", request.ctx)
    return redirect(f"/scheduling/board/?site={site.pk}")


@require_POST
@of_schedule
def solve(request, schedule):
    """Compute it in the background."""
    commands.perform(schedule, "solve", base.with_key(request))
    return base.done(refresh=True, text=_("The schedule is being computed; go on working."), tone="info")


@require_POST
@of_schedule
def take_over(request, schedule):
    """Give the orders its dates."""
    commands.perform(schedule, "take_over", base.with_key(request))
    return base.done(refresh=True, text=_("The orders follow the schedule now."))


# -- why late -----------------------------------------------------------------------------------------------------


@require_GET
@of_schedule
def why(request, schedule, order):
    """Why an order is late, as a part of the board."""
    found = ScheduledOrder.objects.filter(schedule=schedule, order=order).select_related("order__item").first()
    if found is None or not access.rows(request.ctx, ProductionOrder).filter(pk=order).exists():
        raise Http404
    return render(request, "scheduling/why.html", why_context(found))


def why_context(found: ScheduledOrder) -> dict:
    """{order, ready, due, late, causes} for the panel."""
    zone = Clock.since(found.ends_at, found.schedule.site)
    return {
        "scheduled": found,
        "ready": moving.told(found.schedule, found.ends_at),
        "due": formats.day(zone.day(zone.minute(found.late_from) - 1)),
        "late": lateness(found.late_minutes),
        "causes": [
            {
                "text": one.text,
                "share": round(100 * one.weight),
                "time": lateness(one.minutes),
                "from": moving.told(found.schedule, one.starts_at),
                "until": moving.told(found.schedule, one.ends_at),
                "steps": [{"label": label, "href": href} for label, href in one.steps],
            }
            for one in causes.told(found)
        ]
        if found.late_minutes
        else [],
        "board": f"/scheduling/board/?site={found.schedule.site_id}",
    }


def lateness(minutes: int) -> str:
    """Minutes as days, hours or minutes."""
    if minutes >= 2880:
        return _("%(n)s d") % {"n": formats.number(round(minutes / 1440, 1), 0, 1)}
    if minutes >= 120:
        return _("%(n)s h") % {"n": formats.number(round(minutes / 60, 1), 0, 1)}
    return _("%(n)s min") % {"n": minutes}


# -- the list -----------------------------------------------------------------------------------------------------


def _list_context(request, schedule: Schedule, may_move: bool) -> dict:
    clock = Clock.of(request.ctx, schedule.site)
    try:
        day = date.fromisoformat(request.GET.get("day", "")[:10])
        if not 2000 <= day.year <= 2200:
            day = clock.today
    except ValueError:
        day = clock.today
    center = request.GET.get("center", "")
    center_id = int(center) if center.isascii() and center.isdigit() and len(center) < 16 else None
    centers = WorkCenter.objects.filter(site=schedule.site, active=True).order_by("code")
    root = f"/scheduling/board/?site={schedule.site_id}"
    kept = f"&center={center_id}" if center_id else ""
    rows = board.listed(schedule, request.ctx, day=day, center=center_id)
    groups: dict = {}
    for row in rows:
        groups.setdefault(str(row["row"].machine or row["row"].work_center), []).append(row)
    return {
        "day": day.isoformat(),
        "title": formats.day(day),
        "previous": f"{root}{kept}&day={day - timedelta(days=1)}#list",
        "next": f"{root}{kept}&day={day + timedelta(days=1)}#list",
        "centers": [(c.pk, str(c), c.pk == center_id) for c in centers],
        "site": schedule.site_id,
        "groups": [{"label": label, "rows": found} for label, found in groups.items()],
        "may_move": may_move,
        "root": f"/scheduling/board/{schedule.pk}/",
    }


urlpatterns = [
    path("board/", chosen_board, name="scheduling-board"),
    path("board/new/", create, name="scheduling-create"),
    path("board/<int:key>/state/", state, name="scheduling-state"),
    path("board/<int:key>/bars/", bars, name="scheduling-bars"),
    path("board/<int:key>/solve/", solve, name="scheduling-solve"),
    path("board/<int:key>/take-over/", take_over, name="scheduling-take-over"),
    path("board/<int:key>/move/", pages_moving.move, name="scheduling-move"),
    path("board/<int:key>/undo/", pages_moving.undo, name="scheduling-undo"),
    path("board/<int:key>/<int:row>/pin/", pages_moving.pin, name="scheduling-pin"),
    path("board/<int:key>/<int:row>/move/", pages_moving.move_to, name="scheduling-move-to"),
    path("board/<int:key>/why/<uuid:order>/", why, name="scheduling-why"),
    path("relief/undo/", pages_relief.take_back, name="scheduling-relief-undo"),
    path("relief/<int:center_id>/<str:week>/", pages_relief.relief, name="scheduling-relief"),
    path("relief/<int:center_id>/<str:week>/apply/", pages_relief.apply, name="scheduling-relief-apply"),
]
