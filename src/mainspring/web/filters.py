"""Filter chips over a list, made from columns; and what is set, in words."""

from functools import lru_cache

from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mainspring.kernel import access, conditions, query
from mainspring.web import addresses

KINDS = {"link": "link", "choice": "choice", "state": "choice", "date": "date", "datetime": "date", "bool": "boolean"}


def period_names() -> dict[str, str]:
    """Named periods in the person's language."""
    return {
        "today": _("Today"), "yesterday": _("Yesterday"), "tomorrow": _("Tomorrow"), "past": _("In the past"),
        "future": _("In the future"), "last_7_days": _("Last 7 days"), "last_30_days": _("Last 30 days"),
        "last_90_days": _("Last 90 days"), "next_7_days": _("Next 7 days"), "next_30_days": _("Next 30 days"),
        "this_week": _("This week"), "last_week": _("Last week"), "next_week": _("Next week"),
        "this_month": _("This month"), "last_month": _("Last month"), "next_month": _("Next month"),
        "this_quarter": _("This quarter"), "last_quarter": _("Last quarter"), "next_quarter": _("Next quarter"),
        "this_year": _("This year"), "last_year": _("Last year"), "next_year": _("Next year"),
    }  # fmt: skip


def operator_names() -> dict[str, str]:
    return {"eq": "", "ne": _("not"), "in": "", "contains": _("contains"), "starts": _("starts with"), "gt": ">",
            "gte": "≥", "lt": "<", "lte": "≤", "between": _("between"), "empty": _("empty")}  # fmt: skip


def usable(q: query.Query) -> list[str]:
    """Paths the person may filter by, in the order of the declaration, then the rest of the list and custom fields."""
    names = dict.fromkeys(
        q.resource.names("filters") + q.resource.names("columns") + q.resource.names("form") + list(q.fields.custom)
    )
    return [
        n
        for n in names
        if q.fields.clear_rows(n) is not None
        and not q.fields.column(n).compute
        and q.fields.column(n).kind not in ("json", "links")
    ]


def chips(request, q: query.Query) -> list[dict]:
    """A chip for every declared filter, every one asked for by the dialog, and every one that is set."""
    can = usable(q)
    declared = [n for n in q.resource.names("filters") if n in can]
    asked = [n for n in request.GET.get("chips", "").split(",") if n in can]
    set_now = [f.path for f in q.spec.filters if f.path in can]
    return [_chip(request, q, path) for path in dict.fromkeys(declared + asked + set_now)]


def _chip(request, q: query.Query, path: str) -> dict:
    column = q.fields.column(path)
    now = [f for f in q.spec.filters if f.path == path]
    by_operator = {f.operator: f.values for f in now}
    choices = tuple((str(key), str(label)) for key, label in column.choices)
    asked = (path, column.kind, str(column.label), choices, column.to, column.is_number, column.required)
    if now:
        text = _names(q.ctx, column, _linked(by_operator)) if column.kind == "link" else ""
        names, html = drawn(_fields(*asked, by_operator, text))
    else:
        names, html = _blank(*asked, get_language())
    keys = {f"{path}__{op}": None for op in conditions.OPERATORS} | {query.name_of(path): None}
    return {
        "name": path.replace(".", "-"),
        "label": column.label,
        "kind": KINDS.get(column.kind, "number" if column.is_number else "text"),
        "active": bool(now),
        "text": "; ".join(words(q, f) for f in now),
        "names": names,
        "html": html,
        "remove": addresses.with_params(request, **keys) if now else "",
    }


@lru_cache(maxsize=5000)
def _blank(path, kind, label, choices, to, is_number, required, language) -> tuple[tuple[str, ...], SafeString]:
    """The form of a filter that is not set: the same for everybody who reads the language."""
    return drawn(_fields(path, kind, label, choices, to, is_number, required, {}, ""))


def drawn(fields) -> tuple[tuple[str, ...], SafeString]:
    """(names of the parameters, HTML) of form fields, given by the names of their parameters."""
    form = forms.Form()
    for name, field in fields:
        field.required = False
        form.fields[name] = field
    html = "".join(render_to_string("web/parts/field.html", {"field": field}) for field in form)
    return tuple(form.fields), mark_safe(html)


def _linked(now: dict) -> str:
    """Keys of the linked records a filter asks for."""
    return now["eq"][-1] if now.get("eq") else ",".join(now.get("in", ()))


def _fields(path, kind, label, choices, to, is_number, required, now: dict, text: str):
    """(parameter name, form field) pairs of a chip; `text` words the linked records asked for."""
    first = {op: values[-1] for op, values in now.items()}
    blank, equal = ("", "–"), query.name_of(path)
    if kind in ("choice", "state"):
        asked = [*now.get("in", ()), *now.get("eq", ())]
        boxes = forms.CheckboxSelectMultiple
        yield f"{path}__in", forms.MultipleChoiceField(label=label, choices=choices, widget=boxes, initial=asked)
    elif kind == "bool":
        answers = [blank, ("true", _("Yes")), ("false", _("No"))]
        yield equal, forms.ChoiceField(label=label, choices=answers, initial=first.get("eq"))
    elif kind == "attachment":
        answers = [blank, ("0", _("With a file")), ("1", _("Without a file"))]
        yield f"{path}__empty", forms.ChoiceField(label=label, choices=answers, initial=first.get("empty"))
    elif kind == "link":
        attrs = {"data-island": "choose", "data-url": f"/lookup/{to}/", "data-text": text}
        yield equal, forms.CharField(label=label, initial=_linked(now), widget=forms.TextInput(attrs=attrs))
    elif kind in ("date", "datetime"):
        periods = period_names()
        named = first.get("eq") if first.get("eq") in periods else ""
        yield equal, forms.ChoiceField(label=_("Period"), choices=[blank, *periods.items()], initial=named)
        yield from _range(path, first, forms.DateInput(attrs={"type": "date"}))
    elif is_number:
        yield from _range(path, first, forms.TextInput(attrs={"inputmode": "decimal"}))
    else:
        for operator, label_ in (("contains", _("Contains")), ("starts", _("Starts with"))):
            yield f"{path}__{operator}", forms.CharField(label=label_, initial=first.get(operator))
    if not required and kind not in ("state", "bool"):
        answers = [blank, ("0", _("Filled in")), ("1", _("Empty"))]
        yield f"{path}__empty", forms.ChoiceField(label=_("Filled in"), initial=first.get("empty"), choices=answers)


def _range(path: str, first: dict, widget):
    """The two ends of a range: a field each."""
    for operator, label in (("gte", _("From")), ("lte", _("Until"))):
        yield f"{path}__{operator}", forms.CharField(label=label, initial=first.get(operator), widget=widget)


def words(q: query.Query, asked: conditions.Filter) -> str:
    """A filter as a person would say it."""
    column = q.fields.column(asked.path)
    if asked.operator == "empty":
        return _("empty") if asked.values[-1] in ("1", "true", "yes", "on") else _("filled in")
    if column.kind == "link" and asked.operator != "contains":
        texts = [_names(q.ctx, column, ",".join(asked.values))]
    else:
        known = period_names() | {str(k): str(v) for k, v in column.choices} | {"true": _("Yes"), "false": _("No")}
        texts = [known.get(v, v) for v in asked.values]
    return f"{operator_names()[asked.operator]} {', '.join(texts)}".strip()


def _names(ctx, column, value: str) -> str:
    """Names of linked records by their keys, those the person may see."""
    if not value:
        return ""
    try:
        rows = access.rows(ctx, apps.get_model(column.to)).filter(pk__in=value.split(","))
        return ", ".join(str(r) for r in rows[:5]) or value
    except (ValueError, LookupError, ValidationError):
        return value


def hidden(request, q: query.Query, shown: list[dict]) -> list[tuple[str, str]]:
    """Parameters the filter form carries along: all that no field of it holds."""
    held = {name for chip in shown for name in chip["names"]} | {"q", "after", "before", "group"}
    held |= {
        f.path
        for f in q.spec.filters
        if q.fields.mode(f.path) != "hide" and q.fields.column(f.path).kind in ("choice", "state")
    }
    return [(key, value) for key, values in request.GET.lists() if key not in held for value in values if value]
