"""A small company for the stories the modules' tests tell: world.item("P-40"), world.party("Acme"), world.ctx."""

from datetime import date

import pytest

from mainspring.kernel import commands, numbering, policies
from mainspring.kernel.context import Context
from mainspring.kernel.models import Company, Membership, Role, Site, Territory, User
from mainspring.modules.items.models import Item, ItemCategory
from mainspring.modules.organization import commands as organization
from mainspring.modules.parties.models import Party


class World:
    """A company in Vilnius with its books in euro, one plant, the usual units, and an administrator who may do all."""

    def __init__(self):
        numbering.forget()
        self.company = Company.objects.create(code="MSB", name="Mainspring Bikes", base_currency_id="EUR", country="LT")
        self.site = Site.objects.create(company=self.company, code="VNO", name="Vilnius plant")
        self.boss = User.objects.create(username="boss", is_superuser=True)
        self.ctx = Context(self.boss, date(2026, 3, 2), self.company.pk)
        self.units = organization.install_units(self.ctx)
        self.category = commands.create(ItemCategory, self.ctx, code="GOODS", name="Goods")

    def on(self, day: str) -> Context:
        return self.ctx.on(date.fromisoformat(day))

    def item(self, code: str, *, unit: str = "pcs", **values) -> Item:
        return commands.create(
            Item,
            self.ctx,
            code=code,
            unit=self.units[unit],
            **{"name": code.title(), "category": self.category, **values},
        )

    def party(self, name: str, **values) -> Party:
        return commands.create(
            Party,
            self.ctx,
            **{
                "code": name.split()[0].upper()[:20],
                "name": name,
                "country": "LT",
                "currency": "EUR",
                "is_customer": True,
                **values,
            },
        )

    def person(self, name: str, *roles: str, territories=(), **values) -> Context:
        """The context of a new person with these roles in the company."""
        user = User.objects.create(username=name, **values)
        for code in roles:
            membership = Membership.objects.create(user=user, role=Role.objects.get(code=code), company=self.company)
            membership.territories.set(territories)
        policies.forget(user)
        return Context(user, self.ctx.business_date, self.company.pk)

    def territory(self, code: str, **values) -> Territory:
        return commands.create(Territory, self.ctx, code=code, **{"name": code.title(), **values})


@pytest.fixture
def world(db):
    return World()
