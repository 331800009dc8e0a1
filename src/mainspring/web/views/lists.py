"""The list page: columns, sort, filters, groups, saved views, edit in place, totals and keyset pages."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from mainspring.kernel import access, query, sight, summaries
from mainspring.kernel.models import User
from mainspring.web import addresses, cells, filters, saved
from mainspring.web.views import base, bulk

COUNT_MAX = 2000
NOT_FILTERS = {
    "chips",
    "mode",
    "rows",
    "measures",
    "drawn",
    "dimension",
    "measure",
    "list",
    "from",
    "until",
    "board",
    "id",
    "column",
    "cancel",
    "columns_of",
    "shown",
    "split",
}
OWN_TO_A_MODE = ("after", "before", "view", "group", "mode", "columns", "rows", "measures", "drawn", "dimension",
                 "measure", "split")  # fmt: skip
"""Parameters that mean nothing, or something else, when the same records are shown in another way."""


def ask(request, res, *, params=None, size: int | None = None, fields=None) -> query.Query:
    """The query a list address stands for."""
    spec = query.parse(request.GET if params is None else params, size=size or _size(request), ignore=NOT_FILTERS)
    return query.Query(res, request.ctx, spec, fields=fields)


def _size(request) -> int:
    return int(request.user.preferences.get("page_size", 50))


@require_GET
@base.of_resource()
def page(request, res):
    """The list, or its table alone for htmx."""
    fields = sight.Fields(res, request.ctx)
    views = saved.of_list(request, res)
    if redirect := saved.default_address(request, res, views):
        return redirect
    q = ask(request, res, fields=fields)
    context = tools(request, res, q, views, "list") | {
        "table": table(request, res, q, saved.columns(request, res, fields))
    }
    context["warnings"] = warnings(q)
    return render(request, _template(request), context)


def _template(request) -> str:
    """The whole page; for htmx the table, with what stands over it when a filter or the order was changed."""
    if request.headers.get("HX-Target") != "table":
        return "web/list.html"
    return "web/parts/table.html" if request.headers.get("HX-Trigger") == "table" else "web/parts/list_answer.html"


def tools(request, res, q: query.Query, views, mode: str) -> dict:
    """What stands over a list, board, calendar, pivot or chart."""
    chips = filters.chips(request, q)
    return {
        "page": heading(request, res),
        "tabs": saved.tabs(request, res, views),
        "views_url": addresses.of_resource(res, "views") + f"?{request.GET.urlencode()}",
        "modes": modes(request, res, mode),
        "filters": chips,
        "q": q.spec.q,
        "scan": bool(res.scan or res.codes),
        "hidden": filters.hidden(request, q, chips),
        "groups": group_choices(q) if mode == "list" else None,
        "extra": addresses.of_resource(res, "filters") + f"?{request.GET.urlencode()}",
    }


def heading(request, res) -> dict:
    """Title line of the pages about a resource as a whole."""
    page = {"title": res.plural, "more": [], "quiet": [], "help": addresses.of_resource(res, "help")}
    if group := res.menu.partition("/")[0].strip():
        page["trail"] = [{"label": _(group)}]
    if res.creatable and access.can(request.ctx, res.model, "create"):
        page["primary"] = {
            "name": "new",
            "label": _("New"),
            "icon": "plus",
            "key": "new",
            "href": addresses.of_resource(res, "new"),
        }
    params = request.GET.urlencode()
    for verb, label, icon, address in (
        ("export", pgettext("verb", "Export"), "download", "export"),
        ("import", _("Import"), "upload", "import"),
    ):
        path = addresses.of_resource(res, address)
        if access.can(request.ctx, res.model, verb) and addresses.exists(path):
            page["more"].append(
                {"name": verb, "label": label, "icon": icon, "href": f"{path}?{params}" if params else path}
            )
    page["more"].append(
        {"name": "help", "label": _("Help"), "icon": "help-circle", "url": page["help"], "dialog": True}
    )
    return page


def modes(request, res, active: str) -> list[dict]:
    """The ways the same records can be shown."""
    ways = [
        ("list", _("List"), "list", True),
        ("board", _("Board"), "layout-kanban", bool(board_field(res))),
        ("calendar", _("Calendar"), "calendar", bool(res.calendar)),
        ("pivot", _("Pivot"), "table", bool(res.dimensions)),
        ("chart", _("Chart"), "chart-bar", bool(res.dimensions)),
    ]
    params = request.GET.copy()
    for name in OWN_TO_A_MODE:
        params.pop(name, None)
    tail = f"?{params.urlencode()}" if params else ""
    return [
        {
            "label": label,
            "icon": icon,
            "active": name == active,
            "href": (addresses.of_resource(res) if name == "list" else addresses.of_resource(res, name)) + tail,
        }
        for name, label, icon, there in ways
        if there
    ]


def board_field(res) -> str:
    return res.kanban or ("state" if res.workflow else "")


def group_choices(q: query.Query) -> list[dict]:
    """What the list may be grouped by."""
    found = []
    for name in q.resource.names("dimensions"):
        path, _sep, bucket = name.partition(":")
        if not q.can_group(name):
            continue
        column = q.fields.column(path)
        dated = column.kind in ("date", "datetime") and not bucket
        for one in (f"{path}:month", f"{path}:day") if dated else (name,):
            found.append({"value": one, "label": dimension_label(column, one), "active": q.spec.group == one})
    return found


def dimension_label(column, dimension: str) -> str:
    """ "Ordered on, by month"."""
    bucket = dimension.partition(":")[2]
    names = {
        "day": _("by day"),
        "week": _("by week"),
        "month": _("by month"),
        "quarter": _("by quarter"),
        "year": _("by year"),
    }
    return f"{column.label}, {names[bucket]}" if bucket in names else column.label


def warnings(q: query.Query) -> list[str]:
    """What of the address was not understood, in words."""
    return [f"{name}: {text}" for name, text in q.errors.items()]


# -- the table -------------------------------------------------------------------------------------------------------


def table(request, res, q: query.Query, columns) -> dict:
    """The properties of web/parts/table.html: one query for the rows, one for the totals."""
    show = cells.Show(q.fields)
    found = q.page(columns)
    measures = [
        c.path
        for c in columns
        if c.is_number
        and not c.compute
        and (c.kind in ("money", "quantity") or c.path in res.names("measures"))
        and not c.is_custom
        and q.fields.is_clear(c.path)
        and "__" not in c.path
    ]
    count, exact, sums = summaries.totals(q, measures, cap=COUNT_MAX)
    show.prime(columns, found.rows)
    may_change = access.can(request.ctx, res.model, "change")
    open_columns = [(n, c) for n, c in enumerate(columns) if may_change and c.editable and c.kind != "attachment"]
    rows = [_row(show, columns, r, open_columns) for r in found.rows]
    answer = {
        "url": request.get_full_path(),
        "title": res.plural,
        "topic": f"table:{res.label}",
        "columns": [_head(request, q, c) for c in columns],
        "count": number_format(count, 0, force_grouping=True) + ("" if exact else "+"),
        "count_value": count,
        "shown": number_format(len(rows), 0),
        "bulk": bulk.offered(request, res),
        "next": addresses.with_params(request, after=found.next) if found.next else "",
        "previous": addresses.with_params(request, before=found.previous) if found.previous else "",
        "columns_url": addresses.of_resource(res, "columns"),
        "cell_url": addresses.of_resource(res, "cell"),
        "empty": empty(request, res, q),
    }
    if q.spec.group and found.rows:
        answer["groups"] = _groups(request, res, q, columns, found.rows, rows, measures)
    else:
        answer["rows"] = rows
    if sums and len(rows) > 1:
        answer["totals"] = _totals(columns, sums)
        answer["totals_label"] = _("Total")
    return answer


def _row(show: cells.Show, columns, record, open_columns) -> dict:
    """`open_columns` are (place, column) of those that may be edited in place where record and person allow it."""
    row = {
        "id": str(record.pk),
        "href": addresses.of_record(record),
        "label": show.name(record),
        "cells": [show.cell(c, record) for c in columns],
    }
    if columns and columns[0].path == "number" and not row["cells"][0]["text"]:
        flow = getattr(record, "workflow", None)
        row["cells"][0]["text"] = _("Draft") if not flow or record.state == flow.initial else "–"
    for n, column in open_columns:
        if editable_now(record, column):
            row["cells"][n]["edit"] = show.fields.mode_on(record, column.path) == "edit"
    return row


def editable_now(record, column) -> bool:
    """Whether the record's state lets this field change."""
    flow = getattr(record, "workflow", None)
    return not flow or record.state in flow.editable or column.path in getattr(record, "always_editable", ())


def _head(request, q: query.Query, column) -> dict:
    head = cells.head(column) | {"editable": column.editable}
    if column.sortable and q.fields.is_clear(column.path):
        present = q.spec.order[0] if q.spec.order else ""
        now = {column.path: "ascending", f"-{column.path}": "descending"}.get(present)
        head |= {
            "sorted": now,
            "sort": addresses.with_params(request, order=f"-{column.path}" if now == "ascending" else column.path),
        }
    return head


def _totals(columns, sums: summaries.Group) -> list[dict]:
    return [
        {
            "kind": cells.kind_of(c),
            "text": summaries.texts(sums, c.path, c),
            "unit": sums.units.get(c.path, ""),
            "title": "" if sums.values[c.path] is not None else _("Different currencies or units are not added up."),
        }
        if c.path in sums.values
        else {}
        for c in columns
    ]


def _groups(request, res, q: query.Query, columns, records, rows, measures) -> list[dict]:
    """The page's rows under their groups, each with the count and sums of the whole group."""
    path, _sep, bucket = q.spec.group.partition(":")
    column = q.fields.column(path)
    found, _more = summaries.groups(q, [q.spec.group], measures, limit=1000)
    by_label = {g.labels[0]: g for g in found}
    kept = [(k, v) for k, values in request.GET.lists() for v in values if k not in ("group", "after", "before")]
    answer: list[dict] = []
    for record, row in zip(records, rows, strict=True):
        label = summaries.label_of(column, bucket, column.value_of(record))
        if not answer or answer[-1]["label"] != label:
            group = by_label.get(label) or summaries.Group([None])
            answer.append(
                {
                    "label": label,
                    "count": group.count,
                    "totals": _totals(columns, group),
                    "rows": [],
                    "href": addresses.narrowed(res, kept, group.params, request.ctx.business_date),
                }
            )
        answer[-1]["rows"].append(row)
    return answer


def empty(request, res, q: query.Query) -> dict:
    """What an empty list says: what belongs here and the first step, or how to see more."""
    if q.spec.q or q.spec.filters:
        return {
            "title": _("Nothing matches"),
            "text": _("Take a filter away or search for something else."),
            "icon": "search",
            "verb": {"label": _("Show all"), "href": request.path + "?view=all"},
        }
    may_create = res.creatable and access.can(request.ctx, res.model, "create")
    return {
        "title": _("No %(records)s yet") % {"records": res.plural.lower()},
        "icon": res.icon or "inbox",
        "text": res.explanation,
        "verb": heading(request, res).get("primary")
        if may_create
        else {"name": "help", "label": _("How these come about"), "icon": "help-circle", "dialog": True}
        | {"url": addresses.of_resource(res, "help")},
    }


# -- columns and more filters ---------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@base.of_resource()
def choose_columns(request, res):
    """GET: every column there is. POST: which of them the person sees here, in which order; none means the usual ones.

    Where the address names columns, as that of a saved view does, the answer leads to the address with the new ones.
    """
    fields = sight.Fields(res, request.ctx)
    if request.method == "GET":
        return JsonResponse({"columns": saved.offered(request, res, fields)})
    names = [n for n in request.POST.get("columns", "").split(",") if n and fields.mode(n) != "hide"]
    if "columns" in request.GET:
        params = request.GET.copy()
        params["columns"] = ",".join(names)
        if not names:
            del params["columns"]
        return base.done(redirect=f"{addresses.of_resource(res)}?{params.urlencode()}")
    preferences = dict(request.user.preferences)
    chosen = dict(preferences.get("columns", {}))
    chosen.pop(res.key, None)
    if names:
        chosen[res.key] = names
    preferences["columns"] = chosen
    User.objects.filter(pk=request.user.pk).update(preferences=preferences)
    return HttpResponse(status=204, headers={"HX-Refresh": "true"})


@require_GET
@base.of_resource()
def more_filters(request, res):
    """A dialog that offers every field to filter by."""
    q = ask(request, res)
    chosen = [n for n in request.GET.get("chips", "").split(",") if n]
    links = []
    for path in filters.usable(q):
        params = request.GET.copy()
        params["chips"] = ",".join([*chosen, path])
        links.append(
            {"label": q.fields.column(path).label, "href": f"{addresses.of_resource(res)}?{params.urlencode()}"}
        )
    return render(request, "web/parts/more_filters.html", {"links": sorted(links, key=lambda one: one["label"])})


def exported(request, res) -> tuple[query.Query, list]:
    """(query, columns) of exactly what the list shows, for the export."""
    fields = sight.Fields(res, request.ctx)
    q = ask(request, res, fields=fields)
    return q, saved.columns(request, res, fields)
