"""The workshop: start, pause, report, rework, undo, pick; alternates, suppliers, by-products; split and merge."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError

from mainspring.kernel import commands, dossier, preferences
from mainspring.kernel.models import Site
from mainspring.modules.engineering.models import (
    Bom,
    BomAlternate,
    BomOutput,
    InspectionPoint,
    OperationAlternate,
    PersonSkill,
    Routing,
    Skill,
    WorkCenter,
)
from mainspring.modules.items.models import ItemCost
from mainspring.modules.parties.models import Party
from mainspring.modules.production import panels, queries
from mainspring.modules.production.models import CapacityBooking, ProductionOrder, ProductionReport, Reason, WorkSession
from mainspring.modules.stock.models import Reservation


def operation(order, sequence):
    return order.operations.get(sequence=sequence)


def started(making, order, sequence, hours):
    """Somebody began so many hours ago."""
    making.do(order, "start", operation=sequence)
    session = WorkSession.objects.get(stopped_at=None)
    WorkSession.objects.filter(pk=session.pk).update(started_at=session.started_at - timedelta(hours=hours))


def reason(making, code, kind):
    return commands.create(Reason, making.ctx, code=code, name=code.title(), kind=kind)


def test_time_runs_from_start_to_report_and_pauses_are_explained(making):
    order = making.released(making.frame, "10")
    started(making, order, 10, 2)
    assert (operation(order, 10).progress, operation(order, 10).person) == ("running", making.ctx.user)
    with pytest.raises(ValidationError, match="pause or report that first"):
        making.do(order, "start", operation=20)
    making.do(order, "pause", operation=10, reason=reason(making, "MATERIAL", "pause"))
    assert WorkSession.objects.get().pause_reason.code == "MATERIAL"
    report = making.do(order, "report", operation=10, good=4).outcome
    assert (report.hours, operation(order, 10).progress) == (D("2.00"), "paused")
    started(making, order, 10, 1)
    report = making.do(order, "report", operation=10, good=6).outcome
    assert (report.hours, operation(order, 10).progress) == (D("1.00"), "done")
    assert not WorkSession.objects.filter(stopped_at=None).exists()
    making.do(order, "undo", operation=10)
    assert (operation(order, 10).good_quantity, operation(order, 10).progress) == (4, "paused")


def test_an_operation_needs_the_skill(making):
    """CAP-05."""
    welding = commands.create(Skill, making.ctx, code="WELD", name="Welding")
    Routing.objects.get(item=making.frame).lines.filter(sequence=10).update(skill=welding)
    order = making.released(making.frame, "10")
    with pytest.raises(ValidationError, match="needs the skill “Welding”"):
        making.do(order, "start", operation=10)
    with pytest.raises(ValidationError, match="lacks the skill"):
        making.do(order, "assign", operation=10, person=making.ctx.user)
    commands.create(PersonSkill, making.ctx, person=making.ctx.user, skill=welding)
    making.do(order, "assign", person=making.ctx.user)
    making.do(order, "start", operation=10)


def test_scrap_has_a_reason_from_the_list_and_rework_an_operation_of_its_own(making):
    order = making.released(making.frame, "10")
    with pytest.raises(ValidationError, match="Say why there is scrap"):
        making.do(order, "report", operation=10, scrap=1, hours=1)
    making.do(order, "report", operation=10, good=7, scrap=1, rework=2, reason=reason(making, "RUNS", "scrap"), hours=5)
    again = operation(order, 11)
    assert (again.name, again.target, again.rework_of.sequence) == ("Rework: Weld", 2, 10)
    making.do(order, "report", operation=11, good=2, hours=1)
    assert (operation(order, 10).good_quantity, operation(order, 11).progress) == (9, "done")
    making.do(order, "report", operation=10, finish=True)
    assert operation(order, 10).progress == "done"


def test_a_component_is_picked_by_its_code_and_never_twice(making):
    order = making.released(making.frame, "10")
    making.do(order, "pick", item="tube", quantity=12)
    assert making.on_hand(making.tube) == 88
    with pytest.raises(ValidationError, match="Only 18 more"):
        making.do(order, "pick", item="TUBE", quantity=19)
    making.do(order, "pick", item="TUBE")
    with pytest.raises(ValidationError, match="was issued already"):
        making.do(order, "pick", item="TUBE")
    with pytest.raises(ValidationError, match="not a component"):
        making.do(order, "pick", item="NOTHING")


def test_release_says_when_the_missing_comes_and_takes_alternates(making):
    """P06, MFG-06."""
    steel = making.world.item("STEEL")
    making.bring(steel, "200", "5")
    bom = Bom.objects.get(item=making.frame)
    commands.create(BomAlternate, making.ctx, bom=bom, component=making.tube, alternate=steel, ratio="1.1")
    order = making.order(making.frame, "40")
    with pytest.raises(ValidationError, match=r"TUBE: 120 pcs needed, 100 free. Nothing is on its way"):
        making.do(order, "release")
    order = making.do(order, "release", use_alternates=True)
    assert [(c.item.code, c.required_quantity) for c in order.lines.all()] == [("STEEL", 132), ("PAINT", 20)]
    assert order.lines.first().instead_of == making.tube
    assert {r.item.code: r.quantity for r in Reservation.objects.filter(origin=order.pk)} == {"STEEL": 132, "PAINT": 20}
    making.do(order, "issue")
    assert making.balance("wip") == D("700.00")  # 132 x 5 + 20 x 2: cost follows what was taken


def test_an_alternate_is_taken_for_the_rest_after_a_part_was_issued(making):
    steel = making.world.item("STEEL")
    making.bring(steel, "200", "5")
    bom = Bom.objects.get(item=making.frame)
    commands.create(BomAlternate, making.ctx, bom=bom, component=making.tube, alternate=steel)
    order = making.released(making.frame, "10")
    making.do(order, "pick", item="TUBE", quantity=10)
    making.do(order, "substitute", component=making.tube)
    assert sorted((c.item.code, c.required_quantity, c.open_quantity) for c in order.lines.all()) == [
        ("PAINT", 5, 5), ("STEEL", 20, 20), ("TUBE", 10, 0),
    ]  # fmt: skip


def test_components_are_taken_as_each_says(making):
    """Paint comes with the output, tube is issued by hand, whatever the order says."""
    Bom.objects.get(item=making.frame).lines.filter(component=making.paint).update(taking="backflush")
    order = making.released(making.frame, "10")
    making.do(order, "receive", quantity=4)
    assert (making.on_hand(making.tube), making.on_hand(making.paint)) == (100, 98)


def test_a_by_product_comes_with_the_output_and_bears_its_share(making):
    """P07, MFG-10: 20 % of 360 on 5 kg of offcut; what is left in process falls on both; nothing stays."""
    offcut = making.world.item("OFFCUT", unit="kg")
    bom = Bom.objects.get(item=making.frame)
    commands.create(BomOutput, making.ctx, bom=bom, item=offcut, quantity="0.5", cost_share_pct=20)
    order = making.released(making.frame, "10")
    assert order.planned_unit_cost == D("28.8")
    assert making.planned(offcut)[0][1] == 5
    making.do(order, "issue")
    making.do(order, "report", operation=10, good=10, hours=7)
    making.do(order, "report", operation=20, good=10, hours=3)
    output = making.do(order, "receive", quantity=4).outcome
    assert (making.on_hand(offcut), making.value(offcut)) == (2, D("28.80"))
    making.do(output, "reverse", why="Counted wrong")
    assert (making.on_hand(offcut), order.outputs.get().received_quantity) == (0, 0)
    making.do(order, "receive", quantity=10)
    order = making.do(making.do(order, "complete"), "close")
    assert making.balance("wip") == 0
    assert (making.value(making.frame), making.value(offcut)) == (D("320.00"), D("80.00"))


def test_a_supplier_does_an_operation(making):
    """The tube goes out, a purchase order comes of it, its price is in the order's cost."""
    coat = making.world.item("COATING", kind="service")
    plater = commands.create(
        Party, making.ctx, code="PLATER", name="Plater", is_supplier=True, country="LT", currency="EUR"
    )
    commands.create(ItemCost, making.ctx, item=coat, company=making.world.company, standard_cost=3)
    Routing.objects.get(item=making.frame).lines.filter(sequence=20).update(supplier=plater, service=coat)
    Bom.objects.get(item=making.frame).lines.filter(component=making.paint).update(operation_sequence=20)
    order = making.released(making.frame, "10")
    making.do(order, "report", operation=10, good=10, hours=6)
    with pytest.raises(ValidationError, match="A supplier does this"):
        making.do(order, "start", operation=20)
    purchase = making.do(order, "send_out", operation=20).outcome
    assert (purchase.supplier, purchase.lines.get().item, purchase.lines.get().quantity) == (plater, coat, 10)
    assert (operation(order, 20).progress, making.on_hand(making.paint)) == ("outside", 95)
    report = making.do(
        order, "take_back", operation=20, good=9, scrap=1, reason=reason(making, "PEEL", "scrap")
    ).outcome
    assert (report.cost, report.hours) == (D("30.00"), 0)
    assert operation(order, 20).good_quantity == 9


def test_an_operation_moves_to_its_alternate(making):
    """C08."""
    robot = making.center("ROBOT", "60")
    routing = Routing.objects.get(item=making.frame)
    commands.create(
        OperationAlternate, making.ctx, routing=routing, sequence=10, work_center=robot, setup_hours=2,
        run_hours_per_unit="0.1",
    )  # fmt: skip
    order = making.released(making.frame, "10")
    making.do(order, "move_operation", operation=10)
    assert [(b.work_center.code, b.hours) for b in CapacityBooking.objects.filter(work_center=robot)] == [("ROBOT", 3)]
    with pytest.raises(ValidationError, match="no such alternate"):
        making.do(order, "move_operation", operation=20)


def test_an_order_is_split_and_merged(making):
    order = making.released(making.frame, "10")
    making.do(order, "report", operation=10, good=4, hours=3)
    with pytest.raises(ValidationError, match="at most 6"):
        making.do(order, "split", quantity=7)
    part = making.do(order, "split", quantity=6).outcome
    order.refresh_from_db()
    assert (order.quantity, part.quantity, part.state) == (4, 6, "released")
    assert sum(q for _day, q in making.planned(making.tube)) == -30
    kept = {r.origin_id: r.quantity for r in Reservation.objects.filter(item=making.tube)}
    assert kept == {order.pk: 12, part.pk: 18}
    assert operation(order, 10).progress == "done"
    order = making.do(order, "merge", other=part)
    part.refresh_from_db()
    assert (order.quantity, part.state, operation(order, 10).progress) == (10, "cancelled", "paused")
    assert {r.origin_id: r.quantity for r in Reservation.objects.filter(item=making.tube)} == {order.pk: 30}


def test_an_order_with_reports_is_not_taken_in(making):
    first, second = making.released(making.frame, "10"), making.released(making.frame, "5")
    making.do(second, "issue")
    with pytest.raises(ValidationError):
        making.do(first, "merge", other=second)
    assert ProductionOrder.objects.get(pk=second.pk).quantity == 5


def test_parallel_and_overlapping_operations_end_sooner(making):
    """MFG-05: 40 h and 20 h after one another end on the eighth day; beside each other on the fifth; overlapped on
    the sixth."""
    lines = Routing.objects.get(item=making.frame).lines
    lines.update(setup_hours=0)
    order = making.order(making.frame, "80", starts_on="2026-03-02")
    assert order.expected_on == date(2026, 3, 11)
    lines.filter(sequence=20).update(is_parallel=True)
    assert making.order(making.frame, "80", starts_on="2026-03-02").expected_on == date(2026, 3, 6)
    lines.filter(sequence=20).update(is_parallel=False)
    lines.filter(sequence=10).update(overlap_quantity=60)
    assert making.order(making.frame, "80", starts_on="2026-03-02").expected_on == date(2026, 3, 10)


def test_yields_start_more_and_the_last_operation_delivers_what_was_ordered(making):
    """P02."""
    Routing.objects.get(item=making.frame).lines.filter(sequence=20).update(yield_pct=95)
    order = making.released(making.frame, "19")
    assert [(o.sequence, o.target) for o in order.operations.all()] == [(10, 20), (20, 19)]
    assert [(c.item.code, c.required_quantity) for c in order.lines.all()] == [("TUBE", 60), ("PAINT", 10)]
    making.do(order, "report", operation=10, good=20, hours=1)


def test_variances_name_what_was_dearer(making):
    """MFG-10: 1 h more welding (30.00) and half an hour more painting (10.00) than planned."""
    order = making.released(making.frame, "10")
    making.do(order, "issue")
    making.do(order, "report", operation=10, good=10, hours=7)
    making.do(order, "report", operation=20, good=10, hours=3)
    found = {row["kind"]: row["amount"] for row in queries.variances(order)}
    assert found == {"price": 0, "usage": 0, "labour": D(40), "machine": 0, "overhead": 0, "scrap": 0}
    causes = {row["kind"]: row["causes"] for row in queries.variances(order)}
    assert [(c["name"], c["actual"], c["planned"], c["amount"]) for c in causes["labour"]] == [
        ("10 Weld", 7, 6, 30), ("20 Paint", 3, D("2.5"), 10),
    ]  # fmt: skip
    assert "10 Weld: 7 h worked, 6 h planned (30.00)" in panels.cost(order, making.ctx)["variances"][2]["why"]


# -- measuring --------------------------------------------------------------------------------------------------------


@pytest.fixture
def measured(making):
    """Welding is measured: an alignment within 0.8 mm, and a look at the bead."""
    routing = Routing.objects.get(item=making.frame)
    commands.create(
        InspectionPoint,
        making.ctx,
        routing=routing,
        sequence=10,
        name="Alignment",
        minimum="0",
        maximum="0.8",
        measure="mm",
    )
    commands.create(InspectionPoint, making.ctx, routing=routing, sequence=10, name="Bead")
    return making


def test_what_is_measured_is_kept_with_the_report_and_its_limits(measured):
    """MFG-05, MFG-06, MFG-09: the numbers stand in the file of the order's report."""
    order = measured.released(measured.frame, "4")
    said = "Alignment = 0,9\nBead = yes"
    report = measured.do(order, "report", operation=10, good=4, hours=3, measured=said).outcome
    found = [(m.name, m.value, m.maximum, m.is_right) for m in report.measurements.order_by("id")]
    assert found == [("Alignment", D("0.9"), D("0.8"), False), ("Bead", None, None, True)]
    graph = dossier.graph(measured.ctx, order.pk)
    facts = [fact.text for node in graph.nodes for fact in node.facts if fact.ledger == "quality"]
    assert len(facts) == 2
    times = [fact.amount for node in graph.nodes for fact in node.facts if fact.ledger == "time"]
    assert "3 h" in times
    assert any(amount.startswith("4 / 4") for amount in times)


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("Alignment = thick", "a number with at most four decimals"),
        ("Alignment = 0.00001", "a number with at most four decimals"),
        ("Alignment = NaN", "a number with at most four decimals"),
        ("Alignment = 1e300", "a number with at most four decimals"),
        ("Bead = perhaps", "yes or no"),
        ("Colour = red", "write an inspection point of the operation"),
        ("Alignment", "write an inspection point of the operation"),
    ],
)
def test_a_measurement_that_says_nothing_is_refused_whole(measured, said, rule):
    order = measured.released(measured.frame, "4")
    with pytest.raises(ValidationError, match=rule):
        measured.do(order, "report", operation=10, good=1, hours=1, measured=said)
    assert not ProductionReport.objects.filter(kind="work").exists()


def test_where_it_is_asked_an_operation_ends_only_when_all_was_measured(measured):
    preferences.save(measured.ctx, {"production.measure_before_done": True})
    order = measured.released(measured.frame, "4")
    measured.do(order, "report", operation=10, good=2, hours=1, measured="Bead = yes")
    with pytest.raises(ValidationError, match="Measure before the operation ends: Alignment"):
        measured.do(order, "report", operation=10, good=2, hours=1)
    measured.do(order, "report", operation=10, good=2, hours=1, measured="alignment = 0.3")
    assert order.operations.get(sequence=10).progress == "done"


# -- where it is made -------------------------------------------------------------------------------------------------


def test_nothing_is_made_where_the_means_are_missing(making):
    shop = commands.create(Site, making.ctx, company=making.world.company, code="SHOP", name="Shop", kind="warehouse")
    with pytest.raises(ValidationError, match="SHOP Shop cannot make FRAME: its routing needs WELD Weld"):
        commands.create(ProductionOrder, making.ctx, item=making.frame, site=shop, quantity=1)
    plain = making.made("KIT", [(making.tube, "1")])
    with pytest.raises(ValidationError, match="SHOP Shop has no work center"):
        commands.create(ProductionOrder, making.ctx, item=plain, site=shop, quantity=1)
    assert not ProductionOrder.objects.exists()


def test_an_alternate_at_the_site_makes_it_there(making):
    """C08: another plant welds by hand: slower, with its own set-up."""
    plant = commands.create(Site, making.ctx, company=making.world.company, code="P2", name="Plant 2", kind="plant")
    hand, brush = (
        commands.create(WorkCenter, making.ctx, site=plant, code=code, name=code.title(), calendar=making.week)
        for code in ("HAND", "BRUSH")
    )
    routing = Routing.objects.get(item=making.frame)
    for sequence, center, run in ((10, hand, "2"), (20, brush, "1")):
        commands.create(
            OperationAlternate, making.ctx, routing=routing, sequence=sequence, work_center=center, setup_hours="0.5",
            run_hours_per_unit=run,
        )  # fmt: skip
    order = commands.create(ProductionOrder, making.ctx, item=making.frame, site=plant, quantity=3)
    order = commands.perform(order, "confirm", making.ctx)
    assert [(o.work_center.code, o.setup_hours, o.run_hours_per_unit) for o in order.operations.all()] == [
        ("HAND", D("0.5"), 2), ("BRUSH", D("0.5"), 1),
    ]  # fmt: skip
