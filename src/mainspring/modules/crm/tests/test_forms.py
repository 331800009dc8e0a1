"""Lead forms for visitors: the page, the check that they are people, and what becomes of an answer (CRM-02, CRM-04)."""

import base64
import json
import re
from zoneinfo import ZoneInfo

import altcha
import pytest
from django.core.exceptions import ValidationError

from mainspring.kernel import commands, rates
from mainspring.kernel.models import Notification, OutgoingMail
from mainspring.modules.crm import captcha
from mainspring.modules.crm.models import (
    Activity,
    Campaign,
    CountryRoute,
    FollowUpTask,
    Lead,
    LeadForm,
    PoolMember,
    Submission,
)
from mainspring.modules.parties.models import Party

TEXTS = [
    {"language": "en", "title": "Ask us", "consent": "I agree to be contacted.", "thanks": "Thank you, soon more."},
    {"language": "lt", "title": "Klauskite", "consent": "Sutinku, kad susisiektumėte."},
    {"language": "zh-hans", "title": "联系我们"},
]
ANSWER = {
    "name": "UAB „Žalias“", "contact_name": "Ona Onaitė", "email": "ona@zalias.lt", "phone": "+370 612 34567",
    "country": "LT", "note": "How much is a pump?", "consent": "1",
}  # fmt: skip


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Less work than in earnest, and nothing left of other tests' calls."""
    monkeypatch.setattr(captcha, "COST", 1)
    rates.forget()


@pytest.fixture
def form(regions):
    regions.fair = commands.create(Campaign, regions.system, code="FAIR", name="Fair")
    return commands.create(
        LeadForm, regions.system, code="ask", name="Web site", territory=regions.jiangsu, campaign=regions.fair,
        lines=TEXTS, embed_on=["https://www.example.com/"],
    )  # fmt: skip


def solved(client, code="ask") -> str:
    """What the widget sends after its work."""
    issued = client.get(f"/f/{code}/challenge/").json()
    challenge = altcha.Challenge.from_dict(issued)
    return altcha.Payload(challenge, altcha.solve_challenge(challenge)).to_base64()


def send(client, code="ask", *, payload=None, lang="en", **values):
    values = {**ANSWER, **values, "altcha": solved(client, code) if payload is None else payload}
    return client.post(f"/f/{code}/?lang={lang}", {k: v for k, v in values.items() if v is not None})


# -- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_speaks_the_visitors_language_without_the_products_frame(client, form):
    page = client.get("/f/ask/", headers={"Accept-Language": "lt"})
    assert page.status_code == 200
    text = page.content.decode()
    assert '<html lang="lt">' in text
    assert "Klauskite" in text
    assert "Sutinku, kad susisiektumėte." in text
    assert "frame-main" not in text
    assert "hx-" not in text
    assert "联系我们" in client.get("/f/ask/?lang=zh-hans").content.decode()
    assert 'lang="en"' in client.get("/f/ask/?lang=xx").content.decode()


def test_only_named_sites_may_show_it_in_a_frame_and_nothing_else_of_ours(client, form):
    page = client.get("/f/ask/")
    assert page["Content-Security-Policy"].endswith("frame-ancestors 'self' https://www.example.com")
    assert "X-Frame-Options" not in page
    assert "Access-Control-Allow-Origin" not in client.get("/f/ask/challenge/")
    login = client.get("/accounts/login/")
    assert login["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in login["Content-Security-Policy"]


def test_a_form_that_is_not_active_or_unknown_is_not_there(client, form, regions):
    commands.change(form, regions.system, active=False)
    for path in ("/f/ask/", "/f/ask/challenge/", "/f/ask/qr.svg", "/f/nobody/"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "site", ["example.com", "javascript:alert(1)", "https://a.b/path", "https://x; script-src *", 5]
)
def test_a_site_that_is_no_origin_is_refused(regions, site):
    with pytest.raises(ValidationError) as refused:
        commands.create(
            LeadForm, regions.system, code="odd", name="Odd", territory=regions.east, lines=TEXTS, embed_on=[site]
        )
    assert "embed_on" in refused.value.message_dict


def test_the_code_leads_to_the_form(client, form):
    drawing = client.get("/f/ask/qr.svg")
    assert drawing["Content-Type"] == "image/svg+xml"
    assert b"<svg" in drawing.content
    picture = client.get("/f/ask/qr.png?download")
    assert picture.content.startswith(b"\x89PNG")
    assert 'filename="ask.png"' in picture["Content-Disposition"]


# -- an answer --------------------------------------------------------------------------------------------------------


def test_an_answer_becomes_a_lead_in_its_pool_with_consent_and_campaign(client, form, regions):
    answer = send(client, lang="lt")
    assert answer.status_code == 302
    lead = Lead.objects.get()
    assert (lead.name, lead.phone, lead.email) == ("UAB „Žalias“", "+37061234567", "ona@zalias.lt")
    assert (lead.state, lead.pool, lead.source, lead.campaign) == ("open", regions.east_pool, "web", regions.fair)
    assert lead.note == "How much is a pump?"
    kept = Submission.objects.get()
    assert (kept.lead, kept.outcome, kept.language) == (lead, "lead", "lt")
    assert kept.consent == "Sutinku, kad susisiektumėte."
    assert (
        "Ačiū" in client.get(answer["Location"]).content.decode()
        or "Thank" in client.get("/f/ask/?thanks").content.decode()
    )


def test_the_rule_of_the_pool_gives_it_and_the_new_owner_is_told(client, form, regions):
    mei = regions.person("mei", "sales_rep", regions.east, email="mei@alfa.example")
    commands.create(PoolMember, regions.system, pool=regions.east_pool, user=mei)
    commands.change(regions.east_pool, regions.system, distribution="turn")
    send(client)
    lead = Lead.objects.get()
    assert (lead.owner, lead.state) == (mei, "claimed")
    assert "New lead" in Notification.objects.filter(user=mei).latest("pk").title
    assert OutgoingMail.objects.filter(to="mei@alfa.example").exists()


def test_routes_by_country_come_before_the_forms_territory(client, form, regions):
    commands.create(CountryRoute, regions.system, country="lv", territory=regions.central)
    commands.change(form, regions.system, by_country=True)
    send(client, name="SIA Riga", country="LV", phone="", email="a@riga.lv")
    send(client, name="OU Tallinn", country="EE", phone="", email="a@tallinn.ee")
    assert [(lead.name, lead.territory) for lead in Lead.objects.order_by("number")] == [
        ("SIA Riga", regions.central),
        ("OU Tallinn", regions.jiangsu),
    ]


def test_somebody_known_becomes_a_follow_up_and_is_told_nothing(client, form, regions):
    mei = regions.person("mei", "sales_rep", regions.east)
    party = commands.create(
        Party, regions.system, code="Z", name="Zalias UAB", is_customer=True, owner=mei, territory=regions.east,
        country="LT", currency=regions.eur,
    )  # fmt: skip
    fresh = send(client)
    assert fresh.status_code == 302
    assert not Lead.objects.exists()
    made = Activity.objects.get()
    assert (made.party, made.user, made.method) == (party, mei, "message")
    zone = ZoneInfo(form.company.time_zone)
    assert FollowUpTask.objects.get().due_on == made.at.astimezone(zone).date(), "the day of the company"
    assert "How much is a pump?" in made.content
    assert Notification.objects.filter(user=mei).count() == 1
    unknown = send(client, name="Somebody else", email="x@y.lt", phone="")
    assert unknown["Location"] == fresh["Location"]  # a stranger reads the same words
    assert Submission.objects.filter(outcome="follow_up", party=party).count() == 1


def test_a_second_answer_of_a_lead_is_a_follow_up_that_does_not_reset_its_clock(client, form, regions):
    mei = regions.person("mei", "sales_rep", regions.east)
    lead = regions.lead("Zalias", email="ona@zalias.lt")
    lead = commands.perform(lead, "claim", regions.ctx(mei))
    touched = lead.touched_at
    send(client)
    lead.refresh_from_db()
    assert lead.activities.count() == 1
    assert lead.touched_at == touched  # K02: only the owner's own follow-up does


# -- refusals ---------------------------------------------------------------------------------------------------------


def test_every_wrong_field_is_named_and_nothing_typed_is_lost(client, form):
    page = send(client, email="no mail", phone="12", contact_name="", consent=None)
    assert page.status_code == 422
    text = page.content.decode()
    assert re.findall(r'id="f_(\w+)_error"', text) == ["contact_name", "email"]
    assert 'value="UAB „Žalias“"' in text
    assert "How much is a pump?" in text
    page = send(client, phone="12")
    assert re.findall(r'id="f_(\w+)_error"', page.content.decode()) == ["phone"]
    page = send(client, consent=None)
    assert re.findall(r'id="f_(\w+)_error"', page.content.decode()) == ["consent"]
    assert not Lead.objects.exists()


def test_markup_and_line_breaks_stay_text(client, form, regions):
    send(client, name="<script>alert(1)</script>\r\nBcc: all@example.com", email="a@b.lt", phone="")
    lead = Lead.objects.get()
    assert lead.name == "<script>alert(1)</script> Bcc: all@example.com"
    page = send(client, name="<b>", email="nobody")
    assert "&lt;b&gt;" in page.content.decode()


def test_a_program_that_fills_every_field_is_thanked_and_forgotten(client, form):
    assert send(client, middle_word="spam").status_code == 302
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    "payload",
    [
        "", "x", "%%%", "A" * 5000, base64.b64encode(b"[]").decode(), base64.b64encode(b"{}").decode(),
        base64.b64encode(json.dumps({"challenge": 1, "solution": []}).encode()).decode(),
        base64.b64encode(("[" * 4000).encode()).decode()[:4000],
    ],
)  # fmt: skip
def test_a_payload_that_is_none_is_refused(client, form, payload):
    page = send(client, payload=payload)
    assert page.status_code == 422
    assert not Lead.objects.exists()


def test_forged_foreign_and_expired_challenges_are_refused(client, form, regions, monkeypatch):
    commands.create(LeadForm, regions.system, code="other", name="Other", territory=regions.east, lines=TEXTS)
    assert send(client, payload=solved(client, "other")).status_code == 422  # of another form
    body = json.loads(base64.b64decode(solved(client)))
    own = altcha.create_challenge(captcha.ALGORITHM, 1, key_prefix="", data={"for": "ask"}, hmac_secret="mine")
    forged = altcha.Payload(own, altcha.solve_challenge(own)).to_base64()
    easier = {**body, "challenge": {**body["challenge"], "parameters": {**body["challenge"]["parameters"], "cost": 0}}}
    guessed = {**body, "solution": {**body["solution"], "counter": 2**40}}
    for bad in (easier, guessed):
        assert send(client, payload=base64.b64encode(json.dumps(bad).encode()).decode()).status_code == 422
    assert send(client, payload=forged).status_code == 422
    monkeypatch.setattr(captcha, "LIFE_SECONDS", -1)
    page = send(client)
    assert page.status_code == 422
    assert "took too long" in page.content.decode()
    assert not Lead.objects.exists()


def test_a_challenge_is_good_for_one_answer(client, form):
    payload = solved(client)
    assert send(client, payload=payload, email="wrong").status_code == 422
    assert send(client, payload=payload).status_code == 302  # a refused answer used nothing up
    assert send(client, payload=payload).status_code == 302  # the same once more: a double click
    assert send(client, payload=payload, name="Another", email="c@d.lt", phone="").status_code == 422
    assert (Lead.objects.count(), Submission.objects.count(), Activity.objects.count()) == (1, 1, 0)


def test_too_much_and_too_often_are_refused(client, form, monkeypatch):
    assert send(client, note="x" * 70_000).status_code == 413
    assert send(client, note="x" * 5000).status_code == 422
    assert send(client, name="x" * 200).status_code == 422
    assert send(client, name="nul\x00").status_code in (302, 422)
    monkeypatch.setattr("mainspring.modules.crm.public.SENT_A_MINUTE", 1)
    rates.forget()
    answers = [send(client, payload="x").status_code for _n in range(12)]
    assert answers[-1] == 429


def test_methods_and_types_nobody_expects(client, form):
    assert client.put("/f/ask/").status_code == 405
    assert client.post("/f/ask/", b"{}", content_type="application/json").status_code == 422
    assert client.post("/f/ask/challenge/").status_code == 405
    assert client.post("/f/ask/", {"name": ["a", "b"], "altcha": ["x", "y"]}).status_code == 422
