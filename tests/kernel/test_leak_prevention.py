"""Who takes records out, or looks at too many: it is noted, can need approval, is marked, and has an end (SEC-03)."""

import io

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from mainspring.kernel import commands, looking
from mainspring.kernel.models import ApprovalRequest, AuditEntry, ExportRun, Membership, Notification, Role

LIST = "/mainspring_fleet/vehicles/"
EXPORT = f"{LIST}export/?format=csv&order=plate"


@pytest.fixture
def jonas(office, settings):
    """A fleet manager, at the browser."""
    settings.ALLOWED_HOSTS = ["testserver"]
    office.jonas.default_company = office.cast.company
    office.jonas.save()
    client = Client()
    client.force_login(office.jonas, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def limited(monkeypatch):
    monkeypatch.setattr(looking.limit, "_filled", [lambda company_id: 5])


def content(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_an_export_is_noted_and_bears_who_took_it(office, jonas):
    answer = jonas.get(EXPORT)
    assert b"VAN001" in content(answer)
    run = ExportRun.objects.get()
    assert (run.created_by, run.entity, run.rows, run.format) == (office.jonas, "fleet.vehicle", 1, "csv")
    assert run.address == EXPORT
    assert f"-{run.pk}.csv" in answer["Content-Disposition"]
    assert AuditEntry.objects.filter(entity="kernel.exportrun", verb="create", user=office.jonas).count() == 1
    sheet = content(jonas.get(EXPORT.replace("csv", "xlsx")))
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheet))
    told = book.get_sheet_by_name(book.sheet_names[1]).to_python()[0][0]
    assert told.startswith(f"Export {run.pk + 1}: jonas, ")
    assert told.endswith("1 records")


def test_a_large_export_waits_for_approval_and_is_fetched_once(office, jonas):
    office.rule(
        {"who": "user", "user": office.petras.pk},
        entity="kernel.exportrun",
        verb="create",
        amount_path="",
        limit=None,
        condition="rows > 1 and entity == 'fleet.vehicle'",
    )
    assert jonas.get(EXPORT).status_code == 200  # one record is no matter
    commands.create(type(office.van), office.ctx(office.admin), plate="VAN002")
    asked = jonas.get(EXPORT)
    assert asked.status_code == 202
    assert b"VAN002" not in asked.content
    assert ExportRun.objects.count() == 1
    assert jonas.get(EXPORT).status_code == 202
    request = ApprovalRequest.objects.get()  # asking twice is one request
    with pytest.raises(Exception, match="waits for"):
        office.decide(request, office.jonas)
    office.decide(request, office.petras)
    assert jonas.get(f"{EXPORT}&seats__gte=1").status_code == 202  # another file is another matter
    assert b"VAN002" in content(jonas.get(EXPORT))
    assert jonas.get(EXPORT).status_code == 202


def test_nobody_writes_exports_by_hand(office, jonas):
    made = jonas.post("/api/v1/kernel/exports/", {"entity": "fleet.vehicle"}, content_type="application/json")
    assert made.status_code == 405
    assert jonas.get("/kernel/exports/new/").status_code in (403, 404)


def test_whoever_looks_at_too_many_people_is_stopped_and_told_of(office, jonas, limited):
    Membership.objects.create(
        user=office.rasa, role=Role.objects.get(code="administrator"), company=office.cast.company
    )
    for n in range(3):
        commands.create(type(office.van), office.ctx(office.admin), plate=f"CAR{n}")
    assert jonas.get(LIST).status_code == 200  # four of five
    assert jonas.get(f"/api/v1{LIST}{office.van.pk}/").status_code == 200
    assert not Notification.objects.filter(kind="alert").exists()
    for path in (f"/api/v1{LIST}{office.van.pk}/", LIST, f"/api/v1{LIST}", f"{LIST}{office.van.pk}/"):
        refused = jonas.get(path)
        assert refused.status_code == 403, path
        assert "within an hour" in refused.content.decode()
    told = Notification.objects.get(kind="alert")
    assert told.user == office.rasa
    assert told.title == "jonas looked at 6 records about people within an hour"
    assert jonas.get("/mainspring_fleet/inspections/").status_code == 200
