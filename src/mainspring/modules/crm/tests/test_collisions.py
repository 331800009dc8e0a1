"""Nobody is entered twice: leads, pools, customers and contacts are looked through at once (CRM-04, K05)."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mainspring.kernel import access, bulk, commands, resource
from mainspring.kernel.reports import registry as reports
from mainspring.modules.crm.models import Lead
from mainspring.modules.parties import collisions, normalise
from mainspring.modules.parties.models import Contact, Party


@pytest.fixture
def customer(regions):
    """A customer of Central China with a contact, looked after by Wei."""
    wei = regions.person("wei", "sales_rep", regions.central)
    party = commands.create(
        Party, regions.system, code="HUAXIN", name="上海华新泵业有限公司", is_customer=True, country="CN",
        currency=regions.eur, territory=regions.central, owner=wei, email="info@huaxin.cn", phone="+862188886666",
    )  # fmt: skip
    commands.create(
        Contact, regions.system, party=party, given_name="Li", family_name="Wei", email="li.wei@mail.cn",
        phone="+8613812345678",
    )  # fmt: skip
    return party


def by(regions, **asked) -> list[tuple[str, str]]:
    return [(m.by, m.source.what) for m in collisions.alike(collisions.Asked(regions.company.pk, **asked))]


def test_the_same_company_is_found_however_it_is_written(regions, customer):
    """K05: full width, brackets, legal form; e-mail in capitals; the phone and mail of a contact."""
    assert by(regions, name="上海华新泵业") == [("name", "party")]
    assert by(regions, name="上海华新泵业（集团）股份有限公司")[0][1] == "party"
    assert by(regions, email="INFO@HuaXin.cn") == [("email", "party")]
    assert by(regions, email="li.wei@mail.cn") == [("email", "contact")]
    assert by(regions, phone="+8613812345678") == [("phone", "contact")]
    assert by(regions, name="Something else") == []


def test_chinese_names_are_alike_when_they_sound_alike(regions, customer):
    assert normalise.sound_key("华为有限公司") == "huawei"
    assert by(regions, name="上海花心泵业") == [("alike", "party")]  # other characters, the same sound
    assert by(regions, name="Shanghai Huaxin Bengye Co., Ltd.") == [("alike", "party")]


def test_lithuanian_names_are_alike_without_marks_and_forms(regions):
    regions.lead("UAB „Žalioji Giria“")
    assert by(regions, name="Zalioji giria, MB") == [("name", "lead")]
    assert by(regions, name="Žalioji Girria") == [("alike", "lead")]


def test_a_lead_with_the_mail_of_somebody_elses_contact_is_stopped_and_told_whose(regions, customer):
    with pytest.raises(ValidationError) as refused:
        regions.lead("Unknown trader", email="Li.Wei@mail.cn")
    text = refused.value.message_dict["email"][0]
    assert "Wei" in text  # who looks after it
    assert "Li Wei" not in text  # the person stays masked


def test_a_vat_number_is_a_collision_too(regions):
    regions.lead("Ratai", country="LT", vat_number="LT100001738313")
    with pytest.raises(ValidationError) as refused:
        regions.lead("Other wheels", country="LT", vat_number="LT 100001738313")
    assert "vat_number" in refused.value.message_dict


@pytest.mark.parametrize(
    ("text", "found"),
    [("li.wei@mail.cn", "email"), ("+86 138 1234 5678", "phone"), ("华新泵业 上海", "alike"), ("Nobody Knows", None)],
)
def test_does_it_exist_is_answered_to_whoever_may_enter_leads(regions, customer, text, found):
    """The answer names state and owner; a name out of sight is masked and leads nowhere (CRM-04, Z06)."""
    mei = regions.ctx(regions.person("mei", "sales_rep", regions.east))
    answer, _given = reports["crm-exists"].answer(mei, who=text)
    assert [bool(row.get("_href")) for row in answer.rows] == ([False] if found else [])
    for row in answer.rows:
        assert row["owner"] == "Wei"
        assert "*" in row["name"]
    boss = regions.ctx(regions.person("boss", "sales_manager", regions.central))
    seen, _given = reports["crm-exists"].answer(boss, who=text)
    assert [row.get("_href") for row in seen.rows] == ([f"/parties/parties/{customer.pk}/"] if found else [])


def test_who_may_enter_no_leads_may_not_ask(regions):
    assert not reports["crm-exists"].allowed(regions.ctx(regions.person("darius", "warehouse")))


NEW = {"country": "CN", "currency": "EUR", "is_customer": True}


def test_a_customer_who_is_a_lead_already_is_stopped_and_told_whose(regions):
    """K05: the customer's form, API and import ask the same question as the lead's."""
    mei = regions.person("mei", "sales_rep", regions.east)
    lead = regions.lead("Suzhou Pumps", phone="+8651288886666", country="CN")
    commands.perform(lead, "claim", regions.ctx(mei))
    with pytest.raises(ValidationError) as refused:
        commands.create(Party, regions.system, code="SUZ", name="SUZHOU PUMPS Co., Ltd.", **NEW)
    assert "Mei" in refused.value.message_dict["name"][0]
    assert "Suzhou Pumps" not in refused.value.message_dict["name"][0]
    group = commands.create(
        Party, regions.system, code="SUZ", name="Suzhou Pumps", duplicate_reason="The group's other company", **NEW
    )
    assert commands.change(group, regions.system, phone="+8651277776666").phone == "+8651277776666"
    with pytest.raises(ValidationError):
        commands.change(group, regions.system, duplicate_reason="")


def test_a_number_of_the_authorities_needs_more_than_a_reason(regions):
    regions.lead("Ratai", country="LT", vat_number="LT100001738313")
    with pytest.raises(ValidationError) as refused:
        commands.create(
            Party, regions.system, code="R", name="Wheels", vat_number="LT100001738313", duplicate_reason="Another one",
            **NEW | {"country": "LT"},
        )  # fmt: skip
    assert list(refused.value.message_dict) == ["vat_number"]


def test_many_at_once_are_compared_in_one_statement_with_all_and_among_themselves(regions, customer):
    """K05 for imports: each wrong row is named; the number of statements does not grow with the rows."""
    rows = [{"code": f"P{n}", "name": f"Trader {chr(65 + n) * 3}", **NEW} for n in range(20)]
    rows[3]["email"] = "info@huaxin.cn"
    rows[7]["name"] = "TRADER AAA, Ltd."
    with CaptureQueriesContext(connection) as asked:
        ready = bulk.drafts(Party, regions.system, rows)
    assert {n: list(d.problems) for n, d in enumerate(ready) if d.problems} == {3: ["email"], 7: ["name"]}
    assert sum("WITH asked" in q["sql"] for q in asked) == 1
    leads = [{"name": f"Trader {chr(65 + n) * 3}", "territory": regions.jiangsu} for n in range(20)]
    with CaptureQueriesContext(connection) as asked:
        ready = bulk.drafts(Lead, regions.system, [*leads, leads[5]])
    assert {n: list(d.problems) for n, d in enumerate(ready) if d.problems} == {20: ["name"]}
    assert sum("WITH asked" in q["sql"] for q in asked) == 1


def test_a_lead_is_not_made_a_second_customer_of_the_same_name(regions):
    """Who converts it chooses the customer that is there, or has said on the lead why it is another."""
    mei = regions.ctx(regions.person("mei", "sales_rep", regions.east))
    lead = commands.perform(regions.lead("Suzhou Pumps", country="CN"), "claim", mei)
    there = commands.create(
        Party, regions.system, code="SUZ", name="Suzhou Pumps", duplicate_reason="Asked for by the buyer", **NEW
    )
    asked = {"opportunity": "Pumps", "amount": 10, "expected_close_on": regions.system.business_date}
    with pytest.raises(ValidationError) as refused:
        commands.perform(lead, "convert", regions.system, **asked)
    assert "party" in refused.value.message_dict
    assert commands.perform(lead, "convert", regions.system, party=there.pk, **asked).party == there
    assert Party.objects.count() == 1


def test_the_panels_of_lead_and_customer_show_the_same_rule(regions, customer):
    """Out of sight a name is masked; whoever may enter none is not told at all (Z06); six statements at most."""
    lead = regions.lead("Shanghai Huaxin Bengye Co.", country="CN")
    [panel] = [a for a in resource.amendments(Lead) if a["panel"] == "parties/duplicates.html"]
    [other] = [a for a in resource.amendments(Party) if a["panel"] == panel["panel"]]
    mei = regions.ctx(regions.person("mei", "sales_rep", regions.east))
    for model in (Lead, Party):
        assert access.predicate(mei, model)  # reads what the person may do
    with CaptureQueriesContext(connection) as asked:
        [row] = panel["context"](lead, mei)["rows"]
    assert (row["by"], row["href"], row["owner"]) == ("Similar name", "", "Wei")
    assert "*" in row["name"]
    assert len(asked) <= 6, [q["sql"][:200] for q in asked]
    [back] = other["context"](customer, regions.system)["rows"]
    assert back["href"] == f"/crm/leads/{lead.pk}/"
    assert other["context"](customer, regions.ctx(regions.person("darius", "warehouse")))["rows"] == []


def test_whoever_asks_finds_it_by_a_part_by_pinyin_and_by_any_spelling_of_a_phone(regions, customer):
    """CRM-04: "does it exist?" looks in names for a part, in Chinese ones by sound, and reads phones as people dial."""
    commands.create(
        Contact, regions.system, party=customer, family_name="Petraitis", phone="+37061234567", email="P@HuaXin.cn"
    )
    regions.company.country = "LT"
    regions.company.save()
    regions.lead("Baltic Water Pumps UAB", country="LT", phone="+37062345678")
    found = lambda text: {  # noqa: E731
        (m.source.what, m.by) for m in collisions.search(text, regions.company.pk)
    }
    assert ("lead", "contained") in found("water")
    assert ("lead", "contained") in found("Pumps")
    assert ("party", "contained") in found("huaxin")
    assert ("party", "contained") in found("华新")
    assert found("8 612 34567") == found("+370 (612) 34-567") == {("contact", "phone")}
    assert found("p@huaxin.cn") == {("contact", "email")}
    assert found("8-623-45678") == {("lead", "phone")}
    assert found("no such firm at all") == found("%") == set()
