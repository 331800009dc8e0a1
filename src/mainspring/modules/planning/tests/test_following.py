"""A net change gives exactly what a full run gives, on random days of changes; marks come from every kind of fact."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from mainspring.kernel import commands, database
from mainspring.modules.engineering.models import Bom, BomLine
from mainspring.modules.items.models import ItemSite
from mainspring.modules.planning import commands as planning
from mainspring.modules.planning import following
from mainspring.modules.planning.models import FirmProposal, PlanMark, PlanMessage, PlanState
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.purchasing.models import PurchaseOrder, PurchaseRequest
from mainspring.modules.stock import commands as stock


@pytest.fixture
def shop(making):
    """Frames and wagons: wagons take frames, frames take tube and paint; two documents that need things."""
    making.wagon = making.made(
        "WAGON", [(making.frame, "2"), (making.paint, "0.25")], [(10, making.painting, "1", "1")]
    )
    making.planning(making.frame, lead_time_days=3, safety_stock="5")
    making.planning(making.wagon, lead_time_days=2, lot_rule="period", lot_size="7")
    making.planning(making.tube, lead_time_days=4, multiple="50", minimum="100")
    making.planning(making.paint, policy="reorder", reorder_point="20", reorder_to="80", lead_time_days=2)
    supplier = making.world.party("Anybody", is_supplier=True)
    making.origins = [commands.create(PurchaseOrder, making.ctx, supplier=supplier, site=making.site) for _ in range(6)]
    return making


def state():
    """Everything the plan wrote, without keys."""
    made = ProductionOrder.objects.filter(state="proposed").values_list(
        "item", "site", "quantity", "starts_on", "due_on"
    )
    bought = PurchaseRequest.objects.filter(state="proposed").values_list(
        "item", "site", "quantity", "order_by", "needed_on"
    )
    said = PlanMessage.objects.values_list("item", "code", "document", "comes_on", "needed_on", "quantity")
    return sorted(made), sorted(bought), sorted(said, key=str)


def one_change(shop, dice):
    """Something that happens on a day; what it was, for the message of a failure."""
    items = [shop.wagon, shop.frame, shop.tube, shop.paint]
    item = dice.choice(items)
    day = date(2026, 3, 2) + timedelta(days=dice.randint(-3, 60))
    what = dice.randint(0, 7)
    if what <= 2:
        shop.demand(item, str(dice.randint(1, 60)), day.isoformat(), dice.choice(shop.origins))
    elif what == 3:
        stock.replan(shop.ctx, dice.choice(shop.origins), [])
    elif what == 4:
        shop.bring(dice.choice([shop.tube, shop.paint]), str(dice.randint(1, 40)), "4")
    elif what == 5:
        ItemSite.objects.filter(item=item).update(safety_stock=dice.randint(0, 9))
    elif what == 6:
        BomLine.objects.filter(component=shop.tube).update(quantity=dice.randint(1, 5))
    elif proposal := ProductionOrder.objects.filter(state="proposed", is_planned=True).order_by("due_on", "pk").first():
        if not FirmProposal.objects.filter(pk=proposal.pk).exists():
            planning.firm(shop.ctx, [proposal.pk], why="promised")
        else:
            commands.perform(proposal, "confirm", shop.ctx)
    return what


@pytest.mark.parametrize("seed", range(3))
def test_net_change_is_a_full_run(shop, seed):
    """Idea 4, P19: after every day of changes the followed plan is the plan made from nothing."""
    dice, kept = random.Random(seed), following.Kept()
    following.batch(shop.ctx, kept)
    did = []
    for _day in range(8):
        for _change in range(dice.randint(1, 4)):
            did.append(one_change(shop, dice))
        following.batch(shop.ctx, kept)
        while following.word(shop.ctx, kept):
            pass
        followed = state()
        outcome = planning.settle(shop.ctx)
        assert state() == followed, did
        assert (outcome.new, outcome.changed, outcome.withdrawn, outcome.exceptions) == (0, 0, 0, 0), did
        kept.version = PlanState.objects.get().version  # as if the full run had only looked


def test_every_fact_marks_what_it_changes(shop):
    """Stock, demand, planning data, bills and calendars mark their items; a current plan has no marks."""
    planning.settle(shop.ctx)
    assert PlanMark.objects.count() == 0

    def marked():
        found = set(PlanMark.objects.values_list("item", "is_structure"))
        database.execute("DELETE FROM planning_planmark")
        return found

    shop.demand(shop.wagon, "3", "2026-03-20", shop.origins[0])
    assert marked() == {(shop.wagon.pk, False)}
    shop.bring(shop.tube, "1", "4")
    assert marked() == {(shop.tube.pk, False)}
    ItemSite.objects.filter(item=shop.tube).update(minimum=Decimal(10))
    assert marked() == {(shop.tube.pk, True)}
    ItemSite.objects.filter(item=shop.tube).update(minimum=Decimal(10))
    assert marked() == set()
    line = BomLine.objects.filter(component=shop.tube).first()
    BomLine.objects.filter(pk=line.pk).update(note="as drawn")
    assert marked() == set()
    BomLine.objects.filter(pk=line.pk).update(quantity=4)
    assert marked() == {(shop.frame.pk, True)}
    Bom.objects.filter(item=shop.wagon).update(active=False, state="retired")
    assert marked() == {(shop.wagon.pk, True)}
    shop.week.lines.filter(weekday=4).delete()
    assert marked() == {(None, True)}


def test_what_the_planner_writes_is_not_marked(shop):
    shop.demand(shop.wagon, "3", "2026-03-20", shop.origins[0])
    outcome = following.batch(shop.ctx, following.Kept())
    assert outcome.new > 0
    assert PlanMark.objects.count() == 0


def test_a_proposal_a_person_edits_is_firm_and_stays(shop):
    shop.demand(shop.wagon, "3", "2026-03-20", shop.origins[0])
    kept = following.Kept()
    following.batch(shop.ctx, kept)
    proposal = ProductionOrder.objects.get(item=shop.wagon, state="proposed")
    commands.change(proposal, shop.ctx, quantity="10")
    assert FirmProposal.objects.filter(pk=proposal.pk).exists()
    following.batch(shop.ctx, kept)
    proposal.refresh_from_db()
    assert proposal.quantity == 10
    assert ProductionOrder.objects.filter(item=shop.wagon, state="proposed").count() == 1
    frames = ProductionOrder.objects.filter(item=shop.frame, state="proposed")
    assert sum(o.quantity for o in frames) == 2 * 10 + 5  # what the firm one needs, and the safety stock


def test_reasons_follow_and_survive_the_planner_that_owed_them(shop):
    """The plan is there at once; its reasons are said afterwards, by whoever plans then, of the plan it holds."""
    shop.demand(shop.wagon, "3", "2026-03-20", shop.origins[0])
    first, second = following.Kept(), following.Kept()
    following.batch(shop.ctx, first)
    proposed = ProductionOrder.objects.filter(state="proposed")
    assert proposed.filter(reason={}).count() == proposed.count() > 0
    following.batch(shop.ctx, second)
    assert following.word(shop.ctx, first) == 0  # its plan is no longer the one written
    while following.word(shop.ctx, second, most=1):
        pass
    assert not proposed.filter(reason={}).exists()
    assert "3 pcs" in str(proposed.get(item=shop.wagon).reason_text)
    shop.demand(shop.wagon, "9", "2026-03-20", shop.origins[0])
    following.batch(shop.ctx, second)
    shop.demand(shop.wagon, "4", "2026-03-27", shop.origins[1])
    assert following.word(shop.ctx, second) > 0  # marks do not keep it from being said of what is written
    while following.word(shop.ctx, second):
        pass
    assert "9 pcs" in str(proposed.filter(item=shop.wagon).order_by("due_on").first().reason_text)
