"""A company that buys: sources, orders, receipts and bills in a few words each."""

from datetime import date
from decimal import Decimal

import pytest

from mainspring.kernel import commands
from mainspring.kernel.models import Currency
from mainspring.modules.accounting import commands as accounting
from mainspring.modules.accounting import queries as books
from mainspring.modules.accounting.models import Invoice
from mainspring.modules.organization.models import ExchangeRate
from mainspring.modules.purchasing.models import GrniEntry, PurchaseOrder, PurchaseRequest, SupplierItem
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock import queries as shelves


class Buying:
    """Short words for what a buyer of `world` does."""

    def __init__(self, world):
        self.world, self.ctx = world, world.ctx
        accounting.install_chart(world.company, world.ctx)
        stock.ensure_locations(world.site, world.ctx)
        self.supplier = world.party("Metalas UAB", is_supplier=True, is_customer=False)

    def on(self, day: str):
        return self.world.on(day)

    def rate(self, currency: str, rate: str, day: str) -> None:
        Currency.objects.get_or_create(code=currency, defaults={"name": currency})
        commands.create(ExchangeRate, self.ctx, from_currency=currency, to_currency="EUR", valid_on=day, rate=rate)

    def source(self, item, price: str, *, supplier=None, breaks=(), **values) -> SupplierItem:
        return commands.create(
            SupplierItem,
            self.ctx,
            supplier=supplier or self.supplier,
            item=item,
            price=price,
            lines=[{"minimum_quantity": q, "price": p} for q, p in breaks],
            **values,
        )

    def request(self, item, quantity: str, needed_on: str = "2026-03-20", ctx=None, **values) -> PurchaseRequest:
        return commands.create(
            PurchaseRequest,
            ctx or self.ctx,
            item=item,
            quantity=quantity,
            needed_on=needed_on,
            site=self.world.site,
            **values,
        )

    def approved(self, *args, **values) -> PurchaseRequest:
        request = self.request(*args, **values)
        PurchaseRequest.objects.filter(pk=request.pk).update(created_by=None)
        return commands.perform(request, "approve", self.ctx)

    def order(self, item, quantity: str, *, supplier=None, confirm: bool = True, **line) -> PurchaseOrder:
        order = commands.create(
            PurchaseOrder,
            self.ctx,
            supplier=supplier or self.supplier,
            site=self.world.site,
            lines=[{"item": item, "quantity": quantity, **line}],
        )
        return commands.perform(order, "confirm", self.ctx) if confirm else order

    def receive(self, order, quantity: str | None = None, *, day: str = "2026-03-02", **values):
        """Receive so much of the first line, or all that is still to come."""
        ctx = self.on(day)
        receipt = commands.perform(order, "receive", ctx).outcome
        if quantity is not None:
            line = receipt.lines.first()
            receipt = commands.change(receipt, ctx, lines=[{"id": line.pk, "quantity": quantity}], **values)
        elif values:
            receipt = commands.change(receipt, ctx, **values)
        return commands.perform(receipt, "post", ctx)

    def bill(self, order, *, price: str | None = None, day: str = "2026-03-02", post: bool = True, **inputs) -> Invoice:
        ctx = self.on(day)
        bill = commands.perform(order, "bill", ctx, invoiced_on=day, **inputs).outcome
        if price is not None:
            bill = commands.change(bill, ctx, lines=[{"id": line.pk, "price": price} for line in bill.lines.all()])
        return commands.perform(bill, "post", ctx) if post else bill

    def balance(self, role: str) -> Decimal:
        return books.balance_of(self.world.company.pk, role, None)

    def on_hand(self, item) -> Decimal:
        return shelves.on_hand(self.ctx, item, self.world.site)

    def value(self, item) -> Decimal:
        return sum((row["value"] for row in shelves.stock_value(self.ctx, item=item)), Decimal(0))

    def grni(self, line) -> Decimal:
        """What is left of an order line on the account of goods received and not invoiced."""
        return sum(GrniEntry.objects.filter(order_line=line).values_list("amount", flat=True), Decimal(0))

    def planned(self, item) -> list[tuple]:
        """(day, quantity) of each planned move of the item."""
        return [(row["planned_on"], row["quantity"]) for row in shelves.projection(self.ctx, item, self.world.site)]


@pytest.fixture
def buying(world):
    return Buying(world)


@pytest.fixture
def day():
    return date.fromisoformat
