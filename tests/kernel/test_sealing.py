"""The audit trail: sealed in a chain that tells of any change; invariants of the data found by `mainspring check`."""

import json
from argparse import Namespace

import pytest
from django.db import DatabaseError, connection, transaction
from mainspring_fleet.models import Inspection, Vehicle

from mainspring.kernel import checks, commands, jobs, sealing
from mainspring.kernel.models import AuditEntry, DocumentIdentity, NumberSeries, RowHistory


@pytest.fixture
def trail(cast):
    """A van created, changed and inspected: five entries."""
    ona = cast.person("ona", "fleet_manager")
    van = commands.create(Vehicle, cast.ctx(ona), plate="ABC123", seats=3)
    commands.change(van, cast.ctx(ona), seats=4)
    commands.change(van, cast.ctx(ona), seats=5)
    inspection = commands.create(
        Inspection, cast.ctx(ona), vehicle=van, done_on="2026-03-02", lines=[{"finding": "Brakes", "price": 40}]
    )
    return commands.perform(inspection, "submit", cast.ctx(ona))


def findings(name):
    return [f for r in checks.run(name) for f in r.findings]


def without_triggers(sql, *parameters):
    """What somebody with full power over the database could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, parameters)
        cursor.execute("SET session_replication_role = DEFAULT")


def test_finished_entries_are_sealed_in_order_and_the_chain_holds(trail):
    assert sealing.seal_batch() == 0  # a minute has to pass, so that nobody is still writing
    assert sealing.seal_batch(older_than_seconds=0) == 5
    assert list(AuditEntry.objects.order_by("id").values_list("sealed_seq", flat=True)) == [1, 2, 3, 4, 5]
    assert len(set(AuditEntry.objects.values_list("seal", flat=True))) == 5
    assert findings("kernel.audit_chain") == []


def test_the_database_refuses_to_change_or_delete_an_entry(trail):
    sealing.seal_batch(older_than_seconds=0)
    for attempt in (
        lambda: AuditEntry.objects.update(verb="nothing"),
        lambda: AuditEntry.objects.all().delete(),
        lambda: RowHistory.objects.update(operation="INSERT"),
        lambda: RowHistory.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            attempt()


@pytest.mark.parametrize(("tampering", "what"), [
    ("UPDATE kernel_auditentry SET record_label = 'another van' WHERE sealed_seq = 3", "entry 3"),
    ("UPDATE kernel_rowhistory SET changes = '{}' WHERE id = (SELECT min(id) FROM kernel_rowhistory)", "entry 2"),
    ("DELETE FROM kernel_auditentry WHERE sealed_seq = 2", "entries 2 to 2 of the audit trail are missing"),
    ("UPDATE kernel_auditentry SET at = at - interval '1 hour' WHERE sealed_seq = 1", "entry 1"),
])  # fmt: skip
def test_whoever_gets_round_the_database_is_found_by_the_chain(trail, tampering, what):
    """SEC-02: tamper-evident."""
    sealing.seal_batch(older_than_seconds=0)
    without_triggers(tampering)
    assert len(findings("kernel.audit_chain")) == 1
    assert what in findings("kernel.audit_chain")[0]


def test_the_job_seals_and_later_entries_continue_the_chain(trail, cast, monkeypatch):
    monkeypatch.setattr(sealing, "FINISHED_SECONDS", 0)
    monkeypatch.setattr(sealing.seal_batch, "__kwdefaults__", {"older_than_seconds": 0})
    for _round in range(2):
        jobs.defer("kernel.seal_audit", None)
        jobs.run_pending()
        commands.create(Vehicle, cast.ctx(cast.person(f"p{_round}", "fleet_manager")), plate=f"N{_round}")
    assert AuditEntry.objects.filter(sealed_seq__gt=5).count() == 1
    assert findings("kernel.audit_chain") == []


def test_check_finds_what_is_wrong_and_says_where(trail, cast, capsys):
    from mainspring.site.commands import check

    assert check.run(Namespace(json=True, only="kernel.")) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True

    without_triggers("UPDATE kernel_documentidentity SET number = 'FI2026-00099' WHERE id = %s", trail.pk)
    DocumentIdentity.objects.create(kind="fleet.inspection", company=cast.company, number="FI2026-00099")
    NumberSeries.objects.create(
        company=cast.company, entity="fleet.inspection", year=2027, gapless=True, last=7, format="FJ{year}-{seq:05}"
    )
    assert check.run(Namespace(json=False, only="kernel.")) == 1
    said = capsys.readouterr().out
    assert "number 'FI2026-00001', identity 'FI2026-00099'" in said
    assert "has an identity but no document" in said
    assert "was given 2 times" in said
    assert "the last number is 7, but 0 were given" in said
