"""A small company with people who may do different things, for tests of the kernel on the example module."""

from datetime import date

import pytest

from mainspring.kernel import commands, errors, policies
from mainspring.kernel.context import Context
from mainspring.kernel.models import (
    ApprovalRequest,
    ApprovalRule,
    Company,
    Currency,
    Department,
    Membership,
    Role,
    Site,
    User,
)

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
        policies.forget(user)
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


class Office:
    """Ona asks; Rasa leads her department, Petras leads Rasa; Jonas and Lina also hold the role of fleet managers."""

    def __init__(self, cast):
        from mainspring_fleet.models import Inspection, Vehicle

        self.inspections = Inspection
        self.cast, self.day = cast, DAY
        self.admin = cast.person("admin", superuser=True)
        people = ("petras", "rasa", "jonas", "lina")
        self.petras, self.rasa, self.jonas, self.lina = (cast.person(n, "fleet_manager") for n in people)
        self.ona = cast.person("ona", "fleet_keeper", department=cast.north)
        self.ona.manager, self.rasa.manager = self.rasa, self.petras
        self.ona.save()
        self.rasa.save()
        for user in (self.ona, self.rasa):
            user.email = f"{user.username}@example.com"
            user.save()
        self.van = commands.create(Vehicle, self.ctx(self.admin), plate="VAN001", keeper=self.ona)

    def ctx(self, user, **extra):
        return self.cast.ctx(user, **extra).on(self.day)

    def rule(self, *steps, **values):
        values = {
            "name": "Dear repairs",
            "entity": "fleet.inspection",
            "verb": "submit",
            "amount_path": "total",
            "limit": "100",
            "split_days": 0,
            **values,
        }
        steps = steps or ({"who": "manager"},)
        company = values.get("company", self.cast.company)
        return commands.create(ApprovalRule, self.ctx(self.admin, company=company), lines=list(steps), **values)

    def inspection(self, price="150", user=None, **values):
        return commands.create(
            self.inspections,
            self.ctx(user or self.ona),
            vehicle=self.van,
            done_on="2026-03-02",
            lines=[{"finding": "Brakes", "price": price}],
            **values,
        )

    def submit(self, inspection, user=None) -> ApprovalRequest:
        with pytest.raises(errors.ApprovalRequired) as waiting:
            commands.perform(inspection, "submit", self.ctx(user or self.ona))
        return waiting.value.request

    def decide(self, request, user, verb="approve", **inputs):
        return commands.perform(request, verb, self.ctx(user), **inputs)


@pytest.fixture
def office(cast):
    return Office(cast)


@pytest.fixture
def committed_office(committed_cast):
    return Office(committed_cast)
