"""The tabs of a record page: related records and what upper modules added."""

from django.core.exceptions import EmptyResultSet
from django.db.models import Q
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mainspring.kernel import access, database, query, resource
from mainspring.web import addresses, cells
from mainspring.web.views import base

COUNT_MAX = 99


def declared(res) -> list[dict]:
    """Tabs of a record page: those that come first, the resource's related records, then what was added from above."""
    found = [one for extra in resource.amendments(res.model, "first") for one in _added(extra)]
    found += [{"label": str(label), "related": target} for label, target in res.related.items()]
    return found + [one for extra in resource.amendments(res.model, "tab") for one in _added(extra)]


def _added(extra: dict) -> list[dict]:
    found = []
    if extra["related"]:
        label, key, path = extra["related"]
        found.append({"label": str(label), "related": (key, path)})
    if extra["panel"]:
        found.append(
            {
                "label": str(extra["title"]),
                "panel": extra["panel"],
                "context": extra["context"],
                "shown": extra["shown"],
            }
        )
    return found


def panels(request, res, record, place: str) -> list[dict]:
    """What upper modules show in a place of the page itself; those with nothing to say are left out."""
    found = []
    for extra in resource.amendments(res.model, place):
        context = extra["context"](record, request.ctx) if extra["context"] else {}
        if context is not None:
            found.append({"title": extra["title"], "template": extra["panel"], "context": context})
    return found


def of_record(request, res, record) -> list[dict]:
    """Tabs the person may open, with counts; each loads when it is opened, the first with the page."""
    found, related = [], {}
    for n, tab in enumerate(declared(res)):
        if tab.get("shown") and not tab["shown"](record, request.ctx):
            continue
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
    numbers = database.planned(f"SELECT {', '.join(parts)}", params)[0]  # its plan costs more than its run
    return {
        key: f"{COUNT_MAX}+" if number > COUNT_MAX else str(number)
        for key, number in zip(related, numbers, strict=True)
    }


@require_GET
@base.of_record
def tab(request, res, record, number):
    """One tab's content: a table of related records, or the panel of an upper module."""
    found = declared(res)
    if not 0 <= number < len(found):
        raise Http404
    one = found[number]
    if "panel" in one:
        context = (one["context"](record, request.ctx) if one.get("context") else {}) or {}
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
            "all": addresses.of_resource(other, **{f"{path}__in": record.pk}) if count > len(rows) else "",
            "new": addresses.of_resource(other, "new", **{path: record.pk})
            if other.creatable and "__" not in path and access.can(request.ctx, other.model, "create")
            else "",
        },
    )
