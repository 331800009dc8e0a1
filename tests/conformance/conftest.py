"""A company with an administrator and samples of every kind of record."""

import sys
from pathlib import Path

import pytest
from django.test import Client

from mainspring.kernel.models import Company, Currency, Site, User
from mainspring.kernel.testing.samples import Samples

sys.path.insert(0, str(Path(__file__).parent))
import makers  # noqa: F401  (binds them)
import makers_contracts  # noqa: F401


@pytest.fixture
def samples(db):
    eur = Currency.objects.get_or_create(code="EUR", defaults={"name": "Euro"})[0]
    company = Company.objects.create(code="ALFA", name="Alfa", base_currency=eur)
    Site.objects.create(company=company, code="V1", name="Vilnius")
    boss = User.objects.create(username="boss", is_superuser=True, email="boss@example.com", default_company=company)
    return Samples(company, boss)


@pytest.fixture
def boss(samples):
    client = Client()
    client.force_login(samples.user, backend="django.contrib.auth.backends.ModelBackend")
    return client
