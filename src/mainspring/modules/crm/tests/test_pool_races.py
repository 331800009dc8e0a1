"""Claims, caps and handovers of customers under real concurrent connections (CRM-03, CRM-05, K01, U17)."""

from django.core.exceptions import ValidationError
from django.utils import timezone

from mainspring.kernel import commands
from mainspring.modules.crm import checks, recycling
from mainspring.modules.crm.models import Handover, PoolCustomer, PoolMove
from mainspring.modules.parties.models import Party

from .test_public_pools import Sea
from .test_races import together


def holds(sea) -> None:
    assert list(checks.customers_are_in_one_place()) == []
    assert list(checks.the_last_move_tells_the_owner()) == []


def test_forty_claim_one_customer_and_one_gets_it(committed_regions):
    sea = Sea(committed_regions)
    party = sea.customer("Suzhou Pumps")
    people = [sea.ctx(committed_regions.person(f"rep{n}", "sales_rep", committed_regions.east)) for n in range(40)]

    done = together([lambda c=c: commands.perform(party, "claim", c) for c in people])

    winners = [d for d in done if isinstance(d, Party)]
    refused = [d for d in done if isinstance(d, ValidationError)]
    assert (len(winners), len(refused)) == (1, 39)
    assert all("taken by another" in r.messages[0] for r in refused)
    assert PoolMove.objects.filter(cause="claimed").count() == 1
    assert Party.objects.get().owner == winners[0].owner
    holds(sea)


def test_caps_hold_when_one_rep_claims_many_at_once(committed_regions):
    sea = Sea(committed_regions, holding_max=5, daily_claims_max=4)
    parties = [sea.customer(f"Firm {n}") for n in range(12)]
    mei = sea.ctx(sea.mei)

    done = together([lambda x=x: commands.perform(x, "claim", mei) for x in parties], at_once=12)

    assert sum(isinstance(d, Party) for d in done) == 4
    assert Party.objects.filter(owner=sea.mei).count() == PoolMove.objects.filter(cause="claimed").count() == 4
    holds(sea)


def test_a_handover_and_claims_and_the_night_at_once_leave_everybody_in_one_place(committed_regions):
    """Whoever comes second sees what the first did: nobody is lost, owned twice, or kept by the leaver."""
    sea = Sea(committed_regions, recycle_days=30)
    parties = [sea.customer(f"Firm {n}", owner=sea.mei) for n in range(12)]
    waiting = [sea.customer(f"Free {n}") for n in range(6)]
    for party in parties[:3]:
        sea.age(party, 40)
    asked = commands.create(Handover, committed_regions.system, from_owner=sea.mei, to_owner=sea.lin, reason="Leaves")
    mei, boss = sea.ctx(sea.mei), sea.ctx(sea.boss)
    done = together(
        [
            *(lambda x=x: commands.perform(x, "claim", mei) for x in waiting[:3]),
            lambda: commands.perform(asked, "hand_over", committed_regions.system),
            *(lambda x=x: commands.perform(x, "release", boss, reason="Race") for x in parties[3:6]),
            lambda: recycling.recycle_customers(committed_regions.system, timezone.now()),
            *(lambda x=x: commands.perform(x, "claim", mei) for x in waiting[3:]),
        ],
        at_once=8,
    )

    assert all(isinstance(d, Party | Handover | ValidationError | int) for d in done), done
    assert isinstance(done[3], Handover)
    assert Party.objects.filter(pk__in=[p.pk for p in parties], owner=sea.mei).count() == 0
    assert PoolCustomer.objects.count() == 18
    holds(sea)
