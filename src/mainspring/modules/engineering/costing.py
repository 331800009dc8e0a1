"""What an item should cost: rolled up from materials and work, level by level, by version of its bill."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from mainspring import rounding
from mainspring.kernel import remembered
from mainspring.modules.items import queries as items
from mainspring.modules.organization import queries as organization

from . import models

PARTS = ("material", "labour", "machine", "overhead")


@dataclass
class CostRow:
    """Cost of one stocking unit of an item, for one level of the roll-up; in the company's base currency.

    material                    what goes into it at this level, made components at their full cost
    labour, machine, overhead   of the work of this level
    split                       {part: cost through all levels}
    """

    level: int
    item: object
    quantity: Decimal
    material: Decimal = Decimal(0)
    labour: Decimal = Decimal(0)
    machine: Decimal = Decimal(0)
    overhead: Decimal = Decimal(0)
    is_missing: bool = False
    path: tuple[str, ...] = field(default=())
    split: dict[str, Decimal] = field(default_factory=dict)

    @property
    def work(self) -> Decimal:
        return self.labour + self.machine + self.overhead

    @property
    def total(self) -> Decimal:
        return self.material + self.work


def cost_roll_up(bom, *, company_id: int, on: date, seen: dict | None = None) -> list[CostRow]:
    """Cost of one unit of the bill's item, level by level: the item first, then its components below it.

    A made component costs what its own bill and routing say; a bought one its standard cost, else it is missing.
    Work is (set-up spread over the batch + run hours) at the work centers' hourly cost and efficiency; yields raise
    both. What co- and by-products bear is taken off.

    seen  rows already computed, by item id; pass one dict when rolling up many bills
    """
    seen = {} if seen is None else seen
    rows: list[CostRow] = []
    with remembered.steady():
        _cost(bom.item, bom, company_id, on, Decimal(1), 0, (bom.item.code,), seen, rows)
    seen[bom.item_id] = rows[0]
    return rows


def _cost(item, bom, company_id, on, quantity, level, path, seen, rows) -> CostRow:
    """Append the item's row and those below it. Items met again are not computed again."""
    from . import queries

    row = CostRow(level, item, quantity, path=path)
    rows.append(row)
    if bom is None:
        standard = items.standard_costs([item.pk], company_id).get(item.pk)
        row.material, row.is_missing = standard or Decimal(0), standard is None
        row.split = dict.fromkeys(PARTS, Decimal(0)) | {"material": row.material}
        return row
    routing = queries.routing_for(item, on, bom.site) if item.kind != "phantom" else None
    share = queries.main_share(bom)
    material, split = Fraction(0), dict.fromkeys(PARTS, Fraction(0))
    queries.know_lines(bom)
    for line in bom.lines.all():
        component = line.component
        factor = organization.factor_between(line.unit, component.unit, component)
        each = Fraction(line.quantity) * factor * (100 + Fraction(line.scrap_pct)) / 100 / Fraction(bom.batch_quantity)
        each *= queries.yield_factor(routing, line.operation_sequence) * share
        shown = rounding.from_fraction(each, 6)
        if component.pk in seen:
            known = seen[component.pk]
            rows.append(
                CostRow(level + 1, component, shown, known.material, known.labour, known.machine, known.overhead,
                        known.is_missing, (*path, component.code), known.split)
            )  # fmt: skip
        else:
            below = queries.bom_for(component, on, bom.site) if component.make_or_buy == "make" else None
            known = _cost(component, below, company_id, on, shown, level + 1, (*path, component.code), seen, rows)
            seen[component.pk] = known
        material += each * Fraction(known.total)
        for name in PARTS:
            split[name] += each * Fraction(known.split[name])
        row.is_missing = row.is_missing or known.is_missing
    row.material = rounding.from_fraction(material, 6)
    for name, cost in work_parts(routing, bom.batch_quantity).items():
        setattr(row, name, rounding.from_fraction(cost * share, 6))
        split[name] += cost * share
    row.split = {name: rounding.from_fraction(value, 6) for name, value in split.items()}
    return row


def work_parts(routing: "models.Routing | None", batch: Decimal) -> dict[str, Fraction]:
    """{labour, machine, overhead} of one unit when made in batches: set-up once a batch, run for each unit (C01)."""
    from . import queries

    found = dict.fromkeys(PARTS[1:], Fraction(0))
    for operation in routing.lines.all() if routing else ():
        center = operation.work_center
        run = Fraction(operation.run_hours_per_unit) * 100 / Fraction(center.efficiency_pct)
        run *= queries.yield_factor(routing, operation.sequence)
        hours = Fraction(operation.setup_hours) / Fraction(batch) + run
        for name, rate in rates(center).items():
            found[name] += hours * Fraction(rate)
    return found


def work_cost(routing: "models.Routing | None", batch: Decimal) -> Fraction:
    """Cost of the work in one unit."""
    return sum(work_parts(routing, batch).values(), Fraction(0))


def rates(center) -> dict[str, Decimal]:
    """{labour, machine, overhead}: the parts of the work center's hourly cost."""
    machine, overhead = center.machine_hourly_cost, center.overhead_hourly_cost
    return {"labour": center.hourly_cost - machine - overhead, "machine": machine, "overhead": overhead}
