"""The work of departments: the master plan by plant, department, work center and person, and the tasks of a place."""

from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from mainspring.kernel import access, formats, resource
from mainspring.kernel.ids import uuid7
from mainspring.kernel.models import Department, User
from mainspring.modules.engineering.models import WorkCenter
from mainspring.modules.production.models import ProductionOperation, ProductionOrder
from mainspring.web import addresses, menus, reports
from mainspring.web.views import base

from . import tasklists, tasks
from .models import TaskList

WEEKS = 4
PROGRESS = dict(ProductionOperation.State.choices)
LEVEL_NAMES = {
    "site": _lazy("Plant"),
    "department": _lazy("Department"),
    "center": _lazy("Work center"),
    "person": _lazy("Person"),
}


def workers(view):
    """Only for people who see production orders and their operations."""

    @base.signed_in
    def inner(request, *args, **kwargs):
        if not tasks.may_see(request.ctx):
            raise Http404
        return view(request, *args, **kwargs)

    return inner


@workers
@require_GET
def board(request):
    """Hours by plant, department, work center and person, a column a week or a day; each number opens its tasks."""
    ctx = request.ctx
    by, start = ("day" if request.GET.get("by") == "day" else "week"), _day(request, "from", ctx.business_date)
    periods = tasks.days_of(start) if by == "day" else tasks.weeks(start, WEEKS)
    departments = _departments(ctx)
    chosen = _chosen_department(request, departments)
    top = tasks.broken_down(ctx, periods, department=chosen)
    lists = _lists(ctx, departments, periods) if by == "week" else {}
    rows = [row for place in top for row in _rows(place, ctx, periods, lists, 0)]
    step = timedelta(days=7 if by == "day" else 7 * WEEKS)
    about = {"by": by, "department": chosen.pk if chosen else "all"}
    return render(
        request,
        "planning/tasks.html",
        {
            "page": {
                "title": _("Work of the departments"),
                "subtitle": _("Hours left, of what is open; every row is the sum of those below it."),
                "trail": [{"label": menus.name_of("Production")}],
                "quiet": [
                    {"label": _("Export"), "href": reports.address("department-tasks", since=periods[0].first,
                     weeks=len(periods) if by == "week" else 1), "icon": "download", "name": "export"}
                ],
            },
            "rows": rows,
            "periods": [
                {"label": p.label, "title": _said_period(p), "today": p.first <= ctx.business_date < p.last}
                for p in periods
            ],
            "by": by,
            "tabs": [
                {"label": _("Weeks"), "href": _query(about | {"by": "week", "from": start}), "active": by == "week"},
                {"label": _("Days of a week"), "href": _query(about | {"by": "day", "from": start}),
                 "active": by == "day"},
            ],
            "earlier": _query(about | {"from": start - step}),
            "later": _query(about | {"from": start + step}),
            "now": _query(about),
            "departments": departments,
            "department": chosen,
            "start": start,
        },
    )  # fmt: skip


def _departments(ctx) -> list[Department]:
    """The departments whose work centers the person sees, and those they are part of."""
    own = set(tasks.centers_in_sight(ctx).exclude(department=None).values_list("department", flat=True))
    found = {d.pk: d for d in Department.objects.filter(company=ctx.company_id)}
    wanted: dict[int, Department] = {}
    for key in own:
        at: int | None = key
        while at is not None and at in found and at not in wanted:
            wanted[at] = found[at]
            at = found[at].parent_id
    return sorted(wanted.values(), key=lambda d: d.code)


def _chosen_department(request, departments: list[Department]) -> Department | None:
    """The one asked for; else that of the person, unless they hand out the work of all."""
    asked = request.GET.get("department", "")
    if asked == "all":
        return None
    if asked:
        found = next((d for d in departments if str(d.pk) == asked), None)
        if found is None:
            raise Http404
        return found
    if access.can(request.ctx, TaskList, "release"):
        return None
    return next((d for d in departments if d.pk == getattr(request.user, "department_id", None)), None)


def _lists(ctx, departments, periods) -> dict:
    """{(department, Monday): (its list, how many changes)} as far as the person sees lists."""
    if not access.can(ctx, TaskList, "view"):
        return {}
    seen = set(access.rows(ctx, TaskList).values_list("pk", flat=True)[:1000])
    found = tasklists.of_weeks(ctx, [d.pk for d in departments], [p.first for p in periods])
    found = {key: one for key, one in found.items() if one.pk in seen}
    changed = tasklists.changes([one for one in found.values() if one.state == "released"], ctx)
    return {key: (one, len(changed.get(one.pk, ()))) for key, one in found.items()}


def _rows(place: tasks.Place, ctx, periods, lists: dict, depth: int) -> list[dict]:
    """The row of a place and those below it, as the template shows them."""
    may_release = access.can(ctx, TaskList, "release")
    cells = []
    for cell, period in zip(place.cells, periods, strict=True):
        shown = {
            "left": formats.number(cell.left, 0, 1), "open": formats.number(cell.open, 0, 1), "done": cell.done,
            "done_text": formats.number(cell.done, 0, 1), "proposed": cell.proposed, "tasks": cell.tasks,
            "proposed_text": formats.number(cell.proposed, 0, 1), "over": cell.is_over and place.level != "person",
            "pct": min(cell.load_pct if cell.load_pct is not None else 100, 100),
            "href": _tasks_of(place, period.first, period.last),
            "label": f"{place.name}, {period.label}: {formats.number(cell.left, 0, 1)} h",
        }  # fmt: skip
        if place.level == "department" and place.record is not None and (period.last - period.first).days == 7:
            shown["list"] = _list_of(*lists.get((place.record.pk, period.first), (None, 0)))
            shown["may_release"] = may_release and not shown["list"] and cell.left and period.last > ctx.business_date
            shown["values"] = {"department": place.record.pk, "week": period.first.isoformat(), "key": str(uuid7())}
        cells.append(shown)
    total = place.total
    row = {
        "level": place.level, "level_name": LEVEL_NAMES[place.level], "name": place.name, "depth": depth,
        "cells": cells,
        "late": formats.number(place.late, 0, 1) if place.late else "", "late_tasks": place.late_tasks,
        "late_href": _tasks_of(place, None, None), "has_below": bool(place.below),
        "left": formats.number(total.left, 0, 1), "done": formats.number(total.done, 0, 1),
        "pct": int(total.done * 100 / (total.done + total.left)) if total.done + total.left else 0,
        "href": _page_of(place),
    }  # fmt: skip
    return [row, *(r for one in place.below for r in _rows(one, ctx, periods, lists, depth + 1))]


def _list_of(found: TaskList | None, n: int) -> dict | None:
    if found is None:
        return None
    text = found.state_label
    if n:
        text = ngettext("%(n)s change", "%(n)s changes", n) % {"n": n}
    who = f"{found.released_by or ''}, {formats.moment(found.released_at)}" if found.released_at else ""
    return {"href": addresses.of_record(found), "text": text, "tone": "warning" if n else "success", "title": who}


def _page_of(place: tasks.Place) -> str:
    """The record behind a row, where it has a page."""
    if place.level == "center":
        return f"/production/capacity/{place.record.pk}/"
    return ""


def _tasks_of(place: tasks.Place, first: date | None, last: date | None) -> str:
    """The address of the tasks of a place in a period; without one of those that are late."""
    asked: dict = {"since": first, "until": last} if first else {"late": 1}
    at: tasks.Place | None = place
    while at is not None:
        key = at.record.pk if at.record is not None else "none"
        asked[at.level] = key
        at = at.parent
    return f"/planning/tasks/of/?{_encoded(asked)}"


# -- the tasks of a place ---------------------------------------------------------------------------------------------

COLUMNS = (
    ("task", _lazy("Task"), "link"), ("item", _lazy("Item"), "text"), ("day", _lazy("Day"), "date"),
    ("hours", _lazy("Hours"), "quantity"), ("quantity", _lazy("Good of"), "quantity"),
    ("waits", _lazy("Waits for"), "text"), ("blocks", _lazy("Who waits for it"), "text"),
    ("due", _lazy("Due on"), "date"), ("center", _lazy("Work center"), "text"), ("person", _lazy("Person"), "text"),
    ("state", _lazy("State"), "state"),
)  # fmt: skip


@workers
@require_GET
def listed(request):
    """The tasks of a plant, department, work center or person in a period, with what each waits for and blocks."""
    ctx = request.ctx
    since = _day(request, "since", ctx.business_date - timedelta(days=ctx.business_date.weekday()))
    until = _day(request, "until", since + timedelta(days=7))
    centers, names = _centers_asked(request)
    late = request.GET.get("late") == "1"
    person, nobody = _person_asked(request, names)
    found = tasks.tasks(ctx, since, until, centers=centers, person=person, nobody=nobody, late=late)
    people = User.objects.in_bulk({row["person_id"] for row in found if row["person_id"]})
    title = _("Late tasks") if late else _("Tasks")
    table = {
        "url": request.get_full_path(),
        "title": title,
        "columns": [{"name": n, "label": label, "kind": kind} for n, label, kind in COLUMNS],
        "rows": [_task(row, people, ctx) for row in found],
        "count": len(found),
        "shown": str(len(found)),
        "empty": {"title": _("No tasks here"), "text": _("Nothing is planned for this place then."), "icon": "checks"},
    }
    when = "" if late else _said_period(tasks.Period(since, until))
    hours = sum((row["hours"] for row in found), Decimal(0))
    page = {
        "title": title,
        "subtitle": " · ".join(filter(None, [*names, when, f"{formats.number(hours, 0, 1)} h"])),
        "trail": [{"label": _("Work of the departments"), "href": "/planning/tasks/"}],
    }
    return render(request, "planning/tasks_of.html", {"page": page, "table": table})


def _centers_asked(request) -> tuple[list[int], list[str]]:
    """Work centers of the place asked for, all in sight; and what to call the place."""
    ctx, names = request.ctx, []
    found = tasks.centers_in_sight(ctx)
    if center := _key(request, "center"):
        found = found.filter(pk=center)
    elif request.GET.get("department") == "none":
        found = found.filter(department=None)
        names.append(_("No department"))
    elif department := _key(request, "department"):
        record = Department.objects.filter(pk=department, company=ctx.company_id).first()
        if record is None:
            raise Http404
        found = tasks.centers_in_sight(ctx, record)
        names.append(str(record))
    if site := _key(request, "site"):
        found = found.filter(site=site)
    centers = list(found)
    if not centers:
        raise Http404
    if len(centers) == 1:
        names.append(str(centers[0]))
    elif len({c.site_id for c in centers}) == 1 and not names:
        names.append(str(centers[0].site))
    return [c.pk for c in centers], names


def _person_asked(request, names: list[str]) -> tuple[int | None, bool]:
    asked = request.GET.get("person", "")
    if asked == "none":
        names.append(_("Nobody yet"))
        return None, True
    if asked == "me":
        names.append(str(request.user))
        return request.user.pk, False
    key = _key(request, "person")
    if key is None:
        return None, False
    names.append(str(User.objects.filter(pk=key).first() or ""))
    return key, False


def _task(row: dict, people: dict, ctx) -> dict:
    order = f"{addresses.of_resource(resource.by_model['production.productionorder'])}{row['order_id']}/"
    number = f"{row['number'] or _('Proposed')}/{row['sequence']} {row['name']}"
    flow = ProductionOrder.workflow
    state = PROGRESS.get(row["progress"]) if row["progress"] else flow.label(row["state"])
    late = row["due_on"] and row["due_on"] < ctx.business_date
    good = f"{formats.number(row['good'], 0, 6)} / {formats.number(row['quantity'], 0, 6)}"
    cells = [
        {"text": number, "href": order, "kind": "link"},
        {"text": row["code"], "kind": "text", "title": row["item_name"]},
        {"text": formats.day(row["on_date"]) if row["on_date"] else "", "kind": "date"},
        {"text": formats.number(row["hours"], 0, 2), "kind": "quantity"},
        {"text": good, "unit": row["unit"], "kind": "quantity"},
        {"text": _waits(row), "kind": "text"},
        _blocks(row),
        {"text": formats.day(row["due_on"]) if row["due_on"] else "", "kind": "date", "tone": "danger" if late else ""},
        {"text": row["center_code"], "kind": "text", "title": row["center_name"]},
        {"text": str(people.get(row["person_id"], "")), "kind": "text"},
        {"text": str(state), "kind": "state", "tone": "info" if row["progress"] == "running" else "neutral"},
    ]
    return {"id": f"{row['order_id']}-{row['sequence']}", "href": order, "cells": cells}


def _waits(row: dict) -> str:
    if row["before_sequence"] is None:
        return ""
    return _("operation %(n)s %(name)s") % {"n": row["before_sequence"], "name": row["before_name"]}


def _blocks(row: dict) -> dict:
    """The next operation of the order, else the document that needs the item first."""
    if row["after_sequence"] is not None:
        said = _("operation %(n)s %(name)s at %(center)s")
        values = {"n": row["after_sequence"], "name": row["after_name"], "center": row["after_center"]}
        return {"text": said % values, "kind": "text"}
    if row["for_number"] is None:
        return {"text": _("another order") if row["for_id"] else _("stock"), "kind": "text"}
    text = _("%(number)s on %(day)s") % {"number": row["for_number"] or "–", "day": formats.day(row["for_on"])}
    res = resource.by_model.get(row["for_kind"])
    return {"text": text, "kind": "link", "href": f"{addresses.of_resource(res)}{row['for_id']}/"} if res else {
        "text": text, "kind": "text"}  # fmt: skip


# -- releasing --------------------------------------------------------------------------------------------------------


@workers
@require_POST
def release(request):
    """Hand a week to a department: its list is made and released in one go."""
    ctx = base.with_key(request)
    access.require(request.ctx, TaskList, "create")
    department = Department.objects.filter(pk=_posted_key(request), company=request.ctx.company_id).first()
    if department is None:
        raise ValidationError({"department": _("Choose a department of the company you work in.")})
    week = _date(request.POST.get("week", ""))
    if week is None:
        raise ValidationError(
            {"week": _("“%(value)s” is not a valid value.") % {"value": request.POST.get("week", "")[:40]}}
        )
    record = tasklists.hand_over(ctx, department, week)
    text = _("%(list)s: %(department)s, %(week)s is released.")
    values = {"list": record.number, "department": department, "week": f"{record.week:%G-W%V}"}
    return base.done(text=text % values, topics=("table",))


def panel(record: TaskList, ctx) -> dict:
    """What the plan changed since a list was released, for its page."""
    if record.state != "released":
        return {"record": record, "changes": []}
    found = tasklists.changes([record], ctx)[record.pk]
    centers = WorkCenter.objects.in_bulk({line.work_center_id for c in found for line in (c.was, c.now) if line})
    return {
        "record": record,
        "changes": [
            {
                "task": c.now or c.was,
                "what": c.what,
                "was": _line(c.was, centers),
                "now": _line(c.now, centers),
                "tone": "success" if c.was is None else "danger" if c.now is None else "warning",
            }
            for c in found
        ],
    }


def _line(line, centers: dict) -> str:
    if line is None:
        return ""
    return f"{centers[line.work_center_id].code} · {formats.day(line.on_date)} · {formats.number(line.hours, 0, 2)} h"


# -- small things -----------------------------------------------------------------------------------------------------


def _said_period(period: tasks.Period) -> str:
    last = period.last - timedelta(days=1)
    if last == period.first:
        return formats.day(period.first)
    return f"{formats.day(period.first)} – {formats.day(last)}"


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year < 2200 else None


def _day(request, name: str, usual: date) -> date:
    """A day of the address; the usual one when it says none or nonsense."""
    return _date(request.GET.get(name, "")) or usual


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _key(request, name: str) -> int | None:
    return _number(request.GET.get(name, ""))


def _posted_key(request) -> int | None:
    return _number(request.POST.get("department", ""))


def _encoded(values: dict) -> str:
    return urlencode({name: value for name, value in values.items() if value not in ("", None)})


def _query(values: dict) -> str:
    return f"?{_encoded(values)}"
