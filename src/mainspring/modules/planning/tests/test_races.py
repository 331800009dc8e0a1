"""Rules of the plan that hold when people act at once, each on a connection of their own."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied

from mainspring.kernel import commands
from mainspring.kernel.models import User
from mainspring.modules.planning import firming, following
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.production.tests.test_races import making  # noqa: F401
from mainspring.modules.purchasing.models import PurchaseOrder
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
