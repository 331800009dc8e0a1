"""What deals may bring is demand in the plan, names its deal, and is consumed by real orders (CRM-19, P21)."""

from datetime import date
from decimal import Decimal

import pytest

from mainspring.kernel import checks, commands
from mainspring.modules.crm.models import Opportunity, Stage
from mainspring.modules.planning import commands as planning
from mainspring.modules.planning.models import PlanMark
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.promising import queries as promising
from mainspring.modules.sales.models import SalesOrder
from mainspring.modules.stock import queries as shelves
from mainspring.modules.stock.models import StockMove


@pytest.fixture
def selling(making):
    """The workshop has a customer with a deal about 100 frames in April."""
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
    return making


def stage(code: str) -> Stage:
    return Stage.objects.get(code=code)


def planned(deal) -> list[tuple]:
    rows = StockMove.objects.filter(origin=deal.pk, state="planned").order_by("pk")
    return [(row.item.code, row.quantity, row.planned_on, row.reference) for row in rows]


def move(selling, code: str):
    selling.deal = commands.perform(selling.deal, "move", selling.ctx, stage=stage(code))


def order(selling, quantity) -> SalesOrder:
    made = commands.create(
        SalesOrder,
        selling.ctx,
        party=selling.acme,
        opportunity=selling.deal,
        lines=[{"item": selling.frame, "quantity": quantity, "price": 50}],
    )
    return commands.perform(made, "confirm", selling.ctx)


def all_is_well():
    assert [result for result in checks.run("crm.planned") if result.findings] == []


def test_a_deal_is_demand_while_its_stage_says_so(selling):
    number, april = selling.deal.number, date(2026, 4, 20)
    assert planned(selling.deal) == [], "qualification is not planned"
    move(selling, "proposal")
    assert planned(selling.deal) == [("FRAME", 50, april, f"{number} (50 % × 100)")]
    commands.change(selling.deal, selling.ctx, probability=30)
    assert planned(selling.deal)[0][1:2] == (30,)
    commands.change(stage("proposal"), selling.ctx, planned="full")
    assert planned(selling.deal) == [("FRAME", 100, april, f"{number} (100 % × 100)")]
    commands.change(stage("proposal"), selling.ctx, planned="")
    assert planned(selling.deal) == []
    move(selling, "negotiation")
    assert planned(selling.deal)[0][1] == 75
    commands.change(selling.deal, selling.ctx, forecast="left_out")
    assert planned(selling.deal) == []
    commands.change(selling.deal, selling.ctx, forecast="committed")
    commands.perform(selling.deal, "lose", selling.ctx, reason="price")
    assert planned(selling.deal) == [], "lost"
    all_is_well()


def test_orders_consume_what_the_deal_was_expected_to_bring(selling):
    """Nothing counts twice: 100 expected, 40 ordered leave 60; won and not ordered stays in full."""
    move(selling, "proposal")
    first = order(selling, 40)
    assert planned(selling.deal)[0][1] == 30, "half of the 60 left"
    commands.perform(selling.deal, "win", selling.ctx, amount=5000)
    assert planned(selling.deal)[0][1] == 60
    second = order(selling, 80)
    assert planned(selling.deal) == [], "ordered more than expected"
    commands.perform(second, "cancel", selling.ctx, reason="too many")
    assert planned(selling.deal)[0][1] == 60
    commands.perform(first, "cancel", selling.ctx, reason="x")
    assert planned(selling.deal)[0][1] == 100
    commands.perform(selling.deal, "reopen", selling.ctx)
    assert planned(selling.deal)[0][1] == 50
    all_is_well()


def test_the_plan_makes_what_deals_may_bring_and_says_for_which(selling):
    move(selling, "proposal")
    planning.settle(selling.ctx)
    made = ProductionOrder.objects.get(item=selling.frame, state="proposed")
    assert made.quantity == 50
    assert f"50 pcs for {selling.deal.number} (50 % × 100)" in str(made.reason_text)
    assert made.demand_id == selling.deal.pk, "the dossier leads to the deal"
    [row] = shelves.projection(selling.ctx, selling.frame, selling.site)
    assert (row["number"], row["is_forecast"], row["quantity"]) == (selling.deal.number, True, -50)
    commands.perform(selling.deal, "lose", selling.ctx, reason="price")
    planning.settle(selling.ctx)
    assert not ProductionOrder.objects.filter(item=selling.frame, state="proposed").exists()


def test_no_promise_waits_for_a_forecast(selling):
    """Stock goes to who orders it, whatever deals may bring."""
    move(selling, "negotiation")
    selling.bring(selling.frame, "20", "30")
    found = promising.promise(selling.ctx, selling.frame, selling.site, Decimal(20))
    assert [reason.code for reason in found.reasons] == ["stock"]


def test_what_was_expected_by_now_expires(selling):
    move(selling, "proposal")
    later = selling.world.on("2026-04-21")
    planning.settle(later)
    assert not ProductionOrder.objects.filter(item=selling.frame, state="proposed").exists()


def test_a_change_of_a_deal_has_its_items_planned_at_once(selling):
    """Within a second: the change marks its items for the planner in its own transaction."""
    planning.settle(selling.ctx)
    move(selling, "proposal")
    assert list(PlanMark.objects.values_list("item", "site").distinct()) == [(selling.frame.pk, selling.site.pk)]
