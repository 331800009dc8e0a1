"""Check registry codes, VAT numbers, phones and bank accounts, and bring each into its one spelling. Pure functions.

Every function returns the cleaned text and raises ValueError when it cannot be right.
"""

import re

import phonenumbers
from stdnum import bic, iban
from stdnum.exceptions import ValidationError as Invalid
from stdnum.util import get_cc_module

_MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU = frozenset(_MEMBERS.split())
COUNTRIES = frozenset(phonenumbers.SUPPORTED_REGIONS)
# The register of companies by country; a country not named keeps what was typed.
_REGISTRIES = {
    "CN": "uscc",
    "EE": "registrikood",
    "FR": "siren",
    "SE": "orgnr",
    "NO": "orgnr",
    "FI": "ytunnus",
    "DK": "cvr",
    "CZ": "dic",
    "LT": None,
    "BG": "vat",
    "PL": "regon",
    "US": "ein",
    "JP": "cn",
    "AU": "abn",
    "IN": "pan",
    "KR": "brn",
    "TW": "ubn",
}


def country(code: str) -> str:
    """An ISO 3166 code in capitals; "EL" and "UK" are read as they are meant."""
    found = {"EL": "GR", "UK": "GB"}.get(code.strip().upper(), code.strip().upper())
    if found not in COUNTRIES:
        raise ValueError(code)
    return found


def vat_number(country_code: str, number: str) -> str:
    """A VAT number by its country's rule, with the country's prefix inside the European Union."""
    compact = re.sub(r"[\s.\-/]", "", number).upper()
    module = get_cc_module(country_code.lower(), "vat")
    if module is None:
        return compact
    try:
        bare = module.validate(compact)
    except Invalid:
        raise ValueError(number) from None
    prefix = "EL" if country_code == "GR" else country_code
    return bare if country_code not in EU or bare.startswith(prefix) else prefix + bare


def registry_code(country_code: str, code: str) -> str:
    """A company's number in the register of its country."""
    compact = re.sub(r"[\s.]", "", code).upper()
    if country_code == "LT":
        if not re.fullmatch(r"\d{7}|\d{9}", compact):
            raise ValueError(code)
        return compact
    name = _REGISTRIES.get(country_code)
    try:
        module = getattr(__import__(f"stdnum.{country_code.lower()}", fromlist=[name]), name) if name else None
    except (ImportError, AttributeError):
        return compact
    if module is None:
        return compact
    try:
        return module.validate(compact)
    except Invalid:
        raise ValueError(code) from None


def phone(number: str, country_code: str) -> str:
    """A phone number in E.164, read as dialled inside the country: (8 612) 34567 in LT is +37061234567."""
    text = number.strip()
    if country_code == "LT" and re.match(r"^\(?8[\s-]?", text):
        text = "+370" + re.sub(r"\D", "", text)[1:]
    try:
        found = phonenumbers.parse(text, country_code)
    except phonenumbers.NumberParseException:
        raise ValueError(number) from None
    if not phonenumbers.is_valid_number(found):
        raise ValueError(number)
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)


def bank_account(number: str) -> str:
    """An account number; what starts like an IBAN must be a right one."""
    compact = re.sub(r"[\s\-]", "", number).upper()
    if not re.match(r"^[A-Z]{2}\d{2}", compact):
        if not re.fullmatch(r"[A-Z0-9]{4,34}", compact):
            raise ValueError(number)
        return compact
    try:
        return iban.validate(compact)
    except Invalid:
        raise ValueError(number) from None


def bank_code(code: str) -> str:
    """A BIC (SWIFT code)."""
    try:
        return bic.validate(code)
    except Invalid:
        raise ValueError(code) from None
