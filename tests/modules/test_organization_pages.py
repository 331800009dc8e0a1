"""Every page of the lower modules opens; settings and rates are kept on pages of their own."""

from decimal import Decimal as D

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mainspring.kernel import commands, preferences, resource
from mainspring.modules.engineering.models import Bom
from mainspring.modules.organization.models import ExchangeRate

OWN = ("organization", "items", "parties", "pricing", "engineering")
"""Modules whose panels are looked at here; those above test their own."""

SHARE = preferences.Preference("test.share_pct", "decimal", D(5), "Share", minimum=0, maximum=100)


@pytest.fixture
def browser(world):
    admin = world.person("admin", "administrator", default_company=world.company)
    client = Client()
    client.force_login(admin.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("module", OWN)
def test_lists_and_forms_open(world, browser, module):
    for key, res in resource.registry.items():
        if key.startswith(f"{module}/"):
            assert browser.get(f"/{key}/").status_code == 200, key
            if res.creatable:
                assert browser.get(f"/{key}/new/").status_code == 200, key


def test_records_open_with_all_their_tabs(world, browser):
    bike, rim = world.item("BIKE", make_or_buy="make"), world.item("RIM")
    bom = commands.create(Bom, world.ctx, item=bike, lines=[{"component": rim, "quantity": 2}])
    party = world.party("Acme Ratai")
    twin = world.party("UAB Acme Ratai", code="A2", duplicate_reason="Of the same group")
    from mainspring.web.views import tabs

    for record in (bike, bom, party, world.company, world.ctx.user):
        res = resource.of(type(record))
        address = f"/{res.key}/{record.pk}/"
        assert browser.get(address).status_code == 200, address
        assert browser.get(f"{address}edit/").status_code == 200, address
        for n, tab in enumerate(tabs.declared(res)):
            if tab.get("panel", OWN[0]).partition("/")[0] not in OWN:
                continue
            assert browser.get(f"{address}tab/{n}/").status_code in (200, 404), (address, tab)
    found = [
        browser.get(f"/parties/parties/{party.pk}/tab/{n}/").content.decode()
        for n, tab in enumerate(tabs.declared(resource.of(type(party))))
        if "duplicates" in tab.get("panel", "")
    ]
    assert twin.name in found[0]
    assert "Same name" in found[0]


def test_settings_are_saved_or_every_error_is_shown(world, browser):
    assert browser.get("/settings/").status_code == 200
    refused = browser.post("/settings/", {"test.share_pct": "900"})
    assert refused.status_code == 422
    assert "out of range" in refused.content.decode()
    assert browser.post("/settings/", {"test.share_pct": "7.5"}).status_code == 302
    assert preferences.get(world.company.pk, "test.share_pct") == D("7.5")


def test_settings_and_rates_are_closed_to_others(world):
    rep, client = world.person("rep", "sales_rep", default_company=world.company), Client()
    client.force_login(rep.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/settings/").status_code == 403
    assert client.get("/organization/import-rates/").status_code == 403


def test_rates_come_from_a_file(world, browser):
    assert browser.get("/organization/import-rates/").status_code == 200

    def send(text: bytes) -> int:
        return browser.post("/organization/import-rates/", {"file": SimpleUploadedFile("r.csv", text)}).status_code

    assert send(b"EUR,USD,2026-01-01,abc") == 422
    assert send(b"EUR,USD,2026-01-01,1.1") == 302
    assert ExchangeRate.objects.get().source == "r.csv"
