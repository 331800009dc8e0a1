"""Nobody is entered twice: leads, pools, customers and contacts are looked through at once (CRM-04, K05)."""

import pytest
from django.core.exceptions import ValidationError

from mainspring.kernel import commands
from mainspring.kernel.reports import registry as reports
from mainspring.modules.crm import collisions
from mainspring.modules.parties import normalise
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
    return [(m.by, m.what) for m in collisions.alike(collisions.Asked(regions.company.pk, **asked))]


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
