"""The workshop's stories: an engineer changes a bill, a foreman hands out work, an operator makes the goods."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError

from mainspring.kernel import checks, commands
from mainspring.kernel.models import Membership, Role, User
from mainspring.modules.conftest import World
from mainspring.modules.engineering.models import Bom, BomOutput, EngineeringChange, PersonSkill, Routing, Skill
from mainspring.modules.production import dispatching, progress
from mainspring.modules.production.models import ProductionOrder, Reason, WorkSession
from mainspring.modules.production.tests.conftest import Making


@pytest.fixture
def plant(db):
    world = World()
    making = Making(world)
    making.people = {
        name: replace(world.ctx, user=person(name, role, making.site))
        for name, role in (
            ("planner", "planner"), ("foreman", "workshop"), ("operator", "workshop"), ("engineer", "engineer"),
            ("controller", "controller"),
        )
    }  # fmt: skip
    return making


def person(name: str, role: str, site) -> User:
    """Somebody with a role, who works at the site."""
    found = User.objects.create(username=name, email=f"{name}@example.com")
    membership = Membership.objects.create(user=found, role=Role.objects.get(code=role))
    membership.sites.add(site)
    return found


def by(plant, name, record, verb, **inputs):
    return commands.perform(record, verb, plant.people[name], **inputs)


def test_an_operator_makes_what_the_list_says_next(plant):
    """DSS-05, MFG-06, MFG-07, MFG-10: from the list to goods in stock, with scrap, a pause and a mistake put right."""
    late = plant.order(plant.frame, "4", starts_on="2026-02-23", due_on="2026-02-27")
    soon = plant.order(plant.frame, "6", starts_on="2026-03-02", due_on="2026-03-10")
    for order in (late, soon):
        by(plant, "planner", order, "release")
    urgent = commands.change(soon, plant.people["planner"], priority=1)
    operator = plant.people["operator"]

    listed = dispatching.jobs(operator)
    assert [(j.operation.order_id == urgent.pk, j.operation.sequence, j.ready) for j in listed] == [
        (True, 10, True), (False, 10, True), (True, 20, False), (False, 20, False),
    ]  # fmt: skip
    assert "Priority 1." in listed[0].why
    assert "The order is late since" in " ".join(listed[1].why)
    assert listed[2].why[0] == "Waits for operation 10 Weld." or listed[2].why[1] == "Waits for operation 10 Weld."

    by(plant, "operator", soon, "pick", item="TUBE")
    by(plant, "operator", soon, "start", operation=10)
    assert dispatching.jobs(operator)[0].running
    WorkSession.objects.update(started_at=WorkSession.objects.get().started_at - timedelta(hours=4))
    dent = commands.create(Reason, plant.people["foreman"], code="DENT", name="Dent", kind="scrap")
    wrong = by(plant, "operator", soon, "report", operation=10, good=6).outcome
    assert wrong.hours == D("4.00")
    by(plant, "operator", soon, "undo", operation=10)
    by(plant, "operator", soon, "report", operation=10, good=5, scrap=1, reason=dent, hours=4)
    by(plant, "operator", soon, "report", operation=10, good=1, hours="0.5")
    by(plant, "operator", soon, "pick", item="PAINT")
    by(plant, "operator", soon, "report", operation=20, good=6, hours="1.5")
    by(plant, "operator", soon, "receive", quantity=6)
    order = by(plant, "operator", soon, "complete")
    order = by(plant, "controller", order, "close")
    assert (order.state, order.scrapped_quantity, plant.on_hand(plant.frame)) == ("closed", 1, 6)
    board = progress.board(plant.ctx)
    assert [(o["number"], o["late_days"] > 0) for o in board["orders"]] == [(late.number, True)]
    assert not [r for r in checks.run() if r.findings]


def test_a_foreman_hands_out_work_by_skill(plant):
    """CAP-05: the operation goes to whoever has the skill, and shows on their list only."""
    weld = commands.create(Skill, plant.people["engineer"], code="WELD", name="Welding")
    Routing.objects.get(item=plant.frame).lines.filter(sequence=10).update(skill=weld)
    order = by(plant, "planner", plant.order(plant.frame, "4"), "release")
    operator = plant.people["operator"].user
    with pytest.raises(ValidationError, match="lacks the skill"):
        by(plant, "foreman", order, "assign", operation=10, person=operator)
    commands.create(PersonSkill, plant.people["planner"], person=operator, skill=weld, valid_to="2027-01-01")
    by(plant, "foreman", order, "assign", operation=10, person=operator)
    mine = dispatching.jobs(plant.people["operator"], person=operator.pk)
    others = dispatching.jobs(plant.people["foreman"], person=plant.people["foreman"].user.pk)
    assert [j.operation.sequence for j in mine] == [10, 20]
    assert [j.operation.sequence for j in others] == [20]


def test_an_engineer_changes_a_component_everywhere(plant):
    """MFG-04, MFG-14: the change shows what it would do, then every bill has a version from the day."""
    engineer = plant.people["engineer"]
    steel = plant.world.item("STEEL")
    commands.create(
        BomOutput, engineer, bom=Bom.objects.get(item=plant.frame), item=plant.world.item("CHIPS"), quantity="0.1"
    )
    change = commands.create(
        EngineeringChange, engineer, component=plant.tube, replacement=steel, effective_on="2026-04-01", reason="Stock"
    )
    change = commands.perform(change, "carry_out", engineer)
    assert (change.state, change.changed_bills) == ("done", 1)
    march = plant.order(plant.frame, "2", starts_on="2026-03-30", due_on="2026-03-31", confirm=False)
    april = plant.order(plant.frame, "2", starts_on="2026-04-01", due_on="2026-04-02", confirm=False)
    assert [c.item.code for c in march.lines.all()] == ["TUBE", "PAINT"]
    assert [c.item.code for c in april.lines.all()] == ["STEEL", "PAINT"]
    assert april.bom.valid_from == date(2026, 4, 1)
    assert april.bom.bomoutputs.get().item.code == "CHIPS"
    with pytest.raises(ValidationError, match="is Done"):
        commands.perform(change, "carry_out", engineer)
    assert not [r for r in checks.run("engineering.") if r.findings]
    assert ProductionOrder.objects.count() == 2
