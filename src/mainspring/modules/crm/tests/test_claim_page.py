"""The page to claim from: who waits, why, and one button (CRM-03, CRM-20)."""

import pytest

from mainspring.kernel import commands
from mainspring.modules.crm.models import PoolMember
from mainspring.modules.parties.models import Party

from .test_public_pools import Sea


@pytest.fixture
def sea(regions, settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    return Sea(regions, holding_max=1, daily_claims_max=5)


def signed_in(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_who_waits_is_claimed_with_one_button_and_then_reached(client, sea):
    party = sea.customer("Suzhou Pumps", phone="+8651288886666")
    lead = sea.regions.lead("Wuxi Valves", phone="+8651082345678", value=1200)
    signed_in(client, sea.mei)

    page = client.get("/crm/pools/").content.decode()
    assert "Wuxi Valves" in page
    assert "1,200" in page
    assert "+8651082345678" not in page
    page = client.get(f"/crm/pools/?pool={sea.pool.pk}").content.decode()
    assert "Suzhou Pumps" in page
    assert "You hold 0 of 1." in page
    assert "+8651288886666" not in page

    answer = client.post(f"/crm/pools/claim/customer/{party.pk}/").content.decode()

    assert "Yours now." in answer
    assert "tel:+8651288886666" in answer
    assert "You hold 1 of 1." in answer
    assert Party.objects.get(pk=party.pk).owner == sea.mei
    answer = client.post(f"/crm/pools/claim/lead/{lead.pk}/").content.decode()
    assert "tel:+8651082345678" in answer


def test_a_refusal_says_why_and_shows_nothing_more(client, sea):
    mine, other = sea.customer("Suzhou Pumps"), sea.customer("Wuxi Valves", phone="+8651288886666")
    commands.perform(mine, "claim", sea.ctx(sea.mei))
    answer = signed_in(client, sea.mei).post(f"/crm/pools/claim/customer/{other.pk}/").content.decode()
    assert "already holds 1 customers" in answer
    assert "tel:" not in answer
    for wrong in ("customer/999999", "lead/nonsense", "customer/0"):
        assert "Somebody was quicker" in client.post(f"/crm/pools/claim/{wrong}/").content.decode()
    assert client.post("/crm/pools/claim/nobody/1/").status_code == 404


def test_pools_of_others_do_not_show(client, sea):
    sea.customer("Suzhou Pumps")
    commands.create(PoolMember, sea.regions.system, pool=sea.pool, user=sea.lin)
    assert "Pool SEA" not in signed_in(client, sea.mei).get("/crm/pools/").content.decode()
    assert "Pool SEA" in signed_in(client, sea.boss).get("/crm/pools/").content.decode()
    keeper = sea.regions.person("keeper", "warehouse")
    assert signed_in(client, keeper).get("/crm/pools/").status_code == 403


@pytest.mark.parametrize("order", ["worth", "newest", "score", "nonsense"])
def test_every_order_and_search_of_both_kinds_answers(client, sea, order):
    sea.customer("Suzhou Pumps")
    sea.regions.lead("Wuxi Valves")
    for pool, name in ((sea.pool, "Suzhou"), (sea.regions.east_pool, "Wuxi")):
        page = signed_in(client, sea.mei).get("/crm/pools/", {"pool": pool.pk, "order": order, "q": name, "size": "x"})
        assert name in page.content.decode()


def test_the_tab_of_a_customer_and_of_a_handover_show(client, sea):
    party = sea.customer("Suzhou Pumps")
    signed_in(client, sea.boss)
    answers = [client.get(f"/parties/parties/{party.pk}/tab/{n}/") for n in range(16)]
    assert any("Waits in Pool SEA" in a.content.decode() for a in answers if a.status_code == 200)
