"""Pages and endpoints of bills of material, routings and work centers."""

from django.utils.translation import gettext_lazy as _

from mainspring.kernel import access, formats, resource
from mainspring.kernel.resource import Resource
from mainspring.modules.items import queries as items
from mainspring.modules.items.models import ItemCost

from . import changing, models, queries, trees

MENU = "Products / Engineering"


class Boms(Resource):
    model = models.Bom
    menu = MENU
    icon = "binary-tree"
    title = _("bills of material")
    columns = "item revision site state batch_quantity valid_from valid_to change"
    search = "item__code item__name revision"
    filters = "item site state active valid_from valid_to lines__component"
    form = "item site revision batch_quantity | valid_from valid_to | note"
    lines = "component quantity unit scrap_pct is_fixed operation_sequence role taking note"
    dimensions = "site state"
    related = {
        _("Alternates"): ("engineering/bom-alternates", "bom"),
        _("Co- and by-products"): ("engineering/bom-outputs", "bom"),
        _("Cost roll-ups"): ("engineering/cost-roll-ups", "bom"),
    }


class BomAlternates(Resource):
    model = models.BomAlternate
    prefetch = ("bom__item",)
    icon = "replace"
    columns = "bom component alternate priority ratio"
    search = "component__code alternate__code bom__item__code"
    filters = "bom component alternate"
    form = "bom component alternate | priority ratio"


class BomOutputs(Resource):
    model = models.BomOutput
    prefetch = ("bom__item",)
    icon = "recycle"
    columns = "bom item kind quantity cost_share_pct"
    search = "item__code bom__item__code"
    filters = "bom item kind"
    form = "bom item kind | quantity cost_share_pct"


class Routings(Resource):
    model = models.Routing
    menu = MENU
    icon = "route"
    columns = "item revision site state valid_from valid_to"
    search = "item__code item__name revision"
    filters = "item site state active valid_from valid_to"
    form = "item site revision | valid_from valid_to | note"
    lines = (
        "sequence work_center name setup_hours run_hours_per_unit queue_hours move_hours yield_pct is_parallel "
        "overlap_quantity skill tool supplier service instruction"
    )
    dimensions = "site state"
    related = {
        _("Alternates"): ("engineering/operation-alternates", "routing"),
        _("Inspection points"): ("engineering/inspection-points", "routing"),
        _("Documents"): ("engineering/operation-documents", "routing"),
    }


class OperationAlternates(Resource):
    model = models.OperationAlternate
    prefetch = ("routing__item",)
    icon = "replace"
    columns = "routing sequence work_center priority setup_hours run_hours_per_unit skill"
    search = "routing__item__code work_center__code"
    filters = "routing work_center"
    form = "routing sequence work_center priority | setup_hours run_hours_per_unit skill"


class InspectionPoints(Resource):
    model = models.InspectionPoint
    prefetch = ("routing__item",)
    icon = "ruler-measure"
    columns = "routing sequence name target minimum maximum measure"
    search = "routing__item__code name"
    filters = "routing"
    form = "routing sequence name | target minimum maximum measure"


class OperationDocuments(Resource):
    model = models.OperationDocument
    prefetch = ("routing__item",)
    icon = "file-text"
    columns = "routing sequence title"
    search = "routing__item__code title"
    filters = "routing"
    form = "routing sequence title"


class EngineeringChanges(Resource):
    model = models.EngineeringChange
    menu = MENU
    icon = "git-compare"
    columns = "number kind component replacement ratio category effective_on site reason changed_bills state"
    search = "number component__code replacement__code reason"
    filters = "state kind component replacement category effective_on site"
    form = "kind component replacement ratio | category site effective_on | reason note"
    lines = "bom reason"
    order = "-number"
    dimensions = "state site effective_on"


class CostRollUps(Resource):
    model = models.CostRollUp
    prefetch = ("bom__item",)
    menu = MENU
    icon = "calculator"
    columns = "item bom rolled_up_on material labour machine overhead total is_missing"
    search = "item__code bom__revision"
    filters = "item bom rolled_up_on"
    form = "item bom rolled_up_on company | material labour machine overhead total is_missing"
    lines = "level item quantity material labour machine overhead is_missing"
    order = "-rolled_up_on"
    dimensions = "item rolled_up_on"
    measures = "total"
    creatable = False


class WorkCenters(Resource):
    model = models.WorkCenter
    menu = MENU
    icon = "settings-cog"
    columns = "code name site department calendar size efficiency_pct hourly_cost active"
    search = "code name"
    filters = "site department calendar active"
    form = (
        "site code name department | calendar size efficiency_pct | "
        "hourly_cost machine_hourly_cost overhead_hourly_cost active"
    )
    dimensions = "site department"
    measures = "size"
    codes = "code"
    related = {
        _("Machines"): ("engineering/machines", "work_center"),
        _("Operators"): ("engineering/operators", "work_center"),
        _("Changes of capacity"): ("engineering/capacity-changes", "work_center"),
    }


class CapacityChanges(Resource):
    model = models.CapacityChange
    menu = MENU
    icon = "calendar-cog"
    columns = "work_center starts_on ends_on calendar size efficiency_pct reason"
    search = "work_center__code work_center__name reason"
    filters = "work_center starts_on ends_on"
    form = "work_center starts_on ends_on | calendar size efficiency_pct | reason"
    order = "-starts_on"
    calendar = "starts_on ends_on"


class SupplierCapacities(Resource):
    model = models.SupplierCapacity
    menu = MENU
    icon = "truck-delivery"
    columns = "supplier item weekly_quantity starts_on ends_on note"
    search = "supplier__name supplier__code item__code item__name"
    filters = "supplier item starts_on"
    form = "supplier item weekly_quantity | starts_on ends_on note"


class Machines(Resource):
    model = models.Machine
    menu = MENU
    icon = "engine"
    columns = "code name work_center calendar active"
    search = "code name work_center__code"
    filters = "work_center active"
    form = "work_center code name | calendar active"
    codes = "code"
    related = {_("Downtimes"): ("engineering/downtimes", "machine")}


class Downtimes(Resource):
    model = models.Downtime
    menu = MENU
    icon = "alert-octagon"
    columns = "machine starts_on ends_on reason"
    search = "machine__code reason"
    filters = "machine starts_on"
    form = "machine starts_on ends_on reason"
    calendar = "starts_on ends_on"


class Operators(Resource):
    model = models.Operator
    menu = MENU
    icon = "users"
    columns = "person work_center calendar"
    search = "person__username person__last_name work_center__code"
    filters = "work_center person"
    form = "work_center person calendar"


class Skills(Resource):
    model = models.Skill
    menu = MENU
    icon = "certificate"
    columns = "code name"
    search = "code name"
    form = "code name"
    related = {_("People"): ("engineering/person-skills", "skill")}


class PersonSkills(Resource):
    model = models.PersonSkill
    icon = "certificate"
    columns = "person skill valid_to"
    search = "person__username person__last_name skill__name"
    filters = "person skill valid_to"
    form = "person skill valid_to"


class Tools(Resource):
    model = models.Tool
    menu = MENU
    icon = "tool"
    columns = "code name site pieces active"
    search = "code name"
    filters = "site active"
    form = "site code name | pieces active"
    codes = "code"


resource.amend("items.item", related=(_("Bills of material"), "engineering/boms", "item"))
resource.amend(
    "items.item",
    panel="engineering/where_used.html",
    title=_("Where used"),
    context=lambda item, ctx: {"top": trees.where_used(item, ctx), "item": item},
)
resource.amend(
    "engineering.bom",
    panel="engineering/tree.html",
    title=_("Tree"),
    context=lambda bom, ctx: trees.shown(bom, ctx),
)
resource.amend(
    "engineering.engineeringchange",
    panel="engineering/change.html",
    title=_("Bills it changes"),
    context=changing.preview,
)
resource.amend("items.item", related=(_("Routings"), "engineering/routings", "item"))


PARTS = {"material": _("Material"), "labour": _("Labour"), "machine": _("Machine hours"), "overhead": _("Overhead")}


def cost(bom, ctx) -> dict:
    """The roll-up of a bill, level by level, for those who may see costs."""
    if not access.can(ctx, ItemCost, "view"):
        return {"allowed": False, "rows": []}
    company_id = bom.site.company_id if bom.site_id else ctx.company_id
    found = queries.cost_roll_up(bom, company_id=company_id, on=ctx.business_date)
    standard = items.standard_costs({row.item.pk for row in found}, company_id)
    return {
        "allowed": True,
        "currency": formats.base_currency(company_id),
        "split": [
            {"label": label, "text": formats.number(found[0].split[name], 2, 4)} for name, label in PARTS.items()
        ],
        "total": formats.number(found[0].total, 2, 4),
        "rows": [
            {
                "level": row.level,
                "item_id": row.item.pk,
                "code": row.item.code,
                "name": row.item.local_name,
                "quantity": formats.number(row.quantity, 0, 6),
                "unit": row.item.unit.code,
                "missing": row.is_missing,
                **_against(row, standard.get(row.item.pk)),
                **{
                    name: formats.number(getattr(row, name), 2, 4)
                    for name in ("material", "labour", "machine", "overhead", "total")
                },
            }
            for row in found
        ],
    }


def _against(row, standard) -> dict:
    """The standard cost of an item and how far the roll-up is from it."""
    if standard is None:
        return {"standard": "", "difference": "", "tone": ""}
    more = row.total - standard
    return {
        "standard": formats.number(standard, 2, 4),
        "difference": formats.number(more, 2, 4) if more else "",
        "tone": "danger" if more > 0 else "success" if more < 0 else "",
    }


resource.amend("engineering.bom", panel="engineering/cost.html", title=_("Cost"), context=cost)
