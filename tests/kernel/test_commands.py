"""The one write path: what a command checks, writes and refuses, told with vehicles and their inspections."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from mainspring_fleet.models import Inspection, Vehicle

from mainspring.kernel import commands, database, errors
from mainspring.kernel.models import AuditEntry, DocumentIdentity, DocumentLink, RowHistory


@pytest.fixture
def ona(cast):
    return cast.person("ona", "fleet_manager")


@pytest.fixture
def jonas(cast):
    return cast.person("jonas", "fleet_manager")


@pytest.fixture
def van(cast, ona):
    return commands.create(Vehicle, cast.ctx(ona), plate="ABC123", seats="3")


def inspect(cast, user, van, **values):
    return commands.create(
        Inspection,
        cast.ctx(user),
        vehicle=van,
        done_on="2026-03-02",
        **{
            "lines": [{"finding": "Brakes", "quantity": "2", "price": "40.50"}, {"finding": "Oil", "price": 10}],
            **values,
        },
    )


def test_an_inspection_is_created_with_its_lines_and_totals(cast, ona, van):
    inspection = inspect(cast, ona, van)
    assert inspection.state == "draft"
    assert inspection.number == ""
    assert inspection.total == Decimal("91.00")
    assert [(line.position, line.finding) for line in inspection.lines.all()] == [(1, "Brakes"), (2, "Oil")]
    entry = AuditEntry.objects.get(entity="fleet.inspection", verb="create")
    assert (entry.user, entry.record_id, entry.company_id) == (ona, str(inspection.pk), cast.company.pk)


def test_every_error_is_named_at_once_and_nothing_is_written(cast, ona, van):
    with pytest.raises(ValidationError) as refusal:
        inspect(cast, ona, van, mileage="far", lines=[{"finding": "x" * 81, "quantity": "many", "colour": "red"}])
    assert set(refusal.value.message_dict) == {"mileage"}
    with pytest.raises(ValidationError) as refusal:
        inspect(cast, ona, van, lines=[{"finding": "x", "quantity": "many", "colour": "red"}])
    assert set(refusal.value.message_dict) == {"lines.0.quantity", "lines.0.colour"}
    assert not Inspection.objects.exists()
    assert not DocumentIdentity.objects.exists()


def test_a_rule_of_the_database_is_refused_in_its_own_words(cast, ona, van):
    with pytest.raises(ValidationError, match="No vehicle drives that far"):
        inspect(cast, ona, van, mileage=9_000_000)
    with pytest.raises(ValidationError, match="A record with this plate already exists"):
        commands.create(Vehicle, cast.ctx(ona), plate="ABC123")
    assert not Inspection.objects.exists()


def test_submitting_gives_the_number_of_company_and_year(cast, ona, van):
    first = commands.perform(inspect(cast, ona, van), "submit", cast.ctx(ona))
    second = commands.perform(inspect(cast, ona, van), "submit", cast.ctx(ona))
    assert (first.number, second.number) == ("FI2026-00001", "FI2026-00002")
    assert DocumentIdentity.objects.get(pk=first.pk).number == "FI2026-00001"


def test_a_verb_is_refused_outside_its_state_and_by_its_guard(cast, ona, van):
    empty = inspect(cast, ona, van, lines=[])
    with pytest.raises(ValidationError, match="at least one finding"):
        commands.perform(empty, "submit", cast.ctx(ona))
    with pytest.raises(errors.Conflict, match="needs it to be Submitted"):
        commands.perform(empty, "accept", cast.ctx(ona))
    empty.refresh_from_db()
    assert empty.state == "draft"
    assert empty.number == ""
    reasons = {verb.name: reason for verb, reason in commands.verbs_for(empty, cast.ctx(ona))}
    assert "at least one finding" in reasons["submit"]
    assert reasons["cancel"] == ""


def test_nobody_accepts_their_own_inspection(cast, ona, jonas, van):
    inspection = commands.perform(inspect(cast, ona, van), "submit", cast.ctx(ona))
    with pytest.raises(PermissionDenied, match="Someone else"):
        commands.perform(inspection, "accept", cast.ctx(ona))
    assert commands.perform(inspection, "accept", cast.ctx(jonas)).state == "accepted"


def test_the_effect_of_a_verb_leads_to_a_linked_document(cast, ona, van):
    inspection = commands.perform(inspect(cast, ona, van), "submit", cast.ctx(ona))
    with pytest.raises(ValidationError, match="required"):
        commands.perform(inspection, "refuse", cast.ctx(ona))
    refused = commands.perform(inspection, "refuse", cast.ctx(ona), reason="No lights")
    again = Inspection.objects.get(note="No lights")
    assert refused.outcome == again
    assert DocumentLink.objects.filter(source_id=refused.pk, target_id=again.pk).exists()
    nested = AuditEntry.objects.get(record_id=str(again.pk))
    assert nested.parent == AuditEntry.objects.get(record_id=str(refused.pk), verb="refuse").pk


def test_fields_change_only_in_editable_states_but_notes_always(cast, ona, van):
    inspection = commands.perform(inspect(cast, ona, van), "submit", cast.ctx(ona))
    with pytest.raises(errors.Conflict, match="can no longer be edited"):
        commands.change(inspection, cast.ctx(ona), mileage=5)
    assert commands.change(inspection, cast.ctx(ona), note="Seen").note == "Seen"


def test_lines_are_kept_changed_added_and_removed(cast, ona, van):
    inspection = inspect(cast, ona, van)
    brakes, oil = inspection.lines.all()
    changed = commands.change(
        inspection,
        cast.ctx(ona),
        lines=[{"finding": "Tyres", "quantity": 4, "price": "80"}, {"id": brakes.pk, "price": "41"}],
    )
    assert [(line.pk == brakes.pk, line.finding, line.price) for line in changed.lines.all()] == [
        (False, "Tyres", 80),
        (True, "Brakes", 41),
    ]
    assert changed.total == Decimal("402.00")
    gone = RowHistory.objects.get(table_name="fleet_inspectionline", operation="DELETE")
    assert gone.row_id == str(oil.pk)
    assert gone.parent_id == str(inspection.pk)


def test_nobody_overwrites_an_edit_unseen(cast, ona, jonas, van):
    """D12: a stale version is refused and says who changed the record."""
    seen = van.version
    commands.change(van, cast.ctx(jonas), seats=4)
    with pytest.raises(errors.Conflict, match="changed meanwhile by jonas"):
        commands.change(van, cast.ctx(ona), version=seen, seats=5)
    van.refresh_from_db()
    assert van.seats == 4


def test_row_history_says_what_was_and_by_which_command(cast, ona, van):
    commands.change(van, cast.ctx(ona), seats=7, model_name="Transit")
    row = RowHistory.objects.get(table_name="fleet_vehicle", row_id=str(van.pk))
    assert row.changes == {"seats": [3, 7], "model_name": ["", "Transit"]}
    assert AuditEntry.objects.get(pk=row.command_id).verb == "change"


def test_the_same_key_gives_the_same_record_and_another_call_is_refused(cast, ona):
    """D12: create and perform are idempotent."""
    first = commands.create(Vehicle, cast.ctx(ona, idempotency_key="k1"), plate="KEY001")
    again = commands.create(Vehicle, cast.ctx(ona, idempotency_key="k1"), plate="KEY001")
    assert first.pk == again.pk
    assert Vehicle.objects.count() == 1
    with pytest.raises(errors.Conflict, match="used for another call"):
        commands.create(Vehicle, cast.ctx(ona, idempotency_key="k1"), plate="KEY002")


def test_a_numbered_document_is_never_deleted_and_a_used_record_says_by_what(cast, ona, van):
    draft = inspect(cast, ona, van)
    with pytest.raises(errors.Conflict, match="is used by: inspection"):
        commands.delete(van, cast.ctx(ona))
    commands.delete(draft, cast.ctx(ona))
    submitted = commands.perform(inspect(cast, ona, van), "submit", cast.ctx(ona))
    with pytest.raises(errors.Conflict, match="has a number"):
        commands.delete(submitted, cast.ctx(ona))
    assert Inspection.objects.count() == 1


def test_computed_fields_cannot_be_set(cast, ona, van):
    with pytest.raises(ValidationError) as refusal:
        inspect(cast, ona, van, total=1, state="accepted", nonsense=1)
    assert set(refusal.value.message_dict) == {"total", "state", "nonsense"}


def test_a_command_costs_the_same_for_five_lines_and_for_fifty(cast, ona, van, django_assert_max_num_queries):
    with django_assert_max_num_queries(16):
        inspect(cast, ona, van, lines=[{"finding": f"F{n}", "price": n} for n in range(50)])


def test_the_database_stamps_nothing_outside_a_command(cast, ona, van):
    database.execute("UPDATE fleet_vehicle SET seats = 9 WHERE id = %(id)s", id=van.pk)
    assert RowHistory.objects.filter(table_name="fleet_vehicle").latest("at").changes == {"seats": [3, 9]}
