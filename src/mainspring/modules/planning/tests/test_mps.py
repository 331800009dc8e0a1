"""The master plan: forecasts and what orders leave of them, fences, what can be promised, capacity before saving."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from mainspring.kernel import commands
from mainspring.modules.items.models import ItemSite
from mainspring.modules.planning import commands as planning
from mainspring.modules.planning import following, forecasting, mps
from mainspring.modules.planning.models import DemandForecast, FirmProposal, PlanMark
from mainspring.modules.planning.tests.test_plan import needed
from mainspring.modules.production.models import ProductionOrder

MONDAY = date(2026, 3, 2)


def expects(making, item, quantity, first, last):
    return commands.create(
        DemandForecast, making.ctx, item=item, site=making.site, quantity=quantity, starts_on=first, ends_on=last
    )


def months(making, quantities):
    """A forecast of 350 for each of so many months from April 2026 on, and an order on each month's tenth."""
    for n, quantity in enumerate(quantities, 4):
        first = date(2026, n, 1)
        expects(making, making.frame, 350, first, date(2026, n + 1, 1) - timedelta(days=1))
        if quantity:
            needed(making, making.frame, str(quantity), date(2026, n, 10).isoformat())


def test_orders_consume_the_forecast_of_their_period_then_of_those_around(making):
    """P21: orders 300/500/280/0 against 350 each leave 0/0/0/320."""
    months(making, (300, 500, 280, 0))
    found = forecasting.left(making.ctx.company_id, making.ctx.business_date)
    assert [f.left // 10**6 for f in found] == [0, 0, 0, 320]


def test_what_is_left_of_a_forecast_is_planned_and_followed(making):
    """P21: the rest counts on its period's first day; a change of a forecast or an order reaches the plan by itself."""
    expects(making, making.frame, 40, "2026-04-06", "2026-04-12")
    kept = following.Kept()
    following.batch(making.ctx, kept)
    order = ProductionOrder.objects.get(item=making.frame, state="proposed")
    assert (order.quantity, order.due_on) == (40, date(2026, 4, 6))
    needed(making, making.frame, "30", "2026-04-08")
    assert PlanMark.objects.exists()
    following.batch(making.ctx, kept)
    proposed = ProductionOrder.objects.filter(item=making.frame, state="proposed")
    assert sorted((o.due_on, o.quantity) for o in proposed) == [(date(2026, 4, 6), 10), (date(2026, 4, 8), 30)]
    DemandForecast.objects.update(quantity=100)
    following.batch(making.ctx, kept)
    assert sum(o.quantity for o in proposed.all()) == 100
    outcome = planning.settle(making.ctx)
    assert (outcome.new, outcome.changed, outcome.withdrawn) == (0, 0, 0)


def test_inside_the_demand_fence_only_orders_count_and_inside_the_planning_fence_nothing_is_proposed(making):
    """P23."""
    making.planning(making.frame, demand_fence_days=14, planning_fence_days=28)
    expects(making, making.frame, 40, "2026-03-09", "2026-03-15")
    needed(making, making.frame, "5", "2026-03-13")
    planning.settle(making.ctx)
    order = ProductionOrder.objects.get(item=making.frame, state="proposed")
    assert order.quantity == 5
    assert order.due_on >= MONDAY + timedelta(days=28)
    with pytest.raises(ValidationError, match="demand fence"):
        making.planning(making.tube, demand_fence_days=14, planning_fence_days=7)


def test_a_master_plan_shows_every_quantity_by_week_and_what_can_be_promised(making):
    """MFG-01: forecast, orders, supply, projected stock, ATP and fences of each week."""
    making.planning(making.frame, planning_fence_days=14, demand_fence_days=7)
    making.bring(making.frame, "10", "20")
    expects(making, making.frame, 30, "2026-03-23", "2026-03-29")
    needed(making, making.frame, "4", "2026-03-04")
    needed(making, making.frame, "20", "2026-03-25")
    planning.settle(making.ctx)
    found = mps.plan(making.ctx, making.frame, making.site)
    assert [w.fence for w in found.weeks[:4]] == ["demand", "planning", "", ""]
    first, fourth = found.weeks[0], found.weeks[3]
    assert (first.orders, first.stock, first.promise) == (4, 6, 6)
    assert (fourth.forecast, fourth.expected, fourth.orders) == (30, 10 - 4, 20)
    assert fourth.stock == 0
    assert fourth.supply == fourth.proposed == 20
    assert found.weeks[1].promise is None


def test_firm_quantities_of_weeks_replace_the_plan_and_are_given_back(making):
    """MFG-01, P23: a person's quantity stays; zero gives the week back; the demand fence is closed."""
    making.planning(making.frame, planning_fence_days=7, demand_fence_days=7)
    needed(making, making.frame, "20", "2026-03-25")
    planning.settle(making.ctx)
    assert mps.save(making.ctx, making.frame, making.site, {3: Decimal(50), 5: Decimal(8)}, why="Spring") == 2
    planning.settle(making.ctx)
    found = mps.plan(making.ctx, making.frame, making.site)
    assert [(w.firm, w.proposed) for w in found.weeks[3:6]] == [(50, 0), (0, 0), (8, 0)]
    assert FirmProposal.objects.filter(why="Spring").count() == 2
    fresh = ProductionOrder.objects.get(quantity=8)
    assert fresh.due_on == date(2026, 4, 10)  # a Friday
    assert mps.save(making.ctx, making.frame, making.site, {3: Decimal(0), 5: Decimal(0)}) == 2
    planning.settle(making.ctx)
    found = mps.plan(making.ctx, making.frame, making.site)
    assert [(w.firm, w.proposed) for w in found.weeks[3:6]] == [(0, 20), (0, 0), (0, 0)]
    for wrong in ({0: Decimal(5)}, {99: Decimal(5)}, {4: Decimal(-1)}, {4: Decimal("0.5")}):
        with pytest.raises(ValidationError):
            mps.save(making.ctx, making.frame, making.site, wrong)


def test_the_hours_of_a_change_are_shown_at_every_level_and_nothing_is_saved(making):
    """CAP-03: ten wagons more are an hour of set-up and ten of painting, and twenty frames a lead time before."""
    wagon = making.made("WAGON", [(making.frame, "2")], [(10, making.painting, "1", "1")])
    making.planning(wagon, lead_time_days=7)
    found = mps.plan(making.ctx, wagon, making.site)
    rows = {row["center"]: row["weeks"] for row in mps.effect(making.ctx, found, {4: Decimal(10)})}
    assert rows["PAINT"][4]["after"] - rows["PAINT"][4]["before"] == 11
    assert rows["PAINT"][3]["after"] - rows["PAINT"][3]["before"] == 5
    assert rows["WELD"][3]["after"] - rows["WELD"][3]["before"] == 11
    assert not FirmProposal.objects.exists()
    assert mps.effect(making.ctx, found, {4: Decimal(0)}) == []


def test_the_pages_of_the_master_plan_answer_and_refuse_in_words(making):
    making.planning(making.frame, planning_fence_days=14, demand_fence_days=7)
    client = Client()
    client.force_login(making.world.boss, backend="django.contrib.auth.backends.ModelBackend")
    listed = client.get("/planning/mps/?q=FRA").content.decode()
    page = f"/planning/mps/{making.frame.pk}/{making.site.pk}/"
    assert page in listed
    shown = client.get(page).content.decode()
    assert "mps-table" in shown
    assert "Demand fence" in shown
    effect = client.post(f"{page}effect/", {"w5": "200"})
    assert (effect.status_code, "WELD" in effect.content.decode()) == (200, True)
    for field, value, said in (("w0", "5", "within the demand fence"), ("w5", "-1", "zero or more"),
                               ("w5", "many", "not a valid value"), ("w5", "1.5", "decimal places")):  # fmt: skip
        refused = client.post(f"{page}save/", {field: value})
        assert (refused.status_code, said in refused.content.decode()) == (422, True), value
    assert client.post(f"{page}save/", {"w5": "200"}).status_code == 204
    assert ProductionOrder.objects.get(quantity=200).item == making.frame
    assert client.get("/planning/mps/999999/1/").status_code == 404
    assert ItemSite.objects.get(item=making.frame).planning_fence_days == 14
