"""Rates from files, public holidays, the units everyone needs."""

import csv
import io
from datetime import date
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree

import holidays
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from mainspring.kernel import access, audit, commands
from mainspring.kernel.approvals import rules
from mainspring.kernel.ids import uuid7
from mainspring.kernel.models import Company, Currency
from mainspring.kernel.workflow import effect

from . import models, people, queries  # noqa: F401  people brings its verbs

# code, name, category, numerator, denominator, digits, UN/ECE Recommendation 20
UNITS = """
pcs Piece count 1 1 0 C62|pair Pair count 2 1 0 PR|doz Dozen count 12 1 0 DZN|set Set count 1 1 0 SET
kg Kilogram weight 1000 1 3 KGM|g Gram weight 1 1 3 GRM|t Tonne weight 1000000 1 6 TNE
lb Pound weight 45359237 100000 3 LBR
m Metre length 1000 1 3 MTR|mm Millimetre length 1 1 0 MMT|cm Centimetre length 10 1 1 CMT
l Litre volume 1000 1 3 LTR|ml Millilitre volume 1 1 1 MLT|m2 Square_metre area 1 1 4 MTK
h Hour time 60 1 2 HUR|min Minute time 1 1 0 MIN|day Day working_time 1 1 2 DAY
"""


def install_units(ctx) -> dict[str, models.Unit]:
    """The usual units by code; adds the ones that are missing."""
    known = {u.code: u for u in models.Unit.objects.select_related("category")}
    categories = {c.code: c for c in models.UnitCategory.objects.all()}
    for spec in UNITS.replace("\n", "|").split("|"):
        if not spec or spec.split()[0] in known:
            continue
        code, name, category, numerator, denominator, digits, standard_code = spec.split()
        if category not in categories:
            categories[category] = commands.create(
                models.UnitCategory, ctx, code=category, name=category.replace("_", " ").capitalize()
            )
        known[code] = commands.create(
            models.Unit,
            ctx,
            code=code,
            name=name.replace("_", " "),
            category=categories[category],
            numerator=int(numerator),
            denominator=int(denominator),
            digits=int(digits),
            standard_code=standard_code,
        )
    return known


# -- exchange rates ---------------------------------------------------------------------------------------------------


def import_rates(ctx, content: bytes, *, source: str = "") -> int:
    """Take over rates from a file of the European Central Bank (XML) or a CSV of from, to, date, rate.

    A rate already known for a day is replaced. All errors are named at once and nothing is half imported.
    Returns the number of rates. Raises ValidationError, PermissionDenied.
    """
    access.require(ctx, models.ExchangeRate, "import")
    rows = _ecb_rows(content) if content.lstrip().startswith(b"<") else _csv_rows(content)
    known = set(Currency.objects.values_list("code", flat=True))
    found, errors = {}, []
    for where, (from_code, to_code, day, quoted) in rows:
        try:
            value = Decimal(quoted)
            if not value.is_finite() or not 0 < value < Decimal(10) ** 11:
                raise ValueError(quoted)
            if missing := {from_code, to_code} - known:
                raise LookupError(", ".join(sorted(missing)))
            if from_code == to_code:
                raise ValueError(to_code)
            found[from_code, to_code, date.fromisoformat(day)] = value
        except LookupError as error:
            errors.append(_("%(where)s: currency %(code)s is unknown.") % {"where": where, "code": error})
        except (ValueError, InvalidOperation):
            errors.append(
                _("%(where)s: “%(value)s” is not a valid rate.")
                % {"where": where, "value": f"{from_code}/{to_code} {day} {quoted}"[:80]}
            )
    if errors or not found:
        raise ValidationError(errors or [_("The file holds no rates.")], code="import")
    with transaction.atomic():
        models.ExchangeRate.objects.bulk_create(
            [
                models.ExchangeRate(
                    from_currency_id=a,
                    to_currency_id=b,
                    valid_on=day,
                    rate=value,
                    source=source[:40],
                    created_by=ctx.user if getattr(ctx.user, "pk", None) else None,
                )
                for (a, b, day), value in found.items()
            ],
            update_conflicts=True,
            unique_fields=["from_currency", "to_currency", "valid_on"],
            update_fields=["rate", "source", "updated_at"],
            batch_size=2000,
        )
        first = models.ExchangeRate.objects.get(
            **dict(zip(("from_currency_id", "to_currency_id", "valid_on"), next(iter(found)), strict=True))
        )
        audit.write(uuid7(), first, "import", ctx, count=len(found), source=source)
    return len(found)


def _ecb_rows(content: bytes):
    """(place, (from, to, day, rate)) of each rate in a file of the European Central Bank: one euro in currencies."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ValidationError(_("The file is not a list of exchange rates."), code="import")
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise ValidationError(_("The file is not valid XML: %(error)s.") % {"error": error}, code="import") from None
    for day in root.iter():
        if "time" in day.attrib:
            for entry in day:
                if code := entry.get("currency", ""):
                    yield f"{day.get('time')} {code}", ("EUR", code, day.get("time"), entry.get("rate", ""))


def _csv_rows(content: bytes):
    """(place, (from, to, day, rate)) of each line of a CSV with or without a header."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValidationError(_("The file is not UTF-8 text."), code="import") from None
    dialect = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=dialect), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and len(cells) > 1 and len(cells[1]) != 3):
            continue
        if len(cells) < 4:
            cells += [""] * (4 - len(cells))
        quoted = cells[3].replace(",", ".") if dialect == ";" else cells[3]
        yield _("Line %(number)s") % {"number": number}, (cells[0].upper(), cells[1].upper(), cells[2], quoted)


# -- calendars --------------------------------------------------------------------------------------------------------


@rules.to_base.fill
def to_base(amount: Decimal, currency: str, company_id: int, on: date) -> Decimal:
    """An amount in the company's base currency at the rate of the day, for limits of approval (K09)."""
    base = Company.objects.values_list("base_currency_id", flat=True).get(pk=company_id)
    return amount if currency in ("", base) else queries.convert(amount, currency, base, on)


@effect(models.WorkCalendar, "import_holidays")
def import_holidays(calendar, ctx, year: int):
    """Take over a year's public holidays and the weekend days worked instead; own exceptions stay."""
    if not 1950 <= year <= 2100:
        raise ValidationError({"year": _("“%(value)s” is not a valid value.") % {"value": year}})
    closed, worked = public_holidays(calendar.country, year)
    calendar.exceptions.filter(is_holiday=True, on_date__year=year).delete()
    kept = set(calendar.exceptions.filter(on_date__year=year).values_list("on_date", flat=True))
    models.CalendarException.objects.bulk_create(
        models.CalendarException(
            calendar=calendar, on_date=day, name=name[:120], is_working=day in worked, is_holiday=True
        )
        for day, name in sorted({**closed, **dict.fromkeys(worked, _("Make-up working day"))}.items())
        if day not in kept
    )


def public_holidays(country: str, year: int) -> tuple[dict[date, str], set[date]]:
    """(closed days with their names, weekend days worked instead) of a country's year.

    Raises ValidationError when the country's holidays are not known.
    """
    try:
        found = holidays.country_holidays(country, years=year)
        if "en_US" in (found.supported_languages or ()):
            found = holidays.country_holidays(country, years=year, language="en_US")
    except (LookupError, RuntimeError):
        raise ValidationError(
            {"country": _("The public holidays of “%(country)s” are not known.") % {"country": country}}, code="country"
        ) from None
    worked = {day for day in getattr(found, "weekend_workdays", ()) if day.year == year}
    return {day: name for day, name in found.items() if day.year == year and day not in worked}, worked
