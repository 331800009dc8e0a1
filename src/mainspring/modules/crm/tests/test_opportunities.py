"""Deals: stages ask only what they need, amounts are weighted in any currency, lost ones say why (CRM-08)."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from mainspring.kernel import access, commands
from mainspring.kernel.models import Currency
from mainspring.modules.crm.models import Activity, FollowUpTask, Opportunity
from mainspring.modules.organization.models import ExchangeRate
from mainspring.modules.parties.models import Party


@pytest.fixture
def acme(regions):
    return commands.create(
        Party,
        regions.system,
        code="ACME",
        name="Acme",
        is_customer=True,
        country="LT",
        currency="EUR",
        territory=regions.east,
    )


def test_each_stage_asks_only_for_what_it_needs(regions, acme):
    deal = commands.create(Opportunity, regions.system, name="Pumps", party=acme)
    assert (deal.state, deal.probability, deal.territory) == ("qualification", 10, regions.east)
    with pytest.raises(ValidationError) as refusal:
        commands.perform(deal, "propose", regions.system)
    assert set(refusal.value.message_dict) == {"amount", "expected_close_on"}
    deal = commands.perform(deal, "propose", regions.system, amount="2000", expected_close_on="2026-04-01")
    assert (deal.state, deal.probability, deal.weighted_base) == ("proposal", 50, 1000)
    deal = commands.perform(deal, "win", regions.system, amount="1900")
    assert (deal.state, deal.weighted_base, deal.closed_on) == ("won", 1900, date(2026, 3, 2))


def test_amounts_roll_up_weighted_in_any_currency(regions, acme):
    usd = Currency.objects.get_or_create(code="USD", defaults={"name": "Dollar"})[0]
    commands.create(
        ExchangeRate, regions.system, from_currency=usd, to_currency="EUR", valid_on="2026-03-01", rate="0.80"
    )
    commands.create(Opportunity, regions.system, name="A", party=acme, amount=1000, probability=30)
    commands.create(Opportunity, regions.system, name="B", party=acme, amount=1000, currency="USD", probability="12.5")
    assert sum(o.weighted_base for o in Opportunity.objects.all()) == Decimal(300) + Decimal(100)
    with pytest.raises(ValidationError):
        commands.create(Opportunity, regions.system, name="C", party=acme, probability=101)


def test_a_lost_deal_needs_a_reason(regions, acme):
    deal = commands.create(Opportunity, regions.system, name="Pumps", party=acme, amount=100)
    with pytest.raises(ValidationError) as refusal:
        commands.perform(deal, "lose", regions.system)
    assert set(refusal.value.message_dict) == {"reason"}
    deal = commands.perform(deal, "lose", regions.system, reason="price", note="20 % too dear")
    assert (deal.state, deal.close_reason, deal.weighted_base, deal.note) == ("lost", "price", 0, "20 % too dear")
    assert commands.perform(deal, "reopen", regions.system).state == "qualification"


def test_a_follow_up_takes_three_inputs_and_closes_the_step_before(regions, acme):
    """CRM-07: content, method, next step; the deal shows what comes next."""
    rep = regions.ctx(regions.person("mei", "sales_rep", regions.east))
    deal = commands.create(
        Opportunity, rep, name="Pumps", party=commands.change(acme, regions.system, owner=rep.user).pk
    )
    deal = commands.perform(deal, "log", rep, content="Called", method="call", next_on="2026-03-09")
    assert deal.next_on == date(2026, 3, 9)
    deal = commands.perform(deal, "log", rep, content="Visited", method="visit", next_on="2026-03-20")
    steps = FollowUpTask.objects.order_by("due_on").values_list("state", "party_id")
    assert list(steps) == [("done", acme.pk), ("open", acme.pk)]
    with pytest.raises(ValidationError, match="on which day"):
        commands.perform(deal, "log", rep, content="x", method="call", next_step="Call back")


def test_a_new_owner_of_the_customer_takes_over_its_history(regions, acme):
    """K11: who looks after the customer sees what was said, whoever said it; the one before no longer does."""
    mei, jun = (regions.person(n, "sales_rep", regions.east) for n in ("mei", "jun"))
    commands.change(acme, regions.system, owner=mei)
    commands.create(Activity, regions.ctx(mei), party=acme.pk, content="They like blue")
    commands.change(acme, regions.system, owner=jun)
    assert access.rows(regions.ctx(jun), Activity).count() == 1
    assert not access.rows(regions.ctx(mei), Activity).exists()
