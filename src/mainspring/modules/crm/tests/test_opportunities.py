"""Deals: stages ask only what they need, amounts are weighted in any currency, lost ones say why (CRM-08)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import translation

from mainspring.kernel import access, commands, workflow
from mainspring.kernel.models import Currency
from mainspring.modules.crm import pipeline
from mainspring.modules.crm.models import Activity, FollowUpTask, Opportunity, SalesProcess, Stage, Target
from mainspring.modules.organization.models import ExchangeRate
from mainspring.modules.parties.models import Contact, Party


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


def stage(code: str) -> Stage:
    return Stage.objects.get(code=code)


def test_each_stage_asks_only_for_what_it_needs(regions, acme):
    deal = commands.create(Opportunity, regions.system, name="Pumps", party=acme)
    assert (deal.state, deal.stage.code, deal.probability, deal.territory) == (
        "open",
        "qualification",
        10,
        regions.east,
    )
    with pytest.raises(ValidationError) as refusal:
        commands.perform(deal, "move", regions.system, stage=stage("proposal"))
    assert set(refusal.value.message_dict) == {"amount", "expected_close_on"}
    asked = {"stage": stage("proposal").pk, "amount": "2000", "expected_close_on": "2026-04-01"}
    deal = commands.perform(deal, "move", regions.system, **asked)
    assert (deal.stage.code, deal.probability, deal.weighted_base, deal.forecast) == ("proposal", 50, 1000, "best")
    verb = workflow.verb_of(Opportunity, "move")
    assert verb.asked(deal, regions.system, {"stage": stage("negotiation").pk}) == (), "it has all the stage needs"
    deal = commands.perform(deal, "win", regions.system, amount="1900")
    assert (deal.state, deal.weighted_base, deal.closed_on) == ("won", 1900, date(2026, 3, 2))
    assert deal.stage.code == "proposal", "where it was decided"


def test_a_deal_follows_the_stages_of_its_own_process(regions, acme):
    """CRM-08: several processes, each with its stages, their needs and their names in the reader's language."""
    renewal = commands.create(SalesProcess, regions.system, code="renewal", name="Renewal", names={"lt": "Pratęsimas"})
    talk = commands.create(Stage, regions.system, process=renewal, position=1, code="talk", name="Talk", probability=60)
    other = commands.create(
        Stage,
        regions.system,
        process=renewal,
        position=2,
        code="offer",
        name="Offer",
        probability=80,
        asks_contact=True,
    )
    deal = commands.create(Opportunity, regions.system, name="Again", party=acme, process=renewal, amount=100)
    assert (deal.stage, deal.probability, deal.weighted_base) == (talk, 60, 60)
    with translation.override("lt"):
        assert str(renewal) == "Pratęsimas"
    beta = {"code": "B", "name": "Beta", "is_customer": True, "country": "LT", "currency": "EUR"}
    another = commands.create(Party, regions.system, **beta)
    somebody = commands.create(Contact, regions.system, party=another, family_name="Jo")
    with pytest.raises(ValidationError, match="no stage of Renewal"):
        commands.perform(deal, "move", regions.system, stage=_of_standard(regions))
    with pytest.raises(ValidationError) as refusal:
        commands.perform(deal, "move", regions.system, stage=other, contact=somebody)
    assert set(refusal.value.message_dict) == {"contact"}
    ona = commands.create(Contact, regions.system, party=acme, family_name="Ona")
    deal = commands.perform(deal, "move", regions.system, stage=other, contact=ona)
    assert (deal.contact, deal.probability) == (ona, 80)


def _of_standard(regions):
    return pipeline.first_stage(pipeline.standard(regions.company.pk).pk)


def test_every_change_of_what_the_forecast_counts_is_remembered(regions, acme):
    """Entered, left, by whom, with amount and closing day then; the database refuses to change a row."""
    deal = commands.create(Opportunity, regions.system, name="Pumps", party=acme, amount=100)
    later = replace(regions.system, business_date=date(2026, 3, 9))
    deal = commands.perform(deal, "move", later, stage=stage("analysis"))
    deal = commands.change(deal, later, amount=150)
    deal = commands.change(deal, later, note="only a note")
    rows = deal.changes.order_by("id").values_list("on", "stage__code", "entered", "amount_base", "by__username")
    assert list(rows) == [
        (date(2026, 3, 2), "qualification", True, 100, "system"),
        (date(2026, 3, 9), "analysis", True, 100, "system"),
        (date(2026, 3, 9), "analysis", False, 150, "system"),
    ]
    with pytest.raises(DatabaseError), transaction.atomic():
        deal.changes.update(amount_base=0)


def test_deals_that_rest_too_long_are_named_with_the_reason(regions, acme):
    deal = commands.create(Opportunity, regions.system, name="Pumps", party=acme, amount=100)
    on_time, late = (replace(regions.system, business_date=date(2026, 4, day)) for day in (1, 2))
    assert not pipeline.stale(on_time).exists()
    assert list(pipeline.stale(late)) == [deal]
    assert pipeline.why_stale(deal, late.business_date) == "In Qualification for 31 days; 30 are allowed."


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
    with pytest.raises(ValidationError) as refusal:
        commands.perform(deal, "lose", regions.system, reason="competitor")
    assert set(refusal.value.message_dict) == {"competitor"}
    deal = commands.perform(deal, "lose", regions.system, reason="price", note="20 % too dear")
    assert (deal.state, deal.close_reason.code, deal.weighted_base, deal.note) == ("lost", "price", 0, "20 % too dear")
    deal = commands.perform(deal, "reopen", regions.system)
    assert (deal.state, deal.stage.code, deal.probability, deal.closed_on) == ("open", "qualification", 10, None)


def test_targets_are_spread_to_the_cent_and_copied_on(regions):
    mei = regions.person("mei", "sales_rep", regions.east)
    quarter = commands.create(
        Target, regions.system, person=mei, period="quarter", starts_on="2026-05-20", amount="1000", currency="EUR"
    )
    assert (quarter.starts_on, quarter.ends_on) == (date(2026, 4, 1), date(2026, 7, 1))
    commands.perform(quarter, "spread", regions.system)
    months = Target.objects.filter(period="month").order_by("starts_on").values_list("starts_on__month", "amount")
    assert list(months) == [(4, Decimal("333.33")), (5, Decimal("333.33")), (6, Decimal("333.34"))]
    commands.perform(quarter, "repeat", regions.system, periods=2, growth="10")
    found = Target.objects.filter(period="quarter").order_by("starts_on").values_list("amount", flat=True)
    assert list(found) == [1000, 1100, 1210]
    with pytest.raises(ValidationError, match="already"):
        commands.create(Target, regions.system, person=mei, period="quarter", starts_on="2026-04-01", amount=5)
    with pytest.raises(ValidationError, match="one of them"):
        commands.create(Target, regions.system, period="month", starts_on="2026-04-01", amount=5)


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
