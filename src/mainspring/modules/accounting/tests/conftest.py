"""A company with a chart of accounts, tax codes and a dollar rate, for stories about the books."""

from datetime import date
from decimal import Decimal

import pytest

from mainspring.kernel import commands
from mainspring.modules.accounting import commands as accounting
from mainspring.modules.accounting import queries
from mainspring.modules.accounting.models import Invoice, Payment
from mainspring.modules.organization.models import ExchangeRate


class Books:
    """Short words for what happens in the books of `world`."""

    def __init__(self, world):
        self.world, self.ctx, self.company = world, world.ctx, world.company
        self.accounts = accounting.install_chart(world.company, world.ctx)

    def on(self, day: str):
        return self.world.on(day)

    def rate(self, currency: str, rate: str, day: str) -> None:
        commands.create(ExchangeRate, self.ctx, from_currency=currency, to_currency="EUR", valid_on=day, rate=rate)

    def post(self, day: str, *amounts: tuple, **values):
        """Post an entry of (role, amount) pairs."""
        lines = [accounting.EntryLine(self.accounts[role], Decimal(amount)) for role, amount in amounts]
        return accounting.post_entry(
            self.on(day), company=self.company, posted_on=date.fromisoformat(day), lines=lines, **values
        )

    def invoice(
        self, party, *lines: dict, day: str = "2026-03-02", kind: str = "customer_invoice", post: bool = True, **values
    ) -> Invoice:
        """An invoice of lines; a line needs price and may have quantity, tax_code, discount_pct."""
        lines = [{"description": "Work", "quantity": "1", **line} for line in lines]
        made = commands.create(Invoice, self.on(day), lines=lines, kind=kind, party=party, invoice_on=day, **values)
        return commands.perform(made, "post", self.on(day)) if post else made

    def payment(
        self, party, amount: str, *allocations: tuple, day: str, direction: str = "in", post: bool = True, **values
    ) -> Payment:
        """A payment with (invoice, amount) pairs it settles."""
        made = commands.create(
            Payment,
            self.on(day),
            direction=direction,
            party=party,
            amount=amount,
            paid_on=day,
            lines=[{"invoice": i, "amount": a} for i, a in allocations],
            **values,
        )
        return commands.perform(made, "post", self.on(day)) if post else made

    def balance(self, role: str, day: str | None = None) -> Decimal:
        return queries.balance_of(self.company.pk, role, date.fromisoformat(day) if day else None)

    def open(self, party=None, day: str | None = None) -> list[tuple]:
        """(amount, base amount) of each open item."""
        items = queries.open_items(self.ctx, party, date.fromisoformat(day) if day else None)
        return [(row["amount"], row["amount_base"]) for row in items]


@pytest.fixture
def books(world):
    return Books(world)
