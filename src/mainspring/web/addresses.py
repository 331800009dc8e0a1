"""Addresses of pages, from resources and records."""

from urllib.parse import urlencode

from django.urls import Resolver404, resolve

from mainspring.kernel import resource


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


def exists(path: str) -> bool:
    """Whether some view answers the path with more than the generic pages."""
    try:
        return resolve(path).namespace != "records"
    except Resolver404:
        return False
