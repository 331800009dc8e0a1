"""Claims and merges under real concurrent connections (CRM-03, CRM-04, K01, K06)."""

from concurrent.futures import ThreadPoolExecutor

from django.core.exceptions import ValidationError
from django.db import connection

from mainspring.kernel import commands
from mainspring.modules.crm import cadencing
from mainspring.modules.crm.models import Activity, Cadence, Claim, FollowUpTask, Lead, LeadPool, PoolMember


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


def test_caps_hold_when_the_rule_gives_out_while_members_claim(committed_regions):
    """K01: one lead has one owner and nobody holds more than the pool allows, whoever was quicker."""
    regions = committed_regions
    people = [regions.person(f"rep{n}", "sales_rep", regions.east) for n in range(3)]
    for user in people:
        commands.create(PoolMember, regions.system, pool=regions.east_pool, user=user)
    leads = [regions.lead(f"Lead {n}") for n in range(20)]
    pool = commands.change(regions.east_pool, regions.system, distribution="load", holding_max=4)
    claims = [
        lambda x=x, c=regions.ctx(people[n % 3]): commands.perform(x, "claim", c) for n, x in enumerate(leads[:12])
    ]

    done = together([*claims[:6], lambda: commands.perform(pool, "distribute", regions.system), *claims[6:]], 8)

    assert sum(isinstance(d, LeadPool) for d in done) == 1
    commands.perform(pool, "distribute", regions.system)
    held = [Lead.objects.filter(owner=user, state="claimed").count() for user in people]
    assert held == [4, 4, 4]
    assert Lead.objects.filter(state="open").count() == 8


def test_nothing_is_lost_when_leads_are_merged_while_others_work_on_them(committed_regions):
    """K06: an edit comes before the merge and is merged, or after it and is refused with where to go."""
    regions = committed_regions
    kept, other = regions.lead("Suzhou Pumps"), regions.lead("Suzhou Pumping")
    ctx = regions.system

    def merge():
        return commands.perform(kept, "merge", ctx, other=other.number, reason="The same")

    def edit():
        return commands.change(other, ctx, city="Kunshan")

    def log(n):
        return commands.perform(other, "log", ctx, content=f"Call {n}", method="call")

    done = together([edit, merge, *(lambda n=n: log(n) for n in range(12))], at_once=8)

    edited, merged, *logged = done
    assert isinstance(merged, Lead)
    now = Lead.objects.get(pk=kept.pk)
    assert now.city == ("" if isinstance(edited, ValidationError) else "Kunshan")
    written = [one for one in logged if isinstance(one, Lead)]
    assert Activity.objects.filter(lead=now).count() == Activity.objects.count() == len(written)
    for refusal in [one for one in done if isinstance(one, ValidationError)]:
        assert "merged into" in refusal.messages[0]


def test_two_merges_the_other_way_round_end_in_one(committed_regions):
    regions = committed_regions
    one, two = regions.lead("Suzhou Pumps"), regions.lead("Suzhou Pumping")
    done = together(
        [
            lambda: commands.perform(one, "merge", regions.system, other=two.number, reason="The same"),
            lambda: commands.perform(two, "merge", regions.system, other=one.number, reason="The same"),
        ]
    )
    assert sum(isinstance(d, Lead) for d in done) == 1
    assert Lead.objects.count() == 1


def test_two_who_finish_the_same_task_write_one_follow_up(committed_regions):
    """CRM-06: one of twenty finishes it, the others are told; the plan goes on by one step."""
    regions = committed_regions
    lines = [{"rhythm": "once", "number": 1}, {"rhythm": "days", "number": 7}]
    commands.create(Cadence, regions.system, code="P", name="Plan", enters="claimed", lines=lines, shift="none")
    mei = regions.ctx(regions.person("mei", "sales_rep", regions.east))
    commands.perform(regions.lead("Suzhou Pumps"), "claim", mei)
    task = FollowUpTask.objects.get()

    done = together([lambda: commands.perform(task, "finish", mei, content="Called") for _n in range(20)])

    assert sum(isinstance(d, FollowUpTask) for d in done) == 1
    assert all("Done" in d.messages[0] for d in done if isinstance(d, ValidationError))
    assert Activity.objects.count() == 1
    assert FollowUpTask.objects.filter(state="open").count() == 1
    assert FollowUpTask.objects.count() == 2


def test_logging_finishing_and_returning_at_once_wait_for_nobody_and_lose_nothing(committed_regions):
    """Whatever comes first, no task stays open with a lead nobody owns, and every word is kept."""
    regions = committed_regions
    lines = [{"rhythm": "days", "number": 7}]
    commands.create(Cadence, regions.system, code="P", name="Plan", enters="claimed", lines=lines, shift="none")
    mei = regions.ctx(regions.person("mei", "sales_rep", regions.east))
    leads = [commands.perform(regions.lead(f"Lead {n}"), "claim", mei) for n in range(4)]
    jobs = []
    for lead in leads:
        task = FollowUpTask.objects.get(lead=lead)
        jobs += [
            lambda t=task: commands.perform(t, "finish", regions.system, content="Finished"),
            lambda x=lead: commands.perform(x, "log", regions.system, content="Logged", method="call"),
            lambda t=task: commands.perform(t, "snooze", regions.system, due_on="2026-04-01"),
            lambda x=lead: commands.perform(x, "release", regions.system, reason="No time"),
        ]
    done = together(jobs, 8)

    refused = [d for d in done if isinstance(d, ValidationError)]
    said = Activity.objects.exclude(content__startswith="Returned").count()
    assert said == sum(not isinstance(d, ValidationError) for n, d in enumerate(done) if n % 4 in (0, 1))
    cadencing.keep_up(regions.system)
    assert not FollowUpTask.objects.filter(state="open", lead__owner=None).exists()
    assert not Lead.objects.filter(owner=None, next_on__isnull=False).exists()
    assert len(refused) < len(jobs)
