"""How the demo's items are planned: stock, lots and reorder points follow from what is expected to be sold."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from mainspring.kernel.models import Site
from mainspring.modules.engineering import demo as engineering
from mainspring.modules.items.demo import parts
from mainspring.modules.items.models import Item, ItemSite
from mainspring.modules.organization.demo import bulk
from mainspring.modules.planning.models import DemandForecast

BIKES_AN_ORDER = 4
PAST = "PAST"
"""The category of models nobody makes, buys or sells any more."""
WHEEL_PARTS = ("RIM", "HUB", "SPOK")


def rates(size: str, bikes_a_day: float, rng) -> dict[int, float]:
    """{item: units a working day}: bicycles by popularity, everything below them by the bills of material."""
    keys = dict(Item.objects.values_list("code", "pk"))
    goods = sorted(Item.objects.filter(category__code="FG").values_list("code", flat=True))
    rng.shuffle(goods)
    shares = [(2 + rank) ** -1.7 for rank in range(len(goods))]  # few models make most of the business
    daily: dict[str, float] = defaultdict(float)
    for code, share in zip(goods, shares, strict=True):
        daily[code] = bikes_a_day * share / sum(shares)
    for code, lines, batch in reversed(list(engineering.bills(size))):  # parents before their components
        for component, quantity, scrap, _operation in lines:
            daily[component] += daily[code] * float(Fraction(quantity) / batch) * (1 + float(scrap) / 100)
    return {keys[code]: rate for code, rate in daily.items()}


def plan_items(ctx, size: str, rates: dict[int, float], popular: list) -> None:
    """Bicycles and frames are made in Vilnius, wheels in Kaunas; distribution centers and Suzhou are filled up."""
    sites = {site.code: site for site in Site.objects.all()}
    days = {code: lead for code, *_rest, lead in parts(size)}
    rows = []
    for item in (
        Item.objects.filter(kind="stock").exclude(category__code=PAST).select_related("category").order_by("code")
    ):
        rate = rates.get(item.pk, 0)
        rows += [{"item": item, "site": sites[code], **values} for code, values in _plans(item, rate, days)]
        if item in popular:
            rows += [
                {"item": item, "site": sites[code], **filled_up(rate * share + 0.2, 6, 15)}
                for code, share in (("KLA", 0.15), ("WAW", 0.12), ("HAM", 0.2), ("SUZ", 0.3))
            ]
    bulk(ItemSite, ctx, rows)


def _plans(item, rate: float, days: dict[str, int]):
    """(site, planning values) of an item."""
    code = item.code
    if item.category.code == "FG":
        yield "VNO", planned(rate, 2, safety=3, lot=20, multiple=10)
    elif code.startswith("WHL"):
        yield "KUN", planned(rate, 2, safety=6, lot=20, multiple=50, least=10)
        yield "VNO", filled_up(rate, 8, 20, least=10)
    elif item.make_or_buy == "make":
        yield "VNO", planned(rate, 2, safety=3, lot=20, multiple=20 if code.startswith("PF") else 40)
    else:
        site = "KUN" if code.startswith(WHEEL_PARTS) else "VNO"
        yield site, planned(rate, lead_days(days[code]), safety=10, lot=40, multiple=10, least=10)


def lead_days(calendar_days: int) -> int:
    """Working days of a part's way to us: most of it is on stock somewhere near."""
    return max(3, calendar_days * 5 // 14)


def planned(rate: float, lead: int, *, safety: int, lot: int, multiple: int, least: int = 0) -> dict:
    """Planned by requirements: safety stock of so many days, lots of so many days of need."""
    return {
        "lead_time_days": lead,
        "safety_stock": whole(rate * safety + least),
        "lot_rule": "period",
        "lot_size": Decimal(lot),
        "minimum": Decimal(multiple),
        "multiple": Decimal(multiple),
    }


def filled_up(rate: float, point: int, to: int, *, least: int = 2) -> dict:
    """Not planned but filled up from elsewhere when below the reorder point."""
    return {
        "policy": "none",
        "lead_time_days": 2,
        "reorder_point": whole(rate * point + least),
        "reorder_to": whole(rate * to + 3 * least),
    }


FORECAST_MONTHS = 4
FENCES = {"demand_fence_days": 7, "planning_fence_days": 21}


def expect(ctx) -> None:
    """Forecasts by month of the bicycles Vilnius makes; the plan of two of them is left alone for three weeks."""
    site = Site.objects.get(code="VNO")
    months = [ctx.business_date.replace(day=1)]
    for _n in range(FORECAST_MONTHS):
        months.append((months[-1] + timedelta(days=32)).replace(day=1))
    goods = list(
        Item.objects.filter(category__code="FG", make_or_buy="make", active=True, sites__site=site).order_by("code")[
            :20
        ]
    )
    bulk(
        DemandForecast,
        ctx,
        [
            {"item": item, "site": site, "starts_on": start, "ends_on": end - timedelta(days=1),
             "quantity": Decimal(4 + (7 * n + 3 * m) % 9)}
            for n, item in enumerate(goods)
            for m, (start, end) in enumerate(pairwise(months))
        ],
    )  # fmt: skip
    ItemSite.objects.filter(item__in=[item.pk for item in goods[:2]], site=site).update(**FENCES)


def whole(quantity: float) -> Decimal:
    return Decimal(round(quantity))


def opening_stock(rates: dict[int, float], rng) -> dict[str, list[tuple[Item, Decimal]]]:
    """{site: [(item, quantity)]} to begin with: days of need, more of what takes long to come, not all alike."""
    found = defaultdict(list)
    for plan in (
        ItemSite.objects.filter(item__active=True)
        .select_related("item__category", "site")
        .order_by("site__code", "item__code")
    ):
        rate, item = rates.get(plan.item_id, 0), plan.item
        if plan.policy == "none":
            quantity = whole(float(plan.reorder_to) * rng.uniform(0.2, 1))
        elif item.category.code == "FG":
            quantity = whole((rate * 10 + 3) * rng.uniform(0.5, 1.2))
        elif item.make_or_buy == "make":
            quantity = whole(rate * 10 + (30 if item.code.startswith("WHL") else 6))
        else:
            quantity = whole((rate * (14 + plan.lead_time_days) + 20) * rng.uniform(0.4, 1.3))
        found[plan.site.code].append((item, max(quantity, Decimal(1))))
    return found
