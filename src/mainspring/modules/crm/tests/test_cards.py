"""Business cards by code, text and file, and lists with the column names people use."""

import io

import pytest

from mainspring.kernel import resource
from mainspring.kernel.exchange import rules
from mainspring.kernel.models import Attachment
from mainspring.modules.crm import cards
from mainspring.modules.crm.models import CountryRoute, Lead

PHONE = """BEGIN:VCARD
VERSION:3.0
N:Onaitė;Ona;;;
FN:Ona Onaitė
ORG:UAB Žalias\\, medis;Pardavimai
TITLE:Buyer
TEL;TYPE=FAX:+370 5 212 0000
TEL;TYPE=CELL:+370 612 34567
item1.EMAIL;type=INTERNET:Ona@Zalias.lt
ADR;TYPE=WORK:;;Gedimino 1;Vilnius;;01103;LT
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ
NOTE:Met at the fair\\nwants pumps
END:VCARD
"""
OLD = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E7=8E=8B;=E4=BC=9F
ORG;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E8=8B=8F=E5=B7=9E=E6=B3=B5=E4=B8=9A=
=E6=9C=89=E9=99=90=E5=85=AC=E5=8F=B8
TEL;CELL:13812345678
END:VCARD"""
NEW = 'BEGIN:VCARD\nVERSION:4.0\nFN:Jane\nTEL;TYPE="voice,cell":tel:+44-20-7946-0000\nORG:Long n\n ame Ltd\nEND:VCARD'
MECARD = "MECARD:N:Owen,Sean;ORG:Acme\\;Co;TEL:+15551234567;EMAIL:Sean@acme.com;URL:acme.com;;"


def test_a_card_of_a_phone():
    assert cards.read(PHONE) == [
        cards.Card(
            "UAB Žalias, medis", "Ona Onaitė", "ona@zalias.lt", "+370 612 34567", "LT", "Vilnius",
            "Buyer\nMet at the fair wants pumps",
        )
    ]  # fmt: skip


def test_an_old_chinese_card_and_a_new_one():
    old, new = cards.read(OLD + "\n" + NEW)
    assert (old.name, old.contact_name, old.phone) == ("苏州泵业有限公司", "王伟", "13812345678")
    assert (new.name, new.contact_name, new.phone) == ("Long name Ltd", "Jane", "+44-20-7946-0000")


def test_the_code_on_a_card():
    found = cards.read(MECARD)[0]
    assert (found.name, found.contact_name, found.email) == ("Acme;Co", "Sean Owen", "sean@acme.com")


@pytest.mark.parametrize(
    "text", ["", "hello", "MECARD:", "BEGIN:VCARD\nEND:VCARD", "BEGIN:VCARD", "\x00\xff", "MECARD:" + ";" * 100_000]
)
def test_what_is_no_card_is_said_to_be_none(text):
    with pytest.raises(ValueError):
        cards.read(text)


def test_odd_cards_break_nothing_and_many_are_cut():
    assert len(cards.read(PHONE * 200)) == cards.CARDS_MAX
    odd = "FN:A\nN\nTEL:\nEMAIL;ENCODING=BASE64:%%%\nORG;CHARSET=none;ENCODING=QUOTED-PRINTABLE:=ZZ"
    assert cards.read(f"BEGIN:VCARD\n{odd}\nEND:VCARD")[0].contact_name == "A"
    assert len(cards.read("BEGIN:VCARD\nFN:" + "x" * 100_000 + "\nEND:VCARD")[0].contact_name) == 250


# -- the page ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def mei(regions, client):
    user = regions.person("mei", "sales_rep", regions.east)
    client.force_login(user)
    return user


def sent(n=0, **values):
    usual = {
        "name": "Acme",
        "contact_name": "Ona",
        "email": "ona@acme.lt",
        "country": "LT",
        "take": "1",
        "key": f"k{n}",
    }
    return {f"{n}-{name}": value for name, value in (usual | values).items()}


def test_a_scanned_card_becomes_a_lead_with_its_photo(client, mei, regions):
    page = client.post("/crm/cards/", {"text": PHONE})
    assert 'value="UAB Žalias, medis"' in page.content.decode()
    photo = io.BytesIO(b"\x89PNG photo")
    photo.name = "card.png"
    answer = client.post("/crm/cards/", {"count": 1, **sent(), "0-photo": photo, "source": "event"})
    assert answer.status_code == 200
    lead = Lead.objects.get()
    assert (lead.name, lead.source, lead.territory, lead.created_by) == ("Acme", "event", regions.east, mei)
    assert Attachment.objects.get(record_id=str(lead.pk)).name == "card.png"


def test_what_is_refused_stays_with_the_reason_and_the_rest_is_made(client, mei, regions):
    regions.lead("Acme", territory=regions.central)
    page = client.post("/crm/cards/", {"count": 3, **sent(0), **sent(1, name="Beta", email="b@beta.lt"), **sent(
        2, name="Gamma", email="no mail")})  # fmt: skip
    text = page.content.decode()
    assert page.status_code == 422
    assert 'aria-invalid="true"' in text
    assert 'value="no mail"' in text
    assert 'value="Beta"' not in text
    assert sorted(Lead.objects.values_list("name", flat=True)) == ["Acme", "Beta"]


def test_the_same_page_sent_twice_makes_one_lead(client, mei, regions):
    for _n in range(2):
        assert client.post("/crm/cards/", {"count": 1, **sent()}).status_code == 200
    assert Lead.objects.count() == 1


def test_a_file_of_contacts_and_a_route_by_country(client, mei, regions):
    CountryRoute.objects.create(company=regions.company, country="GB", territory=regions.jiangsu)
    file = io.BytesIO((PHONE + NEW).encode())
    file.name = "contacts.vcf"
    page = client.post("/crm/cards/", {"file": file})
    assert page.content.decode().count("<legend>Card") == 2
    client.post("/crm/cards/", {"count": 1, **sent(country="GB")})
    assert Lead.objects.get().territory == regions.jiangsu


ODD = [
    {"text": "hello"}, {}, {"count": "x"}, {"count": "999999"}, {"count": "1", "0-take": "1", "source": "odd"},
    {"count": "1", **sent(), "territory": "999999"}, {"count": "1", **sent(name="\x00")},
]  # fmt: skip


@pytest.mark.parametrize("values", ODD)
def test_odd_answers_are_no_errors_of_ours(client, mei, regions, values):
    assert client.post("/crm/cards/", values).status_code in (200, 422)


def test_who_may_not_make_leads_does_not_get_there(client, regions):
    client.force_login(regions.person("kasia", "warehouse"))
    assert client.get("/crm/cards/").status_code == 403


# -- lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        ("Company", "Contact person", "E-mail address", "Mobile", "Country", "Comments"),
        ("Įmonė", "Kontaktinis asmuo", "El. paštas", "Telefonas", "Šalis", "Pastabos"),
        ("公司名称", "联系人", "邮箱", "手机", "国家", "备注"),
    ],
)
def test_the_usual_column_names_of_lists_find_their_fields(regions, headers):
    found = rules.guess(resource.of(Lead), regions.system, list(headers))
    assert list(found.values()) == ["name", "contact_name", "email", "phone", "country", "note"]
