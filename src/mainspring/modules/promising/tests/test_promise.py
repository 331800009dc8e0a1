"""Promise dates: free stock, then what is coming, then the lead time; never the same units twice (SAL-04, I18)."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mainspring.kernel import commands
from mainspring.kernel.models import DocumentIdentity
from mainspring.modules.items.models import ItemSite
from mainspring.modules.promising import queries as promising
from mainspring.modules.stock import commands as stock


class Shelf:
    """Stock of `world` and what is planned to come and go."""

    def __init__(self, world):
        self.world, self.ctx = world, world.ctx
        self.places = stock.ensure_locations(world.site, world.ctx)

    def document(self) -> DocumentIdentity:
        return DocumentIdentity.objects.create(kind="test.order", company=self.world.company, number="PO-1")

    def plan(self, item, quantity: str, day: str, kind: str = "supplier", origin=None) -> DocumentIdentity:
        """A planned receipt from suppliers, or, with kind "customer", a planned issue."""
        ends = (self.places[kind], self.places["internal"])
        origin = origin or self.document()
        stock.replan(
            self.ctx,
            origin,
            [
                stock.MoveSpec(
                    item,
                    Decimal(quantity),
                    *(ends if kind == "supplier" else ends[::-1]),
                    origin,
                    planned_on=date.fromisoformat(day),
                )
            ],
        )
        return origin

    def promise(self, item, quantity: str, day: str = "2026-03-02", **values):
        return promising.promise(self.ctx, item, self.world.site, Decimal(quantity), date.fromisoformat(day), **values)


@pytest.fixture
def shelf(world):
    return Shelf(world)


@pytest.fixture
def pump(world, shelf):
    from mainspring.modules.accounting import commands as accounting

    accounting.install_chart(world.company, world.ctx)
    pump = world.item("PUMP")
    stock.post_moves(
        world.ctx,
        [stock.MoveSpec(pump, Decimal(10), shelf.places["adjustment"], shelf.places["internal"], unit_cost=Decimal(5))],
        effective_on=date(2026, 3, 2),
    )
    return pump


def test_free_stock_is_promised_for_the_day_it_is_wanted(shelf, pump):
    found = shelf.promise(pump, "10", "2026-03-09")
    assert (found.on, [r.code for r in found.reasons]) == (date(2026, 3, 9), ["stock"])


def test_what_later_demand_needs_is_not_free(shelf, pump):
    """I18: ten on hand, eight promised for April: two are free, then comes the purchase order of the 12th."""
    shelf.plan(pump, "8", "2026-04-01", "customer")
    order = shelf.plan(pump, "20", "2026-03-12")
    found = shelf.promise(pump, "5")
    assert found.on == date(2026, 3, 2)  # the later demand is covered by what comes on the 12th
    more = shelf.promise(pump, "12")
    assert more.on == date(2026, 3, 12)
    assert [(r.code, r.quantity, r.number) for r in more.reasons] == [("stock", 10, ""), ("incoming", 2, "PO-1")]
    assert more.reasons[1].origin_id == order.pk


def test_two_lines_of_one_question_never_get_the_same_units(shelf, pump):
    commands.create(ItemSite, shelf.ctx, item=pump, site=shelf.world.site, lead_time_days=5)
    day = date(2026, 3, 2)
    first, second = promising.promises(
        shelf.ctx, shelf.world.site, [promising.Wanted(pump, Decimal(8), day), promising.Wanted(pump, Decimal(8), day)]
    )
    assert (first.on, second.on) == (day, date(2026, 3, 9))
    assert [(r.code, r.quantity) for r in second.reasons] == [("stock", 2), ("lead_time", 6)]


def test_what_an_order_keeps_for_itself_does_not_stand_in_its_own_way(shelf, pump):
    order = shelf.plan(pump, "10", "2026-03-05", "customer")
    stock.reserve(shelf.ctx, pump, shelf.world.site, Decimal(10), order)
    assert shelf.promise(pump, "1").on is None
    assert shelf.promise(pump, "10", apart_from=order).on == date(2026, 3, 2)


def test_a_reservation_without_a_plan_is_not_promised_again(shelf, pump):
    stock.reserve(shelf.ctx, pump, shelf.world.site, Decimal(7), shelf.document())
    assert shelf.promise(pump, "3").on == date(2026, 3, 2)
    assert shelf.promise(pump, "4").on is None


def test_without_stock_supply_or_lead_time_nothing_is_promised(shelf, world):
    found = shelf.promise(world.item("RARE"), "1")
    assert (found.on, found.reasons[0].code) == (None, "none")
    assert "no lead time" in found.text


def test_services_are_promised_when_wanted(shelf, world):
    assert shelf.promise(world.item("FITTING", kind="service"), "1", "2026-03-20").on == date(2026, 3, 20)


def test_ten_lines_cost_no_more_queries_than_one(shelf, pump, world):
    items = [pump, *(world.item(f"I{n}") for n in range(9))]

    def queries_for(wanted):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            promising.promises(shelf.ctx, world.site, [promising.Wanted(i, Decimal(1), None) for i in wanted])
        return len(captured)

    queries_for(items)
    assert queries_for(items) <= queries_for(items[:2])
