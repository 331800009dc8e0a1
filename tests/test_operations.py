"""What whoever runs the product looks at: probes, numbers, logs with request ids; plug-ins that are switched off."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import DatabaseError
from django.test import Client

from mainspring.kernel import commands, events, tokens
from mainspring.kernel.context import Context
from mainspring.kernel.models import AuditEntry, Company, Currency, User
from mainspring.site import health, logs

SOURCES = [str(Path(__file__).parents[1] / "src"), str(Path(__file__).parent / "plugin")]


@pytest.fixture
def boss(db):
    euro = Currency.objects.get_or_create(code="EUR", defaults={"name": "Euro"})[0]
    company = Company.objects.create(code="ALFA", name="Alfa", base_currency=euro)
    return User.objects.create(username="boss", is_superuser=True, default_company=company)


def test_probes_say_whether_the_process_lives_and_can_work(db, monkeypatch):
    client = Client()
    assert client.get("/health/live").json() == {"status": "ok"}
    assert client.get("/health/ready").json() == {"status": "ok"}

    class Gone:
        def cursor(self):
            raise DatabaseError

    monkeypatch.setattr(health, "connection", Gone())
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["reason"]) == (503, "database")
    assert client.get("/health/live").status_code == 200


def test_metrics_count_requests_by_route_and_jobs_by_state(boss):
    client = Client()
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    client.get(f"/organization/users/{boss.pk}/")
    text = client.get("/metrics").content.decode()
    counted = [line for line in text.splitlines() if line.startswith("mainspring_requests_total")]
    assert any('method="GET"' in line and 'status="200"' in line for line in counted)
    assert not any(f"/{boss.pk}/" in line for line in counted)  # patterns, so that keys do not multiply the series
    assert "mainspring_request_seconds_bucket" in text
    assert "mainspring_jobs" in text


class Kept(logging.Handler):
    """Keeps what would be written, as the lines machines read."""

    def __init__(self):
        super().__init__()
        self.lines: list[dict] = []

    def emit(self, record):
        self.lines.append(json.loads(logs.JsonFormatter().format(record)))


@pytest.fixture
def written():
    handler, logger = Kept(), logging.getLogger("mainspring.access")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler.lines
    logger.removeHandler(handler)
    logger.setLevel(level)


def test_a_request_id_goes_through_the_answer_the_log_and_the_audit_trail(boss, written):
    token = tokens.issue(boss, "ops")[1]
    headers = {"Authorization": f"Bearer {token}", "X-Request-ID": "proxy-42"}
    answer = Client().post(
        "/api/v1/organization/territories/",
        {"code": "N", "name": "North"},
        content_type="application/json",
        headers=headers,
    )
    assert answer.status_code == 201
    assert answer["X-Request-ID"] == "proxy-42"
    line = next(one for one in written if one["logger"] == "mainspring.access")
    assert (line["request_id"], line["status"], line["level"]) == ("proxy-42", 201, "info")
    assert line["milliseconds"] > 0
    assert AuditEntry.objects.get(entity="kernel.territory", verb="create").request_id == "proxy-42"
    odd = Client().get("/health/live", headers={"X-Request-ID": "a b\nc"})
    assert odd["X-Request-ID"] not in ("a b\nc", "")


def installed(**environment: str) -> list[str]:
    """The apps of an instance that starts with this environment."""
    done = subprocess.run(
        [sys.executable, "-c", "from mainspring.site import settings; print(*settings.INSTALLED_APPS)"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(SOURCES), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_a_plug_in_is_found_by_its_entry_point_and_can_be_switched_off(tmp_path):
    """INT-02, PLT-09: nothing of the core names it."""
    data = {"MAINSPRING_DATA": str(tmp_path)}
    assert "mainspring_fleet" in installed(**data)
    without = installed(MAINSPRING_WITHOUT="fleet", **data)
    assert "mainspring_fleet" not in without
    assert "mainspring.modules.stock" in without


def test_a_plug_in_that_crashes_undoes_the_whole_command(boss, monkeypatch):
    """INT-02: no transaction is left half done."""
    from mainspring_fleet.models import Vehicle

    def crash(found, ctx):
        raise RuntimeError("the adapter is broken")

    monkeypatch.setitem(events._handlers, events.CommandDone, [*events._handlers[events.CommandDone], crash])
    ctx = Context(boss, boss.date_joined.date(), boss.default_company_id)
    with pytest.raises(RuntimeError):
        commands.create(Vehicle, ctx, plate="VAN001")
    assert not Vehicle.objects.exists()
    assert not AuditEntry.objects.filter(entity="fleet.vehicle").exists()
    monkeypatch.undo()
    assert commands.create(Vehicle, ctx, plate="VAN001").pk
