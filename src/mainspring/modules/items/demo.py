"""The items of the demo: bicycles by family, size and color, the parts made for them and the parts bought."""

from decimal import Decimal

from mainspring.kernel import commands
from mainspring.kernel.models import Company
from mainspring.modules.organization.demo import bulk
from mainspring.modules.organization.models import Unit

from . import demo_data as data
from .models import Item, ItemCategory, ItemCost, ItemUnit

YUAN = Decimal("7.8")  # about one euro, for standard costs in the second company


def variants(size: str):
    """(families, sizes, colors) of a demo size: S is two families in one size and two colors."""
    return {
        "S": (data.FAMILIES[:2], data.SIZES[:1], data.COLORS[:2]),
        "M": (data.FAMILIES, data.SIZES, data.COLORS),
    }.get(size, (data.FAMILIES, data.SIZES, data.COLORS))


def wheels_of(families) -> list[str]:
    return sorted({family[4] for family in families})


def parts(size: str):
    """Bought parts of a demo size, spelled out for each wheel and color."""
    families, _sizes, colors = variants(size)
    wanted = {name for family in families for name in family[6].split()}
    optional = {name for family in data.FAMILIES for name in family[6].split()}
    for code, *names, category, unit, cost, weight, days in data.PARTS:
        if code in optional - wanted:
            continue
        for mark, values in (("{w}", wheels_of(families)), ("{c}", [c[0] for c in colors])):
            if mark in code:
                for value in values:
                    yield (
                        code.replace(mark, value),
                        *(n.replace(mark, value) for n in names),
                        category,
                        unit,
                        cost,
                        weight,
                        days,
                    )
                break
        else:
            yield code, *names, category, unit, cost, weight, days


def load(ctx_factory, size: str, rng, out) -> None:
    """Categories, items with names in three languages and standard costs of what is bought."""
    ctx = ctx_factory()
    units = {unit.code: unit for unit in Unit.objects.select_related("category")}
    categories: dict[str, ItemCategory] = {}
    for code, name, parent in data.CATEGORIES:
        categories[code] = commands.create(ItemCategory, ctx, code=code, name=name, parent=categories.get(parent))

    def item(code, names, category, unit, **values):
        english, lithuanian, chinese = names
        return {
            "code": code,
            "name": english,
            "names": {"lt": lithuanian, "zh-hans": chinese},
            "category": categories[category],
            "unit": units[unit],
            **values,
        }

    bought = [
        item(
            code,
            names,
            category,
            unit,
            weight_kg=Decimal(weight),
            cost_method="fifo" if category == "WHEEL" else "average",
        )
        for code, *names, category, unit, _cost, weight, _days in parts(size)
    ]
    services = [item(code, names, "SERV", unit, kind="service") for code, *names, unit in data.SERVICES]
    items = {i.code: i for i in bulk(Item, ctx, [*bought, *services, *_made(size, item)])}
    commands.create(ItemUnit, ctx, item=items["SPOK"], unit=units["set"], numerator=500)
    companies = {c.code: c for c in Company.objects.all()}
    bulk(
        ItemCost,
        ctx,
        [
            {"item": items[code], "company": companies[company], "standard_cost": Decimal(cost) * factor}
            for code, *_names, cost, _weight, _days in parts(size)
            for company, factor in (("MSB", 1), ("MSC", YUAN))
        ],
    )
    out(f"{len(items)} items")


def _made(size: str, item):
    """Level by level from the material up: tube set, raw frame, painted frame, wheels, bicycle."""
    families, sizes, colors = variants(size)
    made = {"make_or_buy": "make", "cost_method": "standard"}
    for wheel in wheels_of(families):
        for end, *names in (
            ("F", "Front wheel", "Priekinis ratas", "前轮"),
            ("R", "Rear wheel", "Galinis ratas", "后轮"),
        ):
            yield item(f"WHL{wheel}{end}", [f"{n} {wheel}" for n in names], "WIP", "pcs", **made)
        yield item(
            f"WST{wheel}",
            [f"{n} {wheel}" for n in ("Wheel set", "Ratų pora", "轮组")],
            "WIP",
            "set",
            kind="phantom",
            make_or_buy="make",
        )
    for family, english, lithuanian, chinese, *_rest in families:
        for size_code, label in sizes:
            for prefix, names, unit in (
                ("TS", ("Tube set", "Vamzdžių rinkinys", "管组"), "set"),
                ("RF", ("Raw frame", "Suvirintas rėmas", "白架"), "pcs"),
            ):
                yield item(
                    f"{prefix}-{family}-{size_code}",
                    [f"{n} {own} {label}" for n, own in zip(names, (english, lithuanian, chinese), strict=True)],
                    "WIP",
                    unit,
                    **made,
                )
            for color, *shades in colors:
                full = [
                    f"{own} {label}, {shade}" for own, shade in zip((english, lithuanian, chinese), shades, strict=True)
                ]
                yield item(
                    f"PF-{family}-{size_code}-{color}",
                    [
                        f"{n}: {own}"
                        for n, own in zip(("Painted frame", "Dažytas rėmas", "成品车架"), full, strict=True)
                    ],
                    "WIP",
                    "pcs",
                    **made,
                )
                yield item(f"{family}-{size_code}-{color}", full, "FG", "pcs", weight_kg=Decimal("13.8"), **made)
