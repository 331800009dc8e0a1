"""One step settles an exception: the document gets the day the plan needs, ends, or its buyer is asked."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from mainspring.kernel import commands
from mainspring.kernel.models import Task
from mainspring.modules.planning import commands as planning
from mainspring.modules.planning.models import PlanMessage
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.purchasing.models import PurchaseOrder
from mainspring.modules.stock import commands as stock

from .test_plan import needed


def exception(code):
    return PlanMessage.objects.get(code=code)


def bought(making, item, quantity, day, *more):
    """A confirmed order of the item (and others) for a day."""
    supplier = making.world.party("Tubes UAB", is_supplier=True)
    lines = [{"item": i, "quantity": q, "price": "4", "expected_on": day} for i, q in ((item, quantity), *more)]
    order = commands.create(PurchaseOrder, making.ctx, supplier=supplier, site=making.site, lines=lines)
    return commands.perform(order, "confirm", making.ctx)


def test_a_production_order_too_late_is_brought_forward(making):
    """P20: due five days after it is needed; brought forward, it starts earlier too and the exception is gone."""
    making.planning(making.frame, lead_time_days=5)
    making.order(making.frame, "20", starts_on="2026-05-14", due_on="2026-05-20")
    needed(making, making.frame, "20", "2026-05-18")
    planning.settle(making.ctx)
    found = commands.perform(exception("expedite"), "follow", making.ctx, why="The customer waits")
    order = ProductionOrder.objects.get()
    assert (order.starts_on, order.due_on) == (date(2026, 5, 12), date(2026, 5, 18))
    assert found.outcome == order
    planning.settle(making.ctx)
    assert not PlanMessage.objects.filter(code="expedite").exists()


def test_a_purchase_order_too_late_is_brought_forward_on_its_line(making):
    other = making.world.item("BOLT")
    order = bought(making, making.tube, "50", "2026-05-20", (other, "10"))
    needed(making, making.tube, "120", "2026-05-18")
    needed(making, other, "10", "2026-05-20")
    planning.settle(making.ctx)
    commands.perform(exception("expedite"), "follow", making.ctx)
    assert [line.expected_on for line in order.lines.order_by("position")] == [date(2026, 5, 18), date(2026, 5, 20)]


def test_what_nobody_needs_is_cancelled(making):
    origin = needed(making, making.frame, "20", "2026-05-18")
    making.order(making.frame, "20", starts_on="2026-05-11", due_on="2026-05-18")
    stock.replan(making.ctx, origin, [])
    planning.settle(making.ctx)
    commands.perform(exception("cancel"), "follow", making.ctx)
    assert ProductionOrder.objects.get().state == "cancelled"


def test_an_order_of_several_items_is_not_cancelled_for_one(making):
    """The buyer is asked instead; nothing of the order changes."""
    other = making.world.item("BOLT")
    order = bought(making, making.tube, "50", "2026-05-20", (other, "10"))
    PurchaseOrder.objects.filter(pk=order.pk).update(buyer=making.world.person("buyer", "buyer").user)
    needed(making, other, "10", "2026-05-20")
    planning.settle(making.ctx)
    commands.perform(exception("cancel"), "follow", making.ctx)
    assert Task.objects.get().title == "No longer needed: TUBE"
    order.refresh_from_db()
    assert (order.state, order.lines.first().open_quantity) == ("confirmed", Decimal(50))


def test_what_one_step_does_not_settle_says_so(making):
    making.planning(making.frame, lead_time_days=5)
    needed(making, making.frame, "10", "2026-03-03")
    planning.settle(making.ctx)
    with pytest.raises(ValidationError, match="No single step"):
        commands.perform(exception("late"), "follow", making.ctx)
