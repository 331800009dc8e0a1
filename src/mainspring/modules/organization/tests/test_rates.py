"""Exchange rates by date (M17) and from files."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from mainspring.kernel import commands
from mainspring.kernel.models import Currency
from mainspring.modules.organization import commands as organization
from mainspring.modules.organization import queries
from mainspring.modules.organization.models import ExchangeRate

ECB = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <Cube><Cube time="2026-02-27"><Cube currency="USD" rate="1.0800"/><Cube currency="CNY" rate="7.8000"/></Cube></Cube>
</gesmes:Envelope>"""


@pytest.fixture
def rates(world):
    organization.import_rates(world.ctx, ECB, source="ECB")
    return world


def test_every_currency_of_iso_4217_is_there_with_its_digits(world):
    digits = dict(Currency.objects.values_list("code", "digits"))
    assert (digits["JPY"], digits["EUR"], digits["KWD"]) == (0, 2, 3)  # M01
    assert len(digits) > 140


def test_a_day_without_a_rate_uses_the_last_earlier_one_and_says_so(rates):
    assert queries.rate("EUR", "USD", date(2026, 3, 1)) == (D("1.08"), date(2026, 2, 27))  # M17
    found = queries.found_rate("EUR", "USD", date(2026, 3, 1))
    assert found.is_earlier
    assert "27 Feb 2026" in found.note
    assert queries.found_rate("EUR", "USD", date(2026, 2, 27)).note == ""


def test_the_inverse_is_exact_and_never_stored(rates):
    assert queries.convert(D("108.00"), "USD", "EUR", date(2026, 2, 27)) == D("100.00")  # M17
    assert queries.convert(D("100.00"), "EUR", "USD", date(2026, 2, 27)) == D("108.00")
    assert ExchangeRate.objects.filter(from_currency="USD").count() == 0


def test_two_currencies_meet_through_a_third(rates):
    found = queries.found_rate("USD", "CNY", date(2026, 2, 27))
    assert found.through == "EUR"
    assert queries.convert(D("108.00"), "USD", "CNY", date(2026, 2, 27)) == D("780.00")


def test_before_the_first_rate_there_is_none_and_the_message_says_what_to_do(rates):
    with pytest.raises(ValidationError, match="no exchange rate from EUR to USD"):
        queries.rate("EUR", "USD", date(2026, 1, 1))


def test_yen_have_no_cents(rates):
    organization.import_rates(rates.ctx, b"EUR,JPY,2026-02-27,163.555")
    assert queries.convert(D("10.00"), "EUR", "JPY", date(2026, 2, 27)) == D("1636")  # M01


def test_a_csv_with_wrong_lines_is_refused_whole_and_names_each(rates):
    text = (
        b"from,to,date,rate\nEUR,USD,2026-03-01,1.09\nEUR,XXQ,2026-03-01,2\n"
        b"EUR,USD,2026-13-01,1\nEUR,USD,2026-03-02,-1\n"
    )
    with pytest.raises(ValidationError) as refused:
        organization.import_rates(rates.ctx, text)
    assert [m.split(":")[0] for m in refused.value.messages] == ["Line 3", "Line 4", "Line 5"]
    assert ExchangeRate.objects.count() == 2
    assert organization.import_rates(rates.ctx, b"EUR;USD;2026-03-01;1,09\n") == 1
    assert organization.import_rates(rates.ctx, b"EUR;USD;2026-03-01;1,10\n") == 1  # the day's rate is replaced
    assert queries.rate("EUR", "USD", date(2026, 3, 1))[0] == D("1.10")


@pytest.mark.parametrize(
    "content", [b"<not xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>", b"\xff\xfe", b"", b"<Envelope/>"]
)
def test_a_file_that_is_no_list_of_rates_is_refused(rates, content):
    with pytest.raises(ValidationError):
        organization.import_rates(rates.ctx, content)


def test_a_rate_of_a_currency_to_itself_or_of_zero_is_refused(world):
    day = {"from_currency": "EUR", "valid_on": "2026-01-01"}
    with pytest.raises(ValidationError, match="two different currencies"):
        commands.create(ExchangeRate, world.ctx, to_currency="EUR", rate="1", **day)
    with pytest.raises(ValidationError, match="above zero"):
        commands.create(ExchangeRate, world.ctx, to_currency="USD", rate="0", **day)


def test_only_who_may_import_rates_does(world):
    with pytest.raises(PermissionDenied):
        organization.import_rates(world.person("stranger"), ECB)
