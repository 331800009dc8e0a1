"""Contracts keep customers, go along when they are handed over, remind their owners and cost few statements."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mainspring.kernel import commands, database, printing
from mainspring.kernel.models import Notification, OutgoingMail
from mainspring.modules.contracts import facts, jobs, reminding
from mainspring.modules.contracts.models import Contract, InstalmentReminder
from mainspring.modules.crm import recycling
from mainspring.modules.crm.models import Handover

from .world import fresh

SQL = recycling._contracts["contracts"]


def lives(world):
    return database.rows(SQL, company=world.company.pk)


def test_pools_hear_until_when_a_contract_lives(world):
    """K02."""
    contract = world.contract(valid_until="2026-12-31")
    assert lives(world) == [{"party_id": world.acme.pk, "day": date(2026, 12, 31)}]
    commands.perform(contract, "terminate", world.on("2026-06-01"), reason="x")
    assert lives(world) == [{"party_id": world.acme.pk, "day": date(2026, 6, 1)}]


def test_the_owner_moves_and_the_signature_stays(world):
    """CRM-05."""
    ona, jonas = (world.person(name, "sales_rep") for name in ("ona", "jonas"))
    customer = world.customer("Blue", owner=ona)
    contract = world.contract(party=customer, owner=ona, signatory=ona)
    world.plan(contract)
    handover = commands.create(Handover, world.ctx, from_owner=ona, to_owner=jonas, reason="Ona leaves")
    commands.perform(handover, "hand_over", world.ctx)
    contract = fresh(contract)
    assert (contract.owner, contract.signatory) == (jonas, ona)


def test_owners_are_told_once_for_each_step(world):
    """CRM-10: in the app and by mail."""
    ona = world.person("ona", "sales_rep", email="ona@example.com")
    plan = world.plan(world.contract(owner=ona), [("2026-03-10", "30000")])
    days = {"2026-03-06": 0, "2026-03-07": 1, "2026-03-09": 0, "2026-03-11": 1, "2026-03-12": 0, "2026-03-18": 1}
    told = {day: reminding.remind(world.on(day)) for day in days}
    assert told == days
    assert Notification.objects.filter(user=ona, kind="task").count() == 3
    assert OutgoingMail.objects.count() == 3
    assert "8 days overdue" in Notification.objects.filter(user=ona, kind="task").latest("pk").title
    world.pays(30000)
    assert reminding.remind(world.on("2026-04-30")) == 0
    assert InstalmentReminder.objects.filter(instalment__document=plan).count() == 3


def test_what_is_overdue_shows_without_anybody_touching_it(world):
    contract = world.contract()
    world.plan(contract)
    assert fresh(contract).overdue == 0
    jobs.remind(None, world.on("2026-04-20"))
    assert fresh(contract).overdue == 20000


def test_letters_go_out_with_days_between(world):
    contract = world.contract()
    plan = world.plan(contract)
    late = world.on("2026-03-20")
    facts.refresh_alone([contract.pk], late)
    plan = commands.perform(fresh(plan), "write_customer", late)
    assert (plan.reminders, plan.reminded_on) == (1, date(2026, 3, 20))
    assert printing.pdf(plan, late, layout="reminder").startswith(b"%PDF")
    with pytest.raises(Exception, match="wait 7 days"):
        commands.perform(plan, "write_customer", world.on("2026-03-22"))


def test_many_contracts_are_worked_out_in_as_many_statements_as_one(world):
    for n in range(6):
        contract = world.contract("30000", party=world.customer(f"Firm {n}"))
        world.plan(contract)
    world.pays(1000)
    keys = list(Contract.objects.values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as one:
        facts.refresh_alone(keys[:1], world.ctx)
    with CaptureQueriesContext(connection) as many:
        facts.refresh_alone(keys, world.ctx)
    assert len(many) == len(one)
