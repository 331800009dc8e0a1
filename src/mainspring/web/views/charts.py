"""Pivot and chart over any dimension and measure, each number leading to the records behind it."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from mainspring.kernel import query, summaries
from mainspring.web import addresses, middleware, saved
from mainspring.web.views import base, lists

CELLS_MAX = 5000
COLUMNS_MAX = 60
BUCKETS = ("year", "quarter", "month", "week", "day")


def dimensions(q: query.Query) -> list[tuple[str, str]]:
    """(name, label) of what the records may be grouped by; dates by every period."""
    found = []
    declared = q.resource.names("dimensions") + [
        c.path for c in q.fields.custom.values() if c.kind in ("choice", "bool", "date", "link", "text")
    ]
    for name in dict.fromkeys(declared):
        path, _sep, bucket = name.partition(":")
        if not q.can_group(name):
            continue
        column = q.fields.column(path)
        if column.kind in ("date", "datetime") and not bucket:
            found += [(f"{path}:{b}", lists.dimension_label(column, f"{path}:{b}")) for b in BUCKETS]
        else:
            found.append((name, lists.dimension_label(column, name)))
    return found


def measures(q: query.Query) -> list[tuple[str, str]]:
    """(name, label) of what may be counted, summed and averaged."""
    found = [("count", _("Count"))]
    names = q.resource.names("measures") + [c.path for c in q.fields.custom.values() if c.is_number]
    for path in dict.fromkeys(n.partition(":")[0] for n in names):
        if not q.fields.is_clear(path) or q.fields.column(path).compute:
            continue
        label = q.fields.column(path).label
        found += [(path, label), (f"{path}:avg", _("%(measure)s, average") % {"measure": label})]
    return found


def _chosen(request, name: str, allowed, default: list[str], limit: int) -> list[str]:
    """Names from the address, those that are allowed; the default when the address names none."""
    if name not in request.GET:
        return default
    known = {n for n, _label in allowed}
    return [n for n in request.GET[name].split(",") if n in known][:limit]


@require_GET
@base.of_resource()
def pivot(request, res):
    """The pivot as a page, or its numbers as JSON when rearranged."""
    q = lists.ask(request, res)
    props = pivot_props(request, q)
    if middleware.is_partial(request) and "json" in request.headers.get("Accept", ""):
        return JsonResponse(props)
    return render(
        request,
        "web/pivot.html",
        lists.tools(request, res, q, saved.of_list(request, res), "pivot") | {"pivot": props, "watch": res.label},
    )


def pivot_props(request, q: query.Query) -> dict:
    """Properties of the pivot island."""
    dims, sums = dimensions(q), measures(q)
    first = [dims[0][0]] if dims else []
    rows = _chosen(request, "rows", dims, first, 3)
    columns = [c for c in _chosen(request, "columns", dims, [], 2) if c not in rows]
    shown = _chosen(request, "measures", sums, [sums[1][0] if len(sums) > 1 else "count"], 4) or ["count"]
    groups, truncated = summaries.groups(q, rows + columns, shown, limit=CELLS_MAX)
    every = list(dict.fromkeys(tuple(g.keys[len(rows) :]) for g in groups))
    heads = every[:COLUMNS_MAX]
    ranks = [{key: f"{n:04}" for n, (key, _l) in enumerate(_choices(q, name))} for name in columns]
    heads.sort(key=lambda keys: [(k is None, ranks[n].get(k, str(k))) for n, k in enumerate(keys)])
    labels = {tuple(g.keys[len(rows) :]): g.labels[len(rows) :] for g in groups}
    cell = {(tuple(g.keys[: len(rows)]), tuple(g.keys[len(rows) :])): g for g in groups}
    lines = list(dict.fromkeys(tuple(g.keys[: len(rows)]) for g in groups))
    row_labels = {tuple(g.keys[: len(rows)]): g.labels[: len(rows)] for g in groups}
    row_params = {tuple(g.keys[: len(rows)]): g for g in groups}
    names = dict(sums)
    across = (
        {tuple(g.keys): g for g in summaries.groups(q, rows, shown, limit=CELLS_MAX)[0]} if rows and columns else {}
    )
    body = []
    for line in lines:
        cells = [_cell(request, q, cell.get((line, head)), m) for head in heads for m in shown]
        cells += [_cell(request, q, across.get(line), m) for m in shown if across]
        body.append(
            {
                "labels": row_labels[line],
                "level": 0,
                "cells": cells,
                "href": _drill(request, q, _own_params(row_params[line], len(rows), q, rows)),
            }
        )
    head = [[{"text": labels[h][n], "span": len(shown)} for h in heads] for n in range(len(columns))]
    totals, _more = summaries.groups(q, columns, shown, limit=COLUMNS_MAX * 4) if rows else (groups, False)
    by_head = {tuple(g.keys): g for g in totals}
    foot = [_cell(request, q, by_head.get(h), m) for h in heads for m in shown]
    if across:
        whole = summaries.groups(q, [], shown)[0]
        head = [[*cells, {"text": "" if n else _("Total"), "span": len(shown)}] for n, cells in enumerate(head)]
        heads = [*heads, None]
        foot += [_cell(request, q, whole[0] if whole else None, m) for m in shown]
    return {
        "url": request.path,
        "fields": [{"name": n, "label": label} for n, label in dims],
        "measures": [{"name": n, "label": label} for n, label in sums],
        "rows": rows,
        "columns": columns,
        "shown": shown,
        "head": [*head, [{"text": names[m]} for _h in heads for m in shown]],
        "body": body,
        "foot": foot,
        "truncated": _left_out(truncated, len(every)),
    }


def _choices(q: query.Query, dimension: str):
    return q.fields.column(dimension.partition(":")[0]).choices


def _left_out(truncated: bool, columns: int) -> str | None:
    """What a pivot says when it does not show everything; its totals count all the same."""
    if columns > COLUMNS_MAX:
        return _("Only the first %(n)s columns are shown; filter to see the rest.") % {"n": COLUMNS_MAX}
    return _("Only the first %(n)s cells are shown; filter to see the rest.") % {"n": CELLS_MAX} if truncated else None


def _own_params(group: summaries.Group, count: int, q, dims) -> list[tuple[str, str]]:
    """The drill-down parameters of the first dimensions only."""
    found: list[tuple[str, str]] = []
    for name, key in zip(dims, group.keys[:count], strict=True):
        path, _sep, bucket = name.partition(":")
        found += summaries.parameters(q.fields.column(path), bucket, key)
    return found


def _cell(request, q, group: summaries.Group | None, measure: str) -> dict:
    if group is None:
        return {"text": ""}
    return {"text": _text(q, group, measure), "href": _drill(request, q, group.params)}


def _text(q, group: summaries.Group, measure: str) -> str:
    if measure in ("count", ""):
        return number_format(group.count, 0, force_grouping=True)
    column = q.fields.column(measure.partition(":")[0])
    return f"{summaries.texts(group, measure, column)} {group.units.get(measure, '')}".strip()


def _drill(request, q, params: list[tuple[str, str]], kept=None) -> str:
    """Address of the list of the records behind a number: the present filters and the number's own."""
    if kept is None:
        kept = [
            (k, v)
            for k, values in request.GET.lists()
            for v in values
            if k not in lists.NOT_FILTERS | {"columns", "view", "group", "after", "before"}
        ]
    return addresses.narrowed(q.resource, kept, params, request.ctx.business_date)


# -- chart -----------------------------------------------------------------------------------------------------------


@require_GET
@base.of_resource()
def chart(request, res):
    """A chart of one measure over one dimension, perhaps split by another."""
    q = lists.ask(request, res)
    dims, sums = dimensions(q), measures(q)
    if not dims:
        raise ValidationError(_("There is nothing to draw these records by."))
    dated = [n for n, _label in dims if n.endswith(":month")]
    x = _one(request, "dimension", dims, dated[0] if dated else dims[0][0])
    split = _one(request, "split", dims, "")
    measure = _one(request, "measure", sums, sums[1][0] if len(sums) > 1 else "count")
    kinds = {
        "bar": _("Bars"),
        "line": pgettext("chart", "Line"),
        "area": _("Area"),
        "stacked": _("Stacked bars"),
        "horizontal": _("Lying bars"),
        "pie": _("Pie"),
    }
    kind = _one(request, "drawn", list(kinds.items()), "stacked" if split else "bar")
    chooser = forms.Form()
    for name, label, choices, value in (
        ("measure", _("Figure"), sums, measure),
        ("dimension", _("By"), dims, x),
        ("split", _("Split by"), [("", "–"), *dims], split),
        ("drawn", _("Kind"), list(kinds.items()), kind),
    ):
        chooser.fields[name] = forms.ChoiceField(label=label, choices=choices, initial=value, required=False)
    props = chart_props(request, q, x, split if split != x else "", measure, kind)
    carried = [(k, v) for k, values in request.GET.lists() for v in values if k not in chooser.fields]
    title = f"{dict(sums)[measure]}, {dict(dims)[x]}"
    return render(
        request,
        "web/chart.html",
        lists.tools(request, res, q, saved.of_list(request, res), "chart")
        | {
            "chooser": list(chooser),
            "carried": carried,
            "watch": res.label,
            "charts": [{"title": title, "wide": True, "props": props}],
        },
    )


def _one(request, name: str, allowed, default: str) -> str:
    found = request.GET.get(name, "")
    return found if found in {n for n, _label in allowed} else default


def chart_props(request, q: query.Query, x: str, split: str, measure: str, kind: str, kept=None) -> dict:
    """Properties of the chart island; every mark opens its records.

    kept  (name, value) pairs of the filters that marks keep; those of the address when None
    """
    groups, truncated = summaries.groups(q, [x, split] if split else [x], [measure], limit=1000)
    keys = {g.keys[0]: g.labels[0] for g in groups}
    if kind == "pie" and len(keys) > 4:
        kind = "horizontal"
    series_keys = {g.keys[1]: g.labels[1] for g in groups} if split else {None: dict(measures(q))[measure]}
    found = {(g.keys[0], g.keys[1] if split else None): g for g in groups}
    units = {u for g in groups for u in g.units.values() if u}
    series = []
    for key, label in list(series_keys.items())[:12]:
        marks = [found.get((k, key)) for k in keys]
        series.append(
            {
                "label": label,
                "values": [_value(g, measure) for g in marks],
                "hrefs": [_drill(request, q, g.params, kept) if g else "" for g in marks],
            }
        )
    return {
        "kind": kind,
        "x": {"values": list(keys.values()), "label": dict(dimensions(q))[x]},
        "y": {"label": dict(measures(q))[measure], "unit": units.pop() if len(units) == 1 else ""},
        "series": series,
        "empty": _("Nothing matches") if not groups else None,
        "note": _("Only the first groups are drawn.") if truncated else None,
    }


def _value(group, measure: str):
    if group is None:
        return None
    if measure in ("count", ""):
        return group.count
    value = group.values.get(measure)
    return float(value) if value is not None else None
