"""What there is to make things with, and why a work center has the hours it has on a day (CAP-01)."""

from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mainspring.kernel import access, formats
from mainspring.modules.engineering import queries as engineering
from mainspring.modules.engineering.models import CapacityChange, Downtime, SupplierCapacity, Tool, WorkCenter
from mainspring.modules.organization.models import CalendarException
from mainspring.web import addresses, menus
from mainspring.web.views import base

from . import queries, supplying
from .models import ProductionOperation

DAY_MINUTES = 1440
WEEKS = 6


@require_GET
@base.signed_in
def resources(request):
    """Work centers with their machines, people and hours of the week; tools; what suppliers can do."""
    ctx = request.ctx
    if not access.can(ctx, WorkCenter, "view"):
        raise Http404
    monday = _monday(request)
    last = monday + timedelta(days=7)
    centers = list(
        access.rows(ctx, WorkCenter)
        .filter(site__company=ctx.company_id, active=True)
        .select_related("site", "department", "calendar")
        .annotate(
            machine_count=Count("machines", filter=Q(machines__active=True), distinct=True),
            operator_count=Count("operators", filter=Q(operators__person__is_active=True), distinct=True),
        )
        .order_by("site__code", "code")
    )
    offered = engineering.standard_hours(centers, monday, last)
    loads = {row["work_center_id"]: row for row in queries.load(ctx, starts_on=monday, weeks=1)}
    still = _standing(centers, monday, last)
    rows = [_center(c, offered, loads.get(c.pk), still.get(c.pk, 0), monday) for c in centers]
    return render(
        request,
        "production/resources.html",
        {
            "page": {
                "title": _("Resources"),
                "subtitle": _week(monday),
                "trail": [{"label": menus.name_of("Production")}],
            },
            "rows": rows,
            "tools": _tools(ctx, monday, last),
            "suppliers": supplying.weeks(ctx, monday, WEEKS) if access.can(ctx, SupplierCapacity, "view") else [],
            "supplier_weeks": [f"{monday + timedelta(weeks=n):%G-W%V}" for n in range(WEEKS)],
            "may_change": access.can(ctx, SupplierCapacity, "create"),
            **_steps(monday),
        },
    )


def _center(center, offered: dict, load: dict | None, still: int, monday: date) -> dict:
    open_hours = sum((offered[center.pk, monday + timedelta(days=d)] for d in range(7)), Decimal(0))
    used = load["planned"] + load["done"] if load else Decimal(0)
    return {
        "center": center,
        "href": f"/production/capacity/{center.pk}/?week={monday}",
        "machines": center.machine_count,
        "still": still,
        "people": center.operator_count,
        "open": formats.number(open_hours, 0, 1),
        "used": formats.number(used, 0, 1),
        "over": used > open_hours,
        "pct": min(int(used * 100 / open_hours), 100) if open_hours else (100 if used else 0),
        "none": not open_hours,
    }


def _standing(centers, first: date, last: date) -> dict[int, int]:
    """{work center: how many of its machines stand still on a day of the week}."""
    found = Downtime.objects.filter(
        machine__work_center__in=[c.pk for c in centers], starts_on__lt=last, ends_on__gt=first
    )
    rows = found.order_by().values_list("machine__work_center").annotate(n=Count("machine", distinct=True))
    return dict(rows)


def _tools(ctx, first: date, last: date) -> list[dict]:
    """Tools with their pieces and how many operations of the week need one."""
    if not access.can(ctx, Tool, "view"):
        return []
    needs = dict(
        ProductionOperation.objects.filter(
            order__company=ctx.company_id, order__state__in=("confirmed", "released", "in_progress"),
            tool__isnull=False, starts_on__lt=last, ends_on__gte=first,
        )
        .exclude(progress="done").order_by().values_list("tool").annotate(n=Count("pk"))
    )  # fmt: skip
    found = access.rows(ctx, Tool).filter(site__company=ctx.company_id, active=True).select_related("site")
    return [{"tool": one, "href": addresses.of_record(one), "needed": needs.get(one.pk, 0)} for one in found]


# -- the week of a work center ----------------------------------------------------------------------------------------


@require_GET
@base.signed_in
def week_of(request, pk):
    """A work center's week as a picture: plant, shifts, machines and people, what they have in common, and why."""
    ctx = request.ctx
    if not access.can(ctx, WorkCenter, "view"):
        raise Http404
    center = (
        access.rows(ctx, WorkCenter)
        .filter(pk=pk, site__company=ctx.company_id)
        .select_related("site", "department", "calendar")
        .first()
    )
    if center is None:
        raise Http404
    monday = _monday(request)
    days = engineering.capacity_days(center, monday, monday + timedelta(days=7))
    holidays = _named_days(center, days)
    change = {
        "label": _("Change the capacity"),
        "icon": "calendar-cog",
        "name": "change",
        "href": f"/engineering/capacity-changes/new/?work_center={center.pk}&starts_on={monday}",
    }
    changing = [change] if access.can(ctx, CapacityChange, "create") else []
    return render(
        request,
        "production/capacity.html",
        {
            "page": {
                "title": str(center),
                "subtitle": _week(monday),
                "trail": [{"label": _("Resources"), "href": f"/production/capacity/?week={monday}"}],
                "quiet": [
                    {"label": _("Work center"), "href": addresses.of_record(center), "icon": "settings-cog",
                     "name": "center"},
                    *changing,
                ],
            },
            "center": center,
            "days": [_shown(day, center, holidays) for day in days],
            "total": formats.number(sum((d.hours for d in days), Decimal(0)), 0, 1),
            "scale": [{"at": round(h * 100 / 24, 2), "label": f"{h:02}"} for h in (0, 6, 12, 18)],
            **_steps(monday),
        },
    )  # fmt: skip


def _named_days(center, days) -> dict[date, str]:
    """{day: what it is called} of the days that differ from the week in the calendars of the work center and plant."""
    keys = [center.calendar_id, *([c.calendar_id] if (c := getattr(center.site, "working_calendar", None)) else [])]
    found = CalendarException.objects.filter(calendar__in=keys, on_date__in=[d.on for d in days])
    return {one.on_date: one.name or (_("worked") if one.is_working else _("closed")) for one in found}


def _shown(day: engineering.CapacityDay, center, holidays: dict) -> dict:
    lines = []
    if day.plant is not None:
        lines.append(_line(_("Plant"), day.plant))
    lines.append(_line(_("Shifts"), day.center))
    if day.change is not None and day.change.calendar_id:
        lines.append(_line(str(day.change.calendar), day.base))
    for member in day.members if day.base else ():
        line = _line(member.name, member.intervals, kind=member.kind)
        line["away"] = member.away is not None
        lines.append(line)
    result = {"bars": [_bar(start, end) | {"n": n} for start, end, n in day.at_once]}
    return {
        "day": day.on,
        "hours": formats.number(day.hours, 0, 1),
        "efficiency": formats.number(day.efficiency_pct, 0, 1),
        "none": not day.hours,
        "lines": lines,
        "result": result,
        "why": why(day, center, holidays.get(day.on, "")),
    }


def why(day: engineering.CapacityDay, center, holiday: str = "") -> list[str]:
    """What made the hours of a day fewer, more, or none, in words (U3)."""
    said = []
    if holiday:
        said.append(_("Calendar: %(name)s.") % {"name": holiday})
    if day.change is not None:
        said.append(_("Change of capacity: %(reason)s.") % {"reason": day.change.reason})
    if day.plant == () and not (day.change is not None and day.change.calendar_id):
        said.append(_("The plant is closed."))
    if not day.center:
        said.append(_("No shift of the work center."))
    elif day.plant and not day.base:
        said.append(_("The shifts and the plant have no open hour in common."))
    for member in day.members:
        if member.away is not None and day.base:
            reason = getattr(member.away, "reason", "") or _("away")
            said.append(_("%(name)s: %(reason)s.") % {"name": member.name, "reason": reason})
    machines = [m for m in day.members if m.kind == "machine" and m.intervals]
    people = [m for m in day.members if m.kind == "person"]
    if day.base and not day.at_once:
        if any(m.kind == "machine" for m in day.members) and not machines:
            said.append(_("No machine runs."))
        elif people and not any(m.intervals for m in people):
            said.append(_("Nobody who works here is there."))
        elif machines and people:
            said.append(_("Machines and people have no hour in common."))
    elif people and len([m for m in people if m.intervals]) < (len(machines) or day.size):
        said.append(
            _("People limit it: %(people)s there for %(places)s places.")
            % {"people": len([m for m in people if m.intervals]), "places": len(machines) or day.size}
        )
    return said


def _line(name: str, intervals, kind: str = "") -> dict:
    return {"name": name, "kind": kind, "away": False, "bars": [_bar(start, end) for start, end in intervals]}


def _bar(start: int, end: int) -> dict:
    """Where an interval stands on a day of 24 hours; what runs past midnight is cut there."""
    end = min(end, DAY_MINUTES)
    return {
        "left": round(start * 100 / DAY_MINUTES, 2),
        "width": round(max(end - start, 0) * 100 / DAY_MINUTES, 2),
        "title": f"{start // 60:02}:{start % 60:02}–{end // 60 % 24:02}:{end % 60:02}",
    }


def _monday(request) -> date:
    try:
        day = date.fromisoformat(request.GET.get("week", ""))
        day = day if 2000 <= day.year < 2200 else request.ctx.business_date
    except ValueError:
        day = request.ctx.business_date
    return day - timedelta(days=day.weekday())


def _week(monday: date) -> str:
    return f"{monday:%G-W%V} · {formats.day(monday)} – {formats.day(monday + timedelta(days=6))}"


def _steps(monday: date) -> dict:
    return {
        "earlier": f"?week={monday - timedelta(days=7)}",
        "later": f"?week={monday + timedelta(days=7)}",
        "monday": monday,
    }
