"""Pages and endpoints of bills of material, routings and work centers."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import resource
from mainspring.kernel.resource import Resource

from . import models

MENU = "Products / Engineering"


class Boms(Resource):
    model = models.Bom
    menu = MENU
    icon = "binary-tree"
    title = _("bills of material")
    columns = "item revision site batch_quantity valid_from valid_to active"
    search = "item__code item__name revision"
    filters = "item site active valid_from"
    form = "item site revision batch_quantity | valid_from valid_to active | note"
    lines = "component quantity unit scrap_pct is_fixed operation_sequence note"
    dimensions = "site active"


class Routings(Resource):
    model = models.Routing
    menu = MENU
    icon = "route"
    columns = "item revision site valid_from valid_to active"
    search = "item__code item__name revision"
    filters = "item site active valid_from"
    form = "item site revision | valid_from valid_to active | note"
    lines = "sequence work_center name setup_hours run_hours_per_unit queue_hours"
    dimensions = "site active"


class WorkCenters(Resource):
    model = models.WorkCenter
    menu = MENU
    icon = "settings-cog"
    columns = "code name site calendar size efficiency_pct hourly_cost active"
    search = "code name"
    filters = "site calendar active"
    form = "site code name | calendar size efficiency_pct | hourly_cost active"
    dimensions = "site"
    measures = "size"


resource.amend("items.item", related=(_("Bills of material"), "engineering/boms", "item"))
resource.amend("items.item", related=(_("Used in"), "engineering/boms", "lines__component"))
resource.amend("items.item", related=(_("Routings"), "engineering/routings", "item"))
