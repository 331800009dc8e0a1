"""Where an item is chosen its free stock and the customer's price stand beside it, for those who may know."""

from django.test import Client

from mainspring.modules.items.models import Item


def offered(user, **asked) -> dict:
    """What the field offers for "P-40"."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(f"/lookup/{Item._meta.label_lower}/", {"q": "P-40", **asked})
    return next(item for item in answer.json()["items"] if item.get("code") == "P-40" or "P-40" in item["text"])


def test_free_stock_and_the_price_of_this_customer_stand_beside_an_item(world):
    world.stocked(world.pump, 10, "60.00")
    order = world.order(world.pump, 4)
    found = offered(world.boss, document=str(order.pk))
    assert (found["stock"], found["price"]) == ("6.000000", "100.00 EUR")
    assert offered(world.boss, party=world.acme.pk, site=world.site.pk)["price"] == "100.00 EUR"
    assert "price" not in offered(world.boss)
    assert "price" not in offered(world.boss, party="999999", document="nonsense")


def test_who_sells_nothing_is_told_no_price(world):
    world.stocked(world.pump, 10, "60.00")
    keeper = world.person("keeper", "warehouse")
    found = offered(keeper, party=world.acme.pk)
    assert found["stock"] == "10.000000"
    assert "price" not in found
