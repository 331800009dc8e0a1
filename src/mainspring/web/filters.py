"""Filter chips over a list, made from columns; and what is set, in words."""

from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
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
    form = forms.Form()
    for name, field in _fields(q, column, by_operator):
        field.required = False
        form.fields[name] = field
    keys = {f"{path}__{op}": None for op in conditions.OPERATORS} | {path: None}
    return {
        "name": path.replace(".", "-"),
        "label": column.label,
        "kind": KINDS.get(column.kind, "number" if column.is_number else "text"),
        "active": bool(now),
        "text": "; ".join(words(q, f) for f in now),
        "fields": list(form),
        "remove": addresses.with_params(request, **keys) if now else "",
    }


def _fields(q, column, now: dict):
    """(parameter name, form field) pairs of a chip."""
    path, kind = column.path, column.kind
    first = {op: values[-1] for op, values in now.items()}
    if kind in ("choice", "state"):
        yield (
            f"{path}__in",
            forms.MultipleChoiceField(
                label=column.label,
                choices=column.choices,
                widget=forms.CheckboxSelectMultiple,
                initial=[*now.get("in", ()), *now.get("eq", ())],
            ),
        )
    elif kind in ("bool", "attachment"):
        yield (
            path if kind == "bool" else f"{path}__empty",
            forms.ChoiceField(
                label=column.label,
                choices=[("", "–"), ("true", _("Yes")), ("false", _("No"))]
                if kind == "bool"
                else [("", "–"), ("0", _("With a file")), ("1", _("Without a file"))],
                initial=first.get("eq" if kind == "bool" else "empty"),
            ),
        )
    elif kind == "link":
        value = first.get("eq") or ",".join(now.get("in", ()))
        attrs = {
            "data-island": "choose",
            "data-url": f"/lookup/{column.to}/",
            "data-text": _names(q.ctx, column, value),
        }
        yield path, forms.CharField(label=column.label, initial=value, widget=forms.TextInput(attrs=attrs))
    elif kind in ("date", "datetime"):
        periods = period_names()
        yield (
            path,
            forms.ChoiceField(
                label=_("Period"),
                choices=[("", "–"), *periods.items()],
                initial=first.get("eq") if first.get("eq") in periods else "",
            ),
        )
        yield from _range(path, first, forms.DateInput(attrs={"type": "date"}))
    elif column.is_number:
        yield from _range(path, first, forms.TextInput(attrs={"inputmode": "decimal"}))
    else:
        for operator, label in (("contains", _("Contains")), ("starts", _("Starts with"))):
            yield f"{path}__{operator}", forms.CharField(label=label, initial=first.get(operator))
    if not column.required and kind not in ("state", "bool"):
        yield (
            f"{path}__empty",
            forms.ChoiceField(
                label=_("Filled in"),
                initial=first.get("empty"),
                choices=[("", "–"), ("0", _("Filled in")), ("1", _("Empty"))],
            ),
        )


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
    held = {field.html_name for chip in shown for field in chip["fields"]} | {"q", "after", "before", "group"}
    held |= {
        f.path
        for f in q.spec.filters
        if q.fields.mode(f.path) != "hide" and q.fields.column(f.path).kind in ("choice", "state")
    }
    return [(key, value) for key, values in request.GET.lists() if key not in held for value in values if value]
