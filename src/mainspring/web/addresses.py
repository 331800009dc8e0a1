"""Addresses of pages, from resources and records."""

from datetime import date
from urllib.parse import urlencode

from django.urls import Resolver404, resolve

from mainspring.kernel import periods, resource


def of_resource(res: resource.Resource, *parts, **params) -> str:
    """/sales/sales-orders/, with further parts and query parameters."""
    tail = "".join(f"{part}/" for part in parts)
    return f"/{res.key}/{tail}" + (f"?{urlencode(params, doseq=True)}" if params else "")


def of_record(record, *parts) -> str:
    """The page of a record; "" when its model has none."""
    res = resource.of(type(record))
    return of_resource(res, record.pk, *parts) if res else ""


def with_params(request, **changes) -> str:
    """The present address with parameters set, or removed when None; the page cursor never survives."""
    params = request.GET.copy()
    for name in ("after", "before"):
        params.pop(name, None)
    for name, value in changes.items():
        params.pop(name, None)
        if value not in (None, ""):
            params[name] = value
    return request.path + (f"?{params.urlencode()}" if params else "")


def narrowed(res: resource.Resource, kept, own, today: date) -> str:
    """The list of exactly the records of a group: filters as they were, and those of the group inside them.

    kept, own  (name, value) pairs; where both name a filter the narrower holds, so that the list shows what was counted
    """
    found: dict[str, list[str]] = {}
    for name, value in kept:
        found.setdefault(name, []).append(value)
    for name, value in own:
        edge = {"gte": max, "lt": min}.get(name.rpartition("__")[2])
        values = [*found.get(name, ()), value]
        found[name] = [edge(values, key=lambda v: _edge(v, today))] if edge else [value]
    pairs = [(name, value) for name, values in found.items() for value in values]
    return f"/{res.key}/?{urlencode(pairs or [('view', 'all')])}"


def _edge(value: str, today: date) -> date:
    """The day a bound of a filter stands for; a named period is bounded by its first day."""
    named = periods.between(value, today)
    try:
        return (named[0] or date.min) if named else date.fromisoformat(value[:10])
    except ValueError:
        return date.min


def exists(path: str) -> bool:
    """Whether some view answers the path with more than the generic pages."""
    try:
        return resolve(path).namespace != "records"
    except Resolver404:
        return False
