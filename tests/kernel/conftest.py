"""A small company with people who may do different things, for tests of the kernel on the example module."""

from datetime import date

import pytest

from mainspring.kernel import access
from mainspring.kernel.context import Context
from mainspring.kernel.models import Company, Currency, Department, Membership, Role, Site, User

DAY = date(2026, 3, 2)


class Cast:
    """People and companies by name: cast.ctx("ona"), cast.user("ona")."""

    def __init__(self):
        eur = Currency.objects.get_or_create(code="EUR", defaults={"name": "Euro"})[0]
        self.company = Company.objects.create(code="ALFA", name="Alfa", base_currency=eur)
        self.other_company = Company.objects.create(code="BETA", name="Beta", base_currency=eur)
        self.site = Site.objects.create(company=self.company, code="V1", name="Vilnius")
        self.sales = Department.objects.create(company=self.company, code="SALES", name="Sales")
        self.north = Department.objects.create(company=self.company, code="NORTH", name="North", parent=self.sales)

    def person(self, name, *roles, department=None, company="own", superuser=False) -> User:
        user = User.objects.create(username=name, is_superuser=superuser, department=department)
        for code in roles:
            Membership.objects.create(
                user=user,
                role=Role.objects.get(code=code),
                company={"own": self.company, "all": None}.get(company, company),
            )
        return user

    def ctx(self, user, company=None, **extra) -> Context:
        access.forget(user)
        return Context(user, DAY, (company or self.company).pk, **extra)


@pytest.fixture
def cast(db):
    return Cast()


@pytest.fixture
def committed_cast(transactional_db):
    """The same, committed, for tests with several real connections."""
    from mainspring.kernel import numbering, roles

    numbering.forget()
    roles.sync_after_migrate()
    yield Cast()
    numbering.forget()
