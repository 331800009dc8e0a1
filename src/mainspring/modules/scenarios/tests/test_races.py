"""Rehearsing beside people who work, each on a connection of their own (U7, P19)."""

from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from mainspring.kernel import commands, database
from mainspring.kernel.models import Company, User
from mainspring.modules.items.models import ItemSite
from mainspring.modules.planning import commands as planning
from mainspring.modules.planning import following
from mainspring.modules.planning.models import PlanMark
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.production.tests.test_races import making  # noqa: F401
from mainspring.modules.purchasing.models import PurchaseOrder
from mainspring.modules.scenarios import asking, changing, rehearsing
from mainspring.modules.scenarios.models import Scenario, WorkedOut
from mainspring.modules.stock.tests.test_races import together


@pytest.fixture
def shop(making, monkeypatch):  # noqa: F811
    """Frames with a plan, and two people with a scenario each."""
    monkeypatch.setattr(Company, "today", lambda company: making.ctx.business_date)
    making.planned = making.planning(making.frame, lead_time_days=3, safety_stock="5")
    supplier = making.world.party("Anybody", is_supplier=True)
    making.origin = commands.create(PurchaseOrder, making.ctx, supplier=supplier, site=making.site)
    making.demand(making.frame, "30", "2026-04-20", making.origin)
    making.people = [
        replace(making.ctx, user=User.objects.create(username=f"p{n}", is_superuser=True)) for n in range(2)
    ]
    making.scenarios = []
    for n, person in enumerate(making.people):
        scenario = commands.create(Scenario, person, name=f"Safety {n}")
        commands.perform(scenario, "try_planning", person, planning=making.planned, safety_stock=10 + 10 * n)
        making.scenarios.append(scenario)
    making.kept = following.Kept()
    following.batch(making.ctx, making.kept)
    return making


def pieces() -> int:
    return sum(o.quantity for o in ProductionOrder.objects.filter(state="proposed"))


def test_a_rehearsal_in_its_own_transaction_leaves_nothing(shop):
    """On a connection of its own it is a snapshot of its own: rows, marks and the plan are as before."""
    changes = changing.changes_of(shop.scenarios[0])
    rehearsing.rehearse(changes, shop.kept, shop.ctx)
    assert ItemSite.objects.get(pk=shop.planned.pk).safety_stock == 5
    assert not PlanMark.objects.exists()
    outcome = planning.settle(shop.ctx)
    assert (outcome.new, outcome.changed, outcome.withdrawn) == (0, 0, 0)


def test_two_people_ask_at_once_and_each_gets_their_own(shop):
    answers = together(
        [
            lambda s=scenario, p=person: asking.worked_out(p, changing.changes_of(s))
            for scenario, person in zip(shop.scenarios, shop.people, strict=True)
        ]
    )
    more = sorted(int(a.columns["after_quantity"].sum() - a.columns["before_quantity"].sum()) for a in answers)
    frames = [5_000_000, 15_000_000]
    assert [n // 1_000_000 >= f // 1_000_000 for n, f in zip(more, frames, strict=True)] == [True, True]
    assert more[0] < more[1]
    assert WorkedOut.objects.filter(waits=False).count() == 2


def test_a_record_somebody_holds_is_said_and_nobody_waits(shop):
    """A person in the middle of a change of the same record keeps it; the rehearsal says so within a second."""
    changes = changing.changes_of(shop.scenarios[0])
    row = asking._ask(shop.ctx, changes)

    def hold():
        with transaction.atomic():
            database.execute("SELECT 1 FROM items_itemsite WHERE id = %(id)s FOR UPDATE", id=shop.planned.pk)
            database.execute("SELECT pg_sleep(2.5)")

    def ask():
        database.execute("SELECT pg_sleep(0.5)")
        return asking.answer({shop.world.company.pk: shop.kept})

    together([hold, ask])
    row.refresh_from_db()
    assert not row.waits
    assert "somebody is changing" in row.problems[0]["text"]
    following.batch(shop.ctx, shop.kept)
    assert pieces() == 30 + 5


def test_two_scenarios_promoted_at_once_do_not_overwrite_each_other(shop):
    """Both chose the same record as it was: one wins, the other is told."""

    def promote(scenario, person):
        try:
            return commands.perform(scenario, "promote", person)
        except ValidationError as refused:
            return refused

    done = together([lambda s=s, p=p: promote(s, p) for s, p in zip(shop.scenarios, shop.people, strict=True)])
    assert sorted(type(d).__name__ for d in done) == ["Scenario", "ValidationError"]
    states = sorted(Scenario.objects.values_list("state", flat=True))
    assert states == ["draft", "promoted"]
