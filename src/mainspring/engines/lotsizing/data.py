"""The problem of one item over numbered periods, in whole numbers so that every answer is exact."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from mainspring.engines.problem import Defect, InvalidProblem

Number = int | Decimal | Fraction


@dataclass(frozen=True)
class LotProblem:
    """Demand and costs of each period; every tuple has one entry a period.

    demand        quantity needed in the period, 0 or more
    setup_cost    cost of ordering at all in the period, 0 or more
    holding_cost  cost of one unit in stock at the end of the period, 0 or more
    unit_cost     cost of one unit ordered in the period
    on_hand       stock before the first period; it serves the first demands and is charged for holding
    """

    demand: tuple[Fraction, ...]
    setup_cost: tuple[Fraction, ...]
    holding_cost: tuple[Fraction, ...]
    unit_cost: tuple[Fraction, ...]
    on_hand: Fraction = Fraction(0)


@dataclass(frozen=True)
class LotPlan:
    """Order quantities by period and what they cost; `method` is the name of the rule."""

    method: str
    quantities: tuple[Fraction, ...]
    cost: Fraction


def problem(
    demand: Sequence[Number],
    setup_cost: Number | Sequence[Number],
    holding_cost: Number | Sequence[Number],
    unit_cost: Number | Sequence[Number] = 0,
    on_hand: Number = 0,
) -> LotProblem:
    """A checked problem; a single number stands for every period. Raises InvalidProblem listing everything wrong."""
    wanted = tuple(Fraction(each) for each in demand)
    found: list[Defect] = []
    if not wanted:
        found.append(Defect("demand", 0, "length", 0, "must have at least one period"))
    columns = {
        name: _spread(name, value, len(wanted), found)
        for name, value in (("setup_cost", setup_cost), ("holding_cost", holding_cost), ("unit_cost", unit_cost))
    }
    for name, values in (("demand", wanted), *((n, columns[n]) for n in ("setup_cost", "holding_cost"))):
        found += [
            Defect(name, row, "value", each, "must not be negative") for row, each in enumerate(values) if each < 0
        ]
    if on_hand < 0:
        found.append(Defect("on_hand", 0, "value", on_hand, "must not be negative"))
    if found:
        raise InvalidProblem(*found)
    return LotProblem(wanted, columns["setup_cost"], columns["holding_cost"], columns["unit_cost"], Fraction(on_hand))


def net_demand(given: LotProblem) -> list[Fraction]:
    """Demand that stock on hand does not cover: stock serves the earliest periods first."""
    left, net = given.on_hand, []
    for wanted in given.demand:
        served = min(left, wanted)
        left -= served
        net.append(wanted - served)
    return net


def cost_of(given: LotProblem, quantities: Sequence[Fraction]) -> Fraction:
    """Set-ups, units and stock at the end of each period. Raises InvalidProblem when a demand is not covered."""
    stock, total = given.on_hand, Fraction(0)
    for row, ordered in enumerate(quantities):
        stock += ordered - given.demand[row]
        if stock < 0:
            raise InvalidProblem(Defect("quantities", row, "stock", stock, "must cover the demand of the period"))
        total += given.holding_cost[row] * stock + given.unit_cost[row] * ordered
        if ordered:
            total += given.setup_cost[row]
    return total


def _spread(name: str, value: Number | Sequence[Number], periods: int, found: list[Defect]) -> tuple[Fraction, ...]:
    if isinstance(value, int | Decimal | Fraction):
        return (Fraction(value),) * periods
    if len(value) != periods:
        found.append(Defect(name, 0, "length", len(value), f"must be one number or one a period ({periods})"))
    return tuple(Fraction(each) for each in value)
