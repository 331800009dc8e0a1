"""How the shop's records appear."""

from mainspring.kernel.resource import Resource

from .models import ShopItem, ShopOrder


class ShopItems(Resource):
    model = ShopItem
    columns = "code name kind price weight_kg active listed_on"
    search = "code name"
    filters = "kind active"
    form = "code name kind | price weight_kg active listed_on | notes"
    measures = "price"
    dimensions = "kind"


class ShopOrders(Resource):
    model = ShopOrder
    columns = "number customer state ordered_on total owner"
    search = "number customer"
    filters = "state customer ordered_on"
    form = "customer phone reference | owner ordered_on"
    lines = "item quantity price amount"
    dimensions = "state customer ordered_on"
    measures = "total"
