"""What the page of a customer may cost in statements, however much happened; pages.json holds the budgets (CRM-01)."""

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mainspring.kernel import commands
from mainspring.modules.crm.models import Opportunity
from mainspring.modules.sales.models import Quotation
from mainspring.modules.sales.tests.world import World

BUDGETS = json.loads((Path(__file__).parent / "pages.json").read_text())


@pytest.fixture
def busy(db):
    """A customer with everything: deals, offers, orders shipped and billed, follow-ups, more than a page of them."""
    world = World()
    world.stocked(world.pump, 100, "60.00")
    for n in range(4):
        order = world.order(world.pump, 2)
        world.ship(order)
        world.bill(order)
        commands.create(Opportunity, world.ctx, name=f"Deal {n}", party=world.acme, amount=5000)
        commands.create(Quotation, world.ctx, party=world.acme, lines=[{"item": world.pump, "quantity": 1}])
    for n in range(30):
        commands.perform(world.acme, "log", world.ctx, content=f"Talk {n}", method="call")
    return world


@pytest.mark.parametrize("role", ["manager", "sales_manager", "sales_rep", "accountant"])
def test_the_page_of_a_customer_stays_within_its_budget(busy, role):
    person = busy.person("ona", role)
    type(busy.acme).objects.filter(pk=busy.acme.pk).update(owner=person)
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    page = f"/parties/parties/{busy.acme.pk}/"
    body = client.get(f"{page}tab/0/").content.decode()
    older = body.partition("timeline-more")[2].partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")
    assert bool(older) or role == "accountant"
    addresses = {"head": page, "everything that happened": f"{page}tab/0/", "older entries": older}
    for name, address in addresses.items():
        if not address:
            continue
        client.get(address)  # the first reads what is remembered from then on
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        told = [f"{query['sql'][:160]}" for query in seen]
        assert len(seen) <= BUDGETS[f"customer: {name}"], f"{role}, {name}: {len(seen)}\n" + "\n".join(told)


def test_words_are_looked_for_in_all_kinds_of_records_at_once(busy):
    """A statement a kind that is found, not a kind there is."""
    client = Client()
    client.force_login(busy.person("ona", "manager"), backend="django.contrib.auth.backends.ModelBackend")
    for name, words in (("nothing", "zzqq"), ("words", "acme")):
        client.get(f"/search/?q={words}")
        with CaptureQueriesContext(connection) as seen:
            found = client.get(f"/search/?q={words}", headers={"Accept": "application/json"}).json()["groups"]
        assert bool(found) == (name == "words")
        asked = [query["sql"] for query in seen if "mainspring_shared" not in query["sql"]]  # those come with time
        assert len(asked) <= BUDGETS[f"search: {name}"], f"{name}: {len(asked)}"
