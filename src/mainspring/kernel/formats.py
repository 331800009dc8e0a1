"""Values as text in the person's language: the same words on pages, prints and exported sheets."""

from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache

from django.db import models
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from . import access, money, offers, shapes
from .models.structure import Company

_base: dict[int, str] = {}


def base_currency(company_id: int) -> str:
    """Currency code of a company's books; remembered, for it never changes once there are records."""
    if company_id not in _base:
        found = Company.objects.filter(pk=company_id).values_list("base_currency_id", flat=True).first()
        if found is None:
            return "EUR"
        _base[company_id] = found
    return _base[company_id]


def text(column, value, record=None, *, mode: str = "edit", company_id: int | None = None) -> str:
    """A value without its unit; "" when there is none. `mode` "mask" leaves only the shape."""
    if value is None or value == "":
        return ""
    if mode == "mask":
        return access.mask(value)
    if column.offers and record is not None:
        return ", ".join(offers.said(column.offers, shapes.value_at(record, column.within), value).values())
    match column.kind:
        case "bool":
            return _("Yes") if value in (True, "true") else _("No")
        case "choice" | "state":
            return str(dict(column.choices).get(value, value))
        case "date":
            return day(value)
        case "datetime":
            return moment(value)
        case "integer":
            return number(value, 0)
        case "money":
            return number(value, money.currency_digits(currency_of(column, record, company_id)))
        case "price":
            return number(value, money.currency_digits(currency_of(column, record, company_id)), column.digits or 6)
    if isinstance(value, Decimal):
        return number(value, 0, column.digits if column.digits is not None else 6)
    if column.kind == "attachment":
        return str(value.get("name", "")) if isinstance(value, dict) else ""
    if isinstance(value, list | tuple):
        return ", ".join(str(v) for v in value)
    if isinstance(value, time):
        return clock(value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {v}" for name, v in value.items())
    return str(value)


def day(value, form: str = "SHORT_DATE_FORMAT") -> str:
    """A date in the reader's form; "" when there is none."""
    return _dated(value, form, get_language()) if value else ""


def clock(value: time) -> str:
    """A time of day; seconds only where somebody meant them."""
    return value.strftime("%H:%M:%S" if value.second else "%H:%M")


def moment(value: datetime, form: str = "SHORT_DATETIME_FORMAT") -> str:
    """A time of a day in the reader's form and time zone."""
    return _dated(timezone.localtime(value), form, get_language())


@lru_cache(maxsize=10_000)
def _dated(value, form: str, language: str | None) -> str:
    return formats.date_format(value, form)


def number(value, digits: int = 0, digits_max: int | None = None) -> str:
    """A local number with at least `digits` and at most `digits_max` digits after the point."""
    return _number(Decimal(value), digits, digits_max, get_language())


@lru_cache(maxsize=20_000)
def _number(value: Decimal, digits: int, digits_max: int | None, language: str | None) -> str:
    top = max(digits, digits_max if digits_max is not None else digits)
    value = money.rounded(value, top)
    if top > digits:
        shortest = value.normalize()
        used = max(0, -int(shortest.as_tuple().exponent))
        top = max(digits, min(top, used))
    return formats.number_format(value, top, use_l10n=True, force_grouping=True)


def unit_of(column, record=None, company_id: int | None = None) -> str:
    """What stands behind a number: currency code, unit code, % or nothing."""
    if column.kind in ("money", "price"):
        return currency_of(column, record, company_id)
    if column.kind == "percent":
        return "%"
    if column.kind == "quantity" and column.unit and record is not None:
        found = shapes.value_at(record, column.unit)
        return str(getattr(found, "code", found) or "")
    return ""


def currency_of(column, record=None, company_id: int | None = None) -> str:
    """Currency code of a money column: the record's own, else that of the company's books."""
    if column.currency and record is not None:
        head, _sep, last = column.currency.rpartition("__")
        owner = shapes.value_at(record, head) if head else record
        found = getattr(owner, f"{last}_id", None) or getattr(owner, last, None) if owner is not None else None
        if found:
            return str(getattr(found, "pk", found))
    company = getattr(record, "company_id", None) or company_id
    return base_currency(company) if company else "EUR"


def exact(column, value) -> str:
    """A value for programs and hover: ISO dates, numbers with a point, keys of links."""
    if value is None:
        return ""
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if column.kind in ("attachment", "links"):
        return text(column, value)
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    return str(value)
