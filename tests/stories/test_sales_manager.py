"""A sales manager's week: pool and pipeline, a target, a discount to approve, the forecast, and the plan after it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from mainspring.kernel import checks, commands, defaults, errors, numbering, roles
from mainspring.kernel.models import ApprovalRequest
from mainspring.modules.crm import changing, forecasting, velocity
from mainspring.modules.crm.models import Lead, LeadPool, Opportunity, Stage, Target
from mainspring.modules.engineering.models import Bom
from mainspring.modules.items.models import ItemSite
from mainspring.modules.planning import commands as planning
from mainspring.modules.planning.models import PlanMark
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.sales.models import Quotation, SalesOrder
from mainspring.modules.sales.tests.world import World
from mainspring.modules.stock.models import StockMove

APRIL = date(2026, 4, 1)


@pytest.fixture
def firm(db):
    """A firm that makes bicycles, with a representative and a manager in the north."""
    numbering.forget()
    roles.sync_after_migrate()
    defaults.add_after_migrate()
    world = World()
    world.rep, world.manager = world.person("mei", "sales_rep"), world.person("boss2", "sales_manager")
    world.frame = world.item("FRAME", price=40)
    world.bike = world.item("BIKE", price=500, make_or_buy="make")
    commands.create(
        Bom, world.ctx, item=world.bike, lines=[{"component": world.frame, "quantity": 1, "unit": world.piece}]
    )
    commands.create(ItemSite, world.ctx, item=world.bike, site=world.site, lead_time_days=5)
    world.acme = commands.change(world.acme, world.ctx, owner=world.rep)
    commands.create(LeadPool, world.ctx, code="N", name="North", territory=world.north)
    yield world
    numbering.forget()


def test_a_week_of_a_sales_manager(firm, monkeypatch):
    rep, manager = firm.context(firm.rep), firm.context(firm.manager)
    # Monday: a lead waits in the pool; the manager gives it to Mei and sets her target for April.
    lead = commands.create(Lead, manager, name="Beta Rentals", territory=firm.north, email="ona@beta.lt")
    lead = commands.perform(lead, "assign", manager, owner=firm.rep)
    assert lead.owner == firm.rep
    target = commands.create(Target, manager, person=firm.rep, starts_on=APRIL, amount=30000)

    # Mei opens a deal about forty bicycles and takes it on; each stage asks only what it needs.
    deal = commands.create(
        Opportunity,
        rep,
        name="Rental fleet",
        party=firm.acme,
        lines=[{"item": firm.bike, "quantity": 40, "price": 500, "wanted_on": "2026-04-24"}],
    )
    assert deal.amount == 20000
    proposal = Stage.objects.get(code="proposal")
    with pytest.raises(Exception, match="Proposal needs this"):
        commands.perform(deal, "move", rep, stage=proposal)
    deal = commands.perform(deal, "move", rep, stage=proposal, expected_close_on="2026-04-10")

    # The plan follows at once: half of forty, and the proposal names the deal.
    assert PlanMark.objects.filter(item=firm.bike.pk, site=firm.site.pk).exists()
    planning.settle(firm.ctx)
    planned = ProductionOrder.objects.get(item=firm.bike, state="proposed")
    assert planned.quantity == 20
    assert f"{deal.number} (50 % × 40)" in str(planned.reason_text)

    # The manager looks: the board, the forecast, and the deals behind a figure.
    web = Client()
    web.force_login(firm.manager)
    board = web.get("/crm/opportunities/board/").content.decode()
    assert "Rental fleet" in board
    assert "20,000.00 EUR" in board
    asked = forecasting.Asked("owner", APRIL, 1, "EUR")
    sections, _whole = forecasting.forecast(manager, asked)
    assert [section.label for section in sections] == ["Mei"]
    april = sections[0].rows[0]
    assert {name: figure.amount for name, figure in april.figures.items()} == {
        "best": 20000, "weighted": 10000, "target": target.amount, "gap": 30000,
    }  # fmt: skip
    listed = web.get(april.figures["best"].href)
    assert deal.number in listed.content.decode()

    # Tuesday: a discount above the limit waits for the manager, who approves what was asked for.
    quotation = commands.perform(deal, "quote", rep).outcome
    assert [(line.item, line.quantity) for line in quotation.lines.all()] == [(firm.bike, 40)]
    line = quotation.lines.get()
    quotation = commands.change(quotation, rep, lines=[{"id": line.pk, "discount_pct": "14"}])
    with pytest.raises(errors.ApprovalRequired):
        commands.perform(quotation, "send", rep)
    request = ApprovalRequest.objects.get(state="waiting")
    commands.change(quotation, rep, lines=[{"id": line.pk, "discount_pct": "15"}])
    request.refresh_from_db()
    assert request.state == "voided", "an edit after asking has to be asked for again (K09)"
    with pytest.raises(errors.ApprovalRequired):
        commands.perform(quotation, "send", rep)
    commands.perform(ApprovalRequest.objects.get(state="waiting"), "approve", manager)
    quotation.refresh_from_db()
    assert (quotation.state, quotation.net) == ("sent", 17000)

    # The customer accepts by the secret address, and Mei makes the order in one click: the deal is won.
    monkeypatch.setattr(Company, "today", lambda company: rep.business_date)
    link = commands.perform(quotation, "invite", rep, recipient="Ona", days=14).outcome
    paper = Client().post(
        f"/sales/offer/{link.token}/", {"answer": "accept", "version": quotation.version, "name": "Ona Onaite"}
    )
    assert "Accepted by Ona Onaite" in paper.content.decode()
    quotation = Quotation.objects.get(pk=quotation.pk)
    order = commands.perform(quotation, "accept", rep).outcome
    deal.refresh_from_db()
    assert (deal.state, deal.amount) == ("won", Decimal(17000))
    planning.settle(firm.ctx)
    assert ProductionOrder.objects.get(item=firm.bike, state="proposed").quantity == 40, "won, not yet ordered"

    # The order takes the place of the deal in the plan: forty once, not eighty.
    commands.perform(SalesOrder.objects.get(pk=order.pk), "confirm", rep)
    assert not StockMove.objects.filter(is_forecast=True).exists()
    planning.settle(firm.ctx)
    made = ProductionOrder.objects.get(item=firm.bike, state="proposed")
    order.refresh_from_db()
    assert (made.quantity, made.reason["demands"][0]["number"]) == (40, order.number)

    # Friday: what changed since Monday, and how fast deals pass.
    friday = replace(manager, business_date=date(2026, 3, 6))
    steps = changing.since(
        friday, date(2026, 3, 1), starts_on=APRIL, ends_on=date(2026, 5, 1), currency="EUR", where={}
    )
    assert (steps.before, steps.after) == (0, 0), "what came and was won within the week stands in no forecast"
    speed = velocity.velocity(friday, date(2026, 3, 1), date(2026, 3, 7), {})
    assert (speed.won, speed.lost, speed.average) == (1, 0, 17000)
    assert not [finding for result in checks.run("crm.") for finding in result.findings]
