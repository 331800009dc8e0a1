"""The record page: facts, state line, verbs, lines, related records, and edits in place."""

from urllib.parse import quote, urlsplit

from django.core.exceptions import EmptyResultSet, FieldDoesNotExist, ValidationError
from django.db import connection
from django.db.models import Q
from django.http import Http404, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from mainspring.kernel import access, errors, mailing, printing, query, resource, restoring, sight
from mainspring.kernel.models import Document
from mainspring.web import addresses, cells, forms, grids, middleware
from mainspring.web.views import banners, base, lists, verbs

RECENT_MAX = 12
COUNT_MAX = 99
FEW = 9
"""So many facts are shown even when they are empty; of more, the empty ones are folded away."""


@require_GET
@base.of_record
def page(request, res, record):
    """The record page."""
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
            "workflow": steps(record) if res.workflow else None,
            "tabs": tabs(request, res, record),
            "dossier": dossier(record),
            "timeline_url": timeline(res, record),
        }
        | facts(request, res, record, fields, show)
        | _lines(request, res, record),
    )


def heading(request, res, record) -> dict:
    """Number, state, verbs, neighbours."""
    page = {
        "title": res.singular,
        "number": record.number if res.is_document else sight.label(request.ctx, record),
        "trail": [{"label": res.plural, "href": addresses.of_resource(res)}],
        **verbs.buttons(request, record),
    }
    if res.workflow:
        page["state"] = cells.state_badge(res.workflow, record.state)
    page |= neighbours(request, res, record)
    page["more"] += _usual(request, res, record)
    return page


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


def steps(record) -> list[dict]:
    """The states on the way of this record, with the present one."""
    flow = record.workflow
    path = main_path(flow)
    if record.state not in path:
        path = [flow.initial, record.state]
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
            v.target
            for v in flow.verbs
            if v.target and v.target not in path and not v.danger and not v.hidden and path[-1] in v.sources
        )
        following = next(onward, None)
        if following is None:
            return path
        path.append(following)


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
            if _may_edit(fields, column, record, change):
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


def _may_edit(fields, column, record, change: bool) -> bool:
    return bool(
        column.editable
        and fields.mode_on(record, column.path) == "edit"
        and (change or column.path in getattr(record, "always_editable", ()))
    )


@require_http_methods(["GET", "POST"])
@base.of_record
def fact(request, res, record, name):
    """One fact's editor (GET) and its save (POST): answers the fact again."""
    fields = sight.Fields(res, request.ctx)
    if fields.mode(name) == "hide":
        raise Http404
    column, show = fields.column(name), cells.Show(fields)
    edit = addresses.of_resource(res, record.pk, "fact", name)
    change = may_change(request.ctx, res, record)
    if request.GET.get("cancel") or not _may_edit(fields, column, record, change):
        shown = show.fact(column, record) | ({"edit": edit} if _may_edit(fields, column, record, change) else {})
        return render(request, "web/parts/fact.html", {"fact": shown})
    form = forms.record_form(
        fields,
        [name],
        record,
        data=request.POST if request.method == "POST" else None,
        files=request.FILES if request.method == "POST" else None,
    )
    status = 200
    if request.method == "POST":
        try:
            record = lists.save_fields(record, form, request.ctx, version=base.version_of(request))
            answer = render(request, "web/parts/fact.html", {"fact": show.fact(column, record) | {"edit": edit}})
            answer["HX-Trigger-After-Settle"] = middleware.toast("", topics=(f"record:{record.pk}",))
            return answer
        except errors.Conflict:
            raise
        except ValidationError as error:
            form.show_errors(error)
            status = 422
    return render(
        request,
        "web/parts/fact_edit.html",
        {
            "fact": {"name": name.replace(".", "-"), "label": column.label, "edit": edit},
            "form": form,
            "field": form[name.replace("custom.", "custom-")],
            "version": getattr(record, "version", None),
        },
        status=status,
    )


# -- lines and tabs --------------------------------------------------------------------------------------------------


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


def tab_list(res) -> list[dict]:
    """Tabs of a record page: the resource's related records, then what was added from above."""
    found = [{"label": str(label), "related": target} for label, target in res.related.items()]
    for extra in resource.amendments(res.model):
        if extra["related"]:
            label, key, path = extra["related"]
            found.append({"label": str(label), "related": (key, path)})
        if extra["panel"]:
            found.append({"label": str(extra["title"]), "panel": extra["panel"], "context": extra["context"]})
    return found


def tabs(request, res, record) -> list[dict]:
    """Tabs the person may open, with counts; each loads when it is opened, the first with the page."""
    found, related = [], {}
    for n, tab in enumerate(tab_list(res)):
        if "related" in tab:
            key, path = tab["related"]
            other = resource.registry.get(key)
            if other is None or not access.can(request.ctx, other.model, "view"):
                continue
            related[n] = access.rows(request.ctx, other.model).filter(**{path: record.pk})
        found.append({"key": n, "label": tab["label"], "url": addresses.of_resource(res, record.pk, "tab", n)})
    counts = counted(related)
    for tab in found:
        tab["count"], tab["active"] = counts.get(tab["key"]), tab is found[0]
    return found


def counted(related: dict) -> dict:
    """{key: "12" or "99+"} of several querysets, with one query."""
    if not related:
        return {}
    parts, params = [], []
    for rows in related.values():
        try:
            sql, values = rows.order_by().values("pk")[: COUNT_MAX + 1].query.sql_with_params()
        except EmptyResultSet:
            sql, values = "SELECT 1 WHERE false", ()
        parts.append(f"(SELECT count(*) FROM ({sql}) AS found)")
        params += values
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        numbers = cursor.fetchone()
    return {
        key: f"{COUNT_MAX}+" if number > COUNT_MAX else str(number)
        for key, number in zip(related, numbers, strict=True)
    }


@require_GET
@base.of_record
def tab(request, res, record, number):
    """One tab's content: a table of related records, or the panel of an upper module."""
    found = tab_list(res)
    if not 0 <= number < len(found):
        raise Http404
    one = found[number]
    if "panel" in one:
        context = one["context"](record, request.ctx) if one.get("context") else {}
        return render(request, one["panel"], {"record": record, "ctx": request.ctx, **context, "panel": context})
    key, path = one["related"]
    other = resource.registry.get(key)
    if other is None or not access.can(request.ctx, other.model, "view"):
        raise Http404
    q = query.Query(other, request.ctx, query.Spec(size=20))
    q._conditions.append(Q(**{path: record.pk}))
    columns = [c for c in q.fields.columns(other.names("columns")) if c.path != path][:7]
    rows = q.page(columns).rows
    count, exact = q.count(999)
    table = cells.table(columns, rows, cells.Show(q.fields), title=one["label"])
    table |= {
        "count": f"{count}{'' if exact else '+'}",
        "shown": str(len(rows)),
        "url": addresses.of_resource(res, record.pk, "tab", number),
        "topic": f"table:{other.label}",
        "empty": {"title": _("No %(records)s yet") % {"records": other.plural.lower()}, "icon": other.icon},
    }
    return render(
        request,
        "web/parts/related.html",
        {
            "table": table,
            "all": addresses.of_resource(other, **{path: record.pk}) if count > len(rows) else "",
            "new": addresses.of_resource(other, "new", **{path: record.pk})
            if other.creatable and "__" not in path and access.can(request.ctx, other.model, "create")
            else "",
        },
    )
