"""Goods between sites, counts and scrap: the warehouse's own work."""

from decimal import Decimal

from django.db.models import Sum

from mainspring.modules.items.models import Item, ItemSite
from mainspring.modules.stock.models import StockAdjustment, StockBalance, StockCount, Transfer, TransferLine

from . import selling
from .life import Life

ZERO = Decimal(0)


def live(life: Life) -> None:
    """Receive what is on the road, then fill up distribution centers and the plant's wheels once a week."""
    ctx = life.by("warehouse")
    for transfer in Transfer.objects.filter(**life.mine, state="in_transit", receive_on__lte=life.day).order_by(
        "number"
    ):
        life.do(transfer, "receive", ctx)
    if not life.is_past and life.day.weekday() not in (0, 3):
        return
    for code in sorted(set(life.cast.centers.values())):
        fill_up(life, life.plants[0], life.sites[code], {i.pk for i in life.goods})
    if life.cast.makes:
        wheels = set(Item.objects.filter(code__startswith="WHL").values_list("pk", flat=True))
        fill_up(life, life.plants[1], life.plants[0], wheels)
    if life.happens(0.5):
        count(life)
    if life.happens(0.25):
        scrap(life)


def fill_up(life: Life, start, end, items: set[int], *, ship: bool = True) -> Transfer | None:
    """Send what the other site is short of, by its reorder point, as far as it is free here."""
    ctx = life.by("warehouse")
    plans = list(ItemSite.objects.filter(site=end, item__in=items, reorder_to__gt=0).order_by("item__code"))
    here, there = (selling.free([p.item_id for p in plans], site) for site in (start, end))
    coming = dict(
        TransferLine.objects.filter(document__to_site=end, document__state__in=("draft", "in_transit"))
        .order_by()
        .values_list("item")
        .annotate(Sum("quantity"))
    )
    lines = []
    for plan in plans:
        position = there.get(plan.item_id, ZERO) + coming.get(plan.item_id, ZERO)
        if position < plan.reorder_point:
            quantity = min(plan.reorder_to - position, here.get(plan.item_id, ZERO) - 1)
            if quantity >= 1:
                lines.append({"item": plan.item_id, "quantity": quantity.quantize(Decimal(1))})
    if not lines:
        return None
    made = life.make(
        "transfer",
        Transfer,
        ctx,
        from_site=start,
        to_site=end,
        ship_on=life.day,
        receive_on=life.in_days(2, 3),
        lines=lines[:12],
    )
    return life.do(made, "ship", ctx) if made and ship else made


def count(life: Life, *, post: bool = True, blank: bool = False) -> StockCount | None:
    """A handful of items is counted; now and then one is missing."""
    ctx = life.by("warehouse")
    site = life.sites[life.rng.choice(sorted(life.sites))]
    shelf = list(
        StockBalance.objects.filter(location__site=site, location__kind="internal", quantity__gt=1).order_by(
            "item__code"
        )
    )
    if not shelf:
        return None
    lines = []
    for balance in sorted(life.rng.sample(shelf, min(5, len(shelf))), key=lambda b: b.pk):
        missing = 1 if balance.available >= 1 and life.happens(0.25) else 0
        lines.append(
            {
                "item": balance.item_id,
                "location": balance.location_id,
                "counted_quantity": None if blank else balance.quantity - missing,
            }
        )
    made = life.make("count", StockCount, ctx, site=site, reason="Cycle count", lines=lines)
    return life.do(made, "post", ctx) if made and post else made


def scrap(life: Life, *, post: bool = True) -> StockAdjustment | None:
    """Something was damaged in the warehouse."""
    ctx = life.by("warehouse")
    found = (
        StockBalance.objects.filter(location__site=life.plants[0], location__kind="internal", quantity__gt=20)
        .exclude(item__category__code="FG")
        .order_by("item__code")
    )
    shelf = [b for b in found if b.available > 5]
    if not shelf:
        return None
    made = life.make(
        "scrap",
        StockAdjustment,
        ctx,
        kind="scrap",
        site=life.plants[0],
        reason="Damaged by the fork lift",
        lines=[{"item": life.rng.choice(shelf).item_id, "quantity": Decimal(1)}],
    )
    return life.do(made, "post", ctx) if made and post else made
