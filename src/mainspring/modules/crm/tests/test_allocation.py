"""Leads given out by the rule of their pool, and owners warned before one goes back (CRM-03, K01, K02)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from mainspring.kernel import access, bulk, commands, home, timeline
from mainspring.kernel.models import ApprovalRequest, ApprovalRule, Notification, OutgoingMail
from mainspring.modules.crm import allocating
from mainspring.modules.crm import commands as crm
from mainspring.modules.crm.models import Lead, PoolMember


@pytest.fixture
def team(regions):
    """The pool of the east with Mei and Lin as members, and Wei who works there but is none."""
    people = [regions.person(name, "sales_rep", regions.east) for name in ("mei", "lin", "wei")]
    for user in people[:2]:
        commands.create(PoolMember, regions.system, pool=regions.east_pool, user=user)
    return people


def rule(regions, **values):
    regions.east_pool = commands.change(regions.east_pool, regions.system, **values)


def owners(regions) -> list[str]:
    return [str(lead.owner) if lead.owner else "" for lead in Lead.objects.order_by("number")]


def test_a_pool_with_members_is_for_them_alone(regions, team):
    lead = regions.lead("Suzhou Pumps")
    with pytest.raises(Lead.DoesNotExist):  # who is no member does not see what waits in it
        commands.perform(lead, "claim", regions.ctx(team[2]))
    assert not access.rows(regions.ctx(team[2]), Lead).exists()
    assert commands.perform(lead, "claim", regions.ctx(team[0])).owner == team[0]


def test_new_leads_go_to_members_in_turn(regions, team):
    rule(regions, distribution="turn")
    for n in range(4):
        assert regions.lead(f"Company {n}").state == "claimed"
    assert owners(regions) == ["Mei", "Lin", "Mei", "Lin"]
    told, _more = timeline.entries(regions.system, Lead.objects.first())
    assert any("next in turn" in entry.text for entry in told)  # the timeline says why


def test_new_leads_go_to_who_holds_least_until_all_are_full(regions, team):
    mei, lin, _wei = team
    held = regions.lead("Held already")
    commands.perform(held, "claim", regions.ctx(mei))
    rule(regions, distribution="load", holding_max=3)
    commands.change(PoolMember.objects.get(user=lin), regions.system, holding_max=1)
    rows = [{"name": f"Company {n}", "territory": regions.jiangsu} for n in range(5)]
    bulk.create_many(Lead, regions.system, rows)
    assert owners(regions) == ["Mei", "Lin", "Mei", "Mei", "", ""]  # Mei holds three, Lin one: the rest waits
    commands.perform(held, "lose", regions.ctx(mei), reason="price")
    assert allocating.distribute_all(regions.system, "leads") == 1
    assert owners(regions).count("") == 1


def test_who_is_away_or_just_gave_it_back_gets_nothing(regions, team):
    mei, lin, _wei = team
    rule(regions, distribution="turn", cool_down_days=7)
    commands.change(PoolMember.objects.get(user=lin), regions.system, is_away=True)
    lead = regions.lead("Suzhou Pumps")
    assert lead.owner == mei
    commands.perform(lead, "release", regions.ctx(mei), reason="Not for me")
    assert Lead.objects.get().owner is None
    commands.change(PoolMember.objects.get(user=lin), regions.system, is_away=False)
    commands.perform(regions.east_pool, "distribute", regions.system)
    assert Lead.objects.get().owner == lin


def test_a_member_who_may_not_see_the_territory_is_passed_over(regions, team):
    far = regions.person("far", "sales_rep", regions.central)
    PoolMember.objects.filter(user=team[1]).delete()
    commands.create(PoolMember, regions.system, pool=regions.east_pool, user=far)
    rule(regions, distribution="turn")
    regions.lead("One")
    regions.lead("Two")
    assert owners(regions) == ["Mei", "Mei"]


def test_an_owner_is_warned_once_in_the_app_and_by_mail(regions, team):
    mei = team[0]
    mei.email = "mei@alfa.lt"
    mei.save()
    rule(regions, recycle_days=30, remind_days=5)
    lead = commands.perform(regions.lead("Suzhou Pumps"), "claim", regions.ctx(mei))
    Lead.objects.update(touched_at=timezone.now() - timedelta(days=24))
    assert allocating.remind(regions.system) == 0
    Lead.objects.update(touched_at=timezone.now() - timedelta(days=26))
    assert (allocating.remind(regions.system), allocating.remind(regions.system)) == (1, 0)
    assert Notification.objects.get(user=mei).title == "1 lead goes back to the pool soon"
    assert OutgoingMail.objects.count() == 1
    waiting = [str(task.text) for found in home.tasks(regions.ctx(mei)) for task in found]
    assert any("Goes back to the pool" in text for text in waiting)
    commands.perform(lead, "log", regions.ctx(mei), content="Called", method="call")
    assert allocating.remind(regions.system) == 0
    assert crm.recycle(regions.system) == 0


def test_a_reminder_cannot_come_before_the_claim(regions, team):
    with pytest.raises(ValidationError, match="The reminder is at most"):
        rule(regions, recycle_days=5, remind_days=6)


def test_a_lead_that_waits_for_approval_stays_with_its_owner(regions, team):
    """K02: an open approval blocks the return."""
    rule(regions, recycle_days=30)
    lead = commands.perform(regions.lead("Suzhou Pumps"), "claim", regions.ctx(team[0]))
    Lead.objects.update(touched_at=timezone.now() - timedelta(days=40))
    asked = ApprovalRequest.objects.create(
        entity="crm.lead", record_id=str(lead.pk), identity_id=lead.pk, verb="convert", digest="x",
        rule=ApprovalRule.objects.create(name="Big", entity="crm.lead", verb="convert"), company=regions.company,
    )  # fmt: skip
    assert crm.recycle(regions.system) == 0
    ApprovalRequest.objects.filter(pk=asked.pk).update(state="rejected")
    assert crm.recycle(regions.system) == 1
