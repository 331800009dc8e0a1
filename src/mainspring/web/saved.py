"""Saved views of lists: tabs, the default one, and which columns a person sees."""

from contextlib import suppress
from urllib.parse import parse_qsl, urlencode

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q
from django.http import QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from mainspring.kernel import sight
from mainspring.kernel.models import SavedView
from mainspring.web import addresses

ORIGIN = ("created_at", "created_by", "updated_at")


def of_list(request, res) -> list[SavedView]:
    """Views of the resource that the person made or that are shared; one query."""
    mine = Q(owner=request.user) | Q(shared=True, company_id=request.ctx.company_id) | Q(shared=True, company_id=None)
    return list(SavedView.objects.filter(mine, entity=res.key).order_by("position", "id"))


def address(res, view: SavedView) -> str:
    """Where a view shows: its mode's page with its parameters."""
    base = addresses.of_resource(res) if view.mode == "list" else addresses.of_resource(res, view.mode)
    params = [*parse_qsl(view.parameters), ("view", str(view.pk))]
    return f"{base}?{urlencode(params)}"


def default_address(request, res, views):
    """A redirect to the default view when the bare list is opened; the person's own default wins."""
    if request.GET or request.headers.get("HX-Request"):
        return None
    defaults = sorted((v for v in views if v.is_default), key=lambda v: v.owner_id != request.user.pk)
    return redirect(address(res, defaults[0])) if defaults else None


def tabs(request, res, views) -> list[dict]:
    """The views as tabs, with one for everything."""
    present = request.GET.get("view", "")
    found = [{"label": _("All"), "href": addresses.of_resource(res) + "?view=all", "active": present in ("", "all")}]
    return found + [{"label": v.name, "href": address(res, v), "active": present == str(v.pk)} for v in views]


def current(request, res) -> SavedView | None:
    """The saved view the address names, when the person may use it."""
    key = request.GET.get("view", "")
    if not (key.isascii() and key.isdigit()):
        return None
    return next((v for v in of_list(request, res) if str(v.pk) == key), None)


def columns(request, res, fields: sight.Fields) -> list:
    """Columns to show: those named in the address, else the person's choice, else the declared and custom ones."""
    named = [n for n in request.GET.get("columns", "").split(",") if n]
    names = named or request.user.preferences.get("columns", {}).get(res.key) or _usual(res, fields)
    return fields.columns(names) or fields.columns(res.names("columns"))


def _usual(res, fields: sight.Fields) -> list[str]:
    names = res.names("columns") or [f.name for f in res.model._meta.concrete_fields if f.editable][:6]
    return names + list(fields.custom)


def offered(request, res, fields: sight.Fields) -> list[dict]:
    """Every column a list may show, those shown first in their order: [{name, label, shown}]."""
    shown = [c.path for c in columns(request, res, fields)]
    rest = [*_usual(res, fields), *res.names("form"), *res.names("filters"), *res.names("line_totals"), *ORIGIN]
    found = []
    for name in dict.fromkeys(shown + rest):
        with suppress(FieldDoesNotExist):
            found += [c for c in fields.columns([name]) if c.kind not in ("json", "links", "longtext") or name in shown]
    extra = sorted((c for c in found[len(shown) :]), key=lambda c: c.label.lower())
    return [{"name": c.path, "label": c.label, "shown": c.path in shown} for c in found[: len(shown)] + extra]


def parameters(request, res, mode: str) -> str:
    """The present list's parameters as a view keeps them, with the columns the person chose."""
    params = QueryDict(request.GET.urlencode(), mutable=True)
    for name in ("view", "after", "before", "chips"):
        params.pop(name, None)
    own = request.user.preferences.get("columns", {}).get(res.key)
    if mode == "list" and own and "columns" not in params:
        params["columns"] = ",".join(own)
    return params.urlencode()
