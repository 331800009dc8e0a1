"""Pages and endpoints of price lists."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import resource
from mainspring.kernel.resource import Resource

from . import models

MENU = "Products / Prices"


class PriceLists(Resource):
    model = models.PriceList
    menu = MENU
    icon = "tags"
    columns = "code name kind currency cost_of markup_pct is_default active"
    search = "code name"
    filters = "kind currency is_default active"
    form = "code name | kind currency is_default active | cost_of markup_pct"
    related = {_("Prices"): ("pricing/prices", "price_list"), _("Parties"): ("pricing/party-price-lists", "price_list")}


class Prices(Resource):
    model = models.Price
    menu = MENU
    icon = "tag"
    columns = "price_list item unit minimum_quantity price starts_on ends_on"
    search = "item__code item__name price_list__name"
    filters = "price_list item unit starts_on ends_on"
    form = "price_list item unit | minimum_quantity price | starts_on ends_on"
    dimensions = "price_list item"


class PartyPriceLists(Resource):
    model = models.PartyPriceList
    menu = MENU
    icon = "tag-starred"
    columns = "party price_list priority"
    search = "party__name price_list__name"
    filters = "party price_list"
    form = "party price_list priority"


resource.amend("items.item", related=(_("Prices"), "pricing/prices", "item"))
resource.amend("parties.party", related=(_("Price lists"), "pricing/party-price-lists", "party"))
