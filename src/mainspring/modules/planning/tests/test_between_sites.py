"""An item made at one site and sold at another: proposals to bring it, its parts planned where it is made (MFG-11)."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from mainspring.kernel import checks, commands, sentences
from mainspring.kernel.models import Company, Site
from mainspring.modules.items.models import ItemSite
from mainspring.modules.planning import commands as planning
from mainspring.modules.planning import following, timelines
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.purchasing.models import PurchaseOrder, PurchaseRequest
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock.models import Transfer


@pytest.fixture
def apart(making):
    """A store in Kaunas that gets frames from the plant, three working days away."""
    making.store = Site.objects.create(company=making.world.company, code="KNS", name="Kaunas store", kind="warehouse")
    making.there = stock.ensure_locations(making.store, making.ctx)
    making.planning(making.frame, lead_time_days=2)
    making.way = commands.create(
        ItemSite,
        making.ctx,
        item=making.frame,
        site=making.store,
        supplied_from=making.site,
        transit_days=3,
        transfer_cost="2.50",
    )
    supplier = making.world.party("Anybody", is_supplier=True)
    making.origin = commands.create(PurchaseOrder, making.ctx, supplier=supplier, site=making.store)
    move = stock.MoveSpec(
        making.frame.pk, Decimal(10), making.there["internal"], making.there["customer"], making.origin,
        planned_on=date(2026, 4, 1),
    )  # fmt: skip
    stock.replan(making.ctx, making.origin, [move])
    return making


def test_what_is_missing_at_one_site_is_brought_from_where_it_is_made(apart):
    planning.settle(apart.ctx)
    bring = PurchaseRequest.objects.get(item=apart.frame, state="proposed")
    assert (bring.site, bring.from_site, bring.quantity) == (apart.store, apart.site, 10)
    assert (bring.order_by, bring.needed_on) == (date(2026, 3, 27), date(2026, 4, 1))  # three working days before
    assert f"Brought from {apart.site.code}: 3 working days." in str(sentences.read(bring.reason_text))
    make = ProductionOrder.objects.get(item=apart.frame, state="proposed")
    assert (make.site, make.quantity, make.due_on) == (apart.site, 10, date(2026, 3, 27))
    assert not ProductionOrder.objects.filter(site=apart.store).exists()
    assert apart.origin.pk in [d["document"] and bring.demand_id for d in make.reason["demands"]]


def test_the_transfer_takes_the_place_of_the_proposal(apart):
    kept = following.Kept()
    following.batch(apart.ctx, kept)
    bring = PurchaseRequest.objects.get(item=apart.frame, state="proposed")
    assert planning.convert(apart.ctx, [bring.pk])["ordered"] == 1
    transfer = Transfer.objects.get()
    assert (transfer.state, transfer.from_site, transfer.to_site) == ("confirmed", apart.site, apart.store)
    assert (transfer.ship_on, transfer.receive_on) == (date(2026, 3, 27), date(2026, 4, 1))
    bring.refresh_from_db()
    assert (bring.state, bring.ordered_quantity) == ("ordered", 10)
    following.batch(apart.ctx, kept)
    assert not PurchaseRequest.objects.filter(item=apart.frame, state="proposed").exists()
    assert ProductionOrder.objects.get(item=apart.frame, state="proposed").quantity == 10  # still to be made there
    apart.bring(apart.frame, "10", "20")
    commands.perform(transfer, "ship", apart.ctx.on(date(2026, 3, 27)))
    commands.perform(transfer, "receive", apart.ctx.on(date(2026, 4, 1)))
    bring.refresh_from_db()
    assert (bring.state, bring.received_quantity) == ("received", 10)
    assert not [result for result in checks.run() if result.findings]


def test_a_transfer_that_is_cancelled_asks_again(apart):
    planning.settle(apart.ctx)
    bring = PurchaseRequest.objects.get(item=apart.frame, state="proposed")
    planning.convert(apart.ctx, [bring.pk])
    commands.perform(Transfer.objects.get(), "cancel", apart.ctx)
    bring.refresh_from_db()
    assert (bring.state, bring.ordered_quantity) == ("approved", 0)
    planning.settle(apart.ctx)
    assert ProductionOrder.objects.get(item=apart.frame, state="proposed").due_on == date(2026, 3, 27)


def test_a_firm_proposal_is_needed_where_it_comes_from(apart):
    planning.settle(apart.ctx)
    bring = PurchaseRequest.objects.get(item=apart.frame, state="proposed")
    planning.move(apart.ctx, [bring.pk], to=date(2026, 3, 25))
    planning.settle(apart.ctx)
    make = ProductionOrder.objects.get(item=apart.frame, state="proposed")
    assert make.due_on == PurchaseRequest.objects.get(pk=bring.pk).order_by < date(2026, 3, 27)


def test_the_timeline_and_the_tree_go_from_site_to_site(apart):
    planning.settle(apart.ctx)
    here = timelines.Timeline(apart.ctx, apart.frame, apart.site)
    (asked,) = [e for e in here.events if e.kind == "brought"]
    assert (asked.quantity, asked.on, asked.elsewhere) == (-10, date(2026, 3, 27), apart.store)
    there = timelines.Tree(apart.ctx, apart.store)
    (bring,) = [e for e in there.timeline(apart.frame).events if e.quantity > 0]
    ((item, made, quantity, parts),) = there.down(apart.frame, bring)
    assert (item, made.kind, quantity) == (apart.frame, "make", 10)
    assert {component.code for component, *_rest in parts} == {"TUBE", "PAINT"}
    tree = timelines.Tree(apart.ctx, apart.site)
    (make,) = [e for e in tree.timeline(apart.frame).events if e.kind == "make"]
    ((_item, brought, _quantity, above),) = tree.up(apart.frame, make)
    assert brought.kind == "brought"
    assert [demand.document for _item, demand, _q, _above in above] == [apart.origin.pk]


def test_a_way_leads_to_another_site_of_the_company_and_not_round(apart):
    def refused(**values) -> str:
        with pytest.raises(ValidationError) as refusal:
            commands.create(ItemSite, apart.ctx, item=apart.tube, **values)
        return str(refusal.value)

    other = Company.objects.create(code="UAB2", name="Other", base_currency_id="EUR")
    foreign = Site.objects.create(company=other, code="X1", name="Elsewhere")
    assert "another company" in refused(site=apart.store, supplied_from=foreign)
    assert "cannot supply itself" in refused(site=apart.store, supplied_from=apart.store)
    commands.create(ItemSite, apart.ctx, item=apart.tube, site=apart.store, supplied_from=apart.site)
    assert "itself supplied from here" in refused(site=apart.site, supplied_from=apart.store)
