"""A company with books, a plant and a second warehouse, for stories about goods and their value."""

from datetime import date
from decimal import Decimal

import pytest

from mainspring.kernel import checks
from mainspring.kernel.models import Site
from mainspring.modules.accounting import commands as accounting
from mainspring.modules.accounting import queries as ledger
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock import queries
from mainspring.modules.stock.commands import MoveSpec


class Shelf:
    """Short words for what happens to goods: receive, issue, move; and what shelves and books say afterwards."""

    def __init__(self, world):
        self.world, self.company = world, world.company
        self.accounts = accounting.install_chart(world.company, world.ctx)
        self.places = stock.ensure_locations(world.site, world.ctx)
        self.other_site = Site.objects.create(
            company=world.company, code="KUN", name="Kaunas warehouse", kind="warehouse"
        )
        stock.ensure_locations(self.other_site, world.ctx)

    def on(self, day: str | None):
        return self.world.on(day) if day else self.world.ctx

    def move(self, item, quantity, start: str, end: str, day: str, today: str | None = None, **values):
        """Move goods on a day, entered on `today` (the same day unless told)."""
        spec = MoveSpec(item, Decimal(quantity), self.places[start], self.places[end], **values)
        return stock.post_moves(self.on(today or day), [spec], effective_on=date.fromisoformat(day))[0]

    def receive(self, item, quantity, cost, day: str, today: str | None = None, **values):
        return self.move(item, quantity, "supplier", "internal", day, today, unit_cost=Decimal(cost), **values)

    def issue(self, item, quantity, day: str, today: str | None = None, **values):
        return self.move(item, quantity, "internal", "customer", day, today, **values)

    def on_hand(self, item, day: str | None = None, site=None) -> Decimal:
        return queries.on_hand(self.world.ctx, item, site, date.fromisoformat(day) if day else None)

    def value(self, item=None, day: str | None = None) -> Decimal:
        rows = queries.stock_value(self.world.ctx, date.fromisoformat(day) if day else None, item)
        return sum((row["value"] for row in rows), Decimal(0))

    def balance(self, role: str, day: str | None = None) -> Decimal:
        return ledger.balance_of(self.company.pk, role, date.fromisoformat(day) if day else None)

    def books_agree(self, *days: str) -> bool:
        """The value of stock is the stock account, now and on each of the days (I16); the audit agrees."""
        return findings() == [] and all(self.value(day=day) == self.balance("stock", day) for day in (None, *days))


def findings() -> list[str]:
    """What the audit of the books and of stock finds wrong."""
    return [text for room in ("accounting", "stock") for result in checks.run(room) for text in result.findings]


@pytest.fixture
def shelf(world):
    return Shelf(world)
