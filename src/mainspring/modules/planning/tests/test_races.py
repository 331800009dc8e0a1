"""Rules of the plan that hold when people act at once, each on a connection of their own."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction

from mainspring.kernel import commands
from mainspring.kernel.models import User
from mainspring.modules.planning import firming, following
from mainspring.modules.production.models import ProductionOrder, ProductionReport
from mainspring.modules.production.tests.test_races import making  # noqa: F401
from mainspring.modules.promising import commands as turns
from mainspring.modules.promising import queries as promising
from mainspring.modules.purchasing.models import PurchaseOrder
from mainspring.modules.sales.models import SalesOrder
from mainspring.modules.stock.models import Reservation, StockBalance
from mainspring.modules.stock.tests.test_races import together


@pytest.fixture
def proposals(making):  # noqa: F811
    """Three proposals of frames: 10, 20 and 30."""
    making.planning(making.frame, lead_time_days=3)
    supplier = making.world.party("Anybody", is_supplier=True)
    for quantity, day in ((10, "2026-03-20"), (20, "2026-04-20"), (30, "2026-05-20")):
        origin = commands.create(PurchaseOrder, making.ctx, supplier=supplier, site=making.site)
        making.demand(making.frame, str(quantity), day, origin)
    following.batch(making.ctx, following.Kept())
    return list(ProductionOrder.objects.filter(item=making.frame, state="proposed").order_by("due_on"))


def people(making, count: int) -> list:  # noqa: F811
    return [replace(making.ctx, user=User.objects.create(username=f"p{n}", is_superuser=True)) for n in range(count)]


def refused(job):
    """A job whose refusal is an answer."""

    def run():
        try:
            return job()
        except (ObjectDoesNotExist, PermissionDenied) as refusal:
            return refusal

    return run


def quantities(making) -> list[Decimal]:  # noqa: F811
    return sorted(o.quantity for o in ProductionOrder.objects.filter(item=making.frame).exclude(state="cancelled"))


def test_proposals_joined_while_one_is_confirmed_are_made_once(making, proposals):  # noqa: F811
    """Whoever comes second finds what the first left: 60 pieces are planned, whoever wins."""
    first, second = people(making, 2)
    keys = [p.pk for p in proposals]
    together(
        [
            refused(lambda: firming.merge(first, keys)),
            refused(lambda: commands.perform(proposals[1], "confirm", second)),
        ]
    )
    assert sum(quantities(making)) == 60
    assert quantities(making) in ([60], [10, 20, 30])


def test_a_proposal_divided_by_two_at_once_is_divided_once(making, proposals):  # noqa: F811
    first, second = people(making, 2)
    key = proposals[2].pk
    done = together([lambda p=p: firming.split(p, key, [Decimal(12), Decimal(18)]) for p in (first, second)])
    assert sorted(type(d).__name__ for d in done) == ["ValidationError", "list"]
    assert quantities(making) == [10, 12, 18, 20]


def test_the_same_hours_and_material_are_promised_once(making):  # noqa: F811
    """SAL-04, U5: two people promise frames at the same moment; whoever is second gets the hours that are left."""
    supplier = making.world.party("Anybody", is_supplier=True)
    origins = [commands.create(PurchaseOrder, making.ctx, supplier=supplier, site=making.site) for _n in range(2)]

    def confirm(origin):
        with transaction.atomic():
            turns.take_turns(making.site.pk, [origin.pk.int % 1000 + 10**6])  # others than the item: hours decide
            line = promising.Wanted(making.frame, Decimal(14))
            (promise,) = promising.promises(making.ctx, making.site, [line], apart_from=origin)
            making.demand(making.frame, "14", promise.on.isoformat(), origin)
            return promise.on

    days = together([lambda o=o: confirm(o) for o in origins])
    assert sorted(days) == [date(2026, 3, 3), date(2026, 3, 4)]  # 8 hours each: one day is one order's


def test_what_is_made_to_order_and_what_is_given_from_stock_never_exceed_the_order(making):  # noqa: F811
    """P22: goods made for an order come in while somebody gives it free stock, and while it is promised anew."""
    making.planning(making.frame, policy="mto", lead_time_days=2)
    making.bring(making.frame, "5", "50")
    line = {"item": making.frame, "quantity": 4, "price": 90}
    sold = commands.create(SalesOrder, making.ctx, party=making.world.party("Acme"), site=making.site, lines=[line])
    commands.perform(sold, "confirm", making.ctx)
    following.batch(making.ctx, following.Kept())
    made = ProductionOrder.objects.get(state="proposed", demand=sold.pk)
    made = making.do(making.do(made, "confirm"), "release", despite_shortages=True)
    report = commands.create(ProductionReport, making.ctx, order=made, kind="output", good=4)
    first, second, third = people(making, 3)
    done = together(
        [
            lambda: commands.perform(report, "post", first),
            lambda: commands.perform(SalesOrder.objects.get(pk=sold.pk), "take_stock", second),
            lambda: commands.perform(SalesOrder.objects.get(pk=sold.pk), "promise", third),
        ]
    )
    names = sorted(type(one).__name__ for one in done)
    assert names in (["ProductionReport", "SalesOrder", kind] for kind in ("SalesOrder", "ValidationError"))
    kept = sum(Reservation.objects.filter(origin=sold.pk).values_list("quantity", flat=True))
    assert kept == 4  # whoever was first; the other finds nothing missing
    assert StockBalance.objects.get(item=making.frame, location=making.places["internal"]).reserved == 4
