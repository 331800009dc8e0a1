"""How an entity appears to people and programs: one declaration, read by pages, API, import, export and tests."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from . import custom, explained, fields, shapes
from .models.base import Document

registry: dict[str, Resource] = {}
"""Every resource by key "module/resources", e.g. "sales/sales-orders"."""

by_model: dict[str, Resource] = {}
"""The main resource of each model by label, e.g. "sales.salesorder"."""


@dataclass(frozen=True)
class Column:
    """One thing to show, filter, sort, import or export.

    path     field path from the record ("customer__name", "custom.color"), or a name when computed
    kind     text longtext integer decimal money price quantity percent rate date datetime bool choice link
             links state json attachment
    is_open  the field may hold other values than its choices
    limited  "label.field" of a link that not every record may be chosen for
    within   another field of the record that says which records may be linked, or whose names are `offers`
    offers   what a text names, see `offers`; the field is one of the model `to`
    compute  function(record) for computed columns: shown and exported, not filtered or sorted
    """

    path: str
    label: str | Promise
    kind: str = "text"
    choices: tuple = ()
    to: str = ""
    currency: str = ""
    unit: str = ""
    editable: bool = False
    required: bool = False
    help: str = ""
    digits: int | None = None
    is_open: bool = False
    within: str = ""
    limited: str = ""
    offers: str = ""
    compute: Callable | None = None

    def value_of(self, record):
        """The value of one record: links as records, custom values typed, computed ones computed."""
        if self.compute:
            return self.compute(record)
        if not self.is_custom:
            return shapes.value_at(record, self.path)
        raw = (record.custom or {}).get(self.path[7:])
        if raw is not None and self.is_number:
            return Decimal(str(raw))
        return date.fromisoformat(raw) if raw is not None and self.kind == "date" else raw

    @property
    def is_custom(self) -> bool:
        return self.path.startswith("custom.")

    @property
    def is_number(self) -> bool:
        return self.kind in ("integer", "decimal", "money", "price", "quantity", "percent", "rate")

    @property
    def sortable(self) -> bool:
        return self.compute is None and self.kind not in ("json", "links")


class Resource:
    """Names only what the model cannot know: selection, order, grouping. All else comes from the model.

    model       the Django model
    menu        "Sales" or "Sales / Setup": group in the menu; empty keeps it out of the menu
    columns     list columns, blank separated; "a__b" follows a relation
    search      fields matched by the search box and the palette
    filters     fields offered as filter chips
    form        fields of the form, "|" starts a new group, "Title:" names it
    lines       columns of the line grid
    line_totals header fields shown under the grid
    order       default order
    dimensions  fields to group, pivot and chart by; measures: fields to sum ("" means count only)
    calendar    "start_field end_field" for the calendar; "" for none
    kanban      field whose values are the columns; documents default to "state"
    lanes       method(ctx, parameters, record=None) -> `lanes.Lanes`: a board whose columns are data
    related     {label: ("sales/sales-orders", "customer")}: tabs of related records by foreign key path
    icon        name of a Tabler icon
    quick       fields a quick-create dialog asks for
    codes       fields a scanner finds the record by ("code barcode")
    scan        columns of the line grid that scanned codes fill, the quantity last; "+quantity" adds one a scan
    views       {name: (label, "state=open&order=due_on")}: tabs of the list; the first one opens first
    creatable   False when records only come from other documents
    proposes    {field: "me" or "today"}: what the form of a new record begins with
    also_called {field: "other|names"}: what columns of lists that are imported are usually called
    """

    model: type[models.Model]
    menu = ""
    title: Any = ""
    columns = ""
    search = ""
    filters = ""
    form = ""
    lines = ""
    line_totals = ""
    order = ""
    dimensions = ""
    measures = ""
    calendar = ""
    kanban = ""
    lanes: Callable | None = None
    related: dict[Any, tuple[str, str]] = {}
    icon = ""
    quick = ""
    codes = ""
    scan = ""
    views: dict[str, tuple[Any, str]] = {}
    creatable = True
    proposes: dict[str, str] = {}
    also_called: dict[str, str] = {}
    computed: dict[str, Column] = {}
    prefetch: tuple[str, ...] = ()  # what computed columns read across, fetched once a page
    help: Any = ""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "model" not in cls.__dict__:
            return
        one = cls()
        registry[one.key] = one
        by_model.setdefault(one.label, one)

    # -- names ----------------------------------------------------------------------------------------------------

    @cached_property
    def module(self) -> str:
        """The module that declares the resource: its folder's name."""
        return type(self).__module__.split(".resources")[0].rsplit(".", 1)[-1]

    @cached_property
    def slug(self) -> str:
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", type(self).__name__).lower()

    @property
    def key(self) -> str:
        return f"{self.module}/{self.slug}"

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    @property
    def plural(self) -> str:
        return _begin_large(str(self.title or self.model._meta.verbose_name_plural))

    @property
    def singular(self) -> str:
        return _begin_large(str(self.model._meta.verbose_name))

    @property
    def explanation(self) -> str:
        """What these records are, in the language of the reader."""
        text = explained.of(self.model)
        return str(self.help) or (_(text) if text else "")

    @property
    def is_document(self) -> bool:
        return issubclass(self.model, Document)

    @property
    def workflow(self):
        return getattr(self.model, "workflow", None)

    # -- columns --------------------------------------------------------------------------------------------------

    def names(self, attribute: str) -> list[str]:
        """Field names of a declaration, without group marks."""
        return [n for n in getattr(self, attribute).replace("|", " ").split() if not n.endswith(":")]

    def groups(self) -> list[tuple[str, list[str]]]:
        """The form's groups: (title, names)."""
        found = []
        for part in self.form.split("|"):
            words = part.split()
            title = words.pop(0)[:-1].replace("_", " ") if words and words[0].endswith(":") else ""
            found.append((_(title) if title else "", words))
        return found

    def column(self, path: str) -> Column:
        """The column of a path; FieldDoesNotExist when there is none."""
        if path in self.computed:
            return self.computed[path]
        if path.startswith("custom."):
            for f in self.custom_fields():
                if path == f"custom.{f.name}":
                    return custom_column(f)
            raise FieldDoesNotExist(path)
        return column_of(self.model, path)

    def columns_of(self, attribute: str) -> list[Column]:
        return [self.column(n) for n in self.names(attribute)]

    @cached_property
    def line_model(self):
        return self.model._meta.get_field("lines").related_model if self.lines else None

    def line_columns(self) -> list[Column]:
        return [column_of(self.line_model, n) for n in self.names("lines")] if self.lines else []

    def custom_fields(self):
        """Custom fields of the record; one query a call, so callers ask once a request."""
        return custom.fields_of(self.model) if hasattr(self.model, "custom") else []

    def custom_columns(self) -> list[Column]:
        return [custom_column(f) for f in self.custom_fields()]

    @property
    def select_related(self) -> list[str]:
        """Relations the list columns follow, so that a list costs the same for one row and for fifty."""
        found = set()
        for name in self.names("columns"):
            if name in self.computed or name.startswith("custom."):
                continue
            parts = name.split("__")
            field = self.model._meta.get_field(parts[0])
            if len(parts) > 1:
                found.add("__".join(parts[:-1]))
            elif (field.is_relation and field.many_to_one) or field.one_to_one:
                found.add(name)
        return sorted(found)

    def __str__(self):
        return self.key


def column_of(model, path: str) -> Column:
    """Describe a field path of a model as a column."""
    parts = path.split("__")
    owner = model
    for part in parts[:-1]:
        owner = owner._meta.get_field(part).related_model
    field = owner._meta.get_field(parts[-1])
    label = str(getattr(field, "verbose_name", parts[-1]))
    if len(parts) > 1:
        label = f"{model._meta.get_field(parts[0]).verbose_name}: {label}"
    prefix = "__".join(parts[:-1])
    kind, extra = _kind(owner, field)
    for name in ("currency", "unit"):
        if extra.get(name) and prefix:
            extra[name] = f"{prefix}__{extra[name]}"
    return Column(
        path,
        label[:1].upper() + label[1:],
        kind,
        editable=field.editable and len(parts) == 1,
        required=not getattr(field, "blank", True) and not field.has_default() and field.editable,
        help=str(getattr(field, "help_text", "")),
        **extra,
    )


def record_types(of: str = "") -> tuple[tuple[str, str], ...]:
    """(label, name) of the record types with pages, by name; see `fields.RecordTypeField` for `of`."""
    offered = [r for r in by_model.values() if of != "custom" or hasattr(r.model, "custom")]
    names = Counter(r.singular for r in offered)
    found = [(r.label, r.singular if names[r.singular] == 1 else f"{r.singular} ({r.module})") for r in offered]
    found.sort(key=lambda pair: pair[1].lower())
    if of != "patterns":
        return tuple(found)
    modules = sorted({r.label.partition(".")[0] for r in offered})
    whole = [(f"{module}.*", _("Everything of %(module)s") % {"module": module}) for module in modules]
    return (("*", _("Everything")), *whole, *found)


def _kind(owner, field) -> tuple[str, dict]:
    if field.name == "state" and getattr(owner, "workflow", None):
        flow = owner.workflow
        return "state", {"choices": tuple((s, flow.label(s)) for s in flow.states)}
    if field.many_to_many:
        return "links", {"to": field.related_model._meta.label_lower}
    if field.is_relation:
        limited = f"{field.model._meta.label_lower}.{field.name}" if field.remote_field.limit_choices_to else ""
        to = field.related_model._meta.label_lower
        return "link", {"to": to, "within": getattr(field, "within", ""), "limited": limited}
    if isinstance(field, fields.RecordTypeField):
        return "choice", {"choices": record_types(field.of), "is_open": True}
    if isinstance(field, fields.NameField):
        return "text", {"offers": field.of, "within": field.about, "to": owner._meta.label_lower}
    if field.choices:
        return "choice", {"choices": tuple((k, str(v)) for k, v in field.flatchoices)}
    match field:
        case fields.PriceField():
            return "price", {"currency": field.currency, "digits": field.decimal_places}
        case fields.MoneyField():
            return "money", {"currency": field.currency}
        case fields.QuantityField():
            return "quantity", {"unit": field.unit, "digits": field.decimal_places}
        case fields.PercentField():
            return "percent", {"digits": field.decimal_places}
        case fields.RateField():
            return "rate", {"digits": field.decimal_places}
        case models.DecimalField():
            return "decimal", {"digits": field.decimal_places}
        case models.BooleanField():
            return "bool", {}
        case models.DateTimeField():
            return "datetime", {}
        case models.DateField():
            return "date", {}
        case models.IntegerField():
            return "integer", {}
        case models.JSONField():
            return "json", {}
        case models.TextField():
            return "longtext", {}
    return "text", {}


CUSTOM_KINDS = {"number": "decimal"}


def _begin_large(text: str) -> str:
    """The first letter large, the rest as it is: "API tokens" keeps its letters."""
    return text[:1].upper() + text[1:]


def custom_column(f) -> Column:
    """Describe a custom field as a column."""
    choices = tuple((c["value"], c.get("label", c["value"])) if isinstance(c, dict) else (c, c) for c in f.choices)
    kind = f.result_kind if f.kind == "formula" else f.kind
    return Column(
        f"custom.{f.name}",
        f.labels.get(get_language() or "en", f.label),
        CUSTOM_KINDS.get(kind, kind),
        choices=choices,
        to=f.link_to,
        editable=f.kind != "formula",
        required=f.required,
        help=f.help_text,
        digits=f.digits,
    )


_amendments: dict[str, list[dict]] = {}


def amend(
    model_label: str,
    *,
    panel: str = "",
    title: Any = "",
    context: Callable | None = None,
    related: tuple[Any, str, str] | None = None,
    place: str = "tab",
    shown: Callable | None = None,
) -> None:
    """Complete the page of a lower record from above.

    panel    template shown with what context(record, ctx) returns; not at all when that is None
    related  (title, resource key, foreign key path): a tab with the related records
    place    "tab" for one among the tabs, titled `title`; "first" for the tab that opens with the page; "top" for the
             head of the page, above the facts; "body" for a card between lines and tabs
    shown    shown(record, ctx): whether a tab makes sense for this record and person
    """
    if place not in PLACES:
        raise ValueError(f"{place!r} is no place of a record page")
    _amendments.setdefault(model_label.lower(), []).append(
        {"panel": panel, "title": title, "context": context, "related": related, "place": place, "shown": shown}
    )


PLACES = ("tab", "first", "top", "body")


def amendments(model, *places: str) -> list[dict]:
    """What was added to the page of a model's records, in these places (none: all)."""
    found = _amendments.get(model._meta.label_lower, [])
    return [one for one in found if not places or one["place"] in places]


def of(model) -> Resource | None:
    """The main resource of a model, or None when it has no page of its own."""
    return by_model.get(model._meta.label_lower)
