"""The trading company of the stories of selling, with customers who buy in their own rhythm."""

from datetime import date, timedelta

import pytest

from mainspring.kernel import commands, numbering
from mainspring.modules.sales.models import SalesOrder
from mainspring.modules.sales.tests.world import World

TODAY = date(2026, 3, 2)


class Market(World):
    """Ten customers in the north who bought pumps and hoses, three for clamps, one in the south who bought a pump."""

    def __init__(self):
        super().__init__()
        self.hose = self.item("H-10", price=20)
        self.clamp = self.item("C-1", price=2)
        self.south = type(self.north).objects.create(code="SOUTH", name="South")
        self.customers = [self.customer(f"N{n}") for n in range(10)]
        self.far = self.customer("Far", territory=self.south)

    def sells(self, party, days_ago: int, *items) -> SalesOrder:
        """A confirmed order of one of each, as it stands in the books of past years."""
        day = TODAY - timedelta(days=days_ago)
        order = commands.create(
            SalesOrder,
            self.ctx,
            party=party,
            ordered_on=day,
            lines=[{"item": item, "quantity": 1} for item in items],
        )
        SalesOrder.objects.filter(pk=order.pk).update(state="confirmed", number=f"SO-{order.pk.hex[-12:]}")
        return order


@pytest.fixture
def market(db):
    """Everybody bought a pump, eight of ten a hose too; N0 buys weekly and fell silent, N9 bought no hose."""
    numbering.forget()
    made = Market()
    for days in (105, 98, 91, 84, 77, 70, 63, 56):
        made.sells(made.customers[0], days, made.pump, made.hose)
    for n, customer in enumerate(made.customers[1:8], 1):
        made.sells(customer, 10 + n, made.pump, made.hose)
    made.sells(made.customers[8], 20, made.pump)
    made.sells(made.customers[9], 5, made.pump)
    made.sells(made.far, 40, made.pump)
    for n in range(3):
        made.sells(made.customer(f"K{n}"), 30 + n, made.clamp)
    return made
