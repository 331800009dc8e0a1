"""Parties are entered once, spelled one way, and found again (K05); terms split exactly (M10)."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError

from mainspring.engines.calendar import working
from mainspring.kernel import access, bulk, commands, policies
from mainspring.modules.organization import queries as organization
from mainspring.modules.parties import collisions, normalise, queries
from mainspring.modules.parties.models import Address, Contact, Party, PartyBankAccount, PaymentTerm, PortalAccess


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("UAB „Ąžuolas“", "Azuolas, UAB"),
        ("ＡＺＵＯＬＡＳ", "MB Ąžuolas"),
        ("上海（东方）自行车股份有限公司", "上海(东方)自行车有限公司"),
        ("Acme S.A.", "ACME Ltd."),
        ("Müller GmbH & Co. KG", "muller"),
        ("Kowalski Sp. z o.o.", "KOWALSKI"),
        ("Žalgirio Įmonė, AB", "zalgirio imone"),
    ],
)
def test_two_spellings_of_one_company_share_a_key(one, other):
    assert normalise.name_key(one) == normalise.name_key(other)  # K05


@pytest.mark.parametrize(("one", "other"), [("AB", "MB"), ("Acme North", "Acme South"), ("", "x")])
def test_different_companies_do_not(one, other):
    assert normalise.name_key(one) != normalise.name_key(other)


def test_numbers_are_kept_in_one_spelling(world):
    acme = world.party(
        "Acme",
        vat_number="LT 1195 11515",
        registry_code="119 511 515",
        phone="8 612 34567",
        email="Info@Acme.LT",
        country="lt",
    )
    assert (acme.vat_number, acme.registry_code) == ("LT119511515", "119511515")
    assert (acme.phone, acme.email, acme.country) == ("+37061234567", "info@acme.lt", "LT")
    beijing = world.party("北京车行有限公司", code="BJ", country="CN", phone="010 6552 9988")
    assert beijing.phone == "+861065529988"


@pytest.mark.parametrize(
    ("name", "value"), [("vat_number", "LT119511516"), ("registry_code", "12345"), ("phone", "12"), ("country", "QQ")]
)
def test_a_wrong_number_is_refused_by_name(world, name, value):
    with pytest.raises(ValidationError) as refused:
        world.party("Acme", **{name: value})
    assert list(refused.value.message_dict) == [name]
    assert value in refused.value.message_dict[name][0]
    assert not Party.objects.exists()


def test_the_same_registry_code_or_vat_number_is_refused_twice(world):
    world.party("Acme", vat_number="LT119511515", registry_code="119511515")
    for values in ({"registry_code": "119511515"}, {"vat_number": "119511515"}):
        with pytest.raises(ValidationError, match="already has this"):
            world.party("Other", **values)  # K05
    assert world.party("Latvian", country="LV", registry_code="119511515").country == "LV"


def test_possible_duplicates_are_named_with_the_reason(world):
    acme = world.party("UAB Acme Ratai", phone="+37061234567", email="info@acme.lt")
    world.party("Baltic Steel")

    def found(name, **asked):
        question = collisions.Asked(world.company.pk, name, **asked)
        return [(m.record_id, m.by) for m in collisions.alike(question)]

    assert found("ACME RATAI, MB") == [(str(acme.pk), "name")]
    assert found("Somebody", phone="+37061234567") == [(str(acme.pk), "phone")]
    assert found("Somebody", email="INFO@acme.lt") == [(str(acme.pk), "email")]
    assert found("UAB Acme Ratas") == [(str(acme.pk), "alike")]
    assert collisions.alike(collisions.of_party(acme, world.company.pk)) == []


def test_an_iban_is_checked_and_other_accounts_are_kept(world):
    acme = world.party("Acme")
    account = commands.create(
        PartyBankAccount, world.ctx, party=acme, account_number="LT12 1000 0111 0100 1000", bic="HABALT22"
    )
    assert account.account_number == "LT121000011101001000"
    for values in ({"account_number": "LT13 1000 0111 0100 1000"}, {"account_number": "6222-0212", "bic": "QQ"}):
        with pytest.raises(ValidationError):
            commands.create(PartyBankAccount, world.ctx, party=acme, **values)
    other = commands.create(PartyBankAccount, world.ctx, party=acme, account_number="6222-0212")
    assert other.account_number == "62220212"


def test_a_portal_person_sees_their_own_party_only(world):
    acme, other = world.party("Acme"), world.party("Other")
    ctx = world.person("ana", "customer")
    assert not access.rows(ctx, Party).exists()
    commands.create(PortalAccess, world.ctx, user=ctx.user, party=acme)
    policies.forget(ctx.user)
    assert list(access.rows(ctx, Party)) == [acme]
    assert not access.rows(ctx, Party).filter(pk=other.pk).exists()


def test_a_salesperson_sees_own_customers_and_those_of_the_territory(world):
    north, south = world.territory("NORTH"), world.territory("SOUTH")
    rep = world.person("rep", "sales_rep", territories=[north])
    mine, near = world.party("Mine", owner=rep.user), world.party("Near", territory=north)
    far = world.party("Far", territory=south)
    assert set(access.rows(rep, Party)) == {mine, near}
    commands.create(Contact, world.ctx, party=far, family_name="Far")
    contact = commands.create(Contact, world.ctx, party=mine, given_name="伟", family_name="王", language="zh-hans")
    assert list(access.rows(rep, Contact)) == [contact]
    assert str(contact) == "王伟"
    with pytest.raises(Party.DoesNotExist):
        commands.change(far, rep, name="Mine too")


def test_who_adds_a_customer_owns_it_unless_another_is_named(world):
    """A representative who sees own customers only can add one; those brought in by the list name their owners."""
    rep = world.person("rep", "sales_rep")
    values = {"is_customer": True, "country": "LT", "currency": "EUR"}
    mine = commands.create(Party, rep, code="MINE", name="Mine", **values)
    assert mine.owner == rep.user
    given = commands.create(Party, world.ctx, code="GIVEN", name="Given", owner=rep.user, **values)
    assert given.owner == rep.user
    [listed] = bulk.create_many(Party, world.ctx, [{"code": "LISTED", "name": "Listed", **values}])
    assert listed.owner is None
    free = commands.change(mine, world.ctx, owner=None)
    assert free.owner is None


def test_parts_of_a_term_sum_exactly_and_the_last_takes_the_remainder(world):
    term = commands.create(
        PaymentTerm,
        world.ctx,
        code="3X",
        name="Three parts",
        lines=[{"percent": "33.3333"}, {"percent": "33.3333", "months": 1}, {"percent": "33.3334", "months": 2}],
    )
    parts = queries.instalments(term, D("100.00"), dated_on=date(2026, 1, 31), digits=2)
    assert [(p.due_on, p.amount) for p in parts] == [
        (date(2026, 1, 31), D("33.33")),
        (date(2026, 2, 28), D("33.33")),
        (date(2026, 3, 31), D("33.34")),
    ]  # M10
    assert queries.due_on(term, date(2026, 1, 31)) == date(2026, 3, 31)


def test_end_of_month_terms_ignore_weekends_unless_a_calendar_moves_them(world):
    term = commands.create(
        PaymentTerm, world.ctx, code="EOM", name="End of month", lines=[{"percent": "100", "end_of_month": True}]
    )

    def due(**extra):
        return queries.instalments(term, D(10), dated_on=date(2026, 2, 10), digits=2, **extra)[0].due_on

    assert due() == date(2026, 2, 28)  # a Saturday, M10
    assert due(move=lambda day: working.next_working_day(organization.OFFICE, day)) == date(2026, 3, 2)


def test_a_term_that_is_not_a_whole_is_refused(world):
    with pytest.raises(ValidationError, match="100 percent"):
        commands.create(PaymentTerm, world.ctx, code="BAD", name="Bad", lines=[{"percent": "60"}, {"percent": "30"}])


def test_the_delivery_address_comes_before_the_main_one(world):
    acme = world.party("Acme")
    main = commands.create(
        Address, world.ctx, party=acme, street="Gedimino pr. 1", city="Vilnius", country="LT", postal_code="01103"
    )
    dock = commands.create(
        Address, world.ctx, party=acme, kind="delivery", street="Ateities 5", city="Kaunas", country="LT"
    )
    assert queries.address_of(acme, "delivery") == dock
    assert queries.address_of(acme, "billing") == main
    assert main.lines("lt") == ["Gedimino pr. 1", "LT-01103 Vilnius", "Lietuva"]
    assert main.lines("lt", home="LT") == ["Gedimino pr. 1", "LT-01103 Vilnius"]
