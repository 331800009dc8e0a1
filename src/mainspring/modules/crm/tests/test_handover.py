"""Customers handed over with all that hangs on them: moved, logged, seen, taken back (CRM-05, K11)."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mainspring.kernel import access, commands, timeline
from mainspring.modules.crm import checks, handing
from mainspring.modules.crm.models import Activity, FollowUpTask, Handover, Lead, Opportunity, PoolCustomer, PoolMove
from mainspring.modules.parties.models import Contact, Party

from .test_public_pools import Sea


@pytest.fixture
def sea(regions):
    return Sea(regions)


@pytest.fixture
def leaver(sea):
    """Mei with two customers, a deal, a planned step, a contact and a lead."""
    parties = [sea.customer(name, owner=sea.mei) for name in ("Suzhou Pumps", "Wuxi Valves")]
    mei = sea.ctx(sea.mei)
    commands.create(Contact, sea.regions.system, party=parties[0], family_name="Zhang")
    commands.create(Opportunity, mei, name="Pumps", party=parties[0], amount=100)
    commands.create(Opportunity, mei, name="Old", party=parties[0], amount=1)
    commands.perform(Opportunity.objects.get(name="Old"), "lose", mei, reason="price")
    commands.perform(
        parties[1], "log", mei, content="Called", method="call", next_on="2026-03-20", next_step="Visit them"
    )
    lead = sea.regions.lead("Kunshan Tools")
    commands.perform(lead, "claim", mei)
    return parties


def hand(sea, **values) -> Handover:
    found = commands.create(
        Handover, sea.ctx(sea.boss), from_owner=sea.mei, to_owner=sea.lin, reason="Mei leaves", **values
    )
    return commands.perform(found, "hand_over", sea.ctx(sea.boss))


def test_everything_open_goes_along_and_the_old_owner_sees_nothing(sea, leaver):
    asked = commands.create(Handover, sea.ctx(sea.boss), from_owner=sea.mei, to_owner=sea.lin, reason="Mei leaves")
    counts = dict(handing.preview(asked))
    assert {k: v for k, v in counts.items() if v} == {
        "Customers": 2, "Leads": 1, "Contacts": 1, "Opportunities": 1, "Planned next steps": 1,
    }  # fmt: skip

    done = commands.perform(asked, "hand_over", sea.ctx(sea.boss))

    assert done.state == "done"
    lin, mei = sea.ctx(sea.lin), sea.ctx(sea.mei)
    assert set(Party.objects.filter(owner=sea.lin)) == set(leaver)
    assert Lead.objects.get().owner == sea.lin
    assert Opportunity.objects.get(name="Pumps").owner == sea.lin
    assert Opportunity.objects.get(name="Old").owner == sea.mei  # who lost it, lost it
    assert {o.name for o in access.rows(lin, Opportunity)} == {"Pumps", "Old"}  # all history comes into sight
    assert FollowUpTask.objects.get(title="Visit them").owner == sea.lin
    assert access.rows(lin, Activity).count() == 1
    for model in (Activity, PoolCustomer):
        assert not access.rows(mei, model, "export").exists()
    with pytest.raises((PermissionDenied, Party.DoesNotExist)):
        commands.perform(leaver[0], "log", mei, content="One more thing", method="call")
    assert PoolMove.objects.filter(cause="handed_over", from_owner=sea.mei, to_owner=sea.lin).count() == 3
    told, _more = timeline.entries(sea.ctx(sea.boss), Party.objects.get(pk=leaver[0].pk))
    assert "Hand over" in told[0].title
    assert {"Owner"} <= {change["label"] for change in told[0].changes}
    assert list(checks.customers_are_in_one_place()) == list(checks.the_last_move_tells_the_owner()) == []


def test_it_can_be_taken_back_where_nobody_else_has_it_since(sea, leaver):
    done = hand(sea)
    third = sea.regions.person("third", "sales_rep", sea.regions.east)
    commands.perform(leaver[1], "assign", sea.ctx(sea.boss), owner=third)

    commands.perform(done, "take_back", sea.ctx(sea.boss))

    assert {p.name: p.owner for p in Party.objects.all()} == {"Suzhou Pumps": sea.mei, "Wuxi Valves": third}
    assert Lead.objects.get().owner == sea.mei
    assert Opportunity.objects.get(name="Pumps").owner == sea.mei
    assert list(checks.the_last_move_tells_the_owner()) == []


def test_a_part_is_chosen_by_code_territory_or_level(sea, leaver):
    hand(sea, codes=leaver[0].code)
    assert {p.name: p.owner for p in Party.objects.all()} == {"Suzhou Pumps": sea.lin, "Wuxi Valves": sea.mei}
    assert Lead.objects.get().owner == sea.mei
    with pytest.raises(ValidationError, match="has none of these"):
        hand(sea, territory=sea.regions.central)


def test_to_whom_customers_are_nothing_none_are_given(sea, leaver):
    keeper = sea.regions.person("gone", "sales_rep")
    keeper.is_active = False
    keeper.save()
    asked = commands.create(Handover, sea.ctx(sea.boss), from_owner=sea.mei, to_owner=keeper, reason="x")
    with pytest.raises(ValidationError, match="no longer active"):
        commands.perform(asked, "hand_over", sea.ctx(sea.boss))
    assert Party.objects.filter(owner=sea.mei).count() == 2


def test_a_rep_hands_nothing_over(sea, leaver):
    with pytest.raises(PermissionDenied):
        commands.create(Handover, sea.ctx(sea.mei), from_owner=sea.mei, to_owner=sea.lin, reason="x")


def test_many_take_no_more_statements_than_one(sea, leaver):
    one = commands.create(
        Handover, sea.ctx(sea.boss), from_owner=sea.mei, to_owner=sea.lin, codes=leaver[0].code, reason="One"
    )
    with CaptureQueriesContext(connection) as single:
        commands.perform(one, "hand_over", sea.ctx(sea.boss))
    for n in range(20):
        sea.customer(f"Firm {n}", owner=sea.mei)
    many = commands.create(Handover, sea.ctx(sea.boss), from_owner=sea.mei, to_owner=sea.lin, level="", reason="All",
                           territory=sea.regions.east)  # fmt: skip
    with CaptureQueriesContext(connection) as all_of_them:
        commands.perform(many, "hand_over", sea.ctx(sea.boss))
    assert Party.objects.filter(owner=sea.lin).count() == 22
    assert len(all_of_them) <= len(single) + 4
