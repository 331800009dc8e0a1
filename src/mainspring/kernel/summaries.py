"""Sums over the records of a query: totals of a list, groups with subtotals, pivots and charts. One statement each.

Amounts in different currencies (and quantities in different units) are never added: such a sum is None.
"""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Avg, Count, DateField, F, Max, Min, Sum
from django.db.models.functions import Trunc
from django.utils import formats as local
from django.utils import timezone
from django.utils.translation import gettext as _

from . import formats, periods, query

FUNCTIONS = {"sum": Sum, "avg": Avg, "min": Min, "max": Max}


@dataclass
class Group:
    """Records that share the same values of some dimensions.

    params  filter parameters that bring exactly these records
    values  measure -> number, None when it cannot be summed; units: measure -> currency or unit code
    """

    keys: list
    labels: list[str] = field(default_factory=list)
    params: list[tuple[str, str]] = field(default_factory=list)
    count: int = 0
    values: dict[str, Decimal | None] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)


def totals(q: query.Query, paths: list[str], *, cap: int = 10_000) -> tuple[int, bool, Group | None]:
    """(count, exact, sums) of all matching records in one statement; no sums when more than `cap` match."""
    plan = _Plan(q, [], paths)
    if not plan.measures:
        count, exact = q.count(cap)
        return count, exact, None
    rows = q.filtered().annotate(**plan.inputs).order_by("-pk").values("pk", *plan.names())[: cap + 1]
    found = rows.aggregate(_count=Count("pk"), **plan.aggregates())
    if found["_count"] > cap:
        return cap, False, None
    return found["_count"], True, plan.group([], found)


def groups(
    q: query.Query, dimensions: list[str], measures: list[str], *, limit: int = 2000
) -> tuple[list[Group], bool]:
    """(groups, truncated). A dimension is a path or "path:month"; a measure "path" or "path:avg", "" only counts.

    Raises ValidationError for what may not be grouped or summed.
    """
    plan = _Plan(q, dimensions, measures)
    rows = q.filtered().annotate(**plan.inputs)
    if not dimensions:  # without a dimension, values() would make every record a group of its own
        whole = rows.aggregate(_count=Count("pk"), **plan.aggregates())
        return [plan.group([], whole)] if whole["_count"] else [], False
    rows = rows.values(*plan.inputs_of_dimensions).annotate(_count=Count("pk"), **plan.aggregates())
    found = list(rows.order_by(*(F(n).asc(nulls_last=True) for n in plan.inputs_of_dimensions))[: limit + 1])
    answer = [plan.group([row[n] for n in plan.inputs_of_dimensions], row) for row in found[:limit]]
    plan.label(answer)
    return answer, len(found) > limit


class _Plan:
    """Which expressions a summary needs and how its answers read."""

    def __init__(self, q: query.Query, dimensions: list[str], measures: list[str]):
        self.q, self.dimensions, self.inputs = q, [], {}
        self.inputs_of_dimensions: list[str] = []
        for n, text in enumerate(dimensions):
            path, _sep, bucket = text.partition(":")
            if not q.can_group(text):
                raise ValidationError({text: _("There is no such field.")})
            column, name = q.fields.column(path), f"_d{n}"
            if column.kind == "datetime" and not bucket:
                bucket = "day"
            self.inputs[name] = self._dimension(column, bucket)
            self.inputs_of_dimensions.append(name)
            self.dimensions.append((column, bucket))
        self.measures = []
        for text in measures:
            path, _sep, function = text.partition(":")
            if path in ("", "count"):
                continue
            if not q.fields.is_clear(path) or function not in ("", *FUNCTIONS):
                raise ValidationError({text: _("There is no such field.")})
            column = q.fields.column(path)
            if column.compute or not column.is_number:
                raise ValidationError({text: _("This field cannot be summed.")})
            self.measures.append((text, column, FUNCTIONS[function or "sum"]))
        for n, (_text, column, _fn) in enumerate(self.measures):
            self.inputs[f"_m{n}"] = F(q.name(column.path))
            if unit := column.currency or column.unit:
                self.inputs[f"_u{n}"] = F(unit)

    def _dimension(self, column, bucket):
        name = self.q.name(column.path)
        if not bucket or (bucket == "day" and column.kind == "date"):
            return F(name)
        zone = {"tzinfo": timezone.get_current_timezone()} if column.kind == "datetime" else {}
        return Trunc(name, bucket, output_field=DateField(), **zone)

    def names(self) -> list[str]:
        return list(self.inputs)

    def aggregates(self) -> dict:
        found = {}
        for n, (_text, _column, function) in enumerate(self.measures):
            found[f"_s{n}"] = function(f"_m{n}")
            if f"_u{n}" in self.inputs:
                found[f"_lo{n}"], found[f"_hi{n}"] = Min(f"_u{n}"), Max(f"_u{n}")
        return found

    def group(self, keys: list, row: dict) -> Group:
        one = Group(keys=keys, count=row["_count"])
        for n, (text, column, _function) in enumerate(self.measures):
            low, high = row.get(f"_lo{n}"), row.get(f"_hi{n}")
            same = low == high
            one.values[text] = row[f"_s{n}"] if same else None
            one.units[text] = formats.unit_of(column, None, self.q.ctx.company_id) if low is None else ""
            if same and low is not None and column.kind in ("money", "price"):
                one.units[text] = str(low)
        return one

    def label(self, found: list[Group]) -> None:
        """Words and drill-down parameters, with one query a linked dimension."""
        for n, (column, bucket) in enumerate(self.dimensions):
            names = self._names_of(column, {g.keys[n] for g in found if g.keys[n] is not None})
            for g in found:
                key = g.keys[n]
                g.labels.append(_("None") if key in (None, "") else names.get(key) or words(column, bucket, key))
                g.params += parameters(column, bucket, key)

    def _names_of(self, column, keys: set) -> dict:
        if column.kind != "link" or not keys:
            return {}
        model = apps.get_model(column.to)
        return {pk: str(record) for pk, record in model._default_manager.in_bulk(list(keys)).items()}


def label_of(column, bucket: str, value) -> str:
    """The label of the group a record's value falls into."""
    if value in (None, ""):
        return _("None")
    if isinstance(value, datetime.datetime):
        value = timezone.localtime(value).date()
    return words(column, bucket, periods.start_of(bucket, value) if bucket else value)


def words(column, bucket: str, key) -> str:
    """A value of a dimension, with periods by their names."""
    match bucket:
        case "week":
            year, week, _day = key.isocalendar()
            return f"{year}-W{week:02}"
        case "month":
            return local.date_format(key, "YEAR_MONTH_FORMAT")
        case "quarter":
            return f"{key.year} Q{(key.month + 2) // 3}"
        case "year":
            return str(key.year)
    if isinstance(key, datetime.date):
        return local.date_format(key, "SHORT_DATE_FORMAT")
    return formats.text(column, key)


def parameters(column, bucket: str, key) -> list[tuple[str, str]]:
    """Filter parameters that bring the records with this value of a dimension."""
    path = column.path
    if key is None or (key == "" and column.kind in ("text", "choice")):
        return [(f"{path}__empty", "1")]
    if isinstance(key, datetime.date) and bucket not in ("", "day"):
        return [(f"{path}__gte", key.isoformat()), (f"{path}__lt", periods.next_start(bucket, key).isoformat())]
    return [(query.name_of(path), formats.exact(column, key))]


def texts(group: Group, measure: str, column) -> str:
    """A sum as text; a dash when amounts of different currencies or units cannot be added."""
    value = group.values.get(measure)
    if value is None:
        return "–" if group.count else ""
    if column.kind in ("money", "price"):
        return formats.number(value, formats.money.currency_digits(group.units.get(measure) or "EUR"))
    return formats.text(column, value) if measure.rpartition(":")[2] != "avg" else formats.number(value, 0, 2)
