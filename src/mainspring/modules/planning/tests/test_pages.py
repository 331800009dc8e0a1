"""The pages of the plan: what they lead to is open to who looks, and what is out of sight is not there (Z06)."""

import re

import pytest
from django.test import Client

from mainspring.kernel import commands
from mainspring.modules.planning import commands as planning
from mainspring.modules.planning import queries
from mainspring.modules.sales.models import SalesOrder


@pytest.fixture
def planned(making):
    """A customer's order of 40 frames, for which frames are to be made and tube is to be bought."""
    making.planning(making.frame, lead_time_days=2)
    making.planning(making.tube, lead_time_days=5)
    order = commands.create(
        SalesOrder, making.ctx, party=making.world.party("Acme"), site=making.site,
        lines=[{"item": making.frame, "quantity": 40, "price": 90}],
    )  # fmt: skip
    making.sold = commands.perform(order, "confirm", making.ctx)
    planning.settle(making.ctx)
    return making


def browser(planned, role: str) -> Client:
    client = Client()
    person = planned.world.person(f"a-{role}", role)
    client.force_login(person.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def links(client: Client, path: str) -> set[str]:
    """Addresses of records on a page, all of which must open."""
    found = set(
        re.findall(r'href="(/(?:sales|production|purchasing|items)/[^"?#]+)', client.get(path).content.decode())
    )
    records = {href for href in found if re.search(r"/[0-9a-f-]{36}/$|/\d+/$", href)}
    for href in records:
        assert client.get(href).status_code == 200, href
    return records


@pytest.mark.parametrize("role", ["planner", "manager", "accountant", "workshop"])
def test_pages_of_the_plan_lead_to_what_one_may_open(planned, role):
    client = browser(planned, role)
    page = f"/planning/workbench/{planned.frame.pk}/{planned.site.pk}/"
    if client.get(page).status_code == 404:  # who does not see the plan does not see its pages
        assert client.get("/planning/workbench/").status_code == 404
        return
    assert planned.sold.number in client.get(page).content.decode()
    sold = f"/sales/sales-orders/{planned.sold.pk}/"
    assert (sold in links(client, page)) == (client.get(sold).status_code == 200)
    for path in ("/planning/workbench/", f"{page}?part=pegging"):
        links(client, path)


def test_proposals_to_buy_are_not_there_for_who_sees_own_requests_alone(planned):
    def kinds(role: str) -> set[str]:
        return {row["kind"] for row in queries.proposals(planned.world.person(f"the-{role}", role))}

    assert kinds("planner") == kinds("manager") == {"make", "buy"}
    assert "buy" not in kinds("accountant")
    other = planned.world.person("another", "accountant")
    assert queries.proposal_counts(other)["all"] == len(queries.proposals(other))
