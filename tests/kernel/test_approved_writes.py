"""Creating, changing and deleting that a rule names wait for approval, and are done as they were asked for."""

import pytest
from django.core.exceptions import ValidationError
from mainspring_fleet.models import Inspection, Vehicle

from mainspring.kernel import bulk, commands, errors
from mainspring.kernel.models import ApprovalRequest, Note


def waits(call, *args, **values) -> ApprovalRequest:
    with pytest.raises(errors.ApprovalRequired) as waiting:
        call(*args, **values)
    return waiting.value.request


def rule(office, verb, **values):
    plain = {"entity": "fleet.vehicle", "verb": verb, "amount_path": "", "limit": None, "name": f"Vehicles: {verb}"}
    return office.rule({"who": "user", "user": office.petras}, **plain | values)


def approve(office, request):
    return commands.perform(request, "approve", office.ctx(office.petras))


def test_a_new_vehicle_waits_and_comes_as_it_was_asked_for(office):
    rule(office, "create", condition="seats > 7")
    jonas = office.ctx(office.jonas)
    commands.create(Vehicle, jonas, plate="SMALL1", seats=4)  # the condition does not fit
    request = waits(commands.create, Vehicle, jonas, plate="BUS001", seats=20, keeper=office.ona)
    again = waits(commands.create, Vehicle, jonas, plate="BUS001", seats=20, keeper=office.ona)
    assert (again.pk, Vehicle.objects.filter(plate="BUS001").count()) == (request.pk, 0)
    assert request.snapshot["header"]["seats"] == 20
    request = approve(office, request)
    bus = Vehicle.objects.get(plate="BUS001")
    assert (bus.seats, bus.keeper, bus.created_by) == (20, office.ona, office.jonas)
    assert (request.state, request.record_id, request.record_label) == ("approved", str(bus.pk), "BUS001")


def test_a_change_waits_shows_before_and_after_and_is_void_when_the_record_moved_on(office):
    rule(office, "change", condition="seats > old_seats", free_fields="phone")
    jonas = office.ctx(office.jonas)
    commands.change(office.van, jonas, phone="+37061234567")  # a free field
    commands.change(office.van, jonas, seats=4)  # fewer: nobody is asked
    request = waits(commands.change, office.van, jonas, seats=9, model_name="Long")
    assert {(c["name"], c["before"], c["after"]) for c in request.snapshot["changes"]} == {
        ("seats", 4, 9),
        ("model_name", "", "Long"),
    }
    approve(office, request)
    office.van.refresh_from_db()
    assert (office.van.seats, office.van.model_name) == (9, "Long")
    request.refresh_from_db()
    assert request.state == "approved"

    other = waits(commands.change, office.van, jonas, seats=12)
    commands.change(office.van, jonas, model_name="Short")
    other.refresh_from_db()
    office.van.refresh_from_db()
    assert (other.state, office.van.seats) == ("voided", 9)


def test_a_deletion_waits_and_lines_of_a_change_come_along(office):
    rule(office, "delete")
    jonas = office.ctx(office.jonas)
    request = waits(commands.delete, office.van, jonas)
    assert Vehicle.objects.filter(pk=office.van.pk).exists()
    approve(office, request)
    assert not Vehicle.objects.filter(pk=office.van.pk).exists()

    van = commands.create(Vehicle, jonas, plate="VAN2")
    found = commands.create(
        Inspection, jonas, vehicle=van, done_on="2026-03-02", lines=[{"finding": "Oil", "price": "10"}]
    )
    rule(office, "change", entity="fleet.inspection", name="Dear findings", amount_path="total", limit="100")
    line = {"id": found.lines.get().pk, "finding": "Oil", "price": "10"}
    more = [line, {"finding": "Engine", "price": "900"}]
    request = waits(commands.change, found, jonas, lines=more)
    assert found.lines.count() == 1
    approve(office, request)
    found.refresh_from_db()
    assert (found.total, found.lines.count()) == (910, 2)


def test_what_waits_does_not_slip_in_with_many_others(office):
    rule(office, "create", condition="seats > 7")
    with pytest.raises(ValidationError, match="approved first"):
        bulk.create_many(Vehicle, office.ctx(office.jonas), [{"plate": "A1"}, {"plate": "B1", "seats": 30}])
    assert not Vehicle.objects.filter(plate="A1").exists()


def test_a_rule_for_what_only_the_system_writes_is_refused(office):
    with pytest.raises(ValidationError, match="verb"):
        rule(office, "create", entity="kernel.jobrun")
    assert Note.objects.count() == 0
