"""Planners are killed, started again and started twice: the plan loses nothing and doubles nothing."""

import signal
import threading
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from mainspring.kernel import commands, database, numbering, roles
from mainspring.kernel.context import Context
from mainspring.kernel.models import Company, Currency, Site, User
from mainspring.modules.items.models import Item, ItemCategory
from mainspring.modules.organization.models import Unit, UnitCategory
from mainspring.modules.parties.models import Party
from mainspring.modules.planning import commands as settling
from mainspring.modules.planning import planner, queries
from mainspring.modules.planning.models import PlanMark, PlanState
from mainspring.modules.purchasing.models import PurchaseOrder, PurchaseRequest
from mainspring.modules.stock import commands as stock

SCRIPT = Path(__file__).with_name("planner.py")
PATIENCE_SECONDS = 120


class Shop:
    """A company that buys bolts; `wants(n)` commits a demand for so many."""

    def __init__(self):
        numbering.forget()
        Currency.objects.get_or_create(code="EUR", defaults={"name": "Euro"})
        roles.sync_after_migrate()
        self.company = Company.objects.create(code="ALFA", name="Alfa", base_currency_id="EUR")
        user = User.objects.create(username="boss", is_superuser=True)
        self.ctx = Context(user, self.company.today(), self.company.pk)
        self.site = Site.objects.create(company=self.company, code="P1", name="Plant")
        self.places = stock.ensure_locations(self.site, self.ctx)
        category = UnitCategory.objects.first() or UnitCategory.objects.create(code="count", name="Count")
        unit = Unit.objects.filter(code="pcs").first() or Unit.objects.create(
            code="pcs", name="Pieces", category=category, digits=0
        )
        kind = ItemCategory.objects.create(code="PARTS", name="Parts")
        self.bolt = commands.create(Item, self.ctx, code="BOLT", name="Bolt", category=kind, unit=unit)
        supplier = Party.objects.create(code="S", name="Supplier", is_supplier=True, currency_id="EUR")
        self.order = commands.create(PurchaseOrder, self.ctx, supplier=supplier, site=self.site)

    def wants(self, quantity: int) -> None:
        move = stock.MoveSpec(
            self.bolt.pk, Decimal(quantity), self.places["internal"], self.places["customer"], self.order,
            planned_on=self.ctx.business_date,
        )  # fmt: skip
        stock.replan(self.ctx, self.order, [move])

    def proposed(self) -> list[int]:
        return [int(r.quantity) for r in PurchaseRequest.objects.filter(state="proposed")]


@pytest.fixture
def shop(transactional_db):
    yield Shop()
    numbering.forget()


@contextmanager
def following_here():
    """A planner that is not to be killed, as a thread of this process."""
    stop = threading.Event()
    thread = threading.Thread(target=planner.work, args=[stop], daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE_SECONDS)


def test_a_planner_killed_in_the_middle_is_followed_by_one_that_plans_once(shop, start, eventually):
    shop.wants(7)
    stuck = start("stuck")
    assert stuck.stdout.readline() == b"stuck\n"
    assert shop.proposed() == []  # written, not committed
    stuck.send_signal(signal.SIGKILL)
    stuck.wait()
    eventually(
        lambda: not database.scalar("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), "its locks are held"
    )
    assert PlanMark.objects.exists()

    with following_here():
        eventually(lambda: shop.proposed() == [7], "nobody planned")
        eventually(lambda: not PlanMark.objects.exists(), "marks are left")
    shop.wants(9)  # while nobody plans
    with following_here():
        eventually(lambda: shop.proposed() == [9], "the change made while nobody planned was lost")


def test_of_two_planners_one_plans_and_the_other_takes_over(shop, start, eventually):
    first = start()
    shop.wants(5)
    eventually(lambda: shop.proposed() == [5], "nobody planned")
    with following_here():
        assert queries.age(shop.ctx).runs
        version = PlanState.objects.get(company=shop.company).version
        for count in range(6, 16):
            shop.wants(count)
        eventually(lambda: shop.proposed() == [15] and not PlanMark.objects.exists(), "the plan did not follow")
        assert PlanState.objects.get(company=shop.company).version > version
        first.send_signal(signal.SIGKILL)
        shop.wants(21)
        eventually(lambda: shop.proposed() == [21], "the second did not take over")


def test_a_plan_made_beside_the_planner_is_noticed_by_it(shop, eventually):
    """Who settles the plan by hand takes the marks; the planner sees another version and reads everything anew."""
    with following_here():
        shop.wants(4)
        eventually(lambda: shop.proposed() == [4], "nobody planned")
        for count in range(30, 36):
            shop.wants(count)
            settling.settle(shop.ctx)
            assert shop.proposed() == [count]
        shop.wants(50)
        eventually(lambda: shop.proposed() == [50] and not PlanMark.objects.exists(), "it went on with an old plan")
