"""What the generic pages do beyond showing: taking back, long runs, codes, mail, files in own fields, tokens, help."""

import html
import json
import re

import pytest
from django.core import mail as django_mail
from django.core.files.uploadedfile import SimpleUploadedFile
from mainspring_fleet.models import Inspection, Vehicle

from mainspring.kernel import commands, jobs, mail, resource, tokens
from mainspring.kernel.models import (
    ApiToken,
    ApprovalRequest,
    ApprovalRule,
    Attachment,
    CustomField,
    JobRun,
    OutgoingMail,
    User,
)
from mainspring.web.views import bulk

V, I = "/mainspring_fleet/vehicles/", "/mainspring_fleet/inspections/"  # noqa: E741
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ona(cast):
    return cast.browser("ona")


@pytest.fixture
def admin(cast):
    cast.users["admin"] = User.objects.create(username="admin", is_superuser=True, email="admin@example.com")
    return cast.ctx("admin")


def said(answer) -> dict:
    return json.loads(answer["HX-Trigger"])["toast"]


def test_a_deletion_offers_to_be_taken_back(ona, inspection):
    gone = ona.post(f"{I}{inspection.pk}/delete/", headers=HTMX)
    assert said(gone)["later"]
    assert not Inspection.objects.exists()
    back = ona.post(said(gone)["undo"], headers=HTMX)
    assert back["HX-Redirect"] == f"{I}{inspection.pk}/"
    assert Inspection.objects.get().lines.count() == 2
    assert ona.post(said(gone)["undo"], headers=HTMX).status_code == 409
    assert ona.post(f"{I}restore/?command=nonsense", headers=HTMX).status_code == 404


def test_many_deleted_at_once_come_back_together(ona, cast):
    for n in range(3):
        commands.create(Vehicle, cast.ctx("ona"), plate=f"P{n}")
    answer = ona.post(f"{V}bulk/delete/", {"all": "1"}, headers=HTMX).content.decode()
    assert not Vehicle.objects.exists()
    deleted = json.loads(answer.split('name="deleted" value="')[1].split('"')[0].replace("&quot;", '"'))
    ona.post(f"{V}restore/", {"deleted": json.dumps(deleted)}, headers=HTMX)
    assert Vehicle.objects.count() == 3


def test_a_long_selection_is_done_in_the_background_each_once(ona, cast, van, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE_MAX", 2)
    made = [
        commands.create(Inspection, cast.ctx("ona"), vehicle=van, done_on="2026-03-02", lines=[{"finding": f"F{n}"}])
        for n in range(4)
    ]
    commands.perform(made[0], "submit", cast.ctx("ona"))  # cannot be submitted again
    keys = json.dumps([str(r.pk) for r in made])
    page = ona.post(f"{I}bulk/submit/", {"ids": keys}, headers=HTMX).content.decode()
    assert "in the background" in page
    assert Inspection.objects.filter(state="submitted").count() == 1
    run = JobRun.objects.get(name="kernel.bulk_verb")
    jobs.run_pending()
    run.refresh_from_db()
    assert (run.state, run.result["done"], run.result["refused"]) == ("done", 3, 1)
    card = ona.get(f"/jobs/{run.pk}/").content.decode()
    assert f"{I}{made[0].pk}/" in card  # the refusal leads to its record


def test_a_code_leads_to_its_record_and_nothing_out_of_sight_is_found(ona, cast, van, inspection, monkeypatch):
    from mainspring.kernel import resource

    number = commands.perform(inspection, "submit", cast.ctx("ona")).number
    assert ona.get(f"/scan/?q={number.lower()}")["Location"] == f"{I}{inspection.pk}/"
    monkeypatch.setattr(resource.registry["mainspring_fleet/vehicles"], "codes", "plate", raising=False)
    found = ona.get("/scan/?q=abc123", headers={"Accept": "application/json"}).json()["items"]
    assert [(f["model"], f["id"]) for f in found] == [("fleet.vehicle", str(van.pk))]
    assert ona.get("/scan/?q=unknown")["Location"] == "/search/?q=unknown"
    hidden = cast.browser("rasa").get("/scan/?q=abc123", headers={"Accept": "application/json"}).json()
    assert hidden["items"] == []


def test_a_gs1_code_is_read_by_its_article_number():
    from mainspring.kernel import codes

    assert codes.readings("]C10104006381333931")[1:] == ["04006381333931", "4006381333931"]
    assert codes.readings("ABC") == ["ABC"]


def test_a_record_goes_out_by_mail_with_print_and_files(cast, inspection, admin, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    browser = cast.browser("admin")
    browser.post(
        f"/timeline/fleet.inspection/{inspection.pk}/files/",
        {"file": SimpleUploadedFile("brakes.txt", b"worn")},
        headers=HTMX,
    )
    file = Attachment.objects.get()
    form = {"to": "a@example.com; b@example.com", "subject": "Inspection", "text": "See <this>.", "language": "lt"}
    bad = browser.post(f"{I}{inspection.pk}/mail/", form | {"to": "nobody"}, headers=HTMX)
    assert bad.status_code == 422
    sent = browser.post(f"{I}{inspection.pk}/mail/", form | {"printed": "on", "files": [str(file.pk)]}, headers=HTMX)
    assert sent.status_code == 204
    queued = OutgoingMail.objects.get()
    assert mail.deliver(queued.pk)
    message = django_mail.outbox[0]
    assert message.to == ["a@example.com", "b@example.com"]
    assert message.reply_to == ["admin@example.com"]
    assert [(a[0][-4:], a[2]) for a in message.attachments] == [(".pdf", "application/pdf"), (".txt", "text/plain")]
    assert "&lt;this&gt;" in message.alternatives[0][0]
    assert "a@example.com" in browser.get(f"/timeline/fleet.inspection/{inspection.pk}/").content.decode()
    petras = cast.browser("petras")  # a guest may look, not send
    assert petras.post(f"{I}{inspection.pk}/mail/", form, headers=HTMX).status_code == 404


def test_a_file_in_an_own_field_is_seen_by_whom_the_field_is_shown(cast, van, admin):
    commands.create(CustomField, admin, entity="fleet.vehicle", label="Papers", kind="attachment", required=False)
    browser = cast.browser("ona")
    paper = SimpleUploadedFile("papers.pdf", b"%PDF-1.4")
    browser.post(f"{V}{van.pk}/fact/custom.papers/", {"custom-papers": paper, "version": van.version}, headers=HTMX)
    van.refresh_from_db()
    held = Attachment.objects.get()
    assert van.custom["papers"] == {"id": held.pk, "name": "papers.pdf"}
    assert (held.entity, held.record_id, held.field) == ("fleet.vehicle", str(van.pk), "papers")
    page = browser.get(f"{V}{van.pk}/").content.decode()
    assert f'href="/files/{held.pk}/"' in page
    assert "papers.pdf" in browser.get(V).content.decode()
    assert "papers.pdf" not in browser.get(f"/timeline/fleet.vehicle/{van.pk}/").content.decode().split("<ol")[0]
    assert browser.get(f"/files/{held.pk}/").status_code == 200
    assert f'data-id="{van.pk}"' in browser.get(f"{V}?custom.papers__empty=0").content.decode()

    new = browser.post(
        f"{V}new/", {"plate": "NEW1", "seats": "4", "custom-papers": SimpleUploadedFile("new.txt", b"words")}
    )
    assert new.status_code == 302
    assert Vehicle.objects.get(plate="NEW1").custom["papers"]["name"] == "new.txt"
    stolen = {"papers": held.pk}  # a file of another record
    with pytest.raises(Exception, match="valid value"):
        commands.create(Vehicle, cast.ctx("ona"), plate="NEW2", custom_values=stolen)


def test_a_person_keeps_own_tokens_only(ona, cast):
    page = ona.post("/profile/tokens/", {"name": "Gate", "days": "30", "reach": "read", "records": ["fleet.vehicle"]})
    text = page.content.decode().split('data-copy tabindex="0">')[1].split("<")[0]
    token = ApiToken.objects.get()
    assert (token.user, token.scopes) == (cast.users["ona"], {"fleet.vehicle": ["view"]})
    assert text not in ona.get("/profile/tokens/").content.decode()
    assert tokens.resolve(text, cast.ctx("ona").business_date) == token
    jonas = cast.browser("jonas")
    assert "Gate" not in jonas.get("/profile/tokens/").content.decode()
    assert jonas.post(f"/profile/tokens/{token.pk}/revoke/", headers=HTMX).status_code == 404
    assert ona.post(f"/profile/tokens/{token.pk}/revoke/", headers=HTMX).status_code == 204
    assert tokens.resolve(text, cast.ctx("ona").business_date) is None
    assert ona.post("/profile/tokens/", {"name": "", "days": "30", "reach": "read"}).status_code == 422


def test_a_form_that_needs_approval_says_so(ona, cast, admin):
    from mainspring.kernel.models import ApprovalRule

    cast.person("boss", "fleet_manager")
    step = {"who": "user", "user": cast.users["boss"]}
    commands.create(
        ApprovalRule, admin, name="Buses", entity="fleet.vehicle", verb="create", condition="seats > 7", lines=[step]
    )
    answer = ona.post(f"{V}new/", {"plate": "BUS1", "seats": "30"}, follow=True)
    assert "waits for approval" in answer.content.decode()
    request = ApprovalRequest.objects.get()
    boss = cast.browser("boss")
    assert "BUS1" in boss.get(f"/inbox/approvals/{request.pk}/").content.decode()
    boss.post(f"/kernel/approval-requests/{request.pk}/do/approve/", headers=HTMX)
    assert Vehicle.objects.get(plate="BUS1").created_by == cast.users["ona"]


def test_help_and_guide_open(ona):
    assert "vehicle" in ona.get(f"/help/?path={V}").content.decode().lower()
    assert "/guide/warehouse/" in ona.get("/help/?path=/").content.decode()
    assert "Counting" in ona.get("/guide/warehouse/").content.decode()
    assert ona.get("/guide/../../secrets/").status_code == 404
    assert ona.get("/guide/nothing/").status_code == 404


def test_the_guide_leads_nowhere_one_may_not_go(cast, ona, admin):
    link = re.compile(r'<a href="(/[a-z_/-]+/)">')
    boss, clerk = (set(link.findall(b.get("/guide/warehouse/").content.decode())) for b in (cast.browser("admin"), ona))
    assert clerk < boss
    assert all(ona.get(path).status_code != 404 for path in clerk if path.strip("/") in resource.registry)
    assert "<code>/stock/stock-balances/</code>" in ona.get("/guide/warehouse/").content.decode()


def test_an_edit_in_a_long_form_brings_back_only_what_differs(ona, van):
    lines = [{"key": f"k{n}", "finding": f"F{n}", "quantity": "1", "price": "10"} for n in range(50)]
    sent = {"lines": lines, "changed": [{"key": "k7"}], "header": {"vehicle": van.pk, "done_on": "2026-03-02"}}
    answer = ona.post(f"{I}preview/", json.dumps(sent), content_type="application/json").json()
    assert [line["key"] for line in answer["lines"]] == ["k7"]
    assert "500.00" in answer["totals"][-1]["text"]


def test_a_rule_names_verbs_and_fields_as_people_call_them(admin, cast):
    """CRM-12: nobody has to know what a verb or a field is called inside."""
    rule = commands.create(
        ApprovalRule, admin, name="Dear repairs", entity="fleet.inspection", verb="submit", amount_path="total",
        limit="100", free_fields="note vehicle", lines=[{"who": "manager"}],
    )  # fmt: skip
    browser, names = cast.browser("admin"), "/lookup/kernel.approvalrule/names"

    def offered(field, **asked):
        return {i["id"]: i["text"] for i in browser.get(f"{names}/{field}/", asked).json()["items"]}

    assert offered("verb", of="fleet.inspection")["submit"] == "Submit"
    assert {"create", "change", "delete"} <= set(offered("verb", of="fleet.inspection"))
    assert list(offered("verb", of="fleet.inspection", q="subm")) == ["submit"]
    assert offered("amount_path", of="fleet.inspection")["total"] == "Total"
    assert "vehicle" not in offered("amount_path", of="fleet.inspection")
    assert offered("free_fields", of="fleet.inspection")["vehicle"] == "Vehicle"
    assert offered("verb", of="no.such") == offered("verb") == {}
    assert browser.get(f"{names}/name/").status_code == 404
    assert cast.browser("petras").get(f"{names}/verb/", {"of": "fleet.inspection"}).status_code == 404

    page = browser.get(f"/kernel/approval-rules/{rule.pk}/").content.decode()
    assert "Submit" in page
    assert "Note, Vehicle" in page
    form = html.unescape(browser.get(f"/kernel/approval-rules/{rule.pk}/edit/").content.decode())
    assert 'data-names="{"submit": "Submit"}"' in form
    assert 'data-within="entity"' in form
