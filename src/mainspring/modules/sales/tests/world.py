"""A small trading company for stories of selling: goods on the shelf, prices, a chart of accounts, and its people."""

from datetime import date
from decimal import Decimal

from mainspring.kernel import commands, policies
from mainspring.kernel.context import Context
from mainspring.kernel.models import Company, Currency, Membership, Role, Site, Territory, User
from mainspring.modules.accounting import commands as accounting
from mainspring.modules.accounting import queries as books
from mainspring.modules.items.models import Item, ItemCategory, ItemSite
from mainspring.modules.organization.models import Unit, UnitCategory
from mainspring.modules.parties.models import Party
from mainspring.modules.pricing.models import Price, PriceList
from mainspring.modules.sales.models import SalesOrder
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock import queries as shelves
from mainspring.modules.stock.models import StockAdjustment

DAY = date(2026, 3, 2)


class World:
    """One company with a site, a customer Acme and the item P-40 at 100 EUR; ctx is a person who may do all."""

    def __init__(self):
        self.eur = Currency.objects.get_or_create(code="EUR", defaults={"name": "Euro"})[0]
        self.company = Company.objects.create(code="ALFA", name="Alfa", base_currency=self.eur)
        self.site = Site.objects.create(company=self.company, code="V1", name="Vilnius")
        self.north = Territory.objects.create(code="NORTH", name="North")
        self.boss = User.objects.create(username="boss", is_superuser=True)
        self.ctx = self.context(self.boss)
        stock.ensure_locations(self.site, self.ctx)
        accounting.install_chart(self.company, self.ctx)
        pieces = UnitCategory.objects.create(code="pieces", name="Pieces")
        self.piece = Unit.objects.create(code="pcs", name="Piece", category=pieces)
        self.dozen = Unit.objects.create(code="dz", name="Dozen", category=pieces, numerator=12)
        weight = UnitCategory.objects.create(code="weight", name="Weight")
        self.kilogram = Unit.objects.create(code="kg", name="Kilogram", category=weight, digits=3)
        self.category = ItemCategory.objects.create(code="G", name="Goods")
        self.prices = PriceList.objects.create(code="STD", name="Standard", currency=self.eur, is_default=True)
        self.acme = self.customer("Acme")
        self.pump = self.item("P-40", price=100)

    def context(self, user, day=DAY, **extra) -> Context:
        policies.forget(user)
        return Context(user, day, self.company.pk, **extra)

    def on(self, day) -> Context:
        """The same person on another day."""
        return self.ctx.on(date.fromisoformat(day))

    def person(self, name, role, **values) -> User:
        user = User.objects.create(username=name, first_name=name.capitalize(), **values)
        membership = Membership.objects.create(user=user, role=Role.objects.get(code=role), company=self.company)
        membership.territories.add(self.north)
        membership.sites.add(self.site)
        return user

    def customer(self, name, **values) -> Party:
        return commands.create(
            Party,
            self.ctx,
            **{
                "code": name.upper(),
                "name": name,
                "is_customer": True,
                "country": "LT",
                "currency": "EUR",
                "territory": self.north,
                **values,
            },
        )

    def item(self, code, price=None, unit=None, lead_time_days=None, **values) -> Item:
        item = commands.create(
            Item, self.ctx, code=code, name=f"Item {code}", category=self.category, unit=unit or self.piece, **values
        )
        if price is not None:
            commands.create(Price, self.ctx, price_list=self.prices, item=item, unit=item.unit, price=price)
        if lead_time_days is not None:
            commands.create(ItemSite, self.ctx, item=item, site=self.site, lead_time_days=lead_time_days)
        return item

    def stocked(self, item, quantity, cost, ctx=None):
        """Opening stock at a cost."""
        ctx = ctx or self.ctx
        document = commands.create(
            StockAdjustment,
            ctx,
            site=self.site,
            reason="Opening",
            lines=[{"item": item, "quantity": quantity, "unit_cost": cost}],
        )
        return commands.perform(document, "post", ctx)

    def order(self, item, quantity, ctx=None, party=None, confirm=True, **values) -> SalesOrder:
        line = {
            "item": item,
            "quantity": quantity,
            **{k: values.pop(k) for k in ("price", "discount_pct", "unit") if k in values},
        }
        order = commands.create(SalesOrder, ctx or self.ctx, party=party or self.acme, lines=[line], **values)
        return commands.perform(order, "confirm", ctx or self.ctx) if confirm else order

    def ship(self, order, *quantities, ctx=None):
        """Ship these quantities, line by line, or all that is left."""
        from mainspring.modules.sales import commands as sales

        ctx = ctx or self.ctx
        if quantities:
            lines = order.lines.order_by("position")
            draft = sales.ship_order(
                order, ctx, {line.pk: Decimal(q) for line, q in zip(lines, quantities, strict=True)}
            )
        else:
            draft = commands.perform(order, "ship", ctx).outcome
        return commands.perform(draft, "post", ctx)

    def bill(self, order, ctx=None):
        ctx = ctx or self.ctx
        return commands.perform(commands.perform(order, "invoice", ctx).outcome, "post", ctx)

    def balance(self, role, day=None) -> Decimal:
        return books.balance_of(self.company.pk, role, day)

    def on_hand(self, item) -> Decimal:
        return shelves.on_hand(self.ctx, item, self.site)

    def free(self, item) -> Decimal:
        return shelves.available(self.ctx, item, self.site)


def line(order, position=1):
    return order.lines.get(position=position)
