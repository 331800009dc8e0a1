"""A deletion is taken back: the record is as it was, with lines and links; once, soon, by who deleted it."""

from datetime import timedelta

import pytest
from mainspring_fleet.models import Inspection, Vehicle

from mainspring.kernel import commands, errors, restoring
from mainspring.kernel.models import AuditEntry, CustomField, Membership, Role, Territory


@pytest.fixture
def admin(cast):
    return cast.ctx(cast.person("admin", superuser=True))


def test_a_draft_comes_back_with_its_lines_and_own_fields(cast, admin):
    commands.create(CustomField, admin, entity="fleet.inspection", label="Bay", kind="text")
    van = commands.create(Vehicle, admin, plate="VAN1")
    lines = [{"finding": "Brakes", "quantity": "2.5", "price": "40.12"}, {"finding": "Oil", "price": "10"}]
    draft = commands.create(
        Inspection, admin, vehicle=van, done_on="2026-03-02", lines=lines, custom_values={"bay": "B7"}
    )
    before = list(draft.lines.values())
    seen = draft.version
    command = commands.delete(draft, admin)
    assert not Inspection.objects.filter(pk=draft.pk).exists()

    back = restoring.restore(command, admin)
    assert back.pk == draft.pk
    assert (back.total, back.custom, back.created_by_id) == (draft.total, {"bay": "B7"}, admin.user.pk)
    assert list(back.lines.values()) == before
    assert back.version > seen  # nobody's open form takes it for the old one
    assert AuditEntry.objects.filter(record_id=str(draft.pk), verb="restore").count() == 1
    with pytest.raises(errors.Conflict):
        restoring.restore(command, admin)
    assert commands.perform(back, "submit", admin).number


def test_links_to_many_come_back(cast, admin):
    north = Territory.objects.create(code="N", name="North")
    role = Role.objects.get(code="fleet_manager")
    member = commands.create(
        Membership, admin, user=cast.person("ona"), role=role, company=cast.company, territories=[north.pk]
    )
    assert list(member.territories.all()) == [north]
    back = restoring.restore(commands.delete(member, admin), admin)
    assert list(back.territories.all()) == [north]


def test_only_who_deleted_takes_back_and_only_for_an_hour(cast, admin, monkeypatch):
    van = commands.create(Vehicle, admin, plate="VAN1")
    command = commands.delete(van, admin)
    jonas = cast.ctx(cast.person("jonas", "fleet_manager"))
    with pytest.raises(errors.Forbidden):
        restoring.restore(command, jonas)
    monkeypatch.setattr(restoring, "WINDOW", timedelta(0))
    with pytest.raises(errors.Conflict, match="no longer"):
        restoring.restore(command, admin)
    assert not Vehicle.objects.exists()


def test_what_would_break_a_rule_stays_deleted(cast, admin):
    command = commands.delete(commands.create(Vehicle, admin, plate="VAN1"), admin)
    commands.create(Vehicle, admin, plate="VAN1")  # the plate is taken meanwhile
    with pytest.raises(Exception, match="already exists"):
        restoring.restore(command, admin)
    assert Vehicle.objects.count() == 1
