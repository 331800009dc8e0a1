"""What stock holds an item to, once goods of it have moved."""

import pytest
from django.core.exceptions import ValidationError

from mainspring.kernel import commands


def test_an_item_that_moved_keeps_its_unit_and_its_cost_method(shelf):
    """I15, I22."""
    pump, fresh = shelf.world.item("P-40"), shelf.world.item("P-41")
    shelf.receive(pump, 3, "10", "2026-03-02")
    with pytest.raises(ValidationError, match="used by: stock moves") as refused:
        commands.change(pump, shelf.world.ctx, unit=shelf.world.units["m"])
    assert list(refused.value.message_dict) == ["unit"]
    with pytest.raises(ValidationError, match="used by: stock values") as refused:
        commands.change(pump, shelf.world.ctx, cost_method="fifo")
    assert list(refused.value.message_dict) == ["cost_method"]
    assert commands.change(fresh, shelf.world.ctx, unit=shelf.world.units["m"], cost_method="fifo").unit.code == "m"
