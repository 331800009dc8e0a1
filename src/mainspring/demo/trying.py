"""Large deals to try, and two scenarios the planner and the sales manager prepared."""

from datetime import timedelta

from mainspring.kernel import commands
from mainspring.modules.crm.models import Opportunity, Stage
from mainspring.modules.engineering.models import WorkCenter
from mainspring.modules.scenarios.models import Scenario

from .life import Life

DEALS = (
    ("City bicycles for the capital's sharing scheme", 240, 35, 30),
    ("Rental fleet for the coast, spring", 120, 49, 50),
    ("Mountain bicycles for a chain of schools", 80, 63, 60),
)
"""Name, bicycles, days until they are wanted, chance."""


def live(life: Life) -> None:
    """Deals whose chance moves stock, load and cash, and scenarios that begin with them."""
    deals = [made for deal in DEALS if (made := _deal(life, *deal))]
    if len(deals) < len(DEALS):
        return
    _won(life, deals[0])
    _both_with_saturdays(life, deals)


def _deal(life: Life, name: str, bicycles: int, days: int, chance: int) -> Opportunity | None:
    goods = sorted(life.goods, key=lambda item: (-life.rates.get(item.pk, 0), item.code))[:3]
    customer = life.customers[bicycles % len(life.customers)]
    ctx = life.by(life.seller_of(customer.territory.code))
    wanted_on = life.day + timedelta(days=days)
    each = {"quantity": bicycles // 3, "price": 420, "wanted_on": wanted_on, "site": life.plants[0]}
    lines = [{"item": item, **each} for item in goods]
    stage = Stage.objects.filter(process__company__code=life.cast.company, code="proposal").first()
    deal = life.make(
        "opportunity",
        Opportunity,
        ctx,
        name=name,
        party=customer,
        amount=bicycles * 420,
        expected_close_on=life.day + timedelta(days=days - 21),
        lines=lines,
    )
    if deal is None or stage is None:
        return None
    life.do(deal, "move", ctx, stage=stage)
    return commands.change(Opportunity.objects.get(pk=deal.pk), ctx, probability=chance)


def _won(life: Life, deal: Opportunity) -> None:
    ctx = life.by("sales_manager")
    scenario = life.make("scenario", Scenario, ctx, name="The sharing scheme is ours", note="As signed, nothing else.")
    if scenario:
        commands.perform(scenario, "try_deal", ctx, opportunity=deal, won=True, why="The board decides on Friday")
        _show(scenario, life, "planner", "manager")


def _both_with_saturdays(life: Life, deals: list[Opportunity]) -> None:
    ctx = life.by("planner")
    scenario = life.make("scenario", Scenario, ctx, name="Two large orders with extra Saturdays")
    if not scenario:
        return
    center = WorkCenter.objects.filter(site__company__code=life.cast.company, active=True).order_by("pk").first()
    for deal in deals[:2]:
        commands.perform(scenario, "try_deal", ctx, opportunity=deal, won=True)
    saturday = life.day + timedelta(days=(5 - life.day.weekday()) % 7 or 7)
    commands.perform(
        scenario, "try_shift", ctx, calendar=center.calendar, on_date=saturday, what="working", weeks=6,
        why="Overtime agreed with the workshop",
    )  # fmt: skip
    _show(scenario, life, "sales_manager", "manager")


def _show(scenario, life: Life, *names: str) -> None:
    people = [life.by(name).user.pk for name in names]
    commands.change(Scenario.objects.get(pk=scenario.pk), life.by(scenario.created_by.username), shared_with=people)
