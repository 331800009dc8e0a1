"""Bills of material: what an order takes, what may not be saved, what a product should cost."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from mainspring.kernel import commands, database
from mainspring.modules.engineering import queries
from mainspring.modules.engineering.models import Bom, BomLine, Routing, WorkCenter
from mainspring.modules.items.models import Item, ItemCost
from mainspring.modules.organization.models import WorkCalendar

DAY = date(2026, 3, 2)


@pytest.fixture
def plant(world):
    """BIKE = 1 FRAME + WHEELS (a phantom of 2 RIM); FRAME = 2.5 m TUBE; each with work where it is made."""
    world.bike, world.frame = world.item("BIKE", make_or_buy="make"), world.item("FRAME", make_or_buy="make")
    world.wheels = world.item("WHEELS", kind="phantom")
    world.rim, world.tube = world.item("RIM"), world.item("TUBE", unit="m")

    def bom(item, *lines, **values):
        return commands.create(
            Bom, world.ctx, item=item, lines=[{"component": c, "quantity": q, **more} for c, q, more in lines], **values
        )

    world.bom = bom
    world.bike_bom = bom(world.bike, (world.frame, 1, {}), (world.wheels, 1, {"operation_sequence": 20}))
    bom(world.wheels, (world.rim, 2, {}))
    world.frame_bom = bom(world.frame, (world.tube, "2.5", {"scrap_pct": 10}))
    calendar = commands.create(
        WorkCalendar,
        world.ctx,
        code="DAY",
        name="Day",
        lines=[{"weekday": 0, "starts_at": "08:00", "ends_at": "16:00"}],
    )
    world.weld = commands.create(
        WorkCenter,
        world.ctx,
        site=world.site,
        code="WELD",
        name="Welding",
        calendar=calendar,
        hourly_cost=40,
        efficiency_pct=80,
    )
    commands.create(
        Routing,
        world.ctx,
        item=world.frame,
        lines=[
            {
                "sequence": 10,
                "work_center": world.weld,
                "name": "Weld",
                "setup_hours": "0.5",
                "run_hours_per_unit": "0.2",
            }
        ],
    )
    return world


def needs(found):
    return [(n.item.code, n.quantity) for n in found]


def test_an_order_takes_what_is_in_phantoms_not_the_phantoms(plant):
    found = queries.components(plant.bike, D(10), DAY)
    assert needs(found) == [("FRAME", D(10)), ("RIM", D(20))]  # P05
    assert found[1].operation_sequence == 20


def test_all_levels_compound_their_losses(plant):
    assert needs(queries.explode(plant.bike, D(10), DAY)) == [
        ("FRAME", D(10)),
        ("TUBE", D("27.5")),
        ("WHEELS", D(10)),
        ("RIM", D(20)),
    ]  # P04


def test_a_bill_for_ten_does_not_take_ten_times(plant):
    glue, paint = plant.item("GLUE", unit="g"), plant.item("PAINT", make_or_buy="make", unit="kg")
    plant.bom(paint, (glue, 300, {"scrap_pct": 2}), batch_quantity=100)
    assert needs(queries.components(paint, D(100), DAY)) == [("GLUE", D(306))]  # P01, P02
    assert needs(queries.components(paint, D(1), DAY)) == [("GLUE", D("3.06"))]


def test_a_need_is_raised_to_what_can_be_issued(plant):
    kit, bolt = plant.item("KIT", make_or_buy="make"), plant.item("BOLT")
    plant.bom(kit, (bolt, 3, {"scrap_pct": 2}))
    assert needs(queries.components(kit, D(10), DAY)) == [("BOLT", D(31))]  # 30.6 pieces cannot be issued


def test_a_fixed_quantity_is_needed_once_an_order(plant):
    oil, hub = plant.item("OIL", unit="ml"), plant.item("HUB", make_or_buy="make")
    plant.bom(hub, (oil, 10, {"is_fixed": True}))
    assert needs(queries.components(hub, D(500), DAY)) == [("OIL", D(10))]  # P03
    assert needs(queries.components(hub, D(0), DAY)) == [("OIL", D(0))]


def test_a_component_may_be_named_in_another_unit_that_converts(plant):
    rack = plant.item("RACK", make_or_buy="make")
    bom = plant.bom(rack, (plant.tube, 500, {"unit": plant.units["mm"]}))
    assert needs(queries.components(rack, D(3), DAY)) == [("TUBE", D("1.5"))]
    assert bom.lines.get().unit.code == "mm"
    with pytest.raises(ValidationError) as refused:
        plant.bom(plant.item("BELL", make_or_buy="make"), (plant.tube, 1, {"unit": plant.units["kg"]}))
    assert list(refused.value.message_dict) == ["lines.0.unit"]


def test_a_loop_is_refused_with_the_way_round(plant):
    before = BomLine.objects.count()
    with pytest.raises(ValidationError) as refused:
        plant.bom(plant.tube, (plant.item("GLUE"), 1, {}), (plant.bike, 1, {}))
    assert refused.value.message_dict == {
        "lines.1.component": ["TUBE would contain itself: TUBE > BIKE > FRAME > TUBE."]
    }  # P08
    with pytest.raises(ValidationError, match="RIM > RIM"):
        plant.bom(plant.rim, (plant.rim, 1, {}))
    assert BomLine.objects.count() == before + 0


def test_the_database_refuses_a_loop_that_two_people_close_together(plant):
    tube_bom = plant.bom(plant.tube, (plant.item("STEEL"), 1, {}))

    def slip_past():
        with transaction.atomic():
            BomLine.objects.create(document=tube_bom, component=plant.bike, quantity=1, unit=plant.units["pcs"])
            database.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as at commit

    with pytest.raises(database.DatabaseError, match="would contain itself"):  # P08
        slip_past()


def test_two_bills_may_not_hold_on_one_day(plant):
    with pytest.raises(ValidationError, match="holds on some of these days"):
        plant.bom(plant.bike, (plant.frame, 1, {}), revision="B")
    commands.change(plant.bike_bom, plant.ctx, valid_to="2026-06-01")
    revised = plant.bom(plant.bike, (plant.frame, 2, {}), revision="B", valid_from="2026-06-01")
    assert queries.bom_for(plant.bike, date(2026, 5, 31)) == plant.bike_bom
    assert queries.bom_for(plant.bike, date(2026, 6, 1)) == revised  # P26


def test_a_site_may_have_its_own_bill(plant):
    own = plant.bom(plant.bike, (plant.frame, 3, {}), site=plant.site, revision="VNO")
    assert queries.bom_for(plant.bike, DAY, plant.site) == own
    assert queries.bom_for(plant.bike, DAY) == plant.bike_bom


def test_where_an_item_is_used_at_every_level(plant):
    assert [(row["level"], row["code"]) for row in queries.where_used(plant.tube)] == [(1, "FRAME"), (2, "BIKE")]
    assert queries.where_used(plant.bike) == []


def test_cost_rolls_up_from_materials_and_work_and_becomes_the_standard(plant):
    for item, cost in ((plant.tube, "4"), (plant.rim, "15")):
        commands.create(ItemCost, plant.ctx, item=item, company=plant.company, standard_cost=cost)
    rows = queries.cost_roll_up(plant.bike_bom, company_id=plant.company.pk, on=DAY)
    # Frame: 2.5 m × 1.10 × 4 = 11.00 of tube; (0.5 + 0.2 ÷ 0.8) h × 40 = 30.00 of welding. Wheels: 2 × 15.
    assert [(r.level, r.item.code, r.material, r.work) for r in rows] == [
        (0, "BIKE", D(71), D(0)),
        (1, "FRAME", D(11), D(30)),
        (2, "TUBE", D(4), D(0)),
        (1, "WHEELS", D(30), D(0)),
        (2, "RIM", D(15), D(0)),
    ]
    assert not ItemCost.objects.filter(item=plant.bike).exists()
    commands.perform(plant.bike_bom, "roll_up_cost", plant.ctx, save=True)
    assert dict(ItemCost.objects.values_list("item__code", "standard_cost")) == {
        "BIKE": D(71),
        "FRAME": D(41),
        "WHEELS": D(30),
        "TUBE": D(4),
        "RIM": D(15),
    }


def test_a_bought_component_without_a_cost_is_marked(plant):
    rows = queries.cost_roll_up(plant.bike_bom, company_id=plant.company.pk, on=DAY)
    assert {r.item.code for r in rows if r.is_missing} == {"BIKE", "FRAME", "TUBE", "WHEELS", "RIM"}


@pytest.mark.parametrize(("line", "rule"), [({"quantity": 0}, "above zero"), ({"scrap_pct": -1}, "Scrap")])
def test_a_component_of_nothing_is_refused(plant, line, rule):
    with pytest.raises(ValidationError, match=rule):
        plant.bom(plant.item("BELL", make_or_buy="make"), (plant.rim, line.pop("quantity", 1), line))


def test_the_unit_of_an_item_with_a_bill_stays(plant):
    with pytest.raises(ValidationError, match="bills of material"):
        commands.change(Item.objects.get(pk=plant.bike.pk), plant.ctx, unit=plant.units["kg"])  # I22
