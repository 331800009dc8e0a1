"""The four plans, a deal's effect and scenarios side by side on pages; figures only for who may see them (DSS-04)."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mainspring.kernel.models import User
from mainspring.modules.scenarios.models import Scenario, WorkedOut


@pytest.fixture
def browse(shop):
    """browse("role") is a client of a new person with the role."""

    def make(*roles: str) -> Client:
        person = shop.world.person("-".join(roles), *roles)
        client = Client()
        client.force_login(person.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make


def test_a_manager_moves_a_deal_and_sees_all_plans_move(shop, browse):
    client = browse("manager")
    page = client.get("/scenarios/together/").content.decode()
    assert f'name="deal-{shop.deal.pk}" value="50"' in page
    body = client.post("/scenarios/together/effect/", {f"deal-{shop.deal.pk}": "100"}).content.decode()
    for title in ("Sales", "Purchases", "Production hours", "Stock value", "Cash", "Late sales orders"):
        assert title in body, title
    assert "+2,500 EUR" in body
    assert "+50 pcs" in body
    assert not Scenario.objects.exists(), "nothing is saved"


def test_what_is_kept_is_a_scenario(shop, browse):
    client = browse("manager")
    sent = {f"deal-{shop.deal.pk}": "100", "name": "All of it"}
    assert client.post("/scenarios/together/keep/", {**sent, "name": ""}).status_code == 422
    assert client.post("/scenarios/together/keep/", {"name": "Empty"}).status_code == 422
    answer = client.post("/scenarios/together/keep/", sent)
    scenario = Scenario.objects.get()
    assert answer["HX-Redirect"] == f"/scenarios/scenarios/{scenario.pk}/"
    assert [(c.kind, c.sent) for c in scenario.changes.all()] == [("deal", {"probability": "100"})]
    assert client.get(answer["HX-Redirect"]).status_code == 200
    assert "+2,500 EUR" in client.get(f"/scenarios/effect/{scenario.pk}/").content.decode()
    compared = client.get("/scenarios/compare/").content.decode()
    assert "All of it" in compared
    assert "+2,500 EUR" in compared


@pytest.mark.parametrize("typed", ["101", "-1", "many", "NaN", "1e400"])
def test_a_wrong_probability_is_refused_by_name(shop, browse, typed):
    answer = browse("manager").post("/scenarios/together/effect/", {f"deal-{shop.deal.pk}": typed})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not WorkedOut.objects.exists()


def test_who_may_not_see_money_sees_the_plan_without_it(shop, browse):
    """Deny by default: a planner sees hours and orders, no sales, no cash."""
    body = browse("planner").post("/scenarios/together/effect/", {}).content.decode()
    assert "Production hours" in body
    assert "Late sales orders" in body
    for hidden in ("Weighted deals", "Cash balance", "Lowest cash"):
        assert hidden not in body, hidden


def test_a_sales_person_sees_no_figure_of_the_whole_company(shop, browse):
    """Their own deals are theirs, the company's sums are not."""
    client = browse("sales_rep")
    assert client.get("/scenarios/together/").status_code == 404
    assert client.post(f"/scenarios/deal/{shop.deal.pk}/effect/", {"won": "1"}).status_code == 404
    body = client.post("/scenarios/together/effect/", {}).content.decode()
    assert "EUR" not in body
    assert "may see none of the figures" in body


def test_strangers_and_other_roles_find_nothing(shop, browse):
    assert Client().get("/scenarios/together/").status_code == 302
    client = browse("warehouse")
    for address in ("/scenarios/together/", "/scenarios/compare/"):
        assert client.get(address).status_code == 404


def test_the_page_of_a_deal_says_what_winning_it_would_do(shop, browse):
    client = browse("manager")
    page = f"/crm/opportunities/{shop.deal.pk}/"
    assert "What if it is won" in client.get(page).content.decode()
    body = client.post(f"/scenarios/deal/{shop.deal.pk}/effect/", {"won": "1"}).content.decode()
    assert "+2,500 EUR" in body
    assert "FRAME" in body
    other = client.post(f"/scenarios/deal/{shop.deal.pk}/effect/", {"probability": "75"}).content.decode()
    assert "+1,250 EUR" in other
    assert client.post(f"/scenarios/deal/{shop.deal.pk}/effect/", {"probability": "x"}).status_code == 422


def test_another_persons_scenario_is_not_there(shop, trying, browse):
    scenario = trying("deal", shop.deal, won=True)
    client = browse("planner")
    for address in (f"/scenarios/effect/{scenario.pk}/", f"/scenarios/scenarios/{scenario.pk}/"):
        assert client.get(address).status_code == 404
    assert "What if" not in client.get("/scenarios/compare/").content.decode()


def test_pages_cost_the_same_however_much_there_is(shop, trying, browse):
    """Deals, changes and scenarios are read set by set."""
    scenario = None
    for item in (shop.frame, shop.tube):
        scenario = trying("forecast", item, scenario, site=shop.site, starts_on=date(2026, 4, 6), quantity=5)
    client = browse("manager")
    counts = {}
    for round_ in (1, 2):
        for n in range(5 if round_ == 2 else 0):
            trying("deal", shop.deal, scenario, won=True)
            trying("center", shop.welding, scenario, size=2 + n)
            shop.another_deal(n)
        scenario.shared_with.add(User.objects.get(username="manager"))
        for address in ("/scenarios/together/", f"/scenarios/effect/{scenario.pk}/"):
            client.get(address)
            with CaptureQueriesContext(connection) as said:
                assert client.get(address).status_code == 200
            counts.setdefault(address, []).append(len(said))
    for address, (few, many) in counts.items():
        assert many <= few + 4, f"{address}: {few} statements, then {many}"
