"""Bills of material: low-level codes, component needs, cumulative lead times (rules P01 to P03, P08, P15)."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from mainspring import rounding
from mainspring.engines.mrp.data import BomLine, Item
from mainspring.engines.problem import Defect, InvalidProblem


def levels(items: Sequence[Item], bom: Sequence[BomLine]) -> dict[str, int]:
    """Low-level code of every item, one below its lowest parent. Raises InvalidProblem with the loop's path (P08)."""
    children, waiting = defaultdict(set), {item.id: 0 for item in items}
    for line in bom:
        children[line.parent].add(line.component)
    for components in children.values():
        for component in components:
            waiting[component] += 1
    codes = {name: 0 for name, parents in waiting.items() if not parents}
    ready = list(codes)
    for name in ready:  # grows while we walk it
        for component in sorted(children[name]):
            codes[component] = max(codes.get(component, 0), codes[name] + 1)
            waiting[component] -= 1
            if not waiting[component]:
                ready.append(component)
    if len(ready) < len(waiting):
        path = _loop({name for name, parents in waiting.items() if parents}, bom)
        raise InvalidProblem(Defect("bom", path[0], "component", " > ".join(path), "must not form a loop", path))
    return codes


def component_need(order_quantity: Decimal, line: BomLine, *, bom_output: Decimal, digits: int) -> Decimal:
    """What an order needs of a component: quantity, loss, fixed quantity, multiple, in this order (P01 to P03).

    The result is raised at the component's digits, never cut.
    """
    need = Fraction(order_quantity) * Fraction(line.quantity) / Fraction(bom_output)
    need = need * (100 + Fraction(line.attrition_percent)) / Fraction(line.yield_percent)
    if order_quantity:
        need += Fraction(line.fixed_quantity)
    if line.multiple:
        multiple = Fraction(line.multiple)
        need = -(-need // multiple) * multiple
    return rounding.raised(need, digits)


def start_quantity(good: Decimal, yields_percent: Sequence[Decimal], digits: int) -> Decimal:
    """What to start so that `good` is left after operations whose yields multiply: 98 % x 95 % of 108 is 100 (P02)."""
    kept = Fraction(1)
    for percent in yields_percent:
        kept *= Fraction(percent) / 100
    return rounding.raised(Fraction(good) / kept, digits)


def cumulative_lead_days(items: Sequence[Item], bom: Sequence[BomLine]) -> dict[str, int]:
    """Own lead time plus the longest branch below, in working days; phantoms have no time of their own (P05, P15)."""
    codes, children = levels(items, bom), defaultdict(list)
    for line in bom:
        children[line.parent].append(line.component)
    days: dict[str, int] = {}
    for item in sorted(items, key=lambda each: -codes[each.id]):
        own = 0 if item.is_phantom else sum(lead.days for lead in item.leads)
        days[item.id] = own + max((days[child] for child in children[item.id]), default=0)
    return days


def _loop(unplanned: set[str], bom: Sequence[BomLine]) -> tuple[str, ...]:
    """Walk upwards from any item that cannot be levelled until one comes again."""
    parent_of = {
        line.component: line.parent for line in bom if line.parent in unplanned and line.component in unplanned
    }
    name, walked = min(parent_of), []
    while name not in walked:
        walked.append(name)
        name = parent_of[name]
    loop = [*walked[walked.index(name) :], name]
    return tuple(reversed(loop))
