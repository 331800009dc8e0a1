"""The pages of working together, as a browser and a program ask for them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from mainspring_fleet.models import Inspection, Vehicle

from mainspring.kernel import commands, errors, jobs
from mainspring.kernel.models import ApprovalRequest, ApprovalRule, Attachment, JobRun, Note, Task


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "attachments"
    settings.ALLOWED_HOSTS = ["testserver"]


@pytest.fixture
def ona(cast):
    return cast.person("ona", "fleet_manager")


@pytest.fixture
def browser(client, ona):
    client.force_login(ona, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def van(cast, ona):
    return commands.create(Vehicle, cast.ctx(ona), plate="ABC123", seats=3)


@pytest.fixture
def inspection(cast, ona, van):
    return commands.create(
        Inspection, cast.ctx(ona), vehicle=van, done_on="2026-03-02", lines=[{"finding": "Brakes", "price": "150"}]
    )


def test_the_timeline_takes_notes_files_and_tasks(browser, cast, ona, van):
    at = f"/timeline/fleet.vehicle/{van.pk}/"
    assert "created this" in browser.get(at).content.decode()
    assert "Hello &lt;b&gt;" in browser.post(f"{at}notes/", {"text": "Hello <b>"}).content.decode()
    assert Note.objects.get().text == "Hello <b>"
    answer = browser.post(f"{at}files/", {"file": SimpleUploadedFile("plan.pdf", b"%PDF")})
    assert "plan.pdf" in answer.content.decode()
    file = Attachment.objects.get()
    loaded = browser.get(f"/files/{file.pk}/")
    assert b"".join(loaded.streaming_content) == b"%PDF"
    assert loaded["X-Content-Type-Options"] == "nosniff"
    assert browser.get(f"{at}tasks/").status_code == 200
    answer = browser.post(f"{at}tasks/", {"title": "Wash", "assignee": ona.pk, "due_on": "2026-03-09"})
    assert answer.status_code == 204
    assert str(Task.objects.get().due_on) == "2026-03-09"
    page = browser.get(at).content.decode()
    assert all(word in page for word in ("Hello &lt;b&gt;", "plan.pdf", "Task: Wash"))
    assert browser.post(f"/files/{file.pk}/remove/").status_code == 200
    assert not Attachment.objects.exists()


def test_bad_input_is_refused_in_words(browser, van):
    at = f"/timeline/fleet.vehicle/{van.pk}/"
    assert browser.post(f"{at}notes/", {"text": "  "}).status_code == 422
    assert browser.post(f"{at}notes/", {"text": "a\x00b"}).status_code == 422
    assert browser.post(f"{at}files/", {}).status_code == 422
    assert browser.post(f"{at}files/", {"file": SimpleUploadedFile("x.exe", b"MZ")}).status_code == 422
    assert browser.post(f"{at}tasks/", {"title": "", "assignee": "nobody"}).status_code == 422
    assert browser.get(f"{at}?before=yesterday").status_code == 200


@pytest.mark.parametrize("path", [
    "/timeline/fleet.inspection/{inspection}/", "/timeline/no.model/1/", "/timeline/fleet.vehicle/x/",
    "/timeline/fleet.vehicle/99999999999999999999/", "/files/{file}/", "/files/12345/", "/dossier/{inspection}/",
    "/inbox/approvals/1/", "/jobs/1/",
])  # fmt: skip
def test_what_a_person_may_not_see_does_not_exist(client, cast, browser, inspection, path):
    """Z06: the same answer for what is forbidden and what is not there."""
    browser.post(f"/timeline/fleet.inspection/{inspection.pk}/files/", {"file": SimpleUploadedFile("a.txt", b"secret")})
    guest = cast.person("guest", "fleet_guest")
    client.force_login(guest, backend="django.contrib.auth.backends.ModelBackend")
    address = path.format(inspection=inspection.pk, file=Attachment.objects.get().pk)
    assert client.get(address).status_code == 404


def test_strangers_are_sent_to_sign_in(client, van):
    for path in ("/inbox/", "/jobs/", "/dossier/", f"/timeline/fleet.vehicle/{van.pk}/"):
        assert client.get(path).status_code == 302


def test_an_approval_is_given_in_two_taps(browser, client, cast, ona, inspection):
    """CRM-12, U3: open the request, approve; the page says who is asked and why."""
    boss = cast.person("boss", "fleet_manager")
    ctx = cast.ctx(cast.person("admin", superuser=True))
    commands.create(
        ApprovalRule,
        ctx,
        name="Dear repairs",
        entity="fleet.inspection",
        verb="submit",
        amount_path="total",
        limit="100",
        lines=[{"who": "user", "user": boss}],
    )
    with pytest.raises(errors.ApprovalRequired):
        commands.perform(inspection, "submit", cast.ctx(ona))
    request = ApprovalRequest.objects.get()
    assert "Withdraw" in browser.get(f"/inbox/approvals/{request.pk}/").content.decode()

    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    assert "Submit: inspection" in client.get("/").content.decode()
    inbox = client.get("/inbox/").content.decode()
    assert "150.00 is above the limit of 100.00" in inbox
    assert "Submit: inspection" in inbox
    page = client.get(f"/inbox/approvals/{request.pk}/").content.decode()
    assert "named in the rule" in page
    assert f"/kernel/approval-requests/{request.pk}/do/approve/" in page
    answer = client.post(f"/kernel/approval-requests/{request.pk}/do/approve/", {}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    inspection.refresh_from_db()
    assert inspection.state == "submitted"
    assert "Approved" in client.get(f"/inbox/approvals/{request.pk}/").content.decode()
    assert client.post("/inbox/read/").status_code == 204
    assert client.get(f"/kernel/approval-requests/{request.pk}/").status_code == 200


def test_jobs_are_listed_with_progress_cancelled_and_tried_again(browser, cast, ona):
    job = jobs.job("test.page", title="Long work")(lambda run, ctx: 1 / 0)
    try:
        run = jobs.defer(job, cast.ctx(ona))
        assert "Long work" in browser.get("/jobs/").content.decode()
        card = browser.get(f"/jobs/{run.pk}/").content.decode()
        assert "every 2s" in card
        assert browser.post(f"/kernel/background-jobs/{run.pk}/do/cancel/").status_code == 204
        assert JobRun.objects.get(pk=run.pk).state == "cancelled"
        assert "/do/retry/" in browser.get("/jobs/?show=done").content.decode()
        assert browser.post(f"/kernel/background-jobs/{run.pk}/do/retry/").status_code == 204
    finally:
        jobs.registry.pop("test.page")


def test_the_dossier_by_number_as_page_and_through_the_api(browser, cast, ona, inspection):
    commands.perform(inspection, "submit", cast.ctx(ona))
    again = commands.perform(inspection, "refuse", cast.ctx(ona), reason="blurred").outcome
    inspection.refresh_from_db()
    answer = browser.get("/dossier/", {"q": inspection.number})
    assert answer.url == f"/dossier/{inspection.pk}/"
    page = browser.get(answer.url).content.decode()
    assert inspection.number in page
    assert str(again.pk) in page
    graph = browser.get("/api/v1/dossier/", {"number": inspection.number}).json()
    assert graph["focus"] == str(inspection.pk)
    assert graph["edges"] == [{"from": str(inspection.pk), "to": str(again.pk)}]
    assert browser.get("/api/v1/dossier/").status_code == 400
    assert browser.get("/api/v1/dossier/", {"number": "nothing like it"}).status_code == 404
    assert browser.get("/dossier/", {"q": "nothing like it"}).status_code == 200


def test_the_audit_trail_is_searched_and_never_written(browser, client, cast, van):
    admin = cast.person("admin", superuser=True)
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/kernel/audit-trail/", {"q": "ABC123"}).content.decode()
    assert "ABC123" in page
    assert client.get("/kernel/audit-trail/new/").status_code in (403, 404)
    answer = client.post(
        "/api/v1/kernel/audit-trail/", {"verb": "x"}, content_type="application/json", headers={"Idempotency-Key": "k"}
    )
    assert answer.status_code in (403, 405)
