"""What a scenario says is what promoting it does; nothing of it is written before (U7, CAP-06, P19)."""

import random
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from mainspring.kernel import commands
from mainspring.kernel.models import Site
from mainspring.modules.crm.models import Opportunity
from mainspring.modules.engineering.models import Routing
from mainspring.modules.items.models import ItemSite
from mainspring.modules.organization.models import CalendarException
from mainspring.modules.planning import commands as planning
from mainspring.modules.planning import following
from mainspring.modules.planning.models import FirmProposal, PlanMark
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.purchasing.models import PurchaseOrder, PurchaseRequest
from mainspring.modules.sales.models import SalesOrder
from mainspring.modules.scenarios import figures, rehearsing
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock.models import StockMove

MICRO = 1_000_000
DIFFERENCES = ("before_", "after_", "stock_item", "stock_site", "stock_before", "stock_after")


def stored(today) -> Counter:
    """The proposals that nobody stands for, as the plan wrote them: item, site, make or buy, quantity, days."""
    firm = set(FirmProposal.objects.values_list("pk", flat=True))
    found = Counter()
    for table, model, start, due in (
        (0, ProductionOrder, "starts_on", "due_on"),
        (1, PurchaseRequest, "order_by", "needed_on"),
    ):
        for row in model.objects.filter(state="proposed").exclude(pk__in=firm):
            days = ((getattr(row, name) - today).days for name in (start, due))
            found[row.item_id, row.site_id, table, int(row.quantity * MICRO), *days] += 1
    return found


def told(answer, when: str) -> Counter:
    columns = [answer.columns[f"{when}_{name}"].tolist() for name in rehearsing.ORDER]
    return Counter(zip(*columns, strict=True))


def assert_same(one: dict, other: dict) -> None:
    for name, column in one.items():
        if not name.startswith(DIFFERENCES):
            assert np.array_equal(column, other[name]), name


def facts() -> tuple:
    """What trying something may not touch."""
    return (
        sorted(StockMove.objects.filter(state="planned").values_list("item", "quantity", "planned_on", "is_forecast")),
        sorted(ItemSite.objects.values_list("pk", "safety_stock", "lead_time_days")),
        sorted(Opportunity.objects.values_list("pk", "state", "probability")),
        CalendarException.objects.count(),
        PlanMark.objects.count(),
    )


def test_nothing_changed_is_the_plan_itself(shop):
    first = rehearsing.plan_itself(shop.kept, shop.ctx)
    second = rehearsing.rehearse([], shop.kept, shop.ctx)
    assert_same(first.columns, second.columns)
    assert_same(second.columns, second.base)
    assert first.columns["purchases_planned"].sum() > 0
    assert first.columns["load"].sum() > 0


def test_what_a_way_costs_is_in_the_plan_of_money(shop):
    """MFG-11: what another site gives costs the way here and nothing else."""
    store = Site.objects.create(company=shop.world.company, code="KNS", name="Store", kind="warehouse")
    there = stock.ensure_locations(store, shop.ctx)
    way = commands.create(ItemSite, shop.ctx, item=shop.frame, site=store, supplied_from=shop.site, transit_days=3)
    origin = commands.create(
        PurchaseOrder, shop.ctx, supplier=shop.world.party("Anybody", is_supplier=True), site=store
    )
    move = stock.MoveSpec(
        shop.frame.pk, Decimal(10), there["internal"], there["customer"], origin,
        planned_on=shop.ctx.business_date + timedelta(days=30),
    )  # fmt: skip
    stock.replan(shop.ctx, origin, [move])
    following.batch(shop.ctx, shop.kept)
    free = rehearsing.plan_itself(shop.kept, shop.ctx).columns["purchases_planned"].sum()
    ItemSite.objects.filter(pk=way.pk).update(transfer_cost="2.50")
    del shop.kept.__dict__["prices"]  # kept for some seconds
    assert rehearsing.plan_itself(shop.kept, shop.ctx).columns["purchases_planned"].sum() - free == 10 * 250


KINDS = ("deal", "won", "forecast", "safety", "lead", "source", "size", "saturday", "buy", "elsewhere", "move", "split",
         "more", "later", "cancelled")  # fmt: skip


def ordered(shop) -> SalesOrder:
    """A confirmed order the plan knows of; made once."""
    known = SalesOrder.objects.filter(state="confirmed").first()
    if known is None:
        line = {"item": shop.frame, "quantity": 40, "price": 50, "wanted_on": "2026-04-06"}
        known = commands.create(SalesOrder, shop.ctx, party=shop.acme, site=shop.site, lines=[line])
        commands.perform(known, "confirm", shop.ctx)
        following.batch(shop.ctx, shop.kept)
    return known


def try_one(shop, trying, what: str, scenario, dice):
    """Add a change of a kind to a scenario."""
    day = date(2026, 3, 9) + timedelta(days=dice.randint(0, 20))
    proposal = ProductionOrder.objects.filter(state="proposed", is_planned=True).order_by("due_on", "pk").first()
    planned = ItemSite.objects.get(item=shop.frame)
    return {
        "deal": lambda: trying("deal", shop.deal, scenario, probability=dice.choice([10, 80, 100])),
        "won": lambda: trying("deal", shop.deal, scenario, won=True),
        "forecast": lambda: trying(
            "forecast", shop.frame, scenario, site=shop.site, starts_on=day, quantity=dice.randint(1, 60)
        ),
        "safety": lambda: trying("planning", planned, scenario, safety_stock=dice.randint(6, 20)),
        "lead": lambda: trying("planning", planned, scenario, lead_time_days=dice.randint(4, 9)),
        "source": lambda: trying("source", shop.source, scenario, lead_time_days=15),
        "size": lambda: trying("center", shop.welding, scenario, size=2),
        "saturday": lambda: trying("shift", shop.week, scenario, on_date=date(2026, 3, 7), what="working", weeks=4),
        "buy": lambda: trying("make_or_buy", shop.frame, scenario, make_or_buy="buy"),
        "elsewhere": lambda: trying(
            "alternate", Routing.objects.get(item=shop.frame), scenario, sequence=10, work_center=shop.painting
        ),
        "move": lambda: trying("order", proposal, scenario, due_on=day),
        "split": lambda: trying("order", proposal, scenario, parts=2),
        "more": lambda: trying("order", proposal, scenario, quantity=proposal.quantity + 7),
        "later": lambda: trying("sales_order", ordered(shop), scenario, wanted_on=date(2026, 5, 4)),
        "cancelled": lambda: trying("sales_order", ordered(shop), scenario, cancel=True),
    }[what]()


@pytest.mark.parametrize("what", KINDS)
def test_a_scenario_says_what_promoting_it_does(shop, trying, changes, what):
    """Proposals, lateness, load, stock and cash are those the planner writes once the change is made."""
    _promote_and_compare(shop, changes, try_one(shop, trying, what, None, random.Random(1)))


@pytest.mark.parametrize("seed", range(4))
def test_several_changes_say_what_promoting_them_does(shop, trying, changes, seed):
    dice = random.Random(seed)
    scenario = None
    for what in dice.sample(["deal", "forecast", "safety", "source", "size", "saturday", "more"], 3):
        scenario = try_one(shop, trying, what, scenario, dice)
    _promote_and_compare(shop, changes, scenario)


def _promote_and_compare(shop, changes, scenario) -> None:
    ctx, today = shop.ctx, shop.ctx.business_date
    before, untouched = stored(today), facts()
    answer = rehearsing.rehearse(changes(scenario), shop.kept, ctx)
    assert answer.problems == []
    assert facts() == untouched, "nothing is written"
    assert stored(today) == before
    again = rehearsing.plan_itself(shop.kept, ctx)
    assert_same(again.columns, answer.base)

    commands.perform(scenario, "promote", ctx)
    following.batch(ctx, shop.kept)
    after = stored(today)
    firm = FirmProposal.objects.exists()
    if not firm:
        assert after == before - told(answer, "before") + told(answer, "after")
        assert told(answer, "before") <= before
    else:
        assert told(answer, "after") <= after
    assert_same(rehearsing.plan_itself(shop.kept, ctx).columns, answer.columns)
    outcome = planning.settle(ctx)
    assert outcome.is_quiet or what_is_new(outcome) == 0, "a full run finds nothing else"


def what_is_new(outcome) -> int:
    return outcome.new + outcome.changed + outcome.withdrawn


def test_the_live_plan_is_the_same_after_a_rehearsal(shop, trying, changes):
    """The plan in memory is brought back: what is followed afterwards is what a full run gives."""
    for kind, record, values in (
        ("deal", shop.deal, {"won": True}),
        ("planning", ItemSite.objects.get(item=shop.frame), {"safety_stock": 40}),
    ):
        rehearsing.rehearse(changes(trying(kind, record, **values)), shop.kept, shop.ctx)
    shop.demand(shop.frame, "70", "2026-04-01", shop.origin)
    following.batch(shop.ctx, shop.kept)
    assert what_is_new(planning.settle(shop.ctx)) == 0


def test_a_change_that_is_refused_is_said_and_left_out(shop, trying, changes):
    proposal = ProductionOrder.objects.filter(state="proposed").order_by("pk").first()
    scenario = trying("order", proposal, due_on=date(2026, 4, 1))
    trying("deal", shop.deal, scenario, won=True)
    planning.convert(shop.ctx, [proposal.pk])
    ProductionOrder.objects.filter(pk=proposal.pk).update(state="cancelled")
    following.batch(shop.ctx, shop.kept)
    answer = rehearsing.rehearse(changes(scenario), shop.kept, shop.ctx)
    assert [problem["change"] for problem in answer.problems] == [0]
    assert answer.columns["sales_hoped"].sum() != answer.base["sales_hoped"].sum()


def test_what_waits_is_followed_first(shop):
    """A change that is not in the plan yet would be told as an effect of the scenario."""
    shop.demand(shop.frame, "1", "2026-04-01", shop.origin)
    with pytest.raises(rehearsing.Behind):
        rehearsing.plan_itself(shop.kept, shop.ctx)


def test_a_deal_moves_sales_purchases_hours_stock_and_cash(shop, trying, changes):
    """U6, DSS-04: 100 frames at 50; the plan counts on half of them."""
    answer = rehearsing.rehearse(changes(trying("deal", shop.deal, won=True)), shop.kept, shop.ctx)
    more = {name: int((answer.columns[name] - answer.base[name]).sum()) for name in
            ("sales_hoped", "purchases_planned", "load", "cash_hoped")}  # fmt: skip
    assert more["sales_hoped"] == 2500_00, "5000 in full instead of half"
    assert more["cash_hoped"] == 2500_00
    assert more["load"] == 50 * (1800 + 900), "half an hour of welding and a quarter of painting each"
    assert more["purchases_planned"] == 150 * 3_00, "three tubes each, in fifties, at 3"
    [(item, more_frames)] = {
        (row[0], row[3]) for row in (told(answer, "after") - told(answer, "before")) if row[0] == shop.frame.pk
    }
    assert (item, more_frames) == (shop.frame.pk, 100 * MICRO)


def test_figures_survive_as_bytes(shop):
    columns = rehearsing.plan_itself(shop.kept, shop.ctx).columns
    assert_same(columns, figures.unpacked(figures.packed(columns)))


def test_money_of_the_plan_is_whole(shop):
    """Sums of a plan do not depend on where its rows lie in memory."""
    first = rehearsing.plan_itself(shop.kept, shop.ctx).columns
    shop.kept.held.plan.run()
    assert_same(first, rehearsing.plan_itself(shop.kept, shop.ctx).columns)
    assert Decimal(int(first["purchases_planned"].sum())) % 1 == 0
