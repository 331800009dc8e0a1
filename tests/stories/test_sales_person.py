"""A sales person's spring: a lead claimed, followed by its plan from the phone, won; the calendar knows."""

from datetime import date

import icalendar
import pytest
from django.test import Client

from mainspring.kernel import access, commands, numbering, timeline
from mainspring.kernel.models import Territory
from mainspring.modules.crm import commands as crm
from mainspring.modules.crm import explaining
from mainspring.modules.crm.models import Activity, Cadence, CadenceRun, FollowUpTask, Lead, LeadPool
from mainspring.modules.sales.models import Quotation, SalesOrder
from mainspring.modules.sales.tests.world import World

PLAN = [
    {"rhythm": "once", "number": 1, "method": "call", "title": "Introduce ourselves", "at": "10:00"},
    {"rhythm": "once", "number": 3, "method": "mail", "title": "Send the catalogue"},
    {"rhythm": "days", "number": 14, "method": "call", "title": "Ask how things stand"},
]
DEAL = [{"rhythm": "days", "number": 14, "method": "call", "title": "Ask how they decide"}]


@pytest.fixture
def alfa(db):
    """Alfa sells pumps in the north; Ona and Jonas work the pool; two plans start by themselves."""
    numbering.forget()
    world = World()
    world.stocked(world.pump, 100, "60")
    commands.create(LeadPool, world.ctx, code="N", name="North", territory=world.north, recycle_days=30)
    for code, about, enters, lines in (("NEW", "lead", "claimed", PLAN), ("DEAL", "opportunity", "open", DEAL)):
        commands.create(Cadence, world.ctx, code=code, name=code, about=about, enters=enters, lines=lines)
    world.ona, world.jonas = (
        world.context(world.person(name, "sales_rep", default_company=world.company)) for name in ("ona", "jonas")
    )
    yield world
    numbering.forget()


def due(ctx, **about):
    return [(str(t), t.due_on.isoformat()) for t in FollowUpTask.objects.filter(state="open", owner=ctx.user, **about)]


def test_a_lead_from_the_pool_becomes_an_order(alfa):
    ona, jonas = alfa.ona, alfa.jonas
    lead = commands.create(
        Lead, alfa.ctx, name="Dviračiai UAB", contact_name="Rūta Kopa", phone="+37060000001",
        territory=Territory.objects.get(code="NORTH"), value=4000,
    )  # fmt: skip

    # Monday: the lead waits in the pool; Ona is quicker than Jonas.
    why = explaining.of_lead(lead, ona)["told"]
    assert why.sentences[0].startswith("Waits in North since")
    assert why.claim
    lead = commands.perform(lead, "claim", ona)
    with pytest.raises(Exception, match="taken by another"):
        commands.perform(lead, "claim", jonas)
    assert due(ona) == [("Introduce ourselves", "2026-03-03")]

    # Tuesday, on the phone: three inputs; the next task comes by the plan, one at a time.
    phone = Client()
    phone.force_login(ona.user)
    form = phone.get(f"/crm/follow-up/?lead={lead.pk}").content.decode()
    assert "What happened" in form
    said = {"about": f"lead:{lead.pk}", "content": "They rent out bicycles", "method": "call", "next_on": ""}
    assert phone.post("/crm/follow-up/", said).status_code == 302
    (step,) = FollowUpTask.objects.filter(state="open")
    assert (str(step), step.lead) == ("Send the catalogue", lead)
    assert "They rent out bicycles" in [entry.text for entry in timeline.entries(ona, lead)[0]]

    # The catalogue went out; they want twenty pumps: qualified, converted; what the plan wanted ends with the lead.
    commands.perform(step, "finish", ona, content="Sent the catalogue")
    commands.perform(lead, "qualify", ona, value="2000")
    deal = commands.perform(
        lead, "convert", ona, opportunity="Twenty pumps", amount="2000", expected_close_on="2026-05-01"
    ).outcome
    assert CadenceRun.objects.get(lead=lead).ending == "closed"
    assert due(ona) == [("Ask how they decide", "2026-03-16")]

    # The calendar of her phone shows it; Jonas's does not.
    _feed, secret = crm.feeding.issue(ona)
    calendar = icalendar.Calendar.from_ical(phone.get(f"/crm/calendar/{secret}.ics").content)
    days = {str(e["summary"]): e["dtstart"].dt for e in calendar.walk("VEVENT") if str(e["status"]) == "CONFIRMED"}
    assert date(2026, 3, 16) in days.values()

    # A quotation, its order, the deal won: nothing is left to do.
    quotation = commands.perform(deal, "quote", ona).outcome
    commands.change(quotation, ona, lines=[{"item": alfa.pump.pk, "quantity": 20}])
    quotation = commands.perform(commands.perform(quotation, "send", ona), "accept", ona)
    order = quotation.outcome
    assert isinstance(order, SalesOrder)
    assert order.lines.get().quantity == 20
    deal.refresh_from_db()
    if deal.state != "won":
        deal = commands.perform(deal, "win", ona, amount="2000")
    assert due(ona) == []
    assert Quotation.objects.get().opportunity == deal

    # What was said stays with the customer, whoever looks after it next.
    party = deal.party
    assert Activity.objects.filter(party=party).count() == 2
    assert {e.text for e in timeline.entries(ona, party)[0]} >= {"They rent out bicycles", "Sent the catalogue"}


def test_a_manager_hears_of_what_stays_undone_and_gives_it_to_another(alfa):
    """K11: a lead given to another takes its tasks along; the old owner sees them no more."""
    boss = alfa.context(alfa.person("egle", "sales_manager"))
    alfa.ona.user.manager = boss.user
    alfa.ona.user.save()
    lead = commands.create(Lead, alfa.ctx, name="Kalnų pumps", territory=alfa.north)
    commands.perform(lead, "claim", alfa.ona)
    assert crm.reminding.escalate(alfa.on("2026-03-05")) == 0
    assert crm.reminding.escalate(alfa.on("2026-03-06")) == 1
    task = FollowUpTask.objects.get()
    assert task.escalated_to == boss.user
    commands.perform(lead, "assign", boss, owner=alfa.jonas.user, reason="Ona is away")
    assert due(alfa.jonas) == [("Introduce ourselves", "2026-03-03")]
    assert not access.rows(alfa.ona, FollowUpTask).exists()
