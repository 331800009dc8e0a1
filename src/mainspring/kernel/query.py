"""Which records, in which order: filters, search, sort and pages, the same for pages, API, export and charts.

A filter is a parameter `path=value` or `path__operator=value`; unknown, hidden and masked fields are refused alike, so
that nobody can learn from an order or a count what they may not read. `parse` reads parameters, `Query` answers.
"""

import base64
import binascii
import datetime
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist, ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from . import access, limits, periods, resource

OPERATORS = ("eq", "ne", "in", "contains", "starts", "gt", "gte", "lt", "lte", "between", "empty")
RESERVED = {"q", "order", "group", "columns", "after", "before", "size", "fields", "format", "view"}
SIZE_MAX = 500
BUCKETS = ("day", "week", "month", "quarter", "year")
_ORDERED = {"eq", "ne", "in", "gt", "gte", "lt", "lte", "between", "empty"}
_BY_KIND = {
    "text": {"eq", "ne", "in", "contains", "starts", "empty"}, "longtext": {"eq", "contains", "starts", "empty"},
    "link": {"eq", "ne", "in", "contains", "empty"}, "choice": {"eq", "ne", "in", "empty"},
    "state": {"eq", "ne", "in"}, "bool": {"eq", "ne", "empty"}, "json": set(), "links": set(), "attachment": {"empty"},
}  # fmt: skip


@dataclass(frozen=True)
class Filter:
    """One condition as it was asked for, e.g. Filter("total", "gte", ("100",))."""

    path: str
    operator: str
    values: tuple[str, ...]


@dataclass
class Spec:
    """What a list was asked for. `errors` names each part that could not be understood."""

    filters: list[Filter] = field(default_factory=list)
    q: str = ""
    order: list[str] = field(default_factory=list)
    group: str = ""
    columns: list[str] = field(default_factory=list)
    after: str = ""
    before: str = ""
    size: int = 50
    errors: dict[str, str] = field(default_factory=dict)


def parse(params: Mapping, *, size: int = 50, ignore: Collection[str] = ()) -> Spec:
    """Read query parameters (a QueryDict or a dict of lists or texts). Blank values are no filter."""
    spec = Spec(size=size)
    for key in params:
        values = params.getlist(key) if hasattr(params, "getlist") else params[key]
        values = [str(v) for v in (values if isinstance(values, list | tuple) else [values])]
        values = [v for v in values if v.strip()]
        if not values or key in ignore:
            continue
        if any("\x00" in v for v in values):
            spec.errors[key] = _("Null characters are not allowed.")
        elif key not in RESERVED:
            path, _sep, operator = key.rpartition("__")
            if operator not in OPERATORS or not path:
                path, operator = key, "eq"
            if operator == "in" or (operator == "between" and len(values) == 1):
                values = [part for v in values for part in v.split(",") if part]
            spec.filters.append(Filter(path, "in" if operator == "eq" and len(values) > 1 else operator, tuple(values)))
        elif key == "size":
            if values[-1].isascii() and values[-1].isdigit() and 1 <= int(values[-1]) <= SIZE_MAX:
                spec.size = int(values[-1])
            else:
                spec.errors[key] = _("A number from 1 to %(max)s is needed.") % {"max": SIZE_MAX}
        elif key in ("order", "columns"):
            setattr(spec, key, [part.strip() for part in ",".join(values).split(",") if part.strip()])
        elif hasattr(spec, key):
            setattr(spec, key, values[-1].strip())
    return spec


class Fields:
    """The columns of a resource as one person may use them; custom fields are read once."""

    def __init__(self, of: resource.Resource, ctx):
        self.resource, self.ctx, self.model = of, ctx, of.model
        self._modes: dict[str, str] = {}
        self._custom: dict | None = None
        self.partly_clear = access.clear_when(ctx, of.model)

    @property
    def custom(self) -> dict:
        """Custom columns by path."""
        if self._custom is None:
            self._custom = {c.path: c for c in self.resource.custom_columns()}
        return self._custom

    def column(self, path: str) -> resource.Column:
        """The column of a path the person may know of; FieldDoesNotExist otherwise."""
        if self.mode(path) == "hide":
            raise FieldDoesNotExist(path)
        return self.custom[path] if path.startswith("custom.") else self.resource.column(path)

    def columns(self, paths) -> list[resource.Column]:
        """The columns of those paths that the person may see (perhaps masked); others are left out."""
        return [self.column(p) for p in paths if self.mode(p) != "hide"]

    def is_clear(self, path: str) -> bool:
        """Whether the person may sort, group, sum and chart by the path: in the clear on every row."""
        return self.mode(path) in ("view", "edit") and path not in self.partly_clear

    def clear_rows(self, path: str) -> Q | None:
        """Condition of the rows on which the path may be filtered and searched; None when on none."""
        return self.partly_clear.get(path, Q()) if self.mode(path) in ("view", "edit") else None

    def mode_on(self, record, path: str) -> str:
        """The mode of a path on one record, read by `Query.ordered` or by `access.with_clearance`."""
        mode = self.mode(path)
        if mode == "mask" or path not in self.partly_clear:
            return mode
        flag = getattr(record, f"_clear_{path}", None)
        if flag is None:
            flag = self.model._default_manager.filter(self.partly_clear[path], pk=record.pk).exists()
        return mode if flag else "mask"

    def mode(self, path: str) -> str:
        """hide, mask, view or edit; unknown paths are hidden."""
        if path not in self._modes:
            self._modes[path] = self._mode(path)
        return self._modes[path]

    def _mode(self, path: str) -> str:
        if path.startswith("custom."):
            known = path in self.custom
        else:
            known = path in self.resource.computed or _is_known(self.resource, path)
        if not known:
            return "hide"
        if path in self.resource.computed or path == "pk":
            return access.field_modes(self.ctx, self.model).get(path, "view")
        return access.path_mode(self.ctx, self.model, path)


def _is_known(of: resource.Resource, path: str) -> bool:
    """Whether a path may be asked about at all: plain fields of the record, declared paths, one step along a link."""
    parts = path.split("__")
    owner: Any = of.model
    try:
        for part in parts[:-1]:
            step = owner._meta.get_field(part)
            if not (step.many_to_one or step.one_to_one) or not step.concrete:
                return False
            owner = step.related_model
        last = owner._meta.get_field(parts[-1]) if parts[-1] != "pk" else owner._meta.pk
    except FieldDoesNotExist:
        return False
    if last.many_to_many and not last.auto_created:
        return len(parts) == 1
    if not last.concrete or last.name == "password" or isinstance(last, models.JSONField):
        return False
    if len(parts) == 1 or path in _declared(of):
        return True
    other = resource.of(owner)
    known = {label_field(owner), *(_declared(other) if other else ())}
    return len(parts) == 2 and parts[-1] in known


def _declared(of: resource.Resource) -> set[str]:
    found = of.__dict__.get("_declared_paths")
    if found is None:
        rooms = (
            "columns",
            "search",
            "filters",
            "form",
            "order",
            "dimensions",
            "measures",
            "kanban",
            "calendar",
            "line_totals",
            "quick",
        )
        found = {n.lstrip("-").partition(":")[0] for room in rooms for n in of.names(room)}
        of.__dict__["_declared_paths"] = found
    return found


def label_field(model) -> str:
    """The field whose order is the order of a record's names."""
    names = {f.name for f in model._meta.concrete_fields}
    return next((n for n in ("name", "number", "code", "username", "title") if n in names), model._meta.pk.attname)


@dataclass
class Page:
    """Some rows and the cursors of their neighbours ("" at the ends)."""

    rows: list
    next: str = ""
    previous: str = ""


class Query:
    """The records of a resource a person asked for. Wrong parts of the question are left out and named in `errors`."""

    def __init__(
        self, of: resource.Resource, ctx, spec: Spec | None = None, *, verb: str = "view", fields: Fields | None = None
    ):
        self.resource, self.ctx, self.spec = of, ctx, spec or Spec()
        self.model, self.fields, self.verb = of.model, fields or Fields(of, ctx), verb
        self.errors = dict(self.spec.errors)
        self._annotations: dict = {}
        self._linked: dict[tuple, list] = {}
        self._conditions = [q for f in self.spec.filters if (q := self._condition(f)) is not None]
        self.keys = self._order_keys()
        if self.spec.group and not self.can_group(self.spec.group):
            self.errors["group"] = _("There is no such field.")
            self.spec.group = ""

    # -- names and conditions -------------------------------------------------------------------------------------

    def name(self, path: str) -> str:
        """The name a path has in the queryset; custom fields become annotations."""
        if not path.startswith("custom."):
            return self.model._meta.pk.attname if path == "pk" else path
        name = f"custom_{path[7:]}"
        kind = self.fields.custom[path].kind
        number = models.DecimalField(max_digits=38, decimal_places=10)
        outputs: dict[str, models.Field] = {
            "decimal": number,
            "money": number,
            "date": models.DateField(),
            "bool": models.BooleanField(),
        }
        self._annotations[name] = Cast(KT(f"custom__{path[7:]}"), outputs.get(kind) or models.TextField())
        return name

    def _condition(self, asked: Filter) -> Q | None:
        key = asked.path if asked.operator == "eq" else f"{asked.path}__{asked.operator}"
        try:
            rows = self.fields.clear_rows(asked.path)
            if rows is None:
                raise FieldDoesNotExist
            column = self.fields.column(asked.path)
            if column.compute or asked.operator not in _BY_KIND.get(column.kind, _ORDERED):
                self.errors[key] = _("This field has no such filter.")
                return None
            return rows & self._build(column, asked)
        except FieldDoesNotExist:
            self.errors[key] = _("There is no such field.")
        except (ValueError, TypeError, OverflowError, InvalidOperation, ValidationError):
            self.errors[key] = _("“%(value)s” is not a valid value.") % {"value": ", ".join(asked.values)[:80]}
        return None

    def _build(self, column, asked: Filter) -> Q:
        name, operator, raw = self.name(column.path), asked.operator, asked.values
        if operator == "empty":
            blank = Q(**{f"{name}__isnull": True})
            if column.kind in ("text", "longtext", "choice"):
                blank |= Q(**{name: ""})
            return blank if _yes(raw[-1]) else ~blank
        if operator in ("contains", "starts"):
            if column.kind == "link":
                return self._link_contains(column, name, raw[-1])
            return Q(**{f"{name}__{'icontains' if operator == 'contains' else 'istartswith'}": raw[-1]})
        if column.kind in ("date", "datetime"):
            return self._dates(column, name, operator, raw)
        values = [self._value(column, v) for v in raw]
        match operator:
            case "eq":
                return Q(**{name: values[-1]})
            case "ne":
                return Q(**{f"{name}__isnull": True}) | ~Q(**{name: values[-1]})
            case "in":
                return Q(**{f"{name}__in": values})
            case "between":
                low, high = values
                return Q(**{f"{name}__gte": low, f"{name}__lte": high})
        return Q(**{f"{name}__{operator}": values[-1]})

    def _link_contains(self, column, name: str, text: str) -> Q:
        other = resource.by_model.get(column.to)
        if other is None or column.is_custom:
            raise ValueError(text)
        return Q(**{f"{name}__in": Query(other, self.ctx, Spec(q=text)).filtered().values("pk")})

    def _dates(self, column, name: str, operator: str, raw) -> Q:
        """Days and named periods; on an instant a day means the whole day in the company's time zone."""
        if operator in ("in", "between") and len(raw) != 2 and operator == "between":
            raise ValueError(raw)
        spans = [self._span(v, column.kind) for v in raw]
        edge = (lambda d: _midnight(d)) if column.kind == "datetime" else (lambda d: d)

        def inside(low, high):
            q = Q(**{f"{name}__isnull": False})
            if low is not None:
                q &= Q(**{f"{name}__gte": edge(low)})
            return q & Q(**{f"{name}__lt": edge(high)}) if high is not None else q

        low, high = spans[-1]
        match operator:
            case "eq" | "in":
                found = inside(*spans[0])
                for span in spans[1:]:
                    found |= inside(*span)
                return found
            case "ne":
                return ~inside(low, high)
            case "between":
                return inside(spans[0][0], high)
            case "gte":
                return inside(low, None)
            case "lt":
                return inside(None, low)
            case "gt":
                return inside(high, None) if high is not None else Q(pk__in=[])
        return inside(None, high)

    def _span(self, raw: str, kind: str):
        named = periods.between(raw, self.ctx.business_date)
        if named:
            return named
        if kind == "datetime" and "T" in raw and (instant := parse_datetime(raw.replace(" ", "+"))):
            return limits.day_in_range(instant), instant + datetime.timedelta(microseconds=1)
        day = limits.day_in_range(datetime.date.fromisoformat(raw))
        return day, day + datetime.timedelta(1)

    def _value(self, column, raw: str):
        """A typed value of a filter; ValueError when it cannot be one."""
        match column.kind:
            case "bool":
                return _yes(raw)
            case "choice" | "state":
                if raw not in [str(k) for k, _label in column.choices]:
                    raise ValueError(raw)
                return raw
            case "integer":
                whole = int(raw)
                if abs(whole) >= 2**63:
                    raise ValueError(raw)
                return whole
            case "text" | "longtext":
                return raw
        if column.is_number:
            value = Decimal(raw)
            if not value.is_finite() or abs(value) >= Decimal(10) ** 24:
                raise ValueError(raw)
            return value
        if column.kind == "link" and not column.is_custom:
            target = _field_at(self.model, column.path)
            if raw == "me" and target.related_model is type(self.ctx.user):
                return self.ctx.user.pk
            return target.target_field.to_python(raw)
        return raw

    # -- search ---------------------------------------------------------------------------------------------------

    def search_paths(self) -> list[str]:
        return [p for p in self.resource.names("search") if self.fields.clear_rows(p) is not None]

    def _search(self, rows):
        """Every word must be found in some search field. Words found in linked records become a list of their keys, so
        that the database can use the indexes of both tables."""
        paths = self.search_paths()
        for word in self.spec.q.split()[:6]:
            found = Q(pk__in=[])
            for path in paths:
                if "__" in path:
                    prefix, _sep, last = path.rpartition("__")
                    owner = _field_at(self.model, prefix).related_model
                    keys = self._linked_keys(owner, last, word)
                    found |= Q(**{f"{prefix}__in": keys}) if len(keys) < 500 else Q(**{f"{path}__icontains": word})
                else:
                    found |= self.fields.clear_rows(path) & Q(**{f"{self.name(path)}__icontains": word})
            rows = rows.filter(found)
        return rows

    def _linked_keys(self, owner, name: str, word: str) -> list:
        """Keys of up to 500 linked records found by a word; rows and totals of one page ask for them once."""
        asked = owner, name, word
        if asked not in self._linked:
            linked = owner._default_manager.filter(**{f"{name}__icontains": word})
            self._linked[asked] = list(linked.values_list("pk", flat=True)[:500])
        return self._linked[asked]

    # -- rows -----------------------------------------------------------------------------------------------------

    def filtered(self) -> models.QuerySet:
        """All matching records, in no order, with nothing fetched along."""
        rows = access.rows(self.ctx, self.model, self.verb).order_by()
        if self._annotations:
            rows = rows.annotate(**self._annotations)
        for q in self._conditions:
            rows = rows.filter(q)
        return self._search(rows) if self.spec.q else rows

    def ordered(self, columns=()) -> models.QuerySet:
        """All matching records in order; `columns` are those to be shown, whose links are fetched along."""
        rows = access.with_clearance(self.filtered(), self.ctx)
        order = [("-" if desc else "") + name for name, desc in self.keys]
        related = self.related(columns)
        rows = rows.order_by(*order).select_related(*related) if related else rows.order_by(*order)
        return rows.prefetch_related(*self.resource.prefetch) if self.resource.prefetch else rows

    def related(self, columns) -> list[str]:
        """Relations to fetch along, so that a list costs the same for one row and for fifty."""
        found = set()
        for column in columns:
            paths = [] if column.compute or column.is_custom else [column.path]
            for path in [*paths, column.unit]:
                prefix, _sep, _last = path.rpartition("__")
                if path and _is_link(self.model, path):
                    found.add(path)
                elif prefix:
                    found.add(prefix)
            if "__" in column.currency:
                found.add(column.currency.rpartition("__")[0])
        found |= {name.rpartition("__")[0] for name, _desc in self.keys if "__" in name}
        return sorted(found)

    def page(self, columns=()) -> Page:
        """One page by its cursor: the cost does not grow with the page's depth."""
        rows, size = self.ordered(columns), self.spec.size
        backward = bool(self.spec.before)
        cursor = self.spec.before or self.spec.after
        if cursor:
            try:
                rows = rows.filter(self._beyond(self._read_cursor(cursor), backward))
            except (ValueError, TypeError, ValidationError, RecursionError, binascii.Error):
                self.errors["before" if backward else "after"] = _("This page address is not valid.")
                cursor, backward = "", False
        found = list((rows.reverse() if backward else rows)[: size + 1])
        more, found = len(found) > size, found[:size]
        if backward:
            found.reverse()
        page = Page(found)
        if found and (more or backward):
            page.next = self.cursor(found[-1])
        if found and cursor and (more or not backward):
            page.previous = self.cursor(found[0])
        return page

    def count(self, cap: int = 1000) -> tuple[int, bool]:
        """How many records match, and whether the number is exact: counting stops at `cap`."""
        found = self.filtered().values("pk")[: cap + 1].count()
        return min(found, cap), found <= cap

    # -- order and cursors ----------------------------------------------------------------------------------------

    def _order_keys(self) -> list[tuple[str, bool]]:
        """(name, descending) of every key, ended by the primary key so that the order is total."""
        pk, keys = self.model._meta.pk.attname, []
        usual = ["-pk"] if self.resource.is_document else [o for o in self.model._meta.ordering if isinstance(o, str)]
        asked = self.spec.order or self.resource.order.split() or usual
        wanted = ([self.spec.group.partition(":")[0]] if self.spec.group else []) + list(asked)
        for item in wanted:
            path, desc = item.lstrip("-"), item.startswith("-")
            if path != "pk" and not (self.fields.is_clear(path) and self._sortable(path)):
                if item in self.spec.order:
                    self.errors["order"] = _("This list cannot be sorted by “%(field)s”.") % {"field": path}
                continue
            name = self.name(path)
            if path != "pk" and not path.startswith("custom.") and _is_link(self.model, path):
                keys.append((f"{path}__{label_field(_field_at(self.model, path).related_model)}", desc))
                name = _field_at(self.model, path).attname if "__" not in path else f"{path}_id"
            if name not in [k for k, _d in keys]:
                keys.append((name, desc))
        if pk not in [k for k, _d in keys]:
            keys.append((pk, keys[-1][1] if keys else False))
        return keys

    def _sortable(self, path: str) -> bool:
        return self.fields.column(path).sortable

    def can_group(self, group: str) -> bool:
        """Whether "path" or "path:month" may be grouped by."""
        path, _sep, bucket = group.partition(":")
        if not self.fields.is_clear(path):
            return False
        column = self.fields.column(path)
        if bucket:
            return column.kind in ("date", "datetime") and bucket in BUCKETS
        return column.compute is None and column.kind not in ("json", "links", "longtext", "attachment")

    def cursor(self, record) -> str:
        """The place of a record in this order."""
        values = [_plain(_read(record, name)) for name, _desc in self.keys]
        text = json.dumps([self._signature(), values], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _signature(self) -> str:
        return ",".join(("-" if desc else "") + name for name, desc in self.keys)

    def _read_cursor(self, cursor: str) -> list:
        signature, values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if signature != self._signature() or len(values) != len(self.keys):
            raise ValueError(cursor)
        return [
            None if v is None else limits.storable_key(self._key_field(name).to_python(v))
            for (name, _desc), v in zip(self.keys, values, strict=True)
        ]

    def _key_field(self, name: str):
        if name in self._annotations:
            return self._annotations[name].output_field
        found = _field_at(self.model, name)
        return found.target_field if found.is_relation else found

    def _beyond(self, values: list, backward: bool) -> Q:
        """Rows strictly after the place: PostgreSQL puts nulls last when rising and first when falling."""
        found: Q | None = None
        for (name, desc), value in reversed(list(zip(self.keys, values, strict=True))):
            rising = desc == backward
            strictly: Q | None
            if value is None:
                strictly = None if rising else Q(**{f"{name}__isnull": False})
                equal = Q(**{f"{name}__isnull": True})
            else:
                strictly = beyond = Q(**{f"{name}__{'gt' if rising else 'lt'}": value})
                if rising and self._nullable(name):
                    strictly = beyond | Q(**{f"{name}__isnull": True})
                equal = Q(**{name: value})
            if found is None:
                found = strictly if strictly is not None else Q(pk__in=[])
            else:
                found = equal & found if strictly is None else strictly | (equal & found)
        first, value = self.keys[0][0], values[0]
        found = found if found is not None else Q(pk__in=[])
        if value is not None and not self._nullable(first):  # lets the database start inside an index
            found = Q(**{f"{first}__{'gte' if self.keys[0][1] == backward else 'lte'}": value}) & found
        return found

    def _nullable(self, name: str) -> bool:
        if name in self._annotations:
            return True
        owner: Any = self.model
        null = False
        for part in name.split("__"):
            step = owner._meta.get_field(part.removesuffix("_id") if not _has(owner, part) else part)
            null, owner = null or step.null, step.related_model
        return null


def value_of(record, column):
    """The value of a column for one record (links as records); custom values as stored, computed ones computed."""
    if column.compute:
        return column.compute(record)
    if column.is_custom:
        return _custom_value(column, (record.custom or {}).get(column.path[7:]))
    return _read(record, column.path)


def _custom_value(column, raw):
    if raw is None:
        return None
    if column.is_number:
        return Decimal(str(raw))
    return datetime.date.fromisoformat(raw) if column.kind == "date" else raw


def _read(record, path: str):
    for part in path.split("__"):
        if record is None:
            return None
        try:
            record = getattr(record, part)
        except ObjectDoesNotExist:  # a link not chosen yet
            return None
        except ValueError:  # links to many of a record not yet written
            return []
    return list(record.all()) if isinstance(record, models.Manager) else record


def label(ctx, record) -> str:
    """A record's name as this person may see it: masked and hidden values in it are masked."""
    text = str(record)
    model = type(record)
    hidden = {n for n, mode in access.field_modes(ctx, model).items() if mode in ("mask", "hide")}
    for name in hidden | access.clear_when(ctx, model).keys():
        raw = str(record.__dict__.get(name) or "")
        if raw and raw in text:
            text = text.replace(raw, str(access.shown(ctx, record, name) or access.mask(raw)))
    return text


def _plain(value):
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _yes(raw: str) -> bool:
    if raw.lower() not in ("1", "true", "on", "yes", "0", "false", "off", "no"):
        raise ValueError(raw)
    return raw.lower() in ("1", "true", "on", "yes")


def _midnight(day):
    if isinstance(day, datetime.datetime):
        return day if timezone.is_aware(day) else timezone.make_aware(day)
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


def _has(model, name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def _field_at(model, path: str):
    owner, found = model, None
    for part in path.split("__"):
        name = owner._meta.pk.name if part == "pk" else part
        found = owner._meta.get_field(name if _has(owner, name) else name.removesuffix("_id"))
        owner = found.related_model
    return found


def _is_link(model, path: str) -> bool:
    found = _field_at(model, path)
    return bool(found.is_relation and (found.many_to_one or found.one_to_one)) and not path.endswith("_id")
