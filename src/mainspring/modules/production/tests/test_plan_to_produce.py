"""Plan to produce: an order takes components, reports work and output, and leaves nothing in process."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext

from mainspring.kernel import bulk_verbs, commands
from mainspring.kernel.models import Role, RoleGrant
from mainspring.modules.engineering.models import Bom, Routing
from mainspring.modules.items.models import ItemCost
from mainspring.modules.production import commands as production
from mainspring.modules.production import queries
from mainspring.modules.production.models import CapacityBooking, ProductionOrder, ProductionReport
from mainspring.modules.stock.models import Reservation


def test_an_order_takes_its_components_from_the_bill_of_its_start_day(making):
    """P01, P26: a bill for ten, valid from April, is not that of an order that starts in March."""
    late = making.made("STEM", [(making.tube, "10")], batch="10")
    Bom.objects.filter(item=late).update(valid_to=date(2026, 4, 1))
    commands.create(
        Bom,
        making.ctx,
        item=late,
        revision="B",
        valid_from="2026-04-01",
        lines=[{"component": making.paint, "quantity": "1", "unit": making.paint.unit}],
    )
    march = making.order(late, "20", starts_on="2026-03-09", confirm=False)
    april = making.order(late, "20", starts_on="2026-04-09", confirm=False)
    assert [(c.item.code, c.required_quantity) for c in march.lines.all()] == [("TUBE", 20)]
    assert [(c.item.code, c.required_quantity) for c in april.lines.all()] == [("PAINT", 20)]


def test_a_confirmed_order_plans_material_output_and_hours(making):
    """C01, C02, P16: 10 frames: 6 hours of welding, 2.5 of painting; paint is due when painting starts."""
    Bom.objects.get(item=making.frame).lines.filter(component=making.paint).update(operation_sequence=20)
    order = making.order(making.frame, "10", starts_on="2026-03-02", due_on="2026-03-06")
    assert order.number.startswith("MO2026-")
    assert making.planned(making.tube) == [(date(2026, 3, 2), -30)]
    assert making.planned(making.paint) == [(date(2026, 3, 2), -5)]
    assert making.planned(making.frame) == [(date(2026, 3, 6), 10)]
    booked = [(b.work_center.code, b.on_date, b.hours) for b in CapacityBooking.objects.order_by("id")]
    assert booked == [
        ("WELD", date(2026, 3, 2), 6),
        ("PAINT", date(2026, 3, 2), 2),
        ("PAINT", date(2026, 3, 3), Decimal("0.5")),
    ]
    assert order.planned_unit_cost == Decimal("36")  # 3 x 4 + 0.5 x 2 + (6 x 30 + 2.5 x 20) / 10
    assert order.expected_on == date(2026, 3, 3)


def test_release_names_what_is_missing_and_keeps_what_is_there(making):
    """MFG-06."""
    order = making.order(making.frame, "40")
    with pytest.raises(ValidationError, match="TUBE: 120 pcs needed, 100 free"):
        making.do(order, "release")
    order = making.do(order, "release", despite_shortages=True)
    kept = {r.item.code: r.quantity for r in Reservation.objects.filter(origin=order.pk)}
    assert (order.state, kept) == ("released", {"TUBE": 100, "PAINT": 20})


def test_material_work_and_output_make_the_cost_and_closing_leaves_nothing_in_process(making):
    """MFG-06, MFG-10, P24: material 130, work 7 h and 3 h = 270, output 10 at 36; 40 more fall on the goods."""
    order = making.released(making.frame, "10")
    issue = making.do(order, "issue").outcome
    assert (issue.state, issue.cost, making.balance("wip")) == ("posted", Decimal("130.00"), Decimal("130.00"))
    assert making.on_hand(making.tube) == 70
    assert not Reservation.objects.filter(origin=order.pk).exists()
    making.do(order, "report", operation=10, good=10, hours=7)
    making.do(order, "report", operation=20, good="9", scrap="1", scrap_reason="Runs", hours=3)
    assert making.balance("conversion_absorbed") == Decimal("-270.00")
    assert making.balance("wip") == Decimal("400.00")
    order = making.do(order, "receive", quantity="4")
    assert (order.state, order.completed_quantity, order.scrapped_quantity) == ("in_progress", 4, 1)
    assert making.planned(making.frame)[0][1] == 6
    order = making.do(order, "receive", quantity="6")
    assert making.balance("wip") == Decimal("40.00")
    order = making.do(making.do(order, "complete"), "close")
    assert (order.state, making.balance("wip")) == ("closed", 0)
    assert making.value(making.frame) == Decimal("400.00")
    assert making.on_hand(making.frame) == 10
    assert not making.planned(making.frame)
    assert not queries.open_in_process(making.ctx)


def test_a_late_receipt_of_components_reaches_the_goods_of_a_closed_order(making):
    """I03, MFG-10: tube gets dearer on a day before it was issued; the goods bear it, nothing stays in process."""
    order = making.released(making.frame, "10")
    making.do(order, "issue")
    making.do(order, "receive", quantity="10")
    making.do(making.do(order, "complete"), "close")
    cost = making.value(making.frame)
    making.bring(making.tube, "100", "8", day=making.ctx.business_date - timedelta(days=1))
    assert making.balance("wip") == 0
    assert making.value(making.frame) == cost + 60  # 30 tubes at 6.00 instead of 4.00
    assert making.value(making.tube) == 170 * 6


def test_goods_at_standard_cost_leave_the_variance_on_its_account(making):
    """MFG-10: standard 35, spent 400 on 10 pieces: 50.00 unfavourable."""
    chair = making.made(
        "CHAIR",
        [(making.tube, "3"), (making.paint, "0.5")],
        [(10, making.welding, "1", "0.5"), (20, making.painting, "0", "0.25")],
        cost_method="standard",
    )
    ItemCost.objects.create(item=chair, company=making.world.company, standard_cost=Decimal(35))
    order = making.released(chair, "10")
    making.do(order, "issue")
    making.do(order, "report", operation=10, good=10, hours=7)
    making.do(order, "report", operation=20, good=10, hours=3)
    making.do(order, "receive", quantity=10)
    making.do(making.do(order, "complete"), "close")
    assert (making.balance("wip"), making.balance("production_variance")) == (0, Decimal("50.00"))
    assert making.value(chair) == Decimal("350.00")


def test_a_mistaken_report_is_reversed_and_everything_is_as_before(making):
    order = making.released(making.frame, "10")
    issue = making.do(order, "issue").outcome
    work = making.do(order, "report", operation=10, good=10, hours=7).outcome
    output = making.do(order, "receive", quantity=2).outcome
    for report in (output, work, issue):
        making.do(report, "reverse", why="Wrong order")
    order.refresh_from_db()
    operation = order.operations.get(sequence=10)
    assert (making.balance("wip"), making.balance("conversion_absorbed")) == (0, 0)
    assert (making.on_hand(making.tube), making.value(making.tube), making.on_hand(making.frame)) == (100, 400, 0)
    assert (order.completed_quantity, operation.good_quantity, operation.done_hours) == (0, 0, 0)
    assert [c.open_quantity for c in order.lines.all()] == [30, 5]
    assert sum(b.hours for b in CapacityBooking.objects.filter(state="done")) == 0


def test_reported_hours_are_never_changed(making):
    order = making.released(making.frame, "10")
    making.do(order, "report", operation=10, good=1, hours=1)
    with pytest.raises(DatabaseError, match="only added"), connection.cursor() as cursor:
        cursor.execute("UPDATE production_capacitybooking SET hours = 2 WHERE state = 'done'")


def test_components_come_back_at_the_cost_they_were_issued_with(making):
    """P24: remaining need is required less issued plus returned; the second purchase does not change the return."""
    order = making.released(making.frame, "10")
    making.do(order, "issue")
    making.bring(making.tube, "70", "8")
    back = commands.create(
        ProductionReport,
        making.ctx,
        order=order,
        kind="return",
        lines=[{"component": order.lines.get(item=making.tube), "quantity": "5"}],
    )
    back = making.do(back, "post")
    assert (back.cost, order.lines.get(item=making.tube).open_quantity) == (Decimal("-20.00"), 5)


def test_backflush_takes_what_the_output_needs(making):
    order = making.released(making.frame, "10", backflush=True)
    making.do(order, "receive", quantity=4)
    assert (making.on_hand(making.tube), making.on_hand(making.paint)) == (88, 98)
    making.do(order, "receive", quantity=6)
    assert (making.on_hand(making.tube), making.on_hand(making.paint)) == (70, 95)


def test_more_than_ordered_is_not_received(making):
    order = making.released(making.frame, "10")
    with pytest.raises(ValidationError, match="11 would be made of 10"):
        making.do(order, "receive", quantity=11)
    assert making.on_hand(making.frame) == 0


def test_work_center_load_by_week_counts_size_and_efficiency(making):
    """C02, C03, C04: 60 h of welding from Thursday spill over; a closed center is overloaded, not an error."""
    making.order(making.frame, "118", starts_on="2026-03-05", due_on="2026-03-31")
    rows = {(r["work_center"], r["week"]): r for r in queries.load(making.ctx, weeks=3)}
    first, second = rows["WELD", date(2026, 3, 2)], rows["WELD", date(2026, 3, 9)]
    assert (first["planned"], first["available"], first["load_pct"]) == (16, 40, Decimal("40.0"))
    assert (second["planned"], second["load_pct"], second["is_overloaded"]) == (40, Decimal("100.0"), False)
    making.week.lines.all().delete()
    closed = {(r["work_center"], r["week"]): r for r in queries.load(making.ctx, weeks=3)}["WELD", date(2026, 3, 9)]
    assert (closed["load_pct"], closed["is_overloaded"]) == (None, True)


def test_the_workshop_does_not_see_what_it_costs(making, db):
    hidden = RoleGrant.objects.get(role=Role.objects.get(code="workshop"), entity="production.productionreport").fields
    assert hidden == {"cost": "hide"}
    assert (
        ProductionOrder._meta.get_field("planned_unit_cost").name
        in RoleGrant.objects.get(role=Role.objects.get(code="workshop"), entity="production.productionorder").fields
    )


def test_many_orders_are_confirmed_at_once_in_a_fixed_number_of_statements(making):
    """The same plan as one by one, and thirty orders cost no more statements than three."""
    counts = []
    for size in (3, 30):
        orders = [making.order(making.frame, "2", confirm=False) for _n in range(size)]
        with CaptureQueriesContext(connection) as captured:
            confirmed = production.confirm_orders(orders, making.ctx)
        counts.append(len(captured))
    assert {o.state for o in confirmed} == {"confirmed"}
    assert len({o.number for o in ProductionOrder.objects.all()}) == 33
    assert {o.planned_unit_cost for o in confirmed} == {Decimal("48")}  # 3 x 4 + 0.5 x 2 + (2 x 30 + 0.5 x 20) / 2
    assert sum(q for _day, q in making.planned(making.tube)) == -33 * 6
    assert counts[1] - counts[0] <= 3  # lines in batches


def test_a_bill_or_routing_of_another_item_is_refused(making):
    wheel = making.made("WHEEL", [(making.tube, "1")], [(10, making.welding, "0", "0.5")])
    for name, model in (("bom", Bom), ("routing", Routing)):
        with pytest.raises(ValidationError, match="does not belong to FRAME") as refused:
            commands.create(
                ProductionOrder,
                making.ctx,
                item=making.frame,
                quantity="2",
                site=making.site,
                **{name: model.objects.get(item=wheel)},
            )
        assert list(refused.value.message_dict) == [name]


def test_a_selection_is_confirmed_as_a_set_and_what_is_refused_is_said(making):
    """The bulk verb of a list: as one set when all can; one by one when one of them cannot, and that one is told."""
    orders = [making.order(making.frame, "2", confirm=False) for _n in range(8)]
    with CaptureQueriesContext(connection) as captured:
        done = bulk_verbs.perform(ProductionOrder, [str(o.pk) for o in orders], "confirm", making.ctx, {})
    assert (done.done, done.refused) == (8, [])
    assert len(captured) < 120
    again = [*orders[:1], making.order(making.frame, "2", confirm=False)]
    mixed = bulk_verbs.perform(ProductionOrder, [str(o.pk) for o in again], "confirm", making.ctx, {})
    number = ProductionOrder.objects.get(pk=orders[0].pk).number
    assert (mixed.done, [name for _key, name, _why in mixed.refused]) == (1, [number])
