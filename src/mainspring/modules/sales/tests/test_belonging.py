"""What belongs to one customer is offered and taken for that customer alone."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from mainspring.kernel import commands
from mainspring.kernel.models import Role
from mainspring.modules.crm.models import Opportunity
from mainspring.modules.parties.models import Address, Contact
from mainspring.modules.sales.models import Quotation


@pytest.fixture
def other(world):
    """A customer with a person, an address and a deal of its own."""
    party = world.customer("Beta")
    person = commands.create(Contact, world.ctx, party=party, family_name="Berg")
    place = commands.create(
        Address, world.ctx, party=party, kind="delivery", street="Dock 1", city="Riga", country="LV"
    )
    deal = commands.create(
        Opportunity, world.ctx, name="Pumps", party=party, amount="100", expected_close_on="2026-05-01"
    )
    return {"contact": person, "delivery_address": place, "opportunity": deal}


def at_the_browser(user) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("name", ["contact", "delivery_address", "opportunity"])
def test_what_belongs_to_another_customer_is_refused_beside_its_field(world, other, name):
    lines = [{"item": world.pump, "quantity": 1}]
    with pytest.raises(ValidationError) as refused:
        commands.create(Quotation, world.ctx, party=world.acme, lines=lines, **{name: other[name]})
    assert refused.value.message_dict == {name: [f"This does not belong to {world.acme}."]}
    own = commands.create(Quotation, world.ctx, party=other["contact"].party, lines=lines, **{name: other[name]})
    assert getattr(own, name) == other[name]


def test_the_field_offers_what_belongs_to_the_chosen_customer(world, other):
    commands.create(Contact, world.ctx, party=world.acme, family_name="Adams")
    client = at_the_browser(world.boss)

    def offered(**asked):
        return [item["text"] for item in client.get("/lookup/parties.contact/", asked).json()["items"]]

    assert sorted(offered()) == ["Adams", "Berg"]
    assert offered(within="party", of=other["contact"].party_id) == ["Berg"]
    assert offered(within="party", of=world.acme.pk, q="Berg") == []
    assert offered(within="party", of="x" * 300) == []
    assert client.get("/lookup/parties.contact/", {"within": "password", "of": "1"}).status_code == 404
    page = client.get("/sales/quotations/new/").content.decode()
    assert 'data-within="party"' in page


def test_who_may_not_see_a_link_cannot_ask_by_it(world, other):
    """SEC-04: otherwise the choice would tell whose person it is."""
    blind = Role.objects.create(code="blind", name="Blind")
    blind.grants.create(entity="parties.contact", verbs=["view"], scope="company", fields={"party": "hide"})
    client = at_the_browser(world.person("bona", "blind"))
    assert [i["text"] for i in client.get("/lookup/parties.contact/").json()["items"]] == ["Berg"]
    asked = {"within": "party", "of": other["contact"].party_id}
    assert client.get("/lookup/parties.contact/", asked).status_code == 404
