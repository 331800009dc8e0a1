"""What a customer reads on paper: in the customer's language, complete for the tax office, and nothing hidden."""

from decimal import Decimal

import pytest
from django.utils import translation

from mainspring.kernel import access, commands, letters, preferences, printing
from mainspring.kernel.models import RoleGrant
from mainspring.modules.parties.models import Address
from mainspring.modules.sales.models import Quotation

pytestmark = pytest.mark.django_db


def paper(record, ctx) -> dict:
    """What the layout of the record is given, in the language it is printed in."""
    found = printing.layouts_of(type(record))[""]
    assert found.file == letters.FILE
    with translation.override(found.language(record) or "en"):
        return found.data(record, ctx)


@pytest.fixture
def quotation(world):
    baltas = world.customer("Baltas", legal_name="UAB Baltas", language="lt", vat_number="", registry_code="")
    commands.create(
        Address, world.ctx, party=baltas, street="Pilies g. 1", postal_code="01100", city="Vilnius", country="LT"
    )
    line = {"item": world.pump, "quantity": 12, "price": 1000}
    made = commands.create(Quotation, world.ctx, party=baltas, valid_until="2026-04-01", note="FCA", lines=[line])
    return made


def test_a_quotation_speaks_the_customers_language(world, quotation):
    shown = paper(quotation, world.ctx)
    assert shown["language"] == "lt"
    assert shown["recipient"] == ["UAB Baltas", "Pilies g. 1", "LT-01100 Vilnius"]
    assert shown["totals"][-1]["text"] == "14\u00a0520,00 EUR"
    assert shown["mark"]  # a draft says so across the page
    assert shown["remarks"][-1] == "FCA"
    assert shown["rows"][0][:3] == ["P-40", "Item P-40", "12"]


def test_the_discount_of_a_document_is_named_only_when_there_is_one(world, quotation):
    before = [t["text"] for t in paper(quotation, world.ctx)["totals"]]
    changed = commands.change(quotation, world.ctx, discount=Decimal(120), version=quotation.version)
    after = [t["text"] for t in paper(changed, world.ctx)["totals"]]
    assert len(after) == len(before) + 1
    assert "120,00 EUR" in after[0]


def test_an_invoice_shows_tax_by_rate_and_where_to_pay(world):
    preferences.save(world.ctx, {"accounting.payment_details": "Bank\nLT12 1000 0111 0100 1000"})
    world.stocked(world.pump, 10, 60)
    order = world.order(world.pump, 4)
    world.ship(order)
    invoice = world.bill(order)
    shown = paper(invoice, world.ctx)
    assert [row[1:] for row in shown["taxes"]] == [["400.00", "84.00"]]
    assert any("LT12 1000 0111 0100 1000" in text for text in shown["remarks"])
    assert shown["mark"] == ""


def test_who_may_not_see_prices_prints_none(world, quotation):
    clerk = world.person("clerk", "sales_manager")
    RoleGrant.objects.filter(role__code="sales_manager", entity="sales.quotation").update(
        fields={"total": "hide", "net": "hide", "tax": "hide"}
    )
    ctx = world.context(clerk)
    assert access.field_modes(ctx, Quotation)["total"] == "hide"
    assert paper(quotation, ctx)["totals"] == []


def test_a_delivery_note_carries_its_number_to_scan_and_prints(world):
    world.stocked(world.pump, 10, 60)
    shipment = world.ship(world.order(world.pump, 4))
    shown = paper(shipment, world.ctx)
    assert shown["code"].startswith("<svg")
    assert [c["label"] for c in shown["columns"]] == ["Code", "Description", "Quantity", "Unit"]
    assert printing.pdf(shipment, world.ctx)[:4] == b"%PDF"
