"""The record page: facts, state line, verbs, lines, related records, and edits in place."""

from urllib.parse import quote, urlsplit

from django.core.exceptions import FieldDoesNotExist
from django.http import QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mainspring.kernel import access, looking, mailing, printing, resource, restoring, sight
from mainspring.kernel.models import Document
from mainspring.web import addresses, cells, grids
from mainspring.web.views import banners, base, lanes, lists, tabs, verbs

RECENT_MAX = 12
FEW = 9
"""So many facts are shown even when they are empty; of more, the empty ones are folded away."""


@require_GET
@base.of_record
def page(request, res, record):
    """The record page."""
    looking.note_opened(request.ctx, record)
    fields = sight.Fields(res, request.ctx)
    show = cells.Show(fields)
    remember(request, res, record)
    return render(
        request,
        "web/detail.html",
        {
            "page": heading(request, res, record),
            "record_id": str(record.pk),
            "topic": f"record:{record.pk}",
            "banner": banners.of_record(record, request.ctx),
            "workflow": way(request, res, record) if res.workflow else None,
            "tops": tabs.panels(request, res, record, "top"),
            "tabs_first": bool(resource.amendments(res.model, "first")),
            "panels": tabs.panels(request, res, record, "body"),
            "tabs": tabs.of_record(request, res, record),
            "dossier": dossier(record),
            "timeline_url": timeline(res, record),
        }
        | facts(request, res, record, fields, show)
        | _lines(request, res, record),
    )


def heading(request, res, record) -> dict:
    """Number, state, verbs, neighbours."""
    page = {
        "title": res.singular if res.is_document else sight.label(request.ctx, record),
        "number": record.number if res.is_document else "",
        "trail": [{"label": res.plural, "href": addresses.of_resource(res)}],
        **verbs.buttons(request, record),
    }
    if res.workflow:
        page["state"] = cells.state_badge(res.workflow, record.state)
    if res.is_document:
        page["subtitle"] = _about(request, res, record)
    page |= neighbours(request, res, record)
    page["more"] += _usual(request, res, record)
    return page


def _about(request, res, record) -> str:
    """Whom or what a document is about, as far as the person may read it."""
    modes = sight.Fields(res, request.ctx)
    names = [f.name for f in res.model._meta.concrete_fields if f.name in ("name", "party")]
    readable = all(modes.mode_on(record, name) in ("view", "edit") for name in names)
    return str(record.party_label or "") if names and readable else ""


def _usual(request, res, record) -> list[dict]:
    """What can be done with any record: print, copy, edit as a form, delete."""
    found, ctx = [], request.ctx
    at = lambda *parts: addresses.of_resource(res, record.pk, *parts)  # noqa: E731
    if may_change(ctx, res, record):
        found.append(
            {"name": "edit", "label": _("Edit as a form"), "icon": "pencil", "href": at("edit"), "key": "edit"}
        )
    layouts = printing.layouts_of(res.model)
    if res.is_document or len(layouts) > 1:
        for name, one in layouts.items():
            label = _("Print: %(what)s") % {"what": one.label} if one.label else _("Print")
            href = at("print") + (f"?layout={name}" if name else "")
            found.append({"name": f"print{name}", "label": label, "icon": "printer", "href": href})
    if res.is_document and mailing.may_send(record, ctx):
        found.append({"name": "mail", "label": _("Send by mail"), "icon": "mail", "url": at("mail"), "dialog": True})
    if res.creatable and access.can(ctx, res.model, "create"):
        found.append(
            {
                "name": "copy",
                "label": _("Duplicate"),
                "icon": "copy",
                "href": addresses.of_resource(res, "new", copy=record.pk),
            }
        )
    if dossier(record):
        found.append({"name": "dossier", "label": _("Dossier"), "icon": "git-branch", "href": dossier(record)})
    first = not res.is_document or (record.state == res.workflow.initial and not record.number)
    if first and access.can(ctx, res.model, "delete"):
        found.append(
            {
                "name": "delete",
                "label": _("Delete"),
                "icon": "trash",
                "danger": True,
                "url": at("delete"),
                "confirm": ""
                if restoring.can_restore(res.model)
                else _("Delete %(record)s? This cannot be undone.") % {"record": record},
            }
        )
    return found


def may_change(ctx, res, record) -> bool:
    """Whether the person may edit this record in its present state."""
    flow = getattr(record, "workflow", None)
    if not access.can(ctx, res.model, "change") or (flow and record.state not in flow.editable):
        return False
    return access.rows(ctx, res.model, "change").filter(pk=record.pk).exists()


def dossier(record) -> str:
    path = f"/dossier/{record.pk}/"
    return path if isinstance(record, Document) and addresses.exists(path) else ""


def timeline(res, record) -> str:
    path = f"/timeline/{res.label}/{record.pk}/"
    return path if addresses.exists(path) else ""


def neighbours(request, res, record) -> dict:
    """Addresses of the records before and after this one, in the list it was opened from."""
    own = request.GET.get("list")
    came_from = urlsplit(request.headers.get("Referer", ""))
    if own is None and came_from.path == addresses.of_resource(res):
        own = came_from.query
    params = QueryDict(own or "")
    found = {}
    for name, side in (("previous", "before"), ("next", "after")):
        q = lists.ask(request, res, params=params, size=1)
        q.spec.after = q.spec.before = ""
        try:
            setattr(q.spec, side, q.places.of(record))
        except AttributeError:  # an order by something only the list computes
            return {}
        if rows := q.page().rows:
            found[name] = addresses.of_record(rows[0]) + (f"?list={quote(own, safe='')}" if own else "")
    return found


def remember(request, res, record) -> None:
    """Keep the record among those opened last, in the session."""
    entry = [res.key, str(record.pk), sight.label(request.ctx, record), res.singular]
    recent = [e for e in request.session.get("recent", []) if e[:2] != entry[:2]]
    if request.session.get("recent", [None])[:1] != [entry]:
        request.session["recent"] = [entry, *recent][:RECENT_MAX]


def way(request, res, record) -> list[dict]:
    """The steps of a record: the lanes of its board where it has some, else its states."""
    plan = res.lanes(request.ctx, {}, record) if res.lanes else None
    if plan is None or record.state in record.workflow.closed:
        return steps(record)
    found, state = [], "done"
    for lane in plan.lanes:
        current = lanes.holds(res, lane, record)
        if not current and lane.where.get("state") in record.workflow.closed:
            if found and record.workflow.color(lane.where["state"]) == "green":
                found.append({"name": lane.value, "label": lane.label, "state": "next"})
            continue
        state = "current" if current else "next" if state in ("current", "next") else "done"
        found.append({"name": lane.value, "label": lane.label, "state": state})
    return found


def steps(record) -> list[dict]:
    """The states on the way of this record, with the present one."""
    flow = record.workflow
    path = main_path(flow)
    if record.state not in path:
        path = way_to(flow, record.state) or [*path, record.state]
    at = path.index(record.state)
    return [
        {"name": s, "label": flow.label(s), "state": "done" if n < at else "current" if n == at else "next"}
        for n, s in enumerate(path)
    ]


def main_path(flow) -> list[str]:
    """States from the first onwards by the first harmless verb of each: the way most records go."""
    path = [flow.initial]
    while True:
        onward = (
            v.target or v.leads_to
            for v in flow.verbs
            if (v.target or v.leads_to) not in (*path, "") and not v.danger and not v.hidden and path[-1] in v.sources
        )
        following = next(onward, None)
        if following is None:
            break
        path.append(following)
    if path[-1] in flow.closed:
        return path
    # A good end may come by itself, once all is delivered or received.
    return path + [s for s in flow.closed if flow.color(s) == "green" and s not in path][:1]


def way_to(flow, state: str) -> list[str]:
    """The shortest way by verbs from the first state to another, [] when no verb leads there."""
    ways = [[flow.initial]]
    for way in ways:
        for v in flow.verbs:
            if v.target and v.target not in way and way[-1] in v.sources and not v.hidden:
                if v.target == state:
                    return [*way, state]
                if all(v.target != other[-1] for other in ways):
                    ways.append([*way, v.target])
    return []


# -- facts -----------------------------------------------------------------------------------------------------------


def facts(request, res, record, fields: sight.Fields, show: cells.Show) -> dict:
    """{groups, empty_facts}: facts in the form's groups, then the rest of the list's columns, then custom fields."""
    change = may_change(request.ctx, res, record)
    groups = res.groups() if res.form else [("", [f.name for f in res.model._meta.concrete_fields if f.editable])]
    seen = {n for _title, names in groups for n in names}
    rest = [
        n
        for n in dict.fromkeys(res.names("columns") + ([] if res.lines else res.names("line_totals")))
        if n not in seen and n not in ("number", "state") and not (res.lines and n in res.names("line_totals"))
    ]
    groups = [*groups, ("", rest), (_("Own fields"), list(fields.custom))]
    found: list[dict] = []
    for title, names in groups:
        shown = []
        for column in _there(fields, names):
            fact = show.fact(column, record)
            if may_edit(fields, column, record, change):
                fact["edit"] = addresses.of_resource(res, record.pk, "fact", column.path)
            shown.append(fact)
        if len(shown) < 3 or not title:
            title = ""
        if shown and found and not title and not found[-1]["title"]:
            found[-1]["facts"] += shown  # small groups and those without a name flow on: fewer, fuller rows
        elif shown:
            found.append({"title": title[:1].upper() + title[1:], "facts": shown})
    if sum(len(g["facts"]) for g in found) <= FEW:
        return {"groups": found}
    empty = [f for g in found for f in g["facts"] if not f["text"] and f["kind"] != "boolean"]
    groups = [{**g, "facts": [f for f in g["facts"] if f not in empty]} for g in found]
    return {"groups": [g for g in groups if g["facts"]], "empty_facts": empty}


def _there(fields: sight.Fields, names) -> list:
    """Columns of the names that are plain values: related sets have tabs of their own."""
    found = []
    for name in names:
        try:
            found += fields.columns([name])
        except FieldDoesNotExist:
            continue
    return found


def may_edit(fields, column, record, change: bool) -> bool:
    """Whether the person may edit the fact now; change: what `may_change` says of the record."""
    return bool(
        column.editable
        and fields.mode_on(record, column.path) == "edit"
        and (change or column.path in getattr(record, "always_editable", ()))
    )


# -- lines --------------------------------------------------------------------------------------------------


def _lines(request, res, record) -> dict:
    if not res.lines:
        return {}
    lines = grids.lines_of(record, grids.columns(res, request.ctx))
    change = may_change(request.ctx, res, record)
    return {
        "grid": grids.props(
            res, record, request.ctx, lines=lines, editable=change, url=addresses.of_resource(res, record.pk, "lines")
        )
    }
