"""Goods entered in any order of days, at awkward costs: shelf, value and books always agree (I01 to I05)."""

import os
import random
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from mainspring.modules.items.models import ItemCost

DAYS = [(date(2026, 2, 20) + timedelta(n)).isoformat() for n in range(10)]
MOVES = int(os.environ.get("MAINSPRING_ANY_ORDER", "24"))


@pytest.mark.parametrize("method", ["average", "fifo", "standard"])
def test_the_order_of_entry_makes_and_loses_nothing(shelf, method):
    rolls = random.Random(f"{method}{MOVES}{os.environ.get('SEED', '')}")
    pump, done = shelf.world.item("P-40", cost_method=method), 0
    if method == "standard":
        ItemCost.objects.create(item=pump, company=shelf.company, standard_cost="6.123456")
    for _n in range(MOVES):
        day, quantity = rolls.choice(DAYS), rolls.choice(["1", "3", "0.5", "7", "0.0001", "2.3333"])
        try:
            if rolls.random() < 0.5:
                shelf.receive(pump, quantity, rolls.choice(["10", "0", "3.333333", "0.000001", "99.99"]), day, DAYS[-1])
            else:
                shelf.issue(pump, quantity, day, DAYS[-1])
            done += 1
        except ValidationError:
            continue
    assert done > MOVES / 4
    assert shelf.books_agree(*DAYS[::3])
    rest = shelf.on_hand(pump)
    if rest:
        shelf.issue(pump, rest, DAYS[-1])
    assert shelf.on_hand(pump) == 0
    assert shelf.value(pump) == 0
    assert shelf.books_agree(*DAYS[::3])
