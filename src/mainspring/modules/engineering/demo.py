"""Bills of four levels, routings and work centers of the demo, and the standard costs that come of them."""

from datetime import timedelta
from decimal import Decimal

from mainspring.kernel import commands
from mainspring.kernel.models import Company, Department, Site, User
from mainspring.modules.items.demo import YUAN, variants, wheels_of
from mainspring.modules.items.models import Item, ItemCost
from mainspring.modules.organization.demo import bulk, bulk_with_lines
from mainspring.modules.organization.models import WorkCalendar
from mainspring.modules.parties.models import Party

from . import commands as engineering
from . import demo_data as data
from . import queries, versioning
from .models import (
    Bom,
    BomAlternate,
    BomOutput,
    CapacityChange,
    Downtime,
    EngineeringChange,
    InspectionPoint,
    Machine,
    OperationAlternate,
    OperationDocument,
    Operator,
    PersonSkill,
    Routing,
    RoutingOperation,
    Skill,
    Tool,
    WorkCenter,
)


def load(ctx_factory, size: str, rng, out) -> None:
    """Tube set, raw frame, painted frame, bicycle; wheels beside them, joined in a phantom."""
    ctx = ctx_factory()
    items = {item.code: item for item in Item.objects.select_related("unit")}
    sites = {site.code: site for site in Site.objects.all()}
    calendars = {calendar.code: calendar for calendar in WorkCalendar.objects.all()}
    departments = {department.code: department for department in Department.objects.all()}
    centers = {}
    for site, code, name, calendar, number, efficiency, cost in data.WORK_CENTERS:
        centers[code] = commands.create(
            WorkCenter,
            ctx,
            site=sites[site],
            code=code,
            name=name,
            calendar=calendars[calendar],
            size=number,
            efficiency_pct=efficiency,
            hourly_cost=cost,
            department=departments.get(data.OF_DEPARTMENT.get(code)),
            machine_hourly_cost=Decimal(cost) * Decimal(data.COST_PARTS[0]),
            overhead_hourly_cost=Decimal(cost) * Decimal(data.COST_PARTS[1]),
        )
    skills, tools = _places(ctx, sites, centers)
    boms, routings = [], []
    for code, lines, batch in bills(size):
        boms.append(
            {
                "item": items[code],
                "batch_quantity": Decimal(batch),
                "lines": [
                    {
                        "component": items[part],
                        "quantity": Decimal(quantity),
                        "scrap_pct": Decimal(scrap),
                        "operation_sequence": operation,
                    }
                    for part, quantity, scrap, operation in lines
                ],
            }
        )
        if items[code].kind == "phantom":
            continue
        prefix = next(p for p in data.ROUTINGS if code.startswith(p) and (p or "-" in code))
        steps = enumerate(data.ROUTINGS[prefix], 1)
        routings.append(
            {
                "item": items[code],
                "lines": [
                    {
                        "sequence": 10 * n,
                        "work_center": centers[center],
                        "name": name,
                        "setup_hours": Decimal(setup),
                        "run_hours_per_unit": Decimal(run),
                        "queue_hours": Decimal(queue),
                        **_means(prefix, 10 * n, skills, tools),
                    }
                    for n, (center, name, setup, run, queue) in steps
                ],
            }
        )
    boms = bulk_with_lines(Bom, ctx, boms)
    routings = bulk_with_lines(Routing, ctx, routings)
    _beside(ctx, items, boms, routings, centers)
    count = _costs(ctx_factory())
    out(f"{len(boms)} bills of material, {len(centers)} work centers, {count} standard costs rolled up")


def _places(ctx, sites, centers) -> tuple[dict, dict]:
    """Machines of the work centers, tools, skills and who has them; a machine under repair."""
    machines = bulk(
        Machine,
        ctx,
        [
            {"work_center": centers[center], "code": code, "name": name}
            for center, found in data.MACHINES.items()
            for code, name in found
        ],
    )
    today = ctx.business_date
    bulk(
        Downtime,
        ctx,
        [{"machine": machines[-1], "starts_on": today, "ends_on": today + timedelta(days=3), "reason": "Spindle"}],
    )
    skills = {s.code: s for s in bulk(Skill, ctx, [{"code": code, "name": name} for code, name in data.SKILLS])}
    people = {u.username: u for u in User.objects.filter(username__in=("workshop", "engineer", "planner"))}
    bulk(
        PersonSkill,
        ctx,
        [{"person": people["workshop"], "skill": skill} for skill in skills.values()]
        + [{"person": people["engineer"], "skill": skills["WELD"], "valid_to": today + timedelta(days=200)}],
    )
    bulk(Operator, ctx, [{"work_center": centers["CUT"], "person": people["workshop"]}])
    shifts = {calendar.code: calendar for calendar in WorkCalendar.objects.all()}
    bulk(
        CapacityChange,
        ctx,
        [
            {"work_center": centers[center], "starts_on": today + timedelta(days=first),
             "ends_on": today + timedelta(days=last), "calendar": shifts.get(calendar), "size": size,
             "efficiency_pct": pct and Decimal(pct), "reason": reason}
            for center, first, last, calendar, size, pct, reason in data.CHANGES
        ],
    )  # fmt: skip
    tools = bulk(
        Tool,
        ctx,
        [{"site": sites[site], "code": code, "name": name, "pieces": n} for site, code, name, n in data.TOOLS],
    )
    return skills, {tool.code: tool for tool in tools}


def _means(prefix: str, sequence: int, skills: dict, tools: dict) -> dict:
    """Skill, tool and instruction of a step."""
    skill, tool, text = data.STEPS.get((prefix, sequence), ("", "", ""))
    return {"skill": skills.get(skill), "tool": tools.get(tool), "instruction": text}


def _beside(ctx, items: dict, boms: list, routings: list, centers: dict) -> None:
    """Alternates, a by-product, inspection points, a step done by a supplier, versions and changes."""
    by_code = {bom.item.code: bom for bom in boms}
    goods = [bom for bom in boms if bom.item.category.code == "FG"]
    bulk(
        BomAlternate,
        ctx,
        [
            {"bom": bom, "component": items[part], "alternate": items[other], "priority": 1}
            for bom in goods
            for part, other in (("BELL", "BELLB"), ("CART", "CARTR"))
            if any(line.component_id == items[part].pk for line in bom.lines.all())
        ],
    )
    cut = [bom for code, bom in by_code.items() if code.startswith("TS-")]
    bulk(
        BomOutput,
        ctx,
        [
            {"bom": bom, "item": items["OFFC"], "quantity": Decimal("0.12"), "cost_share_pct": Decimal(1)}
            for bom in cut[:2]
        ],
    )
    of_prefix = {p: [r for r in routings if r.item.code.startswith(p)] for p in ("RF", "PF", "WHL")}
    of_prefix[""] = [r for r in routings if r.item.category.code == "FG"]
    bulk(
        InspectionPoint,
        ctx,
        [
            {"routing": routing, "sequence": sequence, "name": name, "measure": measure,
             "minimum": low and Decimal(low), "maximum": high and Decimal(high)}
            for prefix, sequence, name, low, high, measure in data.POINTS
            for routing in of_prefix[prefix]
        ],
    )  # fmt: skip
    bulk(
        OperationAlternate,
        ctx,
        [
            {"routing": routing, "sequence": 20, "work_center": centers["ASSY"], "setup_hours": Decimal("0.2"),
             "run_hours_per_unit": Decimal("0.3")}
            for routing in of_prefix[""]
        ],
    )  # fmt: skip
    bulk(
        OperationDocument,
        ctx,
        [{"routing": r, "sequence": 10, "title": f"Drawing {r.item.code}"} for r in of_prefix["RF"]],
    )
    _plated(ctx, items, of_prefix["PF"][-1])
    _versions(ctx, items, goods)


def _plated(ctx, items: dict, routing: Routing) -> None:
    """One painted frame is plated by a supplier before its decals."""
    supplier = Party.objects.filter(is_supplier=True).order_by("code").first()
    commands.create(
        ItemCost, ctx, item=items["PLATING"], company=Company.objects.get(code="MSB"), standard_cost=Decimal("6.5")
    )
    RoutingOperation.objects.create(
        document=routing, position=3, sequence=15, work_center=routing.lines.get(sequence=10).work_center,
        name="Chrome plating outside", supplier=supplier, service=items["PLATING"], queue_hours=Decimal(16),
    )  # fmt: skip


def _versions(ctx, items: dict, goods: list) -> None:
    """A retired version and a draft of two bicycles; a change carried out for all bills and one to decide on."""
    today = ctx.business_date
    old = versioning.copies(goods[:2], ctx, revision="0", valid_to=today - timedelta(days=900))
    Bom.objects.filter(pk__in=[bom.pk for bom in old.values()]).update(state="retired")
    done = commands.create(
        EngineeringChange, ctx, component=items["CART"], replacement=items["CARTR"],
        effective_on=today + timedelta(days=60), reason="Less waste: recycled cartons",
    )  # fmt: skip
    commands.perform(done, "carry_out", ctx)
    versioning.copies(goods[:2], ctx, revision="C")
    commands.create(
        EngineeringChange, ctx, component=items["BELL"], replacement=items["BELLB"],
        effective_on=today + timedelta(days=75), reason="Customers ask for the brass bell",
    )  # fmt: skip
    seen: dict = {}
    for bom in goods[:6]:
        rows = queries.cost_roll_up(bom, company_id=ctx.company_id, on=today, seen=dict(seen))
        engineering.keep_roll_up(bom, rows, ctx.company_id, today)


def _costs(ctx) -> int:
    """Standard costs of everything made, from bills and routings; in Suzhou the same in yuan."""
    made = {row.item.pk: row for row in engineering.costs_of_all(ctx) if row.item.make_or_buy == "make"}
    companies = {company.code: company for company in Company.objects.all()}
    bulk(
        ItemCost,
        ctx,
        [
            {
                "item": row.item,
                "company": companies[code],
                "standard_cost": (row.total * factor).quantize(Decimal("0.000001")),
                "rolled_up_on": ctx.business_date,
            }
            for row in made.values()
            for code, factor in (("MSB", 1), ("MSC", YUAN))
        ],
    )
    return len(made)


def bills(size: str):
    """(item code, lines of (component, quantity, scrap %, operation), batch), components before their parents."""
    families, sizes, colors = variants(size)
    for wheel in wheels_of(families):
        spokes = "28" if wheel == "20" else "32"
        for end in "FR":
            yield (
                f"WHL{wheel}{end}",
                ((f"RIM{wheel}", 1, Decimal("0.5"), 10), (f"HUB{end}", 1, 0, 10), ("SPOK", spokes, 2, 10)),
                1,
            )
        yield (
            f"WST{wheel}",
            (
                (f"WHL{wheel}F", 1, 0, None),
                (f"WHL{wheel}R", 1, 0, None),
                (f"TYR{wheel}", 2, 0, None),
                (f"TUB{wheel}", 2, 1, None),
            ),
            1,
        )
    for family, *_names, wheel, _price, own in families:
        extra = own.split()
        common = [line for line in data.COMMON if not (line[0] == "FORK" and "SFRK" in extra)]
        for position, (mark, _label) in enumerate(sizes):
            tube = Decimal("3.6") + Decimal("0.2") * position
            yield f"TS-{family}-{mark}", (("TUBE", tube, 6, 10),), 1
            yield (
                f"RF-{family}-{mark}",
                ((f"TS-{family}-{mark}", 1, 1, 10), ("DROP", 1, 0, 10), ("WIRE", Decimal("0.12"), 5, 10)),
                1,
            )
            for color, *_shades in colors:
                yield (
                    f"PF-{family}-{mark}-{color}",
                    ((f"RF-{family}-{mark}", 10, 2, 10), (f"PNT{color}", Decimal("1.8"), 8, 10), ("DECL", 10, 3, 20)),
                    10,
                )
                yield (
                    f"{family}-{mark}-{color}",
                    (
                        (f"PF-{family}-{mark}-{color}", 1, 0, 10),
                        (f"WST{wheel}", 1, 0, 10),
                        *common,
                        *((code, 1, 0, 10) for code in extra),
                    ),
                    1,
                )
