"""Exchange rates, unit conversion and working time, for every module above."""

from dataclasses import dataclass
from datetime import date, time
from decimal import Context, Decimal
from fractions import Fraction

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from mainspring import rounding
from mainspring.engines.calendar import working
from mainspring.engines.units import conversion
from mainspring.kernel import database, errors, preferences, remembered, sentences
from mainspring.kernel.models import Currency, Site
from mainspring.kernel.plugin_points import PluginPoint
from mainspring.kernel.sentences import Sentence, say

from . import models

item_factor = PluginPoint("organization.item_factor", default=lambda item, unit: None)
"""Stocking units of an item in one of a unit special to it (a Fraction), or None: called with (item, unit)."""

_WIDE = Context(prec=34)


# -- exchange rates ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FoundRate:
    """The rate to use: exact factor, the day it was published for, the currency it was crossed through."""

    factor: Fraction
    dated_on: date
    is_earlier: bool
    through: str = ""

    @property
    def value(self) -> Decimal:
        """The factor as a Decimal of 34 digits; the factor itself is never rounded (M17)."""
        return _WIDE.divide(Decimal(self.factor.numerator), Decimal(self.factor.denominator))

    @property
    def note(self) -> Sentence:
        """What a person should know about the rate, or nothing when it is of that very day."""
        earlier = self.is_earlier and say(gettext_noop("Rate of %(date)s, the last one before."), date=self.dated_on)
        crossed = self.through and say(gettext_noop("Crossed through %(currency)s."), currency=self.through)
        return sentences.join((earlier, crossed))


def found_rate(from_code: str, to_code: str, on: date) -> FoundRate:
    """The rate of that day or the last earlier one, direct, inverse or through a third currency (M17).

    Raises ValidationError when no rate is known on or before the day.
    """
    if from_code == to_code:
        return FoundRate(Fraction(1), on, is_earlier=False)
    factors: dict[tuple[str, str], tuple[date, Fraction]] = {}
    for row in _rates.get(from_code, to_code, on):
        pair, factor = (row["from_currency_id"], row["to_currency_id"]), Fraction(row["rate"])
        for key, value in ((pair, factor), (pair[::-1], 1 / factor)):
            if key not in factors or factors[key][0] < row["valid_on"]:
                factors[key] = row["valid_on"], value
    if (from_code, to_code) in factors:
        dated_on, factor = factors[from_code, to_code]
        return FoundRate(factor, dated_on, dated_on < on)
    crossed = []
    for (code, through), (first_on, first) in factors.items():
        if code == from_code and (through, to_code) in factors:
            second_on, second = factors[through, to_code]
            crossed.append((min(first_on, second_on), through, first * second))
    if not crossed:
        raise ValidationError(
            _("There is no exchange rate from %(from)s to %(to)s on or before %(date)s. Enter or import one.")
            % {"from": from_code, "to": to_code, "date": on},
            code="rate",
        )
    dated_on, through, factor = max(crossed, key=lambda found: (found[0], found[1]))
    return FoundRate(factor, dated_on, dated_on < on, through)


def rate(from_code: str, to_code: str, on: date) -> tuple[Decimal, date]:
    """(units of `to` for one of `from`, the day that rate was published for). Raises ValidationError without one."""
    found = found_rate(from_code, to_code, on)
    return found.value, found.dated_on


def convertible(code: str, on: date) -> set[str]:
    """Currencies a rate leads to from this one by the day: direct, inverse or through a third currency."""
    rows = database.rows(
        """
        WITH pairs AS (
            SELECT from_currency_id AS a, to_currency_id AS b FROM organization_exchangerate WHERE valid_on <= %(on)s
            UNION SELECT to_currency_id, from_currency_id FROM organization_exchangerate WHERE valid_on <= %(on)s)
        SELECT b FROM pairs WHERE a = %(code)s
        UNION SELECT next.b FROM pairs JOIN pairs next ON next.a = pairs.b WHERE pairs.a = %(code)s""",
        code=code,
        on=on,
    )
    return {row["b"] for row in rows} - {code}


def convert(amount: Decimal, from_code: str, to_code: str, on: date, digits: int | None = None) -> Decimal:
    """An amount in the other currency: exact factor, rounded once, at that currency's digits unless told."""
    if digits is None:
        digits = remembered.row(Currency, to_code).digits
    return rounding.from_fraction(Fraction(amount) * found_rate(from_code, to_code, on).factor, digits)


def _last_rates(from_code: str, to_code: str, on: date) -> list[dict]:
    """One row per pair that touches either currency: its last rate up to the day."""
    return database.rows(
        """
        SELECT DISTINCT ON (from_currency_id, to_currency_id) from_currency_id, to_currency_id, valid_on, rate
        FROM organization_exchangerate
        WHERE valid_on <= %(on)s AND (from_currency_id IN (%(a)s, %(b)s) OR to_currency_id IN (%(a)s, %(b)s))
        ORDER BY from_currency_id, to_currency_id, valid_on DESC""",
        on=on,
        a=from_code,
        b=to_code,
    )


_rates = remembered.Remembered(_last_rates, models.ExchangeRate)

# -- units ------------------------------------------------------------------------------------------------------------


def factor_between(unit: models.Unit, to: models.Unit, item=None) -> Fraction:
    """How many of `to` are in one of `unit`, exact; an item's own units come first (I20).

    Raises ValidationError when they do not convert.
    """
    if unit.pk == to.pk:
        return Fraction(1)
    if item is not None:
        ends = [_stocking_units(item, u) for u in (unit, to)]
        if None not in ends:
            return ends[0] / ends[1]
    if unit.category_id != to.category_id:
        raise ValidationError(
            _("%(unit)s does not convert to %(to)s%(item)s.")
            % {"unit": unit, "to": to, "item": f" ({item.code})" if item is not None else ""},
            code="unit",
        )
    return unit.factor / to.factor


def to_unit(quantity: Decimal, unit: models.Unit, to: models.Unit, item=None, *, direction="nearest") -> Decimal:
    """The quantity in the other unit: exact factor, rounded once at that unit's digits (I20).

    direction  nearest, up (keeps a minimum order quantity safe, P12) or down
    """
    if unit.pk == to.pk:
        return quantity
    one = conversion.Unit(unit.code, "one", factor_between(unit, to, item), unit.digits)
    other = conversion.Unit(to.code, "one", Fraction(1), to.digits)
    return conversion.convert(quantity, one, other, direction)


def whole_packages(quantity: Decimal, unit: models.Unit, package: models.Unit, item=None) -> tuple[int, Decimal]:
    """(fewest whole packages, what they hold in `unit`): 200 pieces in dozens are 17 dozen, 204 pieces (I20)."""
    one = conversion.Unit(unit.code, "one", Fraction(1), unit.digits)
    other = conversion.Unit(package.code, "one", factor_between(package, unit, item), package.digits)
    found = conversion.packages(quantity, one, other)
    return found.count, found.base


def _stocking_units(item, unit) -> Fraction | None:
    if unit.pk == item.unit_id:
        return Fraction(1)
    special = item_factor(item, unit)
    if special is not None:
        return special
    return unit.factor / item.unit.factor if unit.category_id == item.unit.category_id else None


# -- working time -----------------------------------------------------------------------------------------------------

OFFICE = working.Calendar("office")
"""Monday to Friday, eight hours: where a site has no calendar of its own."""


def calendar_days(calendar: models.WorkCalendar | None) -> working.Calendar:
    """The engines' calendar of a working calendar: weekly shifts and dated exceptions; office days for None."""
    if calendar is None:
        return OFFICE
    return as_engine(calendar.code, calendar.lines.all(), calendar.exceptions.all())


def calendars(keys) -> dict[int, working.Calendar]:
    """{key: the engines' calendar} of working calendars."""
    return _calendars.many(keys)


def _load_calendars(keys) -> dict[int, working.Calendar]:
    found = models.WorkCalendar.objects.filter(pk__in=keys).prefetch_related("lines", "exceptions")
    return {calendar.pk: calendar_days(calendar) for calendar in found}


_calendars = remembered.Remembered(
    None, models.WorkCalendar, models.CalendarShift, models.CalendarException, load_many=_load_calendars
)


def site_days(site) -> working.Calendar:
    """The engines' calendar a site works by: its own, else the company's, else office days."""
    return _site_days.get(site.pk) if site else company_days(None)


def _load_site_days(site_id: int) -> working.Calendar:
    found = models.SiteCalendar.objects.filter(site=site_id).select_related("calendar").first()
    return calendar_days(found.calendar) if found else company_days(remembered.row(Site, site_id).company_id)


def company_days(company_id: int | None) -> working.Calendar:
    """The engines' calendar of a company, as its settings say; office days when they say nothing."""
    return _company_days.get(company_id)


def _load_company_days(company_id: int | None) -> working.Calendar:
    key = preferences.get(company_id, "organization.calendar") if company_id else None
    return calendar_days(models.WorkCalendar.objects.filter(pk=key).first() if key else None)


_site_days = remembered.Remembered(
    _load_site_days,
    models.SiteCalendar,
    models.WorkCalendar,
    models.CalendarShift,
    models.CalendarException,
)
_company_days = remembered.Remembered(_load_company_days)


def as_engine(name: str, shifts, exceptions=()) -> working.Calendar:
    """Build the engines' calendar. Raises InvalidProblem when shifts of a day overlap."""
    weekly = [[] for _weekday in range(7)]
    for shift in shifts:
        weekly[shift.weekday].append(_interval(shift.starts_at, shift.ends_at))
    pattern = tuple(tuple(sorted(day)) for day in weekly)
    usual = next((day for day in pattern if day), working.OFFICE)
    dated = {}
    for e in exceptions:
        hours = (_interval(e.starts_at, e.ends_at),) if e.starts_at is not None and e.ends_at is not None else usual
        dated[e.on_date] = hours if e.is_working else working.CLOSED
    return working.Calendar(name, pattern, dated)


def _interval(starts_at: time, ends_at: time) -> tuple[int, int]:
    start, end = (t.hour * 60 + t.minute for t in (starts_at, ends_at))
    return start, end if end > start else end + working.MINUTES


def in_base(document, amount: Decimal, company, on: date) -> Decimal:
    """An amount of a document in the company's currency; ValidationError beside `currency` without a rate."""
    if document.currency_id == company.base_currency_id:
        return amount
    try:
        return convert(amount, document.currency_id, company.base_currency_id, on, company.base_currency.digits)
    except ValidationError as error:
        raise errors.beside(error, "currency", "rate") from None


usual_site = remembered.Remembered(
    lambda company_id: (
        Site.objects.filter(company=company_id, active=True).exclude(kind="office").order_by("code").first()
    ),
    Site,
)
"""Where a company works when nothing says otherwise; by its key."""
