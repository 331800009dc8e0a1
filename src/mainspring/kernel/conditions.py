"""One filter as a condition on the rows: what was asked for, read as the kind of its column needs."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from . import limits, periods, shapes

OPERATORS = ("eq", "ne", "in", "contains", "starts", "gt", "gte", "lt", "lte", "between", "empty")
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


def suits(column, operator: str) -> bool:
    """Whether a column can be filtered with an operator."""
    return not column.compute and operator in _BY_KIND.get(column.kind, _ORDERED)


def build(model, column, name: str, asked: Filter, ctx) -> Q:
    """The condition; ValueError, TypeError or ValidationError when a value cannot be one.

    name  what the column is called in the queryset
    """
    operator, raw = asked.operator, asked.values
    if operator == "empty":
        blank = Q(**{f"{name}__isnull": True})
        if column.kind in ("text", "longtext", "choice"):
            blank |= Q(**{name: ""})
        return blank if limits.yes(raw[-1]) else ~blank
    if operator in ("contains", "starts"):
        return Q(**{f"{name}__{'icontains' if operator == 'contains' else 'istartswith'}": raw[-1]})
    if column.kind in ("date", "datetime"):
        return _dates(column.kind, name, operator, raw, ctx)
    values = [_value(model, column, v, ctx) for v in raw]
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


def _dates(kind: str, name: str, operator: str, raw, ctx) -> Q:
    """Days and named periods; on an instant a day means the whole day in the company's time zone."""
    if operator == "between" and len(raw) != 2:
        raise ValueError(raw)
    spans = [_span(v, kind, ctx.business_date) for v in raw]
    edge = midnight if kind == "datetime" else (lambda day: day)

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


def _span(raw: str, kind: str, today: datetime.date) -> tuple:
    """A day, a named period or an instant as [from, until); None where a period has no end."""
    named = periods.between(raw, today)
    if named:
        return named
    if kind == "datetime" and "T" in raw and (instant := parse_datetime(raw.replace(" ", "+"))):
        return limits.day_in_range(instant), instant + datetime.timedelta(microseconds=1)
    day = limits.day_in_range(datetime.date.fromisoformat(raw))
    return day, day + datetime.timedelta(1)


def _value(model, column, raw: str, ctx):
    """A typed value of a filter; ValueError when it cannot be one."""
    match column.kind:
        case "bool":
            return limits.yes(raw)
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
        target = shapes.field_at(model, column.path)
        if raw == "me" and isinstance(ctx.user, target.related_model):  # a request's user is a lazy stand-in
            return ctx.user.pk
        return target.target_field.to_python(raw)
    return raw


def midnight(day):
    """The instant a day begins in the company's time zone; an instant stays itself."""
    if isinstance(day, datetime.datetime):
        return day if timezone.is_aware(day) else timezone.make_aware(day)
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
