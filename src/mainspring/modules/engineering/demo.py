"""Bills of four levels, routings and work centers of the demo, and the standard costs that come of them."""

from decimal import Decimal

from mainspring.kernel import commands
from mainspring.kernel.models import Company, Site
from mainspring.modules.items.demo import YUAN, variants, wheels_of
from mainspring.modules.items.models import Item, ItemCost
from mainspring.modules.organization.demo import bulk, bulk_with_lines
from mainspring.modules.organization.models import WorkCalendar

from . import commands as engineering
from . import demo_data as data
from .models import Bom, Routing, WorkCenter


def load(ctx_factory, size: str, rng, out) -> None:
    """Tube set, raw frame, painted frame, bicycle; wheels beside them, joined in a phantom."""
    ctx = ctx_factory()
    items = {item.code: item for item in Item.objects.select_related("unit")}
    sites = {site.code: site for site in Site.objects.all()}
    calendars = {calendar.code: calendar for calendar in WorkCalendar.objects.all()}
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
        )
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
                    }
                    for n, (center, name, setup, run, queue) in steps
                ],
            }
        )
    bulk_with_lines(Bom, ctx, boms)
    bulk_with_lines(Routing, ctx, routings)
    count = _costs(ctx_factory())
    out(f"{len(boms)} bills of material, {len(centers)} work centers, {count} standard costs rolled up")


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
