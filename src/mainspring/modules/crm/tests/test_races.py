"""Claims under real concurrent connections (CRM-03, K01)."""

from concurrent.futures import ThreadPoolExecutor

from django.core.exceptions import ValidationError
from django.db import connection

from mainspring.kernel import commands
from mainspring.modules.crm.models import Claim, Lead


def together(jobs, at_once=20):
    """Run the jobs, so many at a time, each on a connection of its own; results or refusals in order."""

    def run(job):
        try:
            return job()
        except ValidationError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(run, jobs))


def test_a_hundred_claim_one_lead_and_one_gets_it(committed_regions):
    regions = committed_regions
    lead = regions.lead("Suzhou Pumps")
    people = [regions.ctx(regions.person(f"rep{n}", "sales_rep", regions.east)) for n in range(100)]

    done = together([lambda c=c: commands.perform(lead, "claim", c) for c in people])

    winners = [d for d in done if isinstance(d, Lead)]
    refused = [d for d in done if isinstance(d, ValidationError)]
    assert (len(winners), len(refused)) == (1, 99)
    assert all("taken by another" in r.messages[0] for r in refused)
    assert Claim.objects.count() == 1
    assert Lead.objects.get().owner == winners[0].owner


def test_a_cap_holds_when_one_rep_claims_many_at_once(committed_regions):
    regions = committed_regions
    regions.east_pool.holding_max, regions.east_pool.daily_claims_max = 5, 4
    regions.east_pool.save()
    leads = [regions.lead(f"Lead {n}") for n in range(20)]
    ctx = regions.ctx(regions.person("mei", "sales_rep", regions.east))

    done = together([lambda x=x: commands.perform(x, "claim", ctx) for x in leads])

    assert sum(isinstance(d, Lead) for d in done) == 4
    assert Lead.objects.filter(owner=ctx.user).count() == Claim.objects.count() == 4
