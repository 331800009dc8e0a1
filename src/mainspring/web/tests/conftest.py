"""A company with people of different roles who use pages, told with the example module of vehicles."""

from datetime import date

import pytest
from django.test import Client

from mainspring.kernel import commands, policies
from mainspring.kernel.context import Context
from mainspring.kernel.models import Company, Currency, Membership, Role, RoleGrant, Site, User


class Cast:
    """People by name, each with a browser."""

    def __init__(self):
        eur = Currency.objects.get_or_create(code="EUR", defaults={"name": "Euro"})[0]
        self.company = Company.objects.create(code="ALFA", name="Alfa", base_currency=eur)
        self.other_company = Company.objects.create(code="BETA", name="Beta", base_currency=eur)
        self.site = Site.objects.create(company=self.company, code="V1", name="Vilnius")
        self.users: dict[str, User] = {}

    def person(self, name, *roles, company="own", **values) -> User:
        user = self.users[name] = User.objects.create(username=name, **values)
        for code in roles:
            Membership.objects.create(
                user=user,
                role=Role.objects.get(code=code),
                company={"own": self.company, "all": None}.get(company, company),
            )
        return user

    def ctx(self, name, **extra) -> Context:
        policies.forget(self.users[name])
        return Context(self.users[name], date(2026, 3, 2), self.company.pk, **extra)

    def browser(self, name) -> Client:
        client = Client()
        client.force_login(self.users[name], backend="django.contrib.auth.backends.ModelBackend")
        return client


@pytest.fixture
def cast(db):
    found = Cast()
    RoleGrant.objects.create(role=Role.objects.get(code="fleet_manager"), entity="kernel.user", verbs=["view"])
    found.person("ona", "fleet_manager", first_name="Ona")
    found.person("jonas", "fleet_manager")
    found.person("petras", "fleet_guest")
    found.person("rasa")
    return found


@pytest.fixture
def van(cast):
    from mainspring_fleet.models import Vehicle

    return commands.create(
        Vehicle, cast.ctx("ona"), plate="ABC123", model_name="Transit", phone="+37061234567", seats=3
    )


@pytest.fixture
def inspection(cast, van):
    from mainspring_fleet.models import Inspection

    return commands.create(
        Inspection,
        cast.ctx("ona"),
        vehicle=van,
        done_on="2026-03-02",
        mileage=1000,
        lines=[{"finding": "Brakes", "quantity": "2", "price": "40.50"}, {"finding": "Oil", "price": "10"}],
    )
