"""Which records, in which order: filters, search, sort and pages, the same for pages, API, export and charts.

A filter is a parameter `path=value` or `path__operator=value`; unknown, hidden and masked fields are refused alike, so
that nobody can learn from an order or a count what they may not read. `parse` reads parameters, `Query` answers.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import InvalidOperation

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from . import access, conditions, custom, looking, places, resource, shapes, sight

RESERVED = {"q", "order", "group", "columns", "after", "before", "size", "fields", "format", "view"}
SIZE_MAX = 500
WORDS_MAX = 6
LINKED_MAX = 500
BUCKETS = ("day", "week", "month", "quarter", "year")


@dataclass
class Spec:
    """What a list was asked for. `errors` names each part that could not be understood."""

    filters: list[conditions.Filter] = field(default_factory=list)
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
            if operator not in conditions.OPERATORS or not path:
                path, operator = key, "eq"
            if operator == "in" or (operator == "between" and len(values) == 1):
                values = [part for v in values for part in v.split(",") if part]
            spec.filters.append(
                conditions.Filter(path, "in" if operator == "eq" and len(values) > 1 else operator, tuple(values))
            )
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


def name_of(path: str) -> str:
    """The parameter that asks for a field to equal a value: its path, unless lists use that word for themselves."""
    return f"{path}__eq" if path in RESERVED else path


@dataclass
class Page:
    """Some rows and the cursors of their neighbours ("" at the ends)."""

    rows: list
    next: str = ""
    previous: str = ""


def linked_keys(asked: Iterable[tuple]) -> dict[tuple, list]:
    """{(model, field, word): keys of up to 500 of its records found by the word}, in one statement."""
    wanted = list(dict.fromkeys(asked))
    parts = [
        owner._default_manager.filter(**{f"{name}__icontains": word})
        .order_by()
        .annotate(_asked=models.Value(n), _found=Cast("pk", models.TextField()))
        .values_list("_asked", "_found")[:LINKED_MAX]
        for n, (owner, name, word) in enumerate(wanted)
    ]
    found: dict[tuple, list] = {one: [] for one in wanted}
    for n, key in parts[0].union(*parts[1:], all=True) if parts else ():
        found[wanted[n]].append(wanted[n][0]._meta.pk.to_python(key))
    return found


class Query:
    """The records of a resource a person asked for. Wrong parts of the question are left out and named in `errors`.

    linked  what words found in linked records; queries that share it ask once
    """

    def __init__(
        self,
        of: resource.Resource,
        ctx,
        spec: Spec | None = None,
        *,
        verb: str = "view",
        fields: sight.Fields | None = None,
        linked: dict | None = None,
    ):
        self.resource, self.ctx, self.spec = of, ctx, spec or Spec()
        self.model, self.fields, self.verb = of.model, fields or sight.Fields(of, ctx), verb
        self.errors = dict(self.spec.errors)
        self._annotations: dict = {}
        self._linked: dict[tuple, list] = {} if linked is None else linked
        self._conditions = [q for f in self.spec.filters if (q := self._condition(f)) is not None]
        self.keys = self._order_keys()
        self.places = places.Places(self.model, self.keys, self._annotations)
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

    def _condition(self, asked: conditions.Filter) -> Q | None:
        key = asked.path if asked.operator == "eq" else f"{asked.path}__{asked.operator}"
        try:
            rows = self.fields.clear_rows(asked.path)
            if rows is None:
                raise FieldDoesNotExist
            column = self.fields.column(asked.path)
            if not conditions.suits(column, asked.operator):
                self.errors[key] = _("This field has no such filter.")
                return None
            name = self.name(column.path)
            if asked.operator == "contains" and column.kind == "link":
                return rows & self._link_contains(column, name, asked.values[-1])
            return rows & conditions.build(self.model, column, name, asked, self.ctx)
        except FieldDoesNotExist:
            self.errors[key] = _("There is no such field.")
        except (ValueError, TypeError, OverflowError, InvalidOperation, ValidationError):
            self.errors[key] = _("“%(value)s” is not a valid value.") % {"value": ", ".join(asked.values)[:80]}
        return None

    def _link_contains(self, column, name: str, text: str) -> Q:
        other = resource.by_model.get(column.to)
        if other is None or column.is_custom:
            raise ValueError(text)
        return Q(**{f"{name}__in": Query(other, self.ctx, Spec(q=text)).filtered().values("pk")})

    # -- search ---------------------------------------------------------------------------------------------------

    def search_paths(self) -> list[str]:
        own = [f"custom.{f.name}" for f in self.resource.custom_fields() if f.indexed and custom.is_text(f)]
        return [p for p in [*self.resource.names("search"), *own] if self.fields.clear_rows(p) is not None]

    def _search(self, rows):
        """Every word must be found in some search field. Words found in linked records become a list of their keys, so
        that the database can use the indexes of both tables."""
        paths = self.search_paths()
        for word in self.spec.q.split()[:WORDS_MAX]:
            found = Q(pk__in=[])
            for path in paths:
                if path.startswith("custom."):
                    found |= Q(**{f"custom__{path[7:]}__icontains": word})
                elif "__" in path:
                    prefix, _sep, last = path.rpartition("__")
                    owner = shapes.field_at(self.model, prefix).related_model
                    keys = self._linked_keys(owner, last, word)
                    few = len(keys) < LINKED_MAX
                    found |= Q(**{f"{prefix}__in": keys}) if few else Q(**{f"{path}__icontains": word})
                else:
                    found |= self.fields.clear_rows(path) & Q(**{f"{self.name(path)}__icontains": word})
            rows = rows.filter(found)
        return rows

    def _linked_keys(self, owner, name: str, word: str) -> list:
        """Keys of up to 500 linked records found by a word; rows and totals of one page ask for them once."""
        asked = owner, name, word
        if asked not in self._linked:
            self._linked |= linked_keys([asked])
        return self._linked[asked]

    def links_asked(self) -> list[tuple]:
        """(model, field, word) of all linked records the words of this question are looked for in."""
        paths = [path.rpartition("__") for path in self.search_paths() if "__" in path]
        owners = [(shapes.field_at(self.model, prefix).related_model, last) for prefix, _sep, last in paths]
        return [(*owner, word) for owner in owners for word in self.spec.q.split()[:WORDS_MAX]]

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
                if path and shapes.is_link(self.model, path):
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
                rows = rows.filter(self.places.beyond(cursor, backward))
            except (ValueError, TypeError, ValidationError, RecursionError):
                self.errors["before" if backward else "after"] = _("This page address is not valid.")
                cursor, backward = "", False
        found = list((rows.reverse() if backward else rows)[: size + 1])
        more, found = len(found) > size, found[:size]
        if backward:
            found.reverse()
        looking.note(self.ctx, self.model, len(found))
        page = Page(found)
        if found and (more or backward):
            page.next = self.places.of(found[-1])
        if found and cursor and (more or not backward):
            page.previous = self.places.of(found[0])
        return page

    def count(self, cap: int = 1000) -> tuple[int, bool]:
        """How many records match, and whether the number is exact: counting stops at `cap`.

        Counted along the key: without an order the database walks any index in the hope of soon having enough, and all
        that matches may lie at its end.
        """
        found = self.filtered().order_by("-pk").values("pk")[: cap + 1].count()
        return min(found, cap), found <= cap

    # -- order ----------------------------------------------------------------------------------------

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
            if path != "pk" and not path.startswith("custom.") and shapes.is_link(self.model, path):
                keys.append((f"{path}__{shapes.label_field(shapes.field_at(self.model, path).related_model)}", desc))
                name = shapes.field_at(self.model, path).attname if "__" not in path else f"{path}_id"
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
