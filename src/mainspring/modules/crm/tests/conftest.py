"""Two regions, their pools and the people who work them."""

from datetime import date

import pytest

from mainspring.kernel import commands, numbering, policies, roles
from mainspring.kernel.context import Context
from mainspring.kernel.models import Company, Currency, Membership, Role, Territory, User
from mainspring.modules.crm.models import Lead, LeadPool

DAY = date(2026, 3, 2)


class Regions:
    """East with Jiangsu under it, Central; a pool each; ctx("ona") for people made by person()."""

    def __init__(self):
        self.eur = Currency.objects.get_or_create(code="EUR", defaults={"name": "Euro"})[0]
        self.company = Company.objects.create(code="ALFA", name="Alfa", base_currency=self.eur)
        self.east = Territory.objects.create(code="EAST", name="East China")
        self.jiangsu = Territory.objects.create(code="JS", name="Jiangsu", parent=self.east)
        self.central = Territory.objects.create(code="CENTRAL", name="Central China")
        self.system = self.ctx(User.objects.create(username="system", is_superuser=True))
        self.east_pool = self.pool("E", self.east)
        self.central_pool = self.pool("C", self.central)

    def ctx(self, user, day=DAY, **extra) -> Context:
        policies.forget(user)
        return Context(user, day, self.company.pk, **extra)

    def person(self, name, role, *territories, **values) -> User:
        user = User.objects.create(username=name, first_name=name.capitalize(), **values)
        membership = Membership.objects.create(user=user, role=Role.objects.get(code=role), company=self.company)
        membership.territories.set(territories)
        return user

    def pool(self, code, territory, **values) -> LeadPool:
        return commands.create(LeadPool, self.system, code=code, name=f"Pool {code}", territory=territory, **values)

    def lead(self, name, territory=None, **values) -> Lead:
        return commands.create(Lead, self.system, name=name, territory=territory or self.jiangsu, **values)


@pytest.fixture
def regions(db):
    return Regions()


@pytest.fixture
def committed_regions(transactional_db):
    """The same, committed, for tests with several real connections."""
    numbering.forget()
    roles.sync_after_migrate()
    yield Regions()
    numbering.forget()
