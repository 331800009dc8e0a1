"""The workshop of the production tests, with a plan that is followed and something to try."""

import pytest

from mainspring.kernel import commands
from mainspring.kernel.models import Company
from mainspring.modules.crm.models import Opportunity, Stage
from mainspring.modules.planning import following
from mainspring.modules.production.tests.conftest import making  # noqa: F401
from mainspring.modules.purchasing.models import PurchaseOrder, SupplierItem
from mainspring.modules.scenarios import changing
from mainspring.modules.scenarios.kinds import KINDS
from mainspring.modules.scenarios.models import Scenario


@pytest.fixture
def shop(making, monkeypatch):  # noqa: F811
    """Frames of tube and paint with orders for them, a deal about 100 more, and the plan in memory; it is 2 March."""
    monkeypatch.setattr(Company, "today", lambda company: making.ctx.business_date)
    making.planning(making.frame, lead_time_days=3, safety_stock="5")
    making.planning(making.tube, lead_time_days=4, multiple="50", minimum="100")
    making.planning(making.paint, policy="reorder", reorder_point="20", reorder_to="80", lead_time_days=2)
    making.supplier = making.world.party("Tubes and more", is_supplier=True)
    making.source = commands.create(
        SupplierItem, making.ctx, supplier=making.supplier, item=making.tube, price="3", lead_time_days=4
    )
    making.origin = commands.create(PurchaseOrder, making.ctx, supplier=making.supplier, site=making.site)
    making.demand(making.frame, "30", "2026-03-27", making.origin)
    making.acme = making.world.party("Acme", owner=making.world.boss)
    making.deal = commands.create(
        Opportunity,
        making.ctx,
        name="Frames",
        party=making.acme,
        amount=5000,
        expected_close_on="2026-03-20",
        lines=[{"item": making.frame, "quantity": 100, "price": 50, "wanted_on": "2026-04-20"}],
    )
    stage = Stage.objects.get(code="proposal")
    making.deal = commands.perform(making.deal, "move", making.ctx, stage=stage)
    making.another_deal = lambda n: commands.create(
        Opportunity,
        making.ctx,
        name=f"More frames {n}",
        party=making.acme,
        amount=1000,
        expected_close_on="2026-03-20",
        lines=[{"item": making.frame, "quantity": 10, "price": 50, "wanted_on": "2026-04-20"}],
    )
    making.kept = following.Kept()
    following.batch(making.ctx, making.kept)
    return making


@pytest.fixture
def trying(shop):
    """trying("deal", record, won=True) is a scenario with that change; more of them by calling it with `scenario=`."""

    def make(kind: str, record, scenario=None, ctx=None, **values) -> Scenario:
        ctx = ctx or shop.ctx
        scenario = scenario or commands.create(Scenario, ctx, name="What if")
        first = KINDS[kind].ask[0].name
        commands.perform(scenario, f"try_{kind}", ctx, **{first: record}, **values)
        return scenario

    return make


@pytest.fixture
def changes():
    return changing.changes_of
