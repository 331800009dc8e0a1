"""What the verbs of every day may cost in statements, done by people of ordinary roles; verbs.json holds the budgets.

A statement more is a decision, not an accident: raise a number there only with a reason.
"""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mainspring.kernel import commands
from mainspring.modules.accounting import commands as accounting
from mainspring.modules.accounting import queries as books
from mainspring.modules.sales.models import SalesOrder
from mainspring.modules.sales.tests.world import World

BUDGETS = json.loads((Path(__file__).parent / "verbs.json").read_text())


NOT_OURS = ("SAVEPOINT", "RELEASE", "SELECT last_value")
"""The test's own transaction, and looks at shared sequences, which are taken once a second, not once a call."""


class Counted:
    """Runs steps and keeps the number of statements each took."""

    def __init__(self, limited: bool = True):
        self.limited, self.counts = limited, {}

    def __call__(self, name: str, step):
        with CaptureQueriesContext(connection) as captured:
            answer = step()
        statements = [query["sql"] for query in captured if not query["sql"].startswith(NOT_OURS)]
        self.counts[name] = len(statements)
        too_many = self.limited and len(statements) > BUDGETS[name]
        assert not too_many, f"{name}: {len(statements)}\n" + "\n".join(sql[:160] for sql in statements)
        return answer


@pytest.fixture
def shop(db):
    world = World()
    world.items = [world.pump, *(world.item(f"I{n}", price=10) for n in range(5))]
    for item in world.items:
        world.stocked(item, 1000, "60")
    world.seller, world.keeper, world.clerk = (
        world.context(world.person(name, role))
        for name, role in (("ona", "sales_manager"), ("petras", "warehouse"), ("rasa", "accountant"))
    )
    return world


def sold(shop, count, items) -> SalesOrder:
    """One order from draft to posted invoice, every step by the person whose work it is."""
    name = "order, one line" if len(items) == 1 else "order, five lines"
    lines = [{"item": item.pk, "quantity": 2} for item in items]
    order = count(name, lambda: commands.create(SalesOrder, shop.seller, party=shop.acme.pk, lines=lines))
    count("confirm", lambda: commands.perform(order, "confirm", shop.seller))
    shipment = count("ship", lambda: commands.perform(order, "ship", shop.keeper)).outcome
    count("post shipment", lambda: commands.perform(shipment, "post", shop.keeper))
    invoice = count("invoice", lambda: commands.perform(order, "invoice", shop.clerk)).outcome
    count("post invoice", lambda: commands.perform(invoice, "post", shop.clerk))
    return order


def warm(shop) -> None:
    """Twice through: the first makes number series, the second reads what is remembered from then on."""
    for _turn in range(2):
        sold(shop, Counted(limited=False), shop.items[:1])


def test_order_to_cash_stays_within_its_budget(shop):
    warm(shop)
    order = sold(shop, Counted(), shop.items[:1])
    order.refresh_from_db()
    assert (order.state, bool(order.number)) == ("closed", True)


def test_more_lines_cost_no_more_statements(shop):
    warm(shop)
    one, five = Counted(), Counted()
    sold(shop, one, shop.items[:1])
    sold(shop, five, shop.items[1:6])
    assert list(five.counts.values()) == pytest.approx(list(one.counts.values()), abs=1)


def test_a_thousand_journal_entries_stay_within_the_budget_of_one(shop):
    accounts = books.Chart(shop.company.pk).by_role
    lines = [
        accounting.EntryLine(accounts["bank"], Decimal(5)),
        accounting.EntryLine(accounts["sales"], Decimal(-5)),
    ]
    day = date(2026, 3, 2)
    accounting.post_entries(shop.ctx, [accounting.EntrySpec(day, lines)])
    Counted()("journal entries", lambda: accounting.post_entries(shop.ctx, [accounting.EntrySpec(day, lines)] * 1000))
