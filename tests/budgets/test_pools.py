"""What claiming and the pages of pools may cost in statements: a hundred claim in the same second (CRM-03)."""

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mainspring.kernel import commands
from mainspring.modules.crm.tests.conftest import Regions
from mainspring.modules.crm.tests.test_public_pools import Sea

from .test_verbs import Counted

PAGES = json.loads((Path(__file__).parent / "pages.json").read_text())


@pytest.fixture
def sea(db, settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    return Sea(Regions(), holding_max=30, daily_claims_max=30, recycle_days=30)


def test_a_claim_of_a_customer_and_of_a_lead_stay_within_their_budgets(sea):
    mei = sea.ctx(sea.mei)
    customers = [sea.customer(f"Suzhou {n}") for n in range(3)]
    leads = [sea.regions.lead(f"Wuxi {n}") for n in range(3)]
    for record in (*customers[:2], *leads[:2]):  # from then on what never changes is remembered
        commands.perform(record, "claim", mei)

    count = Counted()
    count("claim a customer", lambda: commands.perform(customers[2], "claim", mei))
    count("claim a lead", lambda: commands.perform(leads[2], "claim", mei))

    for record in (customers[2], leads[2]):
        before = record.version
        record.refresh_from_db()
        assert (record.owner, record.version) == (sea.mei, before + 1)


def test_the_page_to_claim_from_costs_the_same_for_one_and_for_many(client, sea):
    sea.customer("Suzhou Pumps")
    client.force_login(sea.mei, backend="django.contrib.auth.backends.ModelBackend")
    address = f"/crm/pools/?pool={sea.pool.pk}"
    client.get(address)
    one = statements(client, address)
    for n in range(12):
        sea.customer(f"Wuxi Valves {n}")
    client.get(address)
    assert statements(client, address) == one <= PAGES["claim from pools"]


def statements(client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len([query for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))])
