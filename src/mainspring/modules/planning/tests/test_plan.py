"""The plan: what is short becomes a proposal with its reason; running it again changes nothing."""

from datetime import date
from decimal import Decimal

from mainspring.kernel import commands
from mainspring.modules.engineering.models import Bom, BomOutput
from mainspring.modules.planning import commands as planning
from mainspring.modules.planning import exceptions_shown, timelines
from mainspring.modules.planning.models import PlanMessage, PlanRun
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.purchasing.models import PurchaseOrder, PurchaseRequest, SupplierItem
from mainspring.modules.stock import commands as stock


def needed(making, item, quantity, day):
    """A document that needs so much of the item."""
    supplier = making.world.party(f"S{PurchaseOrder.objects.count()} demand", is_supplier=True)
    origin = commands.create(PurchaseOrder, making.ctx, supplier=supplier, site=making.site)
    making.demand(item, quantity, day, origin)
    return origin


def proposals():
    made = [(o.item.code, o.quantity, o.starts_on, o.due_on) for o in ProductionOrder.objects.filter(state="proposed")]
    bought = [
        (r.item.code, r.quantity, r.order_by, r.needed_on) for r in PurchaseRequest.objects.filter(state="proposed")
    ]
    return made, bought


def said():
    """The exceptions of the plan in words."""
    return [exceptions_shown.sentence(exceptions_shown.told(m)) for m in PlanMessage.objects.order_by("pk")]


def test_a_shortage_proposes_to_make_and_to_buy_and_says_why(making):
    """P09, P13, S05, PUR-04: 50 frames for Friday 20 March: make 50, and buy the tubes that are missing."""
    making.planning(making.frame, lead_time_days=5)
    supplier = making.world.party("Tubes UAB", is_supplier=True)
    commands.create(
        SupplierItem, making.ctx, supplier=supplier, item=making.tube, price="4", lead_time_days=3, multiple="20"
    )
    origin = needed(making, making.frame, "50", "2026-03-20")
    found = planning.settle(making.ctx)
    made, bought = proposals()
    assert made == [("FRAME", 50, date(2026, 3, 13), date(2026, 3, 20))]
    assert bought == [("TUBE", 60, date(2026, 3, 10), date(2026, 3, 13))]
    assert (found.new, found.changed, found.withdrawn) == (2, 0, 0)
    order, request = ProductionOrder.objects.get(state="proposed"), PurchaseRequest.objects.get(state="proposed")
    assert order.demand_id == origin.pk
    assert order.reason["demands"][0]["document"] == str(origin.pk)
    assert request.reason["steps"] == [["net", "50"], ["multiple", "60"]]
    assert request.demand_id == origin.pk
    assert "on hand 100" in request.reason_text
    assert "(FRAME)" in request.reason_text


def test_running_again_changes_nothing_and_firming_gives_nothing_new(making):
    """P19, S05, P20: the order will be five days late; that is said, and nothing is ordered a second time."""
    needed(making, making.frame, "50", "2026-03-20")
    planning.settle(making.ctx)
    keys = set(ProductionOrder.objects.values_list("pk", flat=True)) | set(
        PurchaseRequest.objects.values_list("pk", flat=True)
    )
    again = planning.settle(making.ctx)
    assert (again.new, again.changed, again.withdrawn) == (0, 0, 0)
    assert keys == set(ProductionOrder.objects.values_list("pk", flat=True)) | set(
        PurchaseRequest.objects.values_list("pk", flat=True)
    )
    order = commands.perform(ProductionOrder.objects.get(), "confirm", making.ctx)
    assert order.number
    assert [c.required_quantity for c in order.lines.all()] == [150, 25]
    commands.perform(PurchaseRequest.objects.get(), "approve", making.ctx)
    firm = planning.settle(making.ctx)
    assert (firm.new, firm.changed, firm.withdrawn) == (0, 0, 0)
    assert said() == [f"FRAME: expedite {order.number} of 2026-03-25, needed on 2026-03-20."]


def test_demand_that_goes_away_takes_its_proposals_with_it(making):
    origin = needed(making, making.frame, "50", "2026-03-20")
    planning.settle(making.ctx)
    stock.replan(making.ctx, origin, [])
    found = planning.settle(making.ctx)
    assert found.withdrawn == 2
    assert proposals() == ([], [])


def test_planning_some_items_counts_what_other_proposals_need(making):
    """A net-change run gives what a full one gives: tubes are needed by frames that are not planned now."""
    needed(making, making.frame, "50", "2026-03-20")
    planning.settle(making.ctx)
    before = proposals()
    found = planning.settle(making.ctx)
    assert (found.new, found.changed, found.withdrawn) == (0, 0, 0)
    assert proposals() == before


def test_a_reorder_point_looks_at_the_position_and_orders_up_to(making):
    """P18: on hand 100 less 40 needed is 60, at the point of 60: order up to 200."""
    making.planning(making.tube, policy="reorder", reorder_point="60", reorder_to="200", lead_time_days=2)
    needed(making, making.tube, "40", "2026-05-20")
    planning.settle(making.ctx)
    assert proposals() == ([], [("TUBE", 140, date(2026, 3, 2), date(2026, 3, 4))])
    assert PurchaseRequest.objects.get().reason["code"] == "reorder_point"


def test_what_cannot_be_there_in_time_is_said(making):
    """P17: needed tomorrow, five days away: proposed for the realistic day, with a message."""
    making.planning(making.frame, lead_time_days=5)
    needed(making, making.frame, "10", "2026-03-03")
    run = commands.create(PlanRun, making.ctx, site=making.site)
    run = commands.perform(run, "run", making.ctx)
    order = ProductionOrder.objects.get(state="proposed")
    assert (order.starts_on, order.due_on) == (date(2026, 3, 2), date(2026, 3, 9))
    assert "possible on" in order.reason_text
    assert run.message_text == "Cannot be there in time: 1"
    (late,) = exceptions_shown.panel(run, making.ctx)["kinds"]
    assert [m["text"] for m in late["first"]] == ["FRAME: needed on 2026-03-03, possible on 2026-03-09."]
    assert (run.state, run.new_proposals) == ("done", 1)


def test_bad_master_data_is_listed_and_the_run_goes_on(making):
    """P27: a lot rule without a size does not kill the run."""
    making.planning(making.tube, lot_rule="fixed", lot_size="10", minimum="20", multiple="15", maximum="25")
    needed(making, making.tube, "150", "2026-05-20")
    planning.settle(making.ctx)
    assert [m.item.code for m in PlanMessage.objects.filter(code="data")] == ["TUBE"]
    assert proposals()[1][0][:2] == ("TUBE", Decimal(50))


def test_what_operations_lose_is_planned_for(making):
    """P02: 98 % and 95 % of what starts is left, so 100 good frames take 322.2 tubes; 100 are there."""
    making.planning(making.frame, lead_time_days=5)
    making.losing(making.frame, "98", "95")
    needed(making, making.frame, "100", "2026-05-20")
    planning.settle(making.ctx)
    assert proposals()[1] == [("TUBE", 223, date(2026, 5, 13), date(2026, 5, 13))]


def test_what_comes_out_beside_is_supply(making):
    """P07: fifty frames bring ten offcuts on the day they are due; only the other fifteen are bought."""
    making.planning(making.frame, lead_time_days=5)
    offcut = making.beside(making.frame, "OFFCUT", "0.2")
    needed(making, making.frame, "50", "2026-03-20")
    needed(making, offcut, "25", "2026-03-20")
    planning.settle(making.ctx)
    assert ("OFFCUT", 15) in [(code, quantity) for code, quantity, *_ in proposals()[1]]


def test_what_goes_into_what_it_comes_out_of_does_not_stop_the_plan(making):
    """P08: racks come out of frames and are made of frames: that is said, and the rest is planned."""
    frame = making.made("FRAME2", [(making.tube, "1")])
    rack = making.made("RACK", [(frame, "1")])
    commands.create(BomOutput, making.ctx, bom=Bom.objects.get(item=frame), item=rack, quantity=1)
    needed(making, rack, "50", "2026-05-20")
    planning.settle(making.ctx)
    assert sorted(row[:2] for row in proposals()[0]) == [("FRAME2", 50), ("RACK", 50)]
    assert [m.item.code for m in PlanMessage.objects.filter(code="data")] == ["RACK"]


def test_an_order_under_way_is_pegged_down_to_what_it_takes_and_up_to_what_it_serves(making):
    origin = needed(making, making.frame, "10", "2026-03-20")
    order = making.order(making.frame, "10", due_on=date(2026, 3, 18), starts_on=date(2026, 3, 16))
    tree = timelines.Tree(making.ctx, making.site)
    supply = next(e for e in tree.timeline(making.frame).events if e.document == order.pk)
    assert [(item, below.kind, quantity) for item, below, quantity, _deeper in tree.down(making.frame, supply)] == [
        (making.paint, "stock", 5),
        (making.tube, "stock", 30),
    ]
    assert [(demand.document, quantity) for _item, demand, quantity, _above in tree.up(making.frame, supply)] == [
        (origin.pk, 10)
    ]
    taken = next(e for e in tree.timeline(making.tube).events if e.document == order.pk)
    (paint,) = tree.up(making.tube, tree.timeline(making.tube).stock)
    assert paint[1] is taken
    assert [(item, demand.document) for item, demand, _q, _above in paint[3]] == [(making.frame, origin.pk)]
