"""A workshop that makes frames out of tube and paint, in a few words each."""

from datetime import date
from decimal import Decimal

import pytest

from mainspring.kernel import commands
from mainspring.modules.accounting import commands as accounting
from mainspring.modules.accounting import queries as books
from mainspring.modules.engineering.models import Bom, BomOutput, Routing, WorkCenter
from mainspring.modules.items.models import ItemSite
from mainspring.modules.organization.models import WorkCalendar
from mainspring.modules.production.models import ProductionOrder
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock import queries as shelves


class Making:
    """Short words for what happens in the workshop of `world`."""

    def __init__(self, world):
        self.world, self.ctx, self.site = world, world.ctx, world.site
        accounting.install_chart(world.company, world.ctx)
        self.places = stock.ensure_locations(world.site, world.ctx)
        self.week = commands.create(
            WorkCalendar,
            self.ctx,
            code="WEEK",
            name="Week",
            lines=[{"weekday": d, "starts_at": "08:00", "ends_at": "16:00"} for d in range(5)],
        )
        self.welding = self.center("WELD", "30")
        self.painting = self.center("PAINT", "20")
        self.tube, self.paint = world.item("TUBE"), world.item("PAINT", unit="kg")
        self.frame = self.made(
            "FRAME",
            [(self.tube, "3"), (self.paint, "0.5")],
            [(10, self.welding, "1", "0.5"), (20, self.painting, "0", "0.25")],
        )
        self.bring(self.tube, "100", "4")
        self.bring(self.paint, "100", "2")

    def center(self, code: str, rate: str, **values) -> WorkCenter:
        return commands.create(
            WorkCenter,
            self.ctx,
            site=self.site,
            code=code,
            name=code.title(),
            calendar=self.week,
            hourly_cost=rate,
            **values,
        )

    def made(self, code: str, parts, operations=(), *, batch: str = "1", **values):
        item = self.world.item(code, make_or_buy="make", **values)
        commands.create(
            Bom,
            self.ctx,
            item=item,
            batch_quantity=batch,
            lines=[
                {"component": part, "quantity": quantity, "unit": part.unit, **(more[0] if more else {})}
                for part, quantity, *more in parts
            ],
        )
        if operations:
            commands.create(
                Routing,
                self.ctx,
                item=item,
                lines=[
                    {"sequence": s, "work_center": c, "name": c.name, "setup_hours": setup, "run_hours_per_unit": run}
                    for s, c, setup, run in operations
                ],
            )
        return item

    def losing(self, item, *yields: str) -> None:
        """Of what starts at the operations of the item, one after another, so much in a hundred is good."""
        lines = Routing.objects.get(item=item).lines.order_by("sequence")
        for line, share in zip(lines, yields, strict=True):
            lines.filter(pk=line.pk).update(yield_pct=share)

    def beside(self, item, code: str, quantity: str):
        """Another item that comes out of one unit of the item."""
        other = self.world.item(code, make_or_buy="buy")
        commands.create(BomOutput, self.ctx, bom=Bom.objects.get(item=item), item=other, quantity=quantity)
        return other

    def bring(self, item, quantity: str, cost: str, *, day: date | None = None) -> None:
        """Goods out of nowhere, today or on a day before."""
        stock.post_moves(
            self.ctx,
            [
                stock.MoveSpec(
                    item, Decimal(quantity), self.places["adjustment"], self.places["internal"], unit_cost=Decimal(cost)
                )
            ],
            effective_on=day or self.ctx.business_date,
        )

    def planning(self, item, **values) -> ItemSite:
        return commands.create(ItemSite, self.ctx, item=item, site=self.site, **values)

    def order(self, item, quantity: str, *, confirm: bool = True, **values) -> ProductionOrder:
        order = commands.create(ProductionOrder, self.ctx, item=item, site=self.site, quantity=quantity, **values)
        return commands.perform(order, "confirm", self.ctx) if confirm else order

    def released(self, item, quantity: str, **values) -> ProductionOrder:
        return commands.perform(self.order(item, quantity, **values), "release", self.ctx)

    def do(self, order, verb: str, **inputs):
        return commands.perform(order, verb, self.ctx, **inputs)

    def demand(self, item, quantity: str, day: str, origin) -> None:
        """Somebody needs so much on a day."""
        stock.replan(
            self.ctx,
            origin,
            [
                stock.MoveSpec(
                    item,
                    Decimal(quantity),
                    self.places["internal"],
                    self.places["customer"],
                    origin,
                    planned_on=date.fromisoformat(day),
                )
            ],
        )

    def balance(self, role: str) -> Decimal:
        return books.balance_of(self.world.company.pk, role, None)

    def on_hand(self, item) -> Decimal:
        return shelves.on_hand(self.ctx, item, self.site)

    def value(self, item) -> Decimal:
        return sum((row["value"] for row in shelves.stock_value(self.ctx, item=item)), Decimal(0))

    def planned(self, item) -> list[tuple]:
        return [(row["planned_on"], row["quantity"]) for row in shelves.projection(self.ctx, item, self.site)]


@pytest.fixture
def making(world):
    return Making(world)
