"""Pages and endpoints of bills of material, routings and work centers."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import access, formats, resource
from mainspring.kernel.resource import Resource
from mainspring.modules.items.models import ItemCost

from . import models, queries

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
resource.amend(
    "items.item",
    panel="engineering/where_used.html",
    title=_("Where used"),
    context=lambda item, ctx: {"rows": queries.where_used(item)},
)
resource.amend("items.item", related=(_("Routings"), "engineering/routings", "item"))


def cost(bom, ctx) -> dict:
    """The roll-up of a bill, level by level, for those who may see costs."""
    if not access.can(ctx, ItemCost, "view"):
        return {"allowed": False, "rows": []}
    company_id = bom.site.company_id if bom.site_id else ctx.company_id
    return {
        "allowed": True,
        "currency": formats.base_currency(company_id),
        "rows": [
            {
                "level": row.level,
                "item_id": row.item.pk,
                "code": row.item.code,
                "name": row.item.local_name,
                "quantity": formats.number(row.quantity, 0, 6),
                "unit": row.item.unit.code,
                "missing": row.is_missing,
                **{name: formats.number(getattr(row, name), 2, 4) for name in ("material", "work", "total")},
            }
            for row in queries.cost_roll_up(bom, company_id=company_id, on=ctx.business_date)
        ],
    }


resource.amend("engineering.bom", panel="engineering/cost.html", title=_("Cost"), context=cost)
