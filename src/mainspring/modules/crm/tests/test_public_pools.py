"""Public pools of customers: held or waiting in exactly one, claimed, masked, returned, logged (CRM-02, CRM-03, U9)."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from mainspring.kernel import access, checks, commands, errors, looking, query, resource, timeline
from mainspring.kernel.models import Notification, OutgoingMail
from mainspring.modules.crm import explaining, jobs, recycling
from mainspring.modules.crm.models import LevelRule, Opportunity, PoolCustomer, PoolMember, PoolMove
from mainspring.modules.parties.models import Address, Contact, Party

from .conftest import DAY


class Sea:
    """The public pool of the east, and customers there."""

    def __init__(self, regions, **rules):
        self.regions = regions
        self.pool = regions.pool("SEA", regions.east, kind="customers", **rules)
        self.mei, self.lin = (regions.person(name, "sales_rep", regions.east) for name in ("mei", "lin"))
        self.boss = regions.person("boss", "sales_manager", regions.east)

    def customer(self, name, owner=None, territory=None, **values) -> Party:
        found = commands.create(
            Party, self.regions.system, code=name[:20].upper().replace(" ", ""), name=name, is_customer=True,
            country="CN", currency=self.regions.eur, territory=territory or self.regions.jiangsu, owner=owner, **values,
        )  # fmt: skip
        if owner is None:  # who enters a customer owns it
            found = commands.change(found, self.regions.system, owner=None)
        return Party.objects.get(pk=found.pk)

    def ctx(self, user, **extra):
        return self.regions.ctx(user, **extra)

    def place(self, party) -> PoolCustomer:
        return PoolCustomer.objects.get(party=party)

    def age(self, party, days: int):
        """As if the owner had it, and last spoke with it, so many days ago."""
        then = timezone.now() - timedelta(days=days)
        PoolCustomer.objects.filter(party=party).update(claimed_at=then, touched_at=then, since=then)


@pytest.fixture
def sea(regions):
    return Sea(regions, holding_max=3, daily_claims_max=2, recycle_days=30, cool_down_days=7, remind_days=5)


def problems() -> list[str]:
    return [text for name in ("crm.places", "crm.moves") for text in checks.registry[name].fn()]


def test_a_customer_without_owner_waits_in_the_pool_and_is_claimed(sea):
    party = sea.customer("Suzhou Pumps", phone="+8651288886666")
    assert party.pooled_at is not None
    assert (sea.place(party).state, sea.place(party).pool) == ("waiting", sea.pool)

    mine = commands.perform(party, "claim", sea.ctx(sea.mei))

    assert (mine.owner, mine.pooled_at) == (sea.mei, None)
    assert (sea.place(party).state, sea.place(party).owner) == ("held", sea.mei)
    with pytest.raises(errors.Conflict, match="taken by another: Mei"):
        commands.perform(party, "claim", sea.ctx(sea.lin))
    assert [m.cause for m in PoolMove.objects.filter(party=party).order_by("id")] == ["assigned", "entered", "claimed"]
    assert problems() == []


def test_caps_of_a_day_of_holding_and_of_a_level_hold(sea):
    parties = [sea.customer(f"Firm {n}") for n in range(5)]
    mei = sea.ctx(sea.mei)
    for party in parties[:2]:
        commands.perform(party, "claim", mei)
    with pytest.raises(ValidationError, match="already claimed 2 customers of Pool SEA today"):
        commands.perform(parties[2], "claim", mei)
    tomorrow = sea.regions.ctx(sea.mei, DAY + timedelta(days=1))
    commands.perform(parties[2], "claim", tomorrow)
    with pytest.raises(ValidationError, match="already holds 3 customers"):
        commands.perform(parties[3], "claim", tomorrow)
    commands.create(LevelRule, sea.regions.system, pool=sea.pool, level="A", holding_max=0)
    commands.perform(parties[4], "grade", sea.regions.system, level="A")
    with pytest.raises(ValidationError, match="customers of level A"):
        commands.perform(parties[4], "claim", sea.ctx(sea.lin))
    assert Party.objects.get(pk=parties[4].pk).owner is None


def test_contact_data_is_masked_until_claimed_everywhere(sea):
    """K03: on the record, in lists, in search and in filters; a masked phone is found by nobody who may not see it."""
    party = sea.customer("Suzhou Pumps", phone="+8651288886666", email="info@suzhou.cn")
    contact = commands.create(
        Contact, sea.regions.system, party=party, family_name="Zhang", given_name="Wei", phone="+8613912345678"
    )
    place = commands.create(Address, sea.regions.system, party=party, street="Renmin Lu 1", city="Suzhou", country="CN")
    mei = sea.ctx(sea.mei)
    for record, names in ((party, ("phone", "email")), (contact, ("family_name", "phone")), (place, ("street",))):
        for name in names:
            assert "*" in access.shown(mei, record, name)
            assert access.modes_on(mei, record)[name] == "mask"
    for model, text in ((Party, "51288886666"), (Party, "info@suzhou"), (Contact, "Zhang"), (Address, "Renmin")):
        asked = query.Query(resource.of(model), mei, query.parse({"q": text}))
        assert list(asked.page().rows) == []
    [found] = query.Query(resource.of(Party), mei, query.parse({"q": "Suzhou"})).page().rows
    assert found == party  # its name is no secret
    assert access.shown(sea.ctx(sea.boss), party, "phone") == "+8651288886666"

    commands.perform(party, "claim", mei)

    party, contact = Party.objects.get(pk=party.pk), Contact.objects.get(pk=contact.pk)
    assert access.shown(mei, party, "phone") == "+8651288886666"
    assert access.shown(mei, contact, "family_name") == "Zhang"
    assert query.Query(resource.of(Contact), mei, query.parse({"q": "Zhang"})).page().rows == [contact]


def test_who_is_no_member_sees_nothing_that_waits(sea):
    """CRM-02: not in the list, not by search, not by its address, not through its contacts."""
    party = sea.customer("Suzhou Pumps")
    lead = sea.regions.lead("Wuxi Valves")
    commands.create(Contact, sea.regions.system, party=party, family_name="Zhang")
    for pool in (sea.pool, sea.regions.east_pool):
        commands.create(PoolMember, sea.regions.system, pool=pool, user=sea.mei)
    mei, lin = sea.ctx(sea.mei), sea.ctx(sea.lin)
    for model in (Party, Contact, PoolCustomer, type(lead)):
        assert access.rows(mei, model).count() == 1
        assert access.rows(lin, model).count() == 0
        assert access.rows(sea.ctx(sea.boss), model).count() == 1
    with pytest.raises(Party.DoesNotExist):
        commands.perform(party, "claim", lin)
    commands.perform(party, "claim", mei)
    assert access.rows(lin, Party).count() == 1  # held by a colleague of the territory, as before


def test_an_administrator_of_a_pool_assigns_there_and_nowhere_else(sea):
    party, other = sea.customer("Suzhou Pumps"), sea.customer("Wuhan Valves", territory=sea.regions.central)
    far = sea.regions.pool("CSEA", sea.regions.central, kind="customers")
    sea.regions.person("far", "sales_rep", sea.regions.central)
    lin = sea.ctx(sea.lin)
    with pytest.raises(PermissionDenied):
        commands.perform(party, "assign", lin, owner=sea.mei)
    commands.create(PoolMember, sea.regions.system, pool=sea.pool, user=sea.lin, is_admin=True)
    commands.create(PoolMember, sea.ctx(sea.lin), pool=sea.pool, user=sea.mei)
    with pytest.raises(PermissionDenied):
        commands.create(PoolMember, sea.ctx(sea.lin), pool=far, user=sea.lin)
    assert commands.perform(party, "assign", sea.ctx(sea.lin), owner=sea.mei).owner == sea.mei
    with pytest.raises((Party.DoesNotExist, PermissionDenied)):
        commands.perform(other, "assign", sea.ctx(sea.lin), owner=sea.mei)
    back = commands.perform(party, "release", sea.ctx(sea.lin), reason="Mei is ill")
    assert back.owner is None
    assert sea.place(party).former_owner == sea.mei


def test_returned_it_cools_down_and_deals_wait_with_it(sea):
    party = sea.customer("Suzhou Pumps", owner=sea.mei)
    mei = sea.ctx(sea.mei)
    deal = commands.create(Opportunity, mei, name="Pumps", party=party, amount=100)
    commands.perform(party, "release", mei, reason="No time")
    assert Opportunity.objects.get(pk=deal.pk).owner is None
    assert not access.rows(mei, Opportunity).exists()
    assert not PoolCustomer.objects.filter(owner=sea.mei).exists()
    with pytest.raises(ValidationError, match="another 7 days"):
        commands.perform(party, "claim", sea.ctx(sea.mei))
    commands.perform(party, "claim", sea.ctx(sea.lin))
    assert Opportunity.objects.get(pk=deal.pk).owner == sea.lin
    assert problems() == []


def test_the_night_returns_whom_nobody_followed_up(sea):
    """K02: only the owner's own follow-up counts; the owner is warned before and told after."""
    sea.mei.email = "mei@alfa.lt"
    sea.mei.save()
    kept, lost, warned = (sea.customer(name, owner=sea.mei) for name in ("Kept", "Lost", "Warned"))
    for party, days in ((kept, 40), (lost, 31), (warned, 27)):
        sea.age(party, days)
    commands.perform(kept, "log", sea.ctx(sea.mei), content="Called", method="call")
    commands.perform(lost, "log", sea.regions.system, content="Mail went out", method="mail")

    assert recycling.remind(sea.regions.system) == 2
    assert recycling.remind(sea.regions.system) == 0
    assert OutgoingMail.objects.count() == 1
    jobs.recycle_customers.fn(None, sea.regions.system)

    owners = {p.name: p.owner for p in Party.objects.all()}
    assert owners == {"Kept": sea.mei, "Lost": None, "Warned": sea.mei}
    assert (sea.place(lost).cause, sea.place(lost).former_owner) == ("no_follow_up", sea.mei)
    assert any("1 customer went back" in n.title for n in Notification.objects.filter(user=sea.mei))
    told, _more = timeline.entries(sea.regions.system, Party.objects.get(pk=lost.pk))
    assert any(entry.title == "Went back to the pool" for entry in told)
    assert problems() == []


def test_levels_deals_contracts_and_approvals_have_their_own_clocks(sea, monkeypatch):
    monkeypatch.setattr(recycling, "_contracts", {})
    old, gold, under_contract, ended, busy = (
        sea.customer(name, owner=sea.mei) for name in ("Old", "Gold", "Under contract", "Ended", "Busy")
    )
    commands.change(sea.pool, sea.regions.system, recycle_days=None, remind_days=None, deal_days=90, contract_days=60)
    commands.create(LevelRule, sea.regions.system, pool=sea.pool, level="A", deal_days=365)
    commands.perform(gold, "grade", sea.regions.system, level="A")
    for party in (old, gold, under_contract, busy):
        sea.age(party, 100)
    sea.age(ended, 70)
    recycling.contracts(
        "test",
        f"VALUES ({under_contract.pk}::bigint, NULL::date), ({ended.pk}, DATE '{date.today() - timedelta(days=65)}'), "
        f"({old.pk}, DATE '{date.today() - timedelta(days=300)}')",
    )
    commands.create(Opportunity, sea.ctx(sea.mei), name="New", party=busy, amount=1)
    now = timezone.now()
    clock = recycling.clock_of(under_contract, sea.regions.company.pk, date.today())
    assert clock["blocked"] == "contract"

    count = recycling.recycle_customers(sea.regions.ctx(sea.regions.system.user, date.today()), now)

    gone = {p.name: sea.place(p).cause for p in Party.objects.filter(owner=None)}
    assert gone == {"Old": "no_deal", "Ended": "contract"}
    assert count == 2


def test_the_record_explains_why_and_when(sea):
    party = sea.customer("Suzhou Pumps", owner=sea.mei)
    sea.age(party, 10)
    day = timezone.localdate() + timedelta(days=20)
    told = explaining.of_party(party, sea.ctx(sea.mei))["told"]
    assert "Mei holds it since" in told.sentences[0]
    assert f"{day:%Y}" in told.sentences[1]
    assert "no follow-up for 30 days" in told.sentences[1]
    commands.perform(party, "release", sea.ctx(sea.mei), reason="No time")
    party.refresh_from_db()
    told = explaining.of_party(party, sea.ctx(sea.mei))["told"]
    assert "Returned by its owner, No time" in told.sentences[0]
    assert "takes what is of East China (priority 10); it is of Jiangsu" in told.sentences[1]
    assert "another 7 days" in told.refusal
    told = explaining.of_party(party, sea.ctx(sea.lin))["told"]
    assert (bool(told.claim), told.refusal) == (True, "")
    assert [m.cause for m in told.moves] == ["released", "assigned"]


def test_changing_a_rule_moves_nobody(sea):
    """K04: who is held stays, and what waits stays where it waits."""
    held, waits = sea.customer("Held", owner=sea.mei), sea.customer("Waits")
    commands.change(sea.pool, sea.regions.system, priority=99)
    other = sea.regions.pool("SEA2", sea.regions.jiangsu, kind="customers", priority=1)
    jobs.recycle_customers.fn(None, sea.regions.system)
    assert {sea.place(held).pool, sea.place(waits).pool} == {sea.pool}
    commands.perform(held, "release", sea.ctx(sea.mei), reason="x")
    assert sea.place(held).pool == other  # a move of its own follows the rule of the day


def test_a_day_has_so_many_records_to_open(sea):
    commands.change(sea.pool, sea.regions.system, views_max=2)
    parties = [sea.customer(f"Firm {n}") for n in range(3)]
    mei = sea.ctx(sea.mei)
    for party in (*parties[:2], parties[0]):
        looking.note_opened(mei, party)
    with pytest.raises(errors.Forbidden, match="opened 2 records of Pool SEA today"):
        looking.note_opened(mei, parties[2])
    looking.note_opened(sea.ctx(sea.boss), parties[2])
    commands.perform(parties[2], "claim", mei)
    looking.note_opened(mei, Party.objects.get(pk=parties[2].pk))


def test_an_owner_is_not_typed_in_by_who_may_not_assign(sea):
    party = sea.customer("Suzhou Pumps")
    with pytest.raises((PermissionDenied, ValidationError)):
        commands.change(party, sea.ctx(sea.mei), owner=sea.mei)
    with pytest.raises(ValidationError, match="waits in a public pool"):
        commands.change(party, sea.regions.system, owner=sea.mei)
    held = sea.customer("Held", owner=sea.mei)
    commands.change(held, sea.regions.system, owner=sea.lin)
    assert sea.place(held).owner == sea.lin
    assert PoolMove.objects.filter(party=held).latest("id").cause == "changed"
    assert problems() == []


def test_good_ones_are_shared_out_evenly(sea):
    """The best first, each to who has the fewest points; a member with a territory gets what is of it alone."""
    pool, regions = sea.regions.east_pool, sea.regions
    for user in (sea.mei, sea.lin):
        commands.create(PoolMember, regions.system, pool=pool, user=user)
    leads = [regions.lead(f"Lead {n}") for n in range(4)]
    for lead, score in zip(leads, (90, 60, 50, 10), strict=True):
        type(lead).objects.filter(pk=lead.pk).update(score=score)
    commands.change(pool, regions.system, distribution="score")
    commands.perform(pool, "distribute", regions.system)
    shares = {
        u.username: sum(type(lead).objects.filter(owner=u).values_list("score", flat=True)) for u in (sea.mei, sea.lin)
    }
    assert shares == {"mei": 100, "lin": 110}


def test_a_public_pool_gives_out_by_rule(sea):
    parties = [sea.customer(f"Firm {n}") for n in range(2)]
    wuxi = type(sea.regions.east).objects.create(code="WUXI", name="Wuxi", parent=sea.regions.jiangsu)
    commands.create(PoolMember, sea.regions.system, pool=sea.pool, user=sea.mei, territory=wuxi)
    commands.create(PoolMember, sea.regions.system, pool=sea.pool, user=sea.lin)
    commands.change(sea.pool, sea.regions.system, distribution="turn")
    commands.perform(sea.pool, "distribute", sea.regions.system)
    assert {p.owner for p in Party.objects.filter(pk__in=[p.pk for p in parties])} == {sea.lin}
    assert set(PoolCustomer.objects.values_list("cause", flat=True)) == {"given"}
