"""Orders under real concurrent connections."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

from django.core.exceptions import ValidationError
from django.db import connection

from mainspring.kernel import commands
from mainspring.modules.sales import preparing, queries
from mainspring.modules.sales.models import SalesOrder, Shipment
from mainspring.modules.stock.models import StockBalance

from .world import line


def together(jobs):
    """Run the jobs at once, each on a connection of its own; results or refusals in order."""

    def run(job):
        try:
            return job()
        except ValidationError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_two_orders_cannot_both_keep_the_last_pump(committed_world):
    """SAL-04, I18: one order gets it, the other waits; nothing is kept twice."""
    world = committed_world
    world.stocked(world.pump, 1, "60.00")
    orders = [world.order(world.pump, 1, confirm=False) for _ in range(4)]
    done = together([lambda o=o: commands.perform(o, "confirm", world.ctx) for o in orders])
    assert all(isinstance(d, SalesOrder) for d in done)
    assert sorted(sum(queries.reserved(o).values()) for o in orders) == [0, 0, 0, 1]
    assert StockBalance.objects.get(item=world.pump, location__kind="internal").reserved == 1


def test_the_same_unit_is_promised_once(committed_world, monkeypatch):
    """SAL-04, U5: one pump is here: of two orders looked up at the same moment one is promised it for today."""
    world, both_have_read, look = committed_world, Barrier(2), preparing.promise

    def look_together(*args, **more):
        look(*args, **more)
        with suppress(BrokenBarrierError):
            both_have_read.wait(timeout=1)

    world.order(world.item("OTHER", price=1), 1)  # the first of a year makes the series, and others wait for that
    world.stocked(world.pump, 1, "60.00")
    parties = [world.customer(name) for name in ("First", "Second")]  # orders of one customer wait for one another
    orders = [world.order(world.pump, 1, confirm=False, party=party) for party in parties]
    monkeypatch.setattr(preparing, "promise", look_together)
    together([lambda o=o: commands.perform(o, "confirm", world.ctx) for o in orders])
    promised = [SalesOrder.objects.get(pk=o.pk).promised_on for o in orders]
    assert promised.count(world.ctx.business_date) == 1


def test_two_orders_at_once_cannot_both_use_the_last_of_a_credit_limit(committed_world):
    """SAL-03: each alone fits under 1000, both do not: one is held."""
    world = committed_world
    party = world.customer("Small", credit_limit=1000)
    orders = [world.order(world.pump, 5, confirm=False, party=party) for _ in range(2)]
    done = together([lambda o=o: commands.perform(o, "confirm", world.ctx) for o in orders])
    assert sorted(d.state for d in done) == ["confirmed", "held"]


def test_a_shipment_posted_twice_at_once_leaves_once(committed_world):
    """D12."""
    world = committed_world
    world.stocked(world.pump, 4, "60.00")
    draft = commands.perform(world.order(world.pump, 2), "ship", world.ctx).outcome
    done = together([lambda: commands.perform(draft, "post", world.ctx)] * 2)
    assert sorted(type(d).__name__ for d in done) == ["Conflict", "Shipment"]
    assert world.on_hand(world.pump) == 2


def test_two_shipments_of_the_same_rest_at_once_leave_once(committed_world):
    """D03: each draft was made while all was still to come; together they would be too much."""
    world = committed_world
    world.stocked(world.pump, 9, "60.00")
    order = world.order(world.pump, 4)
    drafts = [
        commands.create(Shipment, world.ctx, order=order, lines=[{"order_line": line(order), "quantity": "4"}])
        for _n in range(2)
    ]
    done = together([lambda d=d: commands.perform(d, "post", world.ctx) for d in drafts])
    assert sorted(type(d).__name__ for d in done) == ["Shipment", "ValidationError"]
    assert world.on_hand(world.pump) == 5


def test_goods_of_an_order_that_is_being_cancelled_do_not_leave(committed_world):
    world = committed_world
    world.stocked(world.pump, 9, "60.00")
    order = world.order(world.pump, 4)
    draft = commands.perform(order, "ship", world.ctx).outcome
    together([lambda: commands.perform(order, "cancel", world.ctx), lambda: commands.perform(draft, "post", world.ctx)])
    order.refresh_from_db()
    shipped = 9 - world.on_hand(world.pump)
    assert (order.state, shipped) in {("cancelled", 0), ("confirmed", 4), ("delivered", 4), ("closed", 4)}
