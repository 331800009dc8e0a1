"""Pages and endpoints of items."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel.resource import Resource

from . import models

MENU = "Products"
SETUP = "Products / Setup"


class Items(Resource):
    model = models.Item
    menu = MENU
    icon = "box"
    columns = "code name category kind make_or_buy unit cost_method active"
    search = "code name barcode description"
    filters = "category kind make_or_buy cost_method unit active"
    form = (
        "code name category | kind make_or_buy unit purchase_unit sale_unit | Costing: cost_method | "
        "Identification: barcode weight_kg active | Text: description names"
    )
    quick = "code name category unit"
    codes = "code barcode"
    dimensions = "category kind make_or_buy cost_method active"
    measures = "weight_kg"
    related = {
        _("Units"): ("items/item-units", "item"),
        _("Planning"): ("items/item-sites", "item"),
        _("Standard costs"): ("items/item-costs", "item"),
    }


class ItemCategories(Resource):
    model = models.ItemCategory
    menu = SETUP
    icon = "category"
    columns = "code name parent"
    search = "code name"
    filters = "parent"
    form = "code name parent"
    related = {_("Items"): ("items/items", "category"), _("Part of it"): ("items/item-categories", "parent")}


class ItemUnits(Resource):
    model = models.ItemUnit
    menu = SETUP
    icon = "ruler"
    columns = "item unit numerator denominator barcode"
    search = "item__code item__name barcode"
    filters = "unit item"
    form = "item unit | numerator denominator barcode"


class ItemSites(Resource):
    model = models.ItemSite
    menu = SETUP
    icon = "adjustments"
    columns = "item site policy lead_time_days safety_stock reorder_point reorder_to lot_rule lot_size"
    search = "item__code item__name site__code"
    filters = "site policy lot_rule item planner supplied_from"
    form = (
        "item site policy lead_time_days demand_fence_days planning_fence_days planner | "
        "Stock: safety_stock reorder_point reorder_to | "
        "Lot_size: lot_rule lot_size minimum multiple maximum | "
        "From_another_site: supplied_from transit_days transfer_cost"
    )
    dimensions = "site policy lot_rule planner"
    measures = "safety_stock"


class ItemCosts(Resource):
    model = models.ItemCost
    menu = SETUP
    icon = "coin"
    columns = "item company standard_cost rolled_up_on"
    search = "item__code item__name"
    filters = "company item rolled_up_on"
    form = "item company standard_cost"
