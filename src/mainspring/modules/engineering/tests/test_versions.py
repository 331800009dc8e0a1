"""Versions of bills: drafted, released, retired; replaced in every bill at once; alternates, outputs and yields."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError

from mainspring.kernel import commands, database, preferences
from mainspring.modules.engineering import capacity, changing, comparing, queries, trees, versioning
from mainspring.modules.engineering.models import (
    Bom,
    BomAlternate,
    BomOutput,
    CostRollUp,
    Downtime,
    EngineeringChange,
    Machine,
    Operator,
    Routing,
)
from mainspring.modules.items.models import ItemCost
from mainspring.modules.organization.models import WorkCalendar

from .test_engineering import DAY, needs, plant  # noqa: F401


def changed(plant, component, replacement, day="2026-06-01", **values):  # noqa: F811
    return commands.create(
        EngineeringChange, plant.ctx, component=component, replacement=replacement, effective_on=day, reason="Cheaper",
        **values,
    )  # fmt: skip


def test_a_new_version_holds_from_its_day_and_ends_the_one_before(plant):  # noqa: F811
    draft = commands.perform(plant.bike_bom, "new_version", plant.ctx).outcome
    assert (draft.revision, draft.state, draft.active) == ("B", "draft", False)
    assert queries.bom_for(plant.bike, DAY) == plant.bike_bom
    commands.change(draft, plant.ctx, lines=[{"component": plant.frame, "quantity": 2}])
    draft = commands.perform(draft, "release", plant.ctx, valid_from="2026-06-01")
    plant.bike_bom.refresh_from_db()
    assert (draft.state, plant.bike_bom.valid_to) == ("released", date(2026, 6, 1))
    assert queries.bom_for(plant.bike, date(2026, 5, 31)) == plant.bike_bom
    assert needs(queries.components(plant.bike, D(1), date(2026, 6, 1))) == [("FRAME", D(2))]  # P26
    commands.perform(draft, "retire", plant.ctx)
    assert queries.bom_for(plant.bike, date(2026, 6, 1)) is None


def test_where_versions_are_released_they_begin_as_drafts_and_stay_as_released(plant):  # noqa: F811
    preferences.save(plant.ctx, {"engineering.release_versions": True})
    with pytest.raises(ValidationError, match="make a new version"):
        commands.change(plant.bike_bom, plant.ctx, lines=[{"component": plant.frame, "quantity": 2}])
    made = plant.bom(plant.item("BELL", make_or_buy="make"), (plant.rim, 1, {}))
    assert (made.state, queries.bom_for(made.item, DAY)) == ("draft", None)
    with pytest.raises(ValidationError, match="stays as it is"):
        commands.create(BomOutput, plant.ctx, bom=plant.bike_bom, item=plant.item("CHIPS"), quantity=1)


def test_revisions_go_on_in_letters_and_numbers():
    steps = {"A": "B", "Z": "AA", "AZ": "BA", "9": "10", "v2": "v3", "first": "first.2"}
    assert {before: versioning.next_revision(before, set()) for before in steps} == steps
    assert versioning.next_revision("A", {"A", "B"}) == "C"


def test_a_loop_across_versions_is_refused(plant):  # noqa: F811
    """P08: the draft would hold the bike in the tube, which the bike holds."""
    tube_bom = plant.bom(plant.tube, (plant.item("STEEL"), 1, {}))
    draft = commands.perform(tube_bom, "new_version", plant.ctx).outcome
    with pytest.raises(ValidationError, match="TUBE would contain itself"):
        commands.change(draft, plant.ctx, lines=[{"component": plant.bike, "quantity": 1}])
    with pytest.raises(ValidationError, match="TUBE would contain itself"):
        commands.create(
            BomAlternate, plant.ctx, bom=tube_bom, component=tube_bom.lines.get().component, alternate=plant.bike
        )


def test_one_component_is_replaced_in_every_bill_from_a_day(plant):  # noqa: F811
    """One new version a bill, the old ones end; what is left out stays."""
    carbon = plant.item("CARBON", unit="m")
    rack = plant.bom(plant.item("RACK", make_or_buy="make"), (plant.tube, 3, {"note": "bent"}))
    stays = plant.bom(plant.item("STAND", make_or_buy="make"), (plant.tube, 1, {}))
    change = changed(plant, plant.tube, carbon, ratio="0.8", lines=[{"bom": stays, "reason": "needs steel"}])
    change = commands.perform(change, "carry_out", plant.ctx)
    assert (change.state, change.changed_bills, change.number) == ("done", 2, "EC2026-00001")
    june = date(2026, 6, 1)
    assert needs(queries.components(plant.frame, D(1), date(2026, 5, 31))) == [("TUBE", D("2.75"))]
    assert needs(queries.components(plant.frame, D(1), june)) == [("CARBON", D("2.2"))]
    new = queries.bom_for(rack.item, june)
    assert (new.revision, new.valid_from, new.change_id) == ("B", june, change.pk)
    assert [(line.component.code, line.quantity, line.note) for line in new.lines.all()] == [
        ("CARBON", D("2.4"), "bent")
    ]
    assert queries.bom_for(stays.item, june) == stays


def test_a_thousand_bills_change_in_as_many_statements_as_two(plant, django_assert_max_num_queries):  # noqa: F811
    carbon = plant.item("CARBON", unit="m")
    for n in range(20):
        plant.bom(plant.item(f"P{n}", make_or_buy="make"), (plant.tube, 1, {}))
    change = changed(plant, plant.tube, carbon)
    with django_assert_max_num_queries(60):
        assert commands.perform(change, "carry_out", plant.ctx).changed_bills == 21


def test_a_change_that_would_close_a_loop_is_refused_whole(plant):  # noqa: F811
    change = changed(plant, plant.tube, plant.bike)
    with pytest.raises(ValidationError, match="that would be a loop"):
        commands.perform(change, "carry_out", plant.ctx)
    assert Bom.objects.filter(revision="B").count() == 0


def test_yields_of_operations_raise_what_is_started(plant):  # noqa: F811
    """P02: 0.98 × 0.95: 108 are started for 100; a component of the second operation is needed for 105.27."""
    stem, bolt, cap = plant.item("STEM", make_or_buy="make"), plant.item("BOLT"), plant.item("CAP")
    plant.bom(stem, (bolt, 1, {"operation_sequence": 10}), (cap, 1, {"operation_sequence": 20}))
    steps = [
        {"sequence": n, "work_center": plant.weld, "name": "Step", "yield_pct": y} for n, y in ((10, 98), (20, 95))
    ]
    commands.create(Routing, plant.ctx, item=stem, lines=steps)
    assert needs(queries.components(stem, D(100), DAY)) == [("BOLT", D(108)), ("CAP", D(106))]


def test_a_co_product_bears_its_share_of_the_cost(plant):  # noqa: F811
    """P07: 30 % of the frame's 41.00 goes with the offcut."""
    commands.create(ItemCost, plant.ctx, item=plant.tube, company=plant.company, standard_cost=4)
    commands.create(BomOutput, plant.ctx, bom=plant.frame_bom, item=plant.item("OFFCUT"), quantity=2, cost_share_pct=30)
    rows = queries.cost_roll_up(plant.frame_bom, company_id=plant.company.pk, on=DAY)
    assert (rows[0].material, rows[0].work, rows[0].total) == (D("7.7"), D(21), D("28.7"))
    with pytest.raises(ValidationError, match="below 100"):
        commands.create(
            BomOutput, plant.ctx, bom=plant.frame_bom, item=plant.item("DUST"), quantity=1, cost_share_pct=70
        )


def test_the_parts_of_the_cost_add_up_through_all_levels_and_are_kept(plant):  # noqa: F811
    for item, cost in ((plant.tube, "4"), (plant.rim, "15")):
        commands.create(ItemCost, plant.ctx, item=item, company=plant.company, standard_cost=cost)
    commands.change(plant.weld, plant.ctx, machine_hourly_cost=10, overhead_hourly_cost=6)
    commands.perform(plant.bike_bom, "roll_up_cost", plant.ctx)
    kept = CostRollUp.objects.get(bom=plant.bike_bom)
    # 0.75 h of welding at 40.00 = 30.00: 24 of labour, 10 of machine, 6 of overhead an hour.
    assert (kept.material, kept.labour, kept.machine, kept.overhead) == (D(41), D(18), D("7.5"), D("4.5"))
    assert kept.total == D(71)
    assert kept.lines.count() == 5


def test_two_versions_are_compared_line_by_line(plant):  # noqa: F811
    draft = commands.perform(plant.bike_bom, "new_version", plant.ctx).outcome
    bell = plant.item("BELL")
    commands.change(
        draft, plant.ctx, lines=[{"component": plant.frame, "quantity": 2}, {"component": bell, "quantity": 1}]
    )
    found = [(p.component.code, p.what, sorted(p.fields)) for p in comparing.lines(plant.bike_bom, draft)]
    assert found == [("FRAME", "changed", ["quantity"]), ("WHEELS", "removed", []), ("BELL", "added", [])]


def test_a_bill_and_its_uses_are_trees(plant):  # noqa: F811
    top = trees.of_bom(plant.bike_bom, plant.ctx, quantity=D(10))
    assert [(n.level, n.item.code, n.quantity) for n in trees.walk(top)] == [
        (0, "BIKE", D(10)), (1, "FRAME", D(10)), (2, "TUBE", D("27.5")), (1, "WHEELS", D(10)), (2, "RIM", D(20)),
    ]  # fmt: skip
    up = trees.where_used(plant.tube, plant.ctx)
    assert [(n.level, n.item.code) for n in trees.walk(up)] == [(0, "TUBE"), (1, "FRAME"), (2, "BIKE")]


def test_machines_people_and_their_absence_make_the_capacity_of_a_day(plant):  # noqa: F811
    """CAP-01, C03, C11: two machines, one stands still; one operator with half a shift; on Tuesday nobody works."""
    ctx, weld, monday = plant.ctx, plant.weld, date(2026, 3, 2)
    half = commands.create(
        WorkCalendar, ctx, code="HALF", name="Half", lines=[{"weekday": 0, "starts_at": "12:00", "ends_at": "20:00"}]
    )
    week = [monday, date(2026, 3, 9)]

    def hours(day):
        return capacity.open_hours([weld], day, date(2026, 3, 10))[weld.pk, day]

    assert hours(monday) == 8
    robots = [commands.create(Machine, ctx, work_center=weld, code=f"R{n}", name=f"Robot {n}") for n in (1, 2)]
    assert hours(monday) == 16
    commands.create(Downtime, ctx, machine=robots[0], starts_on="2026-03-02", ends_on="2026-03-05", reason="Repair")
    assert [hours(day) for day in week] == [8, 16]
    commands.create(Operator, ctx, work_center=weld, person=plant.ctx.user, calendar=half)
    assert [hours(day) for day in week] == [4, 4]
    assert hours(date(2026, 3, 3)) == 0


def test_a_machine_whose_shift_never_meets_its_center_is_refused(plant):  # noqa: F811
    """C10."""
    night = commands.create(
        WorkCalendar,
        plant.ctx,
        code="N",
        name="Night",
        lines=[{"weekday": 0, "starts_at": "18:00", "ends_at": "22:00"}],
    )
    with pytest.raises(ValidationError, match="Night and Day of WELD Welding have no open hour in common"):
        commands.create(Machine, plant.ctx, work_center=plant.weld, code="R", name="Robot", calendar=night)


def test_the_database_refuses_a_second_valid_version(plant):  # noqa: F811
    with pytest.raises(database.DatabaseError):
        Bom.objects.create(item=plant.bike, revision="X")


# -- mass changes: adding, leaving out, undoing -----------------------------------------------------------------------


def lines_of(bom):
    return [(line.component.code, line.quantity) for line in bom.lines.order_by("position")]


def test_a_component_is_added_beside_another_in_every_bill(plant):  # noqa: F811
    """MFG-04, MFG-14: half a tag for each tube, in every bill that holds tubes."""
    tag = plant.item("TAG")
    change = changed(plant, plant.tube, tag, kind="add", ratio="0.5")
    change = commands.perform(change, "carry_out", plant.ctx)
    new = queries.bom_for(plant.frame, date(2026, 6, 1))
    tube = dict(lines_of(new))["TUBE"]
    assert (change.changed_bills, dict(lines_of(new))["TAG"]) == (1, tube / 2)
    assert "TAG" not in dict(lines_of(queries.bom_for(plant.frame, date(2026, 5, 31))))
    assert not changing.affected(change)  # it is there now


def test_a_component_is_added_to_all_products_of_a_category(plant):  # noqa: F811
    tag, category = plant.item("TAG"), plant.bike.category
    change = commands.create(
        EngineeringChange, plant.ctx, kind="add", replacement=tag, category=category, ratio=2,
        effective_on="2026-06-01", reason="Tracing",
    )  # fmt: skip
    found = {bom.item.code for bom in changing.affected(change)}
    assert "BIKE" in found
    commands.perform(change, "carry_out", plant.ctx)
    bom = queries.bom_for(plant.bike, date(2026, 6, 1))
    assert dict(lines_of(bom))["TAG"] == 2 * bom.batch_quantity


def test_a_change_is_undone_and_everything_is_as_before(plant):  # noqa: F811
    """U-turn: new versions are retired, those before hold again, drafts have their lines back."""
    draft = commands.perform(plant.bike_bom, "new_version", plant.ctx).outcome
    before = lines_of(draft), lines_of(plant.bike_bom)
    change = commands.perform(changed(plant, plant.frame, plant.item("FRAME2")), "carry_out", plant.ctx)
    draft.refresh_from_db()
    assert (change.changed_bills, dict(lines_of(draft)).keys() >= {"FRAME2"}) == (2, True)
    change = commands.perform(change, "undo", plant.ctx)
    assert (change.state, change.changed_bills) == ("draft", 0)
    plant.bike_bom.refresh_from_db()
    assert (plant.bike_bom.valid_to, queries.bom_for(plant.bike, date(2026, 6, 1))) == (None, plant.bike_bom)
    assert (lines_of(draft), lines_of(plant.bike_bom)) == before
    commands.perform(change, "carry_out", plant.ctx)  # and may be carried out again


def test_what_was_changed_since_is_not_undone_unseen(plant):  # noqa: F811
    change = commands.perform(changed(plant, plant.frame, plant.item("FRAME2")), "carry_out", plant.ctx)
    made = change.boms.get()
    commands.change(made, plant.ctx, note="Checked with the supplier")
    with pytest.raises(ValidationError, match="Changed since: BIKE B"):
        commands.perform(change, "undo", plant.ctx)
    assert EngineeringChange.objects.get().state == "done"


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "remove", "component": "tube", "replacement": "rim"},
        {"kind": "add", "component": "tube"},
        {"kind": "add", "replacement": "tube"},
        {"kind": "replace", "replacement": "rim"},
    ],
)
def test_a_change_without_its_means_is_refused(plant, values):  # noqa: F811
    values = {name: getattr(plant, value) if name != "kind" else value for name, value in values.items()}
    with pytest.raises(ValidationError, match="Replace and leave out need a component"):
        commands.create(EngineeringChange, plant.ctx, effective_on="2026-06-01", reason="?", **values)
