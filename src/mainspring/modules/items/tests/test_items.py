"""Items keep the meaning of their quantities."""

from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError

from mainspring.kernel import commands
from mainspring.modules.items import queries
from mainspring.modules.items.models import ItemSite, ItemUnit
from mainspring.modules.organization import queries as organization


@pytest.fixture
def moved(world):
    """An item with stock moves, as the stock module would say."""
    item = world.item("CHAIN")

    def moves_of(asked):
        return "stock moves" if asked.pk == item.pk else ""

    queries.in_use.fill(moves_of)
    yield item
    queries.in_use._filled.remove(moves_of)


def test_the_stocking_unit_of_a_moved_item_stays(world, moved):
    with pytest.raises(ValidationError, match="used by: stock moves") as refused:
        commands.change(moved, world.ctx, unit=world.units["m"])  # I22
    assert list(refused.value.message_dict) == ["unit"]
    fresh = world.item("SPOKE")
    assert commands.change(fresh, world.ctx, unit=world.units["m"]).unit.code == "m"


def test_an_item_has_boxes_of_its_own(world):
    bolt = world.item("BOLT")
    box = commands.create(ItemUnit, world.ctx, item=bolt, unit=world.units["set"], numerator=144)
    assert organization.to_unit(D(3), world.units["set"], bolt.unit, bolt) == D(432)  # I20
    assert organization.to_unit(D(72), bolt.unit, world.units["set"], bolt, direction="up") == D(1)
    assert commands.change(box, world.ctx, numerator=100).numerator == 100


def test_the_box_of_a_moved_item_keeps_its_factor(world, moved):
    box = commands.create(ItemUnit, world.ctx, item=moved, unit=world.units["set"], numerator=144)
    with pytest.raises(ValidationError, match="stock moves"):
        commands.change(box, world.ctx, numerator=100)  # I22


def test_a_purchase_unit_must_convert(world):
    with pytest.raises(ValidationError) as refused:
        world.item("OIL", unit="l", purchase_unit=world.units["kg"])
    assert list(refused.value.message_dict) == ["purchase_unit"]


def test_wrong_planning_data_is_refused_with_the_rule(world):
    item = world.item("RIM")
    for values, rule in (
        ({"safety_stock": "-1"}, "negative"),
        ({"lot_rule": "fixed"}, "lot size"),
        ({"minimum": 10, "maximum": 5}, "below the minimum"),
    ):
        with pytest.raises(ValidationError, match=rule):
            commands.create(ItemSite, world.ctx, item=item, site=world.site, **values)
    assert commands.create(ItemSite, world.ctx, item=item, site=world.site, lead_time_days=3).policy == "mrp"


def test_a_code_and_a_barcode_name_one_item(world):
    world.item("RIM", barcode="4770001")
    with pytest.raises(ValidationError, match="already exists"):
        world.item("RIM")
    with pytest.raises(ValidationError, match="already exists"):
        world.item("HUB", barcode="4770001")
    assert queries.by_code("rim") == queries.by_code("4770001")
    assert queries.by_code("nothing") is None


def test_a_phantom_is_made(world):
    assert world.item("KIT", kind="phantom").make_or_buy == "make"
