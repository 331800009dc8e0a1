"""One verb on many records: all or none, numbered, noted on each, exactly as one by one."""

import pytest
from django.core.exceptions import ValidationError
from mainspring_fleet.models import Inspection, Vehicle

from mainspring.kernel import checks, commands, sets
from mainspring.kernel.models import AuditEntry


@pytest.fixture
def drafts(cast):
    ctx = cast.ctx(cast.person("ona", "fleet_manager"))
    van = commands.create(Vehicle, ctx, plate="VAN001")
    lines = [{"finding": "Brakes", "price": 5}]
    return ctx, [commands.create(Inspection, ctx, vehicle=van, done_on="2026-03-02", lines=lines) for _ in range(3)]


def test_each_gets_its_number_its_state_and_its_entry(drafts):
    ctx, made = drafts
    done = sets.perform(made, "submit", ctx)
    for record in made:
        record.refresh_from_db()
    assert [r.pk for r in done] == [r.pk for r in made]
    assert sorted(r.number for r in made) == [f"FI2026-{n:05}" for n in (1, 2, 3)]
    assert {r.state for r in made} == {"submitted"}
    assert {r.version for r in made} == {2}
    noted = AuditEntry.objects.filter(verb="submit").exclude(record_id="")
    assert set(noted.values_list("record_id", flat=True)) == {str(r.pk) for r in made}
    assert [text for result in checks.run("kernel.") for text in result.findings] == []


def test_one_that_cannot_stops_all(drafts):
    ctx, made = drafts
    commands.perform(made[1], "cancel", ctx)
    with pytest.raises(ValidationError):
        sets.perform(made, "submit", ctx)
    assert Inspection.objects.filter(state="submitted").count() == 0
    assert sets.perform([], "submit", ctx) == []
