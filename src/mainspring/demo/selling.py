"""Orders of customers, shipped when the goods are there, invoiced when they have left."""

from datetime import timedelta
from decimal import Decimal

from mainspring.kernel import commands
from mainspring.modules.sales import queries as sales
from mainspring.modules.sales.models import Return, SalesOrder, Shipment
from mainspring.modules.stock.models import StockBalance

from . import words
from .baskets import basket
from .days import season
from .life import Life

STOCKED_IN_CENTERS = 0.3
"""The share of bicycles, the popular ones, that distribution centers keep."""


def live(life: Life) -> None:
    """A day of sales, dispatch and billing."""
    for _n in range(life.times(life.orders_a_day * life.pace * season(life.day))):
        order(life)
    ship(life)
    bill(life)


def order(life: Life, *, confirm: bool = True) -> SalesOrder | None:
    """A customer orders: little from the distribution center near by, more from the plant."""
    customer = life.rng.choice(life.customers)
    seller = life.seller_of(customer.territory.code)
    ctx, site, goods = life.by(seller), life.plants[0], None
    center = life.sites.get(life.cast.centers.get(customer.territory.code, ""))
    small = center is not None and life.happens(0.4)
    if small:
        site, goods = center, popular(life.goods, life.rates)
    made = life.make(
        "sales order",
        SalesOrder,
        ctx,
        party=customer,
        reference=f"{life.rng.randrange(10_000, 99_999)}",
        owner=life.user(seller),
        site=site,
        wanted_on=life.in_days(1, 16),
        lines=basket(life, discount=life.rng.choice([0, 0, 0, 5]), small=small, goods=goods),
    )
    if made and confirm and life.happens(0.97):
        made = life.do(made, "confirm", ctx) or made
        if made.state == "held" and life.happens(0.75):
            life.do(made, "release_credit", life.by("accountant"), reason="Paid by transfer this morning")
    return made


def popular(goods: list, rates: dict[int, float]) -> list:
    """The bicycles distribution centers keep."""
    count = max(3, int(len(goods) * STOCKED_IN_CENTERS))
    return sorted(goods, key=lambda item: (-rates[item.pk], item.code))[:count]


def ship(life: Life) -> None:
    """What is due and kept in stock leaves; an order that is late leaves in part."""
    ctx = life.by("warehouse")
    due = SalesOrder.objects.filter(**life.mine, state="confirmed", promised_on__lt=life.until).exclude(
        delivery_status="all"
    )
    for record in due.order_by("promised_on", "number")[:30]:
        kept, lines = sales.reserved(record), sales.lines_of(record)
        if not kept or record.shipments.filter(state="draft").exists():
            continue
        whole = all(kept.get(line.pk, 0) >= line.remaining for line in lines)
        if not whole and not life.happens(0.5 if life.is_past else 0.25):
            continue
        made = life.do(record, "ship", ctx)
        if made:
            life.do(made.outcome, "post", ctx)
            if life.happens(0.03):
                take_back(life, made.outcome)


def bill(life: Life, share: float = 0.93) -> None:
    """Delivered orders are invoiced the same day, most of them."""
    ctx = life.by("accountant")
    waiting = SalesOrder.objects.filter(
        **life.mine, state="confirmed", delivery_status__in=("part", "all"), billing_status__in=("nothing", "part")
    )
    for record in waiting.order_by("number")[:40]:
        on_invoices = sales.invoicing([record.pk])
        if all(line.delivered <= on_invoices.get(line.pk, 0) for line in sales.lines_of(record)):
            continue
        if life.happens(share):
            made = life.do(record, "invoice", ctx)
            if made:
                life.do(made.outcome, "post", ctx)


def take_back(life: Life, shipment: Shipment, *, until: str = "credited") -> Return | None:
    """One bicycle comes back with its reason; received, then credited when it was invoiced."""
    ctx = life.by("warehouse")
    made = life.do(shipment, "return_goods", ctx, reason=life.rng.choice(words.FAULTS))
    if made is None:
        return None
    document = made.outcome
    first = document.lines.order_by("position").first()
    life.attempt(
        "return one",
        lambda: commands.change(
            document, ctx, to_quarantine=life.happens(0.5), lines=[{"id": first.pk, "quantity": Decimal(1)}]
        ),
    )
    if until == "draft":
        return document
    return life.do(document, "receive", ctx)


def credit(life: Life) -> None:
    """Goods that came back and were invoiced are credited some days later."""
    ctx = life.by("accountant")
    for document in Return.objects.filter(
        **life.mine, state="received", returned_on__lte=life.day - timedelta(days=2)
    ).order_by("number")[:3]:
        order_ = document.shipment.order
        if order_.billing_status == "to_credit":
            made = life.do(document, "credit", ctx)
            if made and made.outcome:
                life.do(made.outcome, "post", ctx)


def free(items, site) -> dict[int, Decimal]:
    """{item: not reserved in storage of a site}."""
    found: dict[int, Decimal] = {}
    for row in StockBalance.objects.filter(item__in=items, location__site=site, location__kind="internal"):
        found[row.item_id] = found.get(row.item_id, Decimal(0)) + row.available
    return found
