"""What relieves an overloaded week, its effect before it is done, and the way back (CAP-06)."""

from decimal import Decimal as D

import pytest
from django.core import signing
from django.core.exceptions import PermissionDenied

from mainspring.kernel import commands
from mainspring.kernel.models import Company
from mainspring.modules.engineering.models import OperationAlternate, Routing, RoutingOperation, WorkCenter
from mainspring.modules.items.models import ItemCost
from mainspring.modules.production import queries as production
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.scheduling import choices
from mainspring.modules.scheduling.choices import Choice

from .conftest import march


@pytest.fixture
def busy(shop):
    """Three orders of 31 and 16 hours of welding in a week of 40: 1 h + 60 x 0.5, 1 h + 30 x 0.5 twice."""
    shop.bring(shop.tube, "1000", "4")
    orders = [
        shop.order(shop.frame, quantity, starts_on="2026-03-02", due_on=f"2026-03-{due}")
        for quantity, due in (("60", "06"), ("30", "13"), ("30", "20"))
    ]
    return orders


def of(found: list[Choice], kind: str) -> list[Choice]:
    return [one for one in found if one.kind == kind]


def load(shop, center, week: int = 2) -> tuple[D, D]:
    """(hours asked, hours open) of a center in a week of March."""
    rows = production.load(shop.ctx, starts_on=march(2), weeks=3)
    row = next(r for r in rows if r["work_center_id"] == center.pk and r["week"] == march(week))
    return row["planned"] + row["done"], row["available"]


def test_a_week_with_room_offers_nothing(shop):
    shop.order(shop.frame, "4", starts_on="2026-03-02", due_on="2026-03-06")
    assert choices.choices(shop.ctx, shop.welding, march(2)) == []


def test_an_extra_shift_opens_a_closed_day_for_this_work_center_alone(shop, busy):
    """The week asks 63 hours of 40: Saturday and Sunday, eight hours each, at half as much again of the labour."""
    found = of(choices.choices(shop.ctx, shop.welding, march(2)), "shift")
    [longer, weekend] = sorted(found, key=lambda one: one.values["days"])
    assert weekend.values == {"days": ["2026-03-07", "2026-03-08"], "starts": "08:00", "ends": "16:00"}
    assert (weekend.hours, weekend.cost) == (16, D("240.00"))
    assert weekend.late_before >= weekend.late_after
    assert longer.values["days"][0] == "2026-03-02"
    done = choices.apply(shop.ctx, weekend)
    assert load(shop, shop.welding)[1] == 56
    assert load(shop, shop.painting)[1] == 40
    choices.take_back(shop.ctx, done)
    assert load(shop, shop.welding)[1] == 40


def test_an_alternate_with_room_is_offered_with_what_it_costs_and_can_be_taken_back(shop, busy):
    """C08: the other cell at 25 an hour does in 31 hours what costs 30 here."""
    cell = shop.center("WELD2", "25")
    commands.create(
        OperationAlternate, shop.ctx, routing=Routing.objects.get(item=shop.frame), sequence=10, work_center=cell,
        setup_hours=1, run_hours_per_unit="0.5",
    )  # fmt: skip
    found = of(choices.choices(shop.ctx, shop.welding, march(2)), "alternate")
    one = next(c for c in found if c.values["order"] == str(busy[1].pk))
    assert (one.hours, one.cost) == (16, 16 * (D(25) - D(30)))
    assert one.late_after <= one.late_before
    before = load(shop, shop.welding)
    done = choices.apply(shop.ctx, one)
    assert load(shop, shop.welding)[0] == before[0] - 16
    assert load(shop, cell)[0] == 16
    choices.take_back(shop.ctx, done)
    assert load(shop, shop.welding) == before


def test_a_supplier_who_does_such_work_already_is_offered(shop, busy):
    supplier = shop.world.party("Welder Ltd", is_supplier=True, is_customer=False)
    service = shop.world.item("WELDING", kind="service")
    commands.create(ItemCost, shop.ctx, item=service, company=shop.world.company, standard_cost=20)
    other = shop.made("OUTSIDE", [(shop.tube, "1")], [(10, shop.welding, "0", "0")])
    RoutingOperation.objects.filter(document__item=other).update(supplier=supplier, service=service)
    one = next(
        c for c in of(choices.choices(shop.ctx, shop.welding, march(2)), "subcontract")
        if c.values["order"] == str(busy[1].pk)
    )  # fmt: skip
    assert one.cost == 30 * 20 - 16 * 30
    before = load(shop, shop.welding)
    done = choices.apply(shop.ctx, one)
    operation = busy[1].operations.get(sequence=10)
    assert (operation.supplier, operation.service) == (supplier, service)
    assert load(shop, shop.welding)[0] == before[0] - 16
    choices.take_back(shop.ctx, done)
    assert load(shop, shop.welding) == before


def test_a_part_of_an_order_goes_to_a_later_week_and_comes_back(shop, busy):
    one = next(
        c for c in of(choices.choices(shop.ctx, shop.welding, march(2)), "split")
        if c.values["order"] == str(busy[2].pk)
    )  # fmt: skip
    assert D(one.values["quantity"]) == 15
    assert one.values["starts_on"] == "2026-03-09"
    assert one.hours == D("7.5")
    done = choices.apply(shop.ctx, one)
    parts = ProductionOrder.objects.filter(item=shop.frame, state="confirmed").order_by("pk")
    assert sum(order.quantity for order in parts) == 120
    assert f"{parts.last().starts_on}" == "2026-03-09"
    choices.take_back(shop.ctx, done)
    busy[2].refresh_from_db()
    assert busy[2].quantity == 30


def test_an_order_with_slack_begins_in_a_week_with_room_and_one_without_says_it_will_be_late(shop, busy):
    found = of(choices.choices(shop.ctx, shop.welding, march(2)), "move")
    slack = next(c for c in found if c.values["order"] == str(busy[2].pk))
    assert slack.values["starts_on"] == "2026-03-09"
    assert slack.warning == ""
    assert not [c for c in found if c.values["order"] == str(busy[0].pk)]
    done = choices.apply(shop.ctx, slack)
    assert load(shop, shop.welding, 9)[0] >= 16
    choices.take_back(shop.ctx, done)
    assert load(shop, shop.welding, 9)[0] < 16


def test_a_choice_is_plain_data(shop, busy):
    for one in choices.choices(shop.ctx, shop.welding, march(2)):
        assert Choice.of(one.as_data()) == one


def test_what_is_done_goes_through_the_rights_of_the_person(shop, busy):
    one = of(choices.choices(shop.ctx, shop.welding, march(2)), "shift")[0]
    workshop = shop.world.person("operator", "workshop")
    assert choices.choices(workshop, WorkCenter.objects.get(pk=shop.welding.pk), march(2)) == []
    with pytest.raises(PermissionDenied):
        choices.apply(workshop, one)


def test_the_load_page_offers_them_and_one_click_does_it(shop, busy, client, monkeypatch):
    monkeypatch.setattr(Company, "today", lambda company: shop.ctx.business_date)
    planner = shop.world.person("planner", "planner")
    client.force_login(planner.user)
    week = f"/scheduling/relief/{shop.welding.pk}/2026-03-02/"
    shown = client.get(week).content.decode()
    choice = next(one for one in of(choices.choices(shop.ctx, shop.welding, march(2)), "shift") if one.hours == 16)
    assert shown.count("</button>") == len(choices.choices(shop.ctx, shop.welding, march(2)))
    assert client.post(f"{week}apply/", {"choice": "forged"}).status_code == 422
    token = signing.dumps(choice.as_data(), salt="choice")
    answer = client.post(f"{week}apply/", {"choice": token}, headers={"HX-Request": "true"})
    assert answer.status_code in (200, 204, 302), answer.content[:500]
    assert load(shop, shop.welding)[1] == 56
