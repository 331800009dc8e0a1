"""The price of an item: lists, quantity breaks, dates, units and currencies, and the reason."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError

from mainspring.kernel import commands
from mainspring.kernel.models import Company, Currency
from mainspring.modules.items.models import ItemCost, ItemUnit
from mainspring.modules.organization.models import ExchangeRate
from mainspring.modules.pricing import queries
from mainspring.modules.pricing.models import PartyPriceList, Price, PriceList

DAY = date(2026, 3, 2)


@pytest.fixture
def shop(world):
    world.bike = world.item("BIKE")
    world.pcs = world.units["pcs"]
    world.retail = commands.create(PriceList, world.ctx, code="RETAIL", name="Retail", currency="EUR", is_default=True)
    world.dealer = commands.create(PriceList, world.ctx, code="DEALER", name="Dealers", currency="EUR")
    world.acme = world.party("Acme")

    def price(price_list, amount, item=world.bike, unit="pcs", **values):
        return commands.create(
            Price, world.ctx, price_list=price_list, item=item, unit=world.units[unit], price=amount, **values
        )

    world.price = price
    return world


def ask(shop, quantity=1, unit="pcs", on=DAY, currency="EUR", item=None, party=None):
    return queries.price_for(item or shop.bike, party or shop.acme, D(quantity), shop.units[unit], on, currency)


def test_a_party_without_a_list_pays_the_default_price(shop):
    shop.price(shop.retail, "500")
    answer = ask(shop)
    assert (answer.price, answer.price_list) == (D(500), shop.retail)
    assert answer.reason == "Retail: 500 EUR per pcs."


def test_quantity_breaks_count_from_their_quantity(shop):
    shop.price(shop.retail, "500")
    shop.price(shop.retail, "450", minimum_quantity=10)
    assert ask(shop, "9.999").price == D(500)
    assert ask(shop, 10).price == D(450)
    assert "From 10 pcs." in ask(shop, 12).reason


def test_the_own_list_comes_first_and_the_default_fills_what_it_lacks(shop):
    tube = shop.item("TUBE")
    shop.price(shop.retail, "500")
    shop.price(shop.retail, "5", item=tube)
    shop.price(shop.dealer, "400")
    commands.create(PartyPriceList, shop.ctx, party=shop.acme, price_list=shop.dealer)
    assert ask(shop).price == D(400)
    assert ask(shop, item=tube).price == D(5)
    assert ask(shop, party=shop.party("Stranger")).price == D(500)


def test_a_price_holds_from_its_first_day_to_the_day_before_its_end(shop):
    shop.price(shop.retail, "500", starts_on="2026-01-01", ends_on="2026-04-01")
    shop.price(shop.retail, "550", starts_on="2026-04-01")
    assert ask(shop, on=date(2026, 3, 31)).price == D(500)
    assert ask(shop, on=date(2026, 4, 1)).price == D(550)
    assert ask(shop, on=date(2025, 12, 31)).price is None


def test_two_prices_on_one_day_are_refused(shop):
    shop.price(shop.retail, "500", starts_on="2026-01-01", ends_on="2026-04-01")
    with pytest.raises(ValidationError, match="holds on some of these days"):
        shop.price(shop.retail, "501", starts_on="2026-03-31")
    with pytest.raises(ValidationError, match="after it starts"):
        shop.price(shop.retail, "501", starts_on="2026-05-01", ends_on="2026-05-01")
    with pytest.raises(ValidationError, match="negative"):
        shop.price(shop.retail, "-1", starts_on="2026-05-01")


def test_a_price_by_the_dozen_serves_pieces_and_boxes(shop):
    bolt = shop.item("BOLT")
    shop.price(shop.retail, "12", item=bolt, unit="doz")
    assert ask(shop, 24, item=bolt).price == D(1)
    assert "Converted to pcs." in ask(shop, 24, item=bolt).reason
    commands.create(ItemUnit, shop.ctx, item=bolt, unit=shop.units["set"], numerator=144)
    assert ask(shop, 1, "set", item=bolt).price == D(144)


def test_a_price_in_euro_is_asked_in_dollars_at_the_last_rate(shop):
    commands.create(ExchangeRate, shop.ctx, from_currency="EUR", to_currency="USD", valid_on="2026-02-27", rate="1.08")
    shop.price(shop.retail, "500")
    answer = ask(shop, currency="USD")
    assert answer.price == D("540.000000")
    assert answer.data["rated_on"] == date(2026, 2, 27)
    assert "27 Feb 2026" in answer.reason
    assert ask(shop, currency="JPY").price is None
    assert "no exchange rate" in ask(shop, currency="JPY").reason


def test_no_price_says_where_was_looked(shop):
    assert (ask(shop).price, ask(shop).reason) == (None, "No price in: Retail.")


@pytest.fixture
def group(shop):
    """Another company of ours makes bikes at 1,000 dollars; what it sells to us costs us its cost and 8 % (MFG-11)."""
    dollar = Currency.objects.get_or_create(code="USD", defaults={"name": "Dollar"})[0]
    shop.maker = Company.objects.create(code="MAKER", name="Maker", base_currency=dollar)
    ItemCost.objects.create(item=shop.bike, company=shop.maker, standard_cost="1000")
    ExchangeRate.objects.create(from_currency=dollar, to_currency_id="EUR", rate="0.9", valid_on=date(2026, 1, 1))
    shop.between = commands.create(
        PriceList, shop.ctx, code="GROUP", name="Group", currency="EUR", kind="between", cost_of=shop.maker,
        markup_pct=8,
    )  # fmt: skip
    shop.sister = shop.party("Maker Inc.", is_supplier=True)
    commands.create(PartyPriceList, shop.ctx, party=shop.sister, price_list=shop.between)
    return shop


def test_companies_of_ours_sell_to_one_another_at_cost_and_a_markup(group):
    for kind in ("sale", "purchase"):  # one rule for who sells and who buys
        answer = queries.price_for(group.bike, group.sister, D(1), group.units["pcs"], DAY, "EUR", kind)
        assert answer.price == D(972)
        assert answer.reason == "Group: cost of MAKER and 8 % more. Converted at 0.9 of 1 Jan 2026."
        assert answer.data["company"] == "MAKER"
    assert ask(group, currency="USD", party=group.sister).price == D(1080)
    box = ItemUnit.objects.create(item=group.bike, unit=group.units["set"], numerator=10)
    assert ask(group, unit=box.unit.code, party=group.sister).price == D(9720)
    ItemCost.objects.filter(item=group.bike).update(standard_cost="1100")
    assert ask(group, party=group.sister).price == D("1069.2")  # the cost of the day
    assert ask(group).price is None  # nobody else has that list


def test_an_agreed_price_stands_before_the_cost(group):
    group.price(group.between, "950")
    assert ask(group, party=group.sister).price == D(950)
    tube = group.item("TUBE")
    answer = ask(group, item=tube, party=group.sister)  # it costs nobody anything yet
    assert answer.price is None
    assert "Group" in answer.reason


def test_only_lists_between_companies_follow_a_cost_and_none_is_for_everybody(group):
    for values in ({"cost_of": group.maker}, {"kind": "between", "is_default": True}, {"markup_pct": -1}):
        with pytest.raises(ValidationError):
            commands.create(PriceList, group.ctx, code="X", name="X", currency="EUR", **values)
