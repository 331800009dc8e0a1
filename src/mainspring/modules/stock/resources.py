"""Pages and endpoints of stock."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import access
from mainspring.kernel.resource import Column, Resource, amend

from . import models, queries


class StockBalances(Resource):
    model = models.StockBalance
    menu = "Stock"
    icon = "packages"
    title = _("Stock on hand")
    columns = "item location__site location location__kind quantity reserved available"
    computed = {
        "available": Column(
            "available", _("available"), "quantity", unit="item__unit", compute=lambda record: record.available
        )
    }
    search = "item__code item__name item__barcode location__code"
    filters = "item item__category location location__site location__kind quantity"
    order = "item__code"
    dimensions = "item item__category location location__site location__kind"
    measures = "quantity reserved"
    creatable = False


class StockMoves(Resource):
    model = models.StockMove
    menu = "Stock"
    icon = "arrows-transfer-up-down"
    columns = "effective_on planned_on state item quantity from_location to_location origin reference"
    search = "item__code item__name origin__number reference"
    filters = "state item from_location to_location effective_on planned_on"
    order = "-id"
    dimensions = "item item__category from_location to_location state effective_on planned_on"
    measures = "quantity"
    calendar = "planned_on planned_on"
    creatable = False


class Reservations(Resource):
    model = models.Reservation
    menu = "Stock"
    icon = "bookmark"
    columns = "item location origin quantity created_at"
    search = "item__code item__name origin__number"
    filters = "item location"
    dimensions = "item location"
    measures = "quantity"
    creatable = False


class Transfers(Resource):
    model = models.Transfer
    menu = "Stock"
    icon = "truck"
    columns = "number from_site to_site ship_on receive_on reference state"
    search = "number reference"
    filters = "state from_site to_site ship_on"
    form = "from_site to_site reference | ship_on receive_on"
    lines = "item quantity"
    scan = "item +quantity"
    order = "-ship_on"
    dimensions = "from_site to_site state"
    calendar = "ship_on receive_on"


class StockAdjustments(Resource):
    model = models.StockAdjustment
    menu = "Stock"
    icon = "adjustments"
    columns = "number kind site adjusted_on reason total state"
    search = "number reason"
    filters = "kind state site adjusted_on"
    form = "kind site adjusted_on reason"
    lines = "item location quantity unit_cost"
    scan = "item location +quantity"
    order = "-adjusted_on"
    dimensions = "kind site state adjusted_on"
    measures = "total"


class StockCounts(Resource):
    model = models.StockCount
    menu = "Stock"
    icon = "clipboard-check"
    columns = "number site counted_on reason state"
    search = "number reason"
    filters = "state site counted_on"
    form = "site counted_on reason"
    lines = "item location counted_quantity book_quantity"
    scan = "item location +counted_quantity"
    order = "-counted_on"


class StockValues(Resource):
    model = models.StockValue
    menu = "Stock / Valuation"
    icon = "report-money"
    title = _("Value postings")
    columns = "posted_on item kind adjusts quantity stock cost_of_sales variance revaluation origin entry"
    search = "item__code item__name origin__number"
    filters = "item kind adjusts posted_on"
    order = "-id"
    dimensions = "item item__category kind posted_on"
    measures = "quantity stock cost_of_sales variance"
    creatable = False


class CostBalances(Resource):
    model = models.CostBalance
    menu = "Stock / Valuation"
    icon = "coin"
    columns = "item method quantity value unit_value"
    computed = {"unit_value": Column("unit_value", _("unit cost"), "price", compute=lambda record: record.unit_value)}
    search = "item__code item__name"
    filters = "item method"
    order = "item__code"
    dimensions = "item__category method"
    measures = "value"
    creatable = False


class Locations(Resource):
    model = models.Location
    menu = "Stock / Setup"
    icon = "map-pin"
    columns = "site code name kind is_default active"
    search = "code name"
    filters = "site kind active"
    form = "site code name | kind is_default active"
    codes = "code"
    related = {_("Stock on hand"): ("stock/stock-balances", "location")}


amend("items.item", related=(_("Stock on hand"), "stock/stock-balances", "item"))
amend("items.item", related=(_("Stock moves"), "stock/stock-moves", "item"))


def curves(record, ctx) -> dict:
    """Stock curves of an item at the sites that hold or plan it: history, projection and safety stock."""
    charts = []
    for site in queries.sites_with(ctx, record)[:3] if access.can(ctx, models.StockMove, "view") else ():
        rows = queries.timeline(ctx, record, site)
        series = [
            {"label": str(label), "values": [float(row[name]) for row in rows], "hrefs": []}
            for label, name in ((_("Stock"), "balance"), (_("Safety stock"), "safety_stock"))
        ]
        props = {
            "kind": "line",
            "x": {"values": [str(row["day"]) for row in rows], "label": str(_("Date"))},
            "y": {"label": str(_("Stock")), "unit": record.unit.code},
            "series": series,
        }
        charts.append({"title": str(site), "wide": True, "props": props})
    return {"charts": charts}


amend("items.item", panel="stock/curves.html", title=_("Stock curve"), context=curves)
