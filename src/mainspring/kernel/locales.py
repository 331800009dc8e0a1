"""Names, addresses, phones and amounts as people of a language and country write them: pages, prints and mails.

Pure presentation by Babel; `formats` shows columns in the reader's language, this speaks for a document's own language.
"""

from datetime import date, datetime
from decimal import Decimal

import phonenumbers
from babel import Locale, dates, numbers
from babel.core import UnknownLocaleError

from . import money

# British order of dates where the language is English: 3 Feb is never taken for 2 March.
_LOCALES = {"en": "en_GB", "lt": "lt_LT", "zh-hans": "zh_Hans_CN"}
_FAMILY_FIRST = ("zh", "ja", "ko", "hu", "vi")

# Lines of an address from the top; a line whose parts are all empty is left out.
_ADDRESS = {
    "": ("{street}", "{street_2}", "{postal_code} {city}", "{region}"),
    "LT": ("{street}", "{street_2}", "LT-{postal_code} {city}", "{region}"),
    "LV": ("{street}", "{street_2}", "{city}, LV-{postal_code}"),
    "GB": ("{street}", "{street_2}", "{city}", "{region}", "{postal_code}"),
    "IE": ("{street}", "{street_2}", "{city}", "{region}", "{postal_code}"),
    **dict.fromkeys(("US", "CA", "AU"), ("{street}", "{street_2}", "{city}, {region} {postal_code}")),
    **dict.fromkeys(("CN", "TW", "IN"), ("{street}", "{street_2}", "{city} {postal_code}", "{region}")),
    "JP": ("{street}", "{street_2}", "{city} {postal_code}", "{region}"),
}
_ADDRESS_EAST = ("{postal_code}", "{region}{city}", "{street}{street_2}")  # from the large to the small


def locale(language: str, country: str = "") -> Locale:
    """The Babel locale of a language of the product, in a country when that exists; British English when unknown."""
    wanted = [f"{language}_{country}"] if country else []
    for name in (*wanted, _LOCALES.get(language.lower(), language)):
        try:
            return Locale.parse(name.replace("-", "_"))
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse("en_GB")


def number(value: Decimal, language: str, digits: int | None = None) -> str:
    """A grouped number, with exactly so many digits when told, else as many as it has."""
    if digits is None:
        digits = _digits(value)
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return numbers.format_decimal(money.rounded(value, digits), pattern, locale=locale(language))


def _digits(value: Decimal) -> int:
    """Digits behind the point, without trailing zeros."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def amount(value: Decimal, currency: str, language: str) -> str:
    """Money with its ISO code, at the currency's digits: 1 234,50 EUR."""
    return f"{number(value, language, money.currency_digits(currency))}\u00a0{currency}"


def percent(value: Decimal, language: str) -> str:
    """21 shown as the language writes 21 %."""
    digits = _digits(value)
    whole = locale(language).percent_formats[None].pattern
    pattern = whole.replace("#,##0", f"#,##0.{'0' * digits}") if digits else whole
    return numbers.format_percent(value / 100, pattern, locale=locale(language))


def day(value: date, language: str, width: str = "medium") -> str:
    """A date; width short, medium, long or full."""
    return dates.format_date(value, width, locale=locale(language))


def moment(value: datetime, language: str, time_zone: str, width: str = "medium") -> str:
    """An instant on the wall clock of a time zone."""
    return dates.format_datetime(value, width, tzinfo=dates.get_timezone(time_zone), locale=locale(language))


def quantity(value: Decimal, unit: str, language: str, digits: int | None = None) -> str:
    """A quantity with its unit's code."""
    return f"{number(value, language, digits)}\u00a0{unit}"


def parsed(text: str, language: str) -> Decimal:
    """The number a person of that language wrote: "1 234,5" in Lithuanian. Raises ValueError."""
    plain = text.strip().replace(" ", "\u00a0")
    try:
        return Decimal(text.strip())
    except ArithmeticError:
        return numbers.parse_decimal(plain, locale=locale(language), strict=True)


def person(given: str, family: str, language: str = "en") -> str:
    """A full name in the order of the name's own language; Chinese names are written together."""
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in given + family)
    if chinese:
        return f"{family}{given}"
    parts = (family, given) if language.split("-")[0] in _FAMILY_FIRST[1:] else (given, family)
    return " ".join(part for part in parts if part)


def address(
    country: str,
    language: str = "en",
    *,
    street="",
    street_2="",
    postal_code="",
    city="",
    region="",
    domestic: bool = False,
) -> list[str]:
    """The lines of an address as its country writes them, the country's name last; left out when domestic.

    An address in Chinese or Japanese writing runs from the large to the small.
    """
    eastern = any("\u4e00" <= letter <= "\u9fff" for letter in street + city)
    parts = {
        "street": street,
        "street_2": street_2,
        "city": city,
        "region": region,
        "postal_code": postal_code.strip().removeprefix(f"{country}-"),
    }
    template = _ADDRESS_EAST if eastern else _ADDRESS.get(country, _ADDRESS[""])
    lines = [line.format(**parts) for line in template if any(parts[n] for n in parts if f"{{{n}}}" in line)]
    lines = [line if parts["postal_code"] else line.replace(f"{country}-", "") for line in lines]
    lines = [" ".join(line.split()).strip(" ,") for line in lines]
    named = [] if domestic else [country_name(country, language)]
    return named + lines if eastern else lines + named


def country_name(country: str, language: str = "en") -> str:
    """A country by its ISO code: LT is Lithuania, Lietuva, 立陶宛."""
    return locale(language).territories.get(country, country)


def phone(e164: str, country: str = "") -> str:
    """A phone number for reading: national at home, international abroad; unchanged when it is not one."""
    try:
        found = phonenumbers.parse(e164, country or None)
    except phonenumbers.NumberParseException:
        return e164
    at_home = phonenumbers.region_code_for_number(found) == country
    style = phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(found, style)
