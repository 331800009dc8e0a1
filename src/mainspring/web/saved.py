"""Saved views of lists: tabs, the default one, and which columns a person sees."""

from contextlib import suppress
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Standing:
    """A view the resource itself declares."""

    pk: str
    name: str
    parameters: str
    mode = "list"


def standing(res) -> list[Standing]:
    return [Standing(name, str(label), parameters) for name, (label, parameters) in res.views.items()]


def address(res, view: SavedView | Standing) -> str:
    """Where a view shows: its mode's page with its parameters."""
    base = addresses.of_resource(res) if view.mode == "list" else addresses.of_resource(res, view.mode)
    params = [*parse_qsl(view.parameters), ("view", str(view.pk))]
    return f"{base}?{urlencode(params)}"


def default_address(request, res, views):
    """A redirect to the view the bare list opens with: the person's own default, a shared one, the resource's first."""
    if request.GET or request.headers.get("HX-Request"):
        return None
    defaults = sorted((v for v in views if v.is_default), key=lambda v: v.owner_id != request.user.pk)
    chosen = [*defaults, *standing(res)][:1]
    return redirect(address(res, chosen[0])) if chosen else None


def tabs(request, res, views) -> list[dict]:
    """The resource's views, everything, and what people saved, as tabs."""
    present = request.GET.get("view") or _meant(request, standing(res))
    everything = {
        "label": _("All"),
        "href": addresses.of_resource(res) + "?view=all",
        "active": present in ("", "all"),
    }

    def tab(view) -> dict:
        return {"label": view.name, "href": address(res, view), "active": present == str(view.pk)}

    return [*(tab(v) for v in standing(res)), everything, *(tab(v) for v in views)]


def _meant(request, views: list[Standing]) -> str:
    """The view whose parameters the address has without naming it, as boards and pivots do."""
    given = set(request.GET.items())
    return next((view.pk for view in views if given and set(parse_qsl(view.parameters)) == given), "")


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
