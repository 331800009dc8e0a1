"""What the schedule board may cost in statements, however many operations there are; pages.json holds the budgets."""

import json
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mainspring.modules.conftest import world  # noqa: F401
from mainspring.modules.scheduling.tests.conftest import shop  # noqa: F401  (the workshop of the story)

BUDGETS = json.loads((Path(__file__).parent / "pages.json").read_text())


@pytest.fixture
def planner(shop, client):  # noqa: F811
    client.force_login(shop.world.person("planner", "planner").user)
    return client


@pytest.mark.parametrize("orders", [2, 14])
def test_the_board_asks_as_much_with_many_operations_as_with_few(shop, planner, orders):  # noqa: F811
    for _n in range(orders):
        shop.order(shop.frame, "2", starts_on=date(2026, 3, 2), due_on=date(2026, 3, 3))
    shop.compute()
    root = f"/scheduling/board/{shop.schedule.pk}/"
    pages = {
        "schedule: board": f"/scheduling/board/?site={shop.site.pk}&day=2026-03-02",
        "schedule: bars": f"{root}bars/",
    }
    for name, address in pages.items():
        planner.get(address)  # what is remembered is remembered now
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert planner.get(address).status_code == 200
        assert len(asked) <= BUDGETS[name], f"{name}: {len(asked)}"
