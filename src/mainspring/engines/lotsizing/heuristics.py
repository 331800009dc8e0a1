"""The trade's rules of thumb: each grows a lot period by period and stops by its own measure.

All look at the periods in order, never at the costs of a later order. Holding is summed with each period's own rate.
Sources: Silver, Meal (1973) Production and Inventory Management 14:64-74; DeMatteis (1968) IBM Systems Journal 7:30-38;
Silver, Pyke, Thomas (2017) Inventory and Production Management in Supply Chains, 4th ed., ch. 5.
"""

from fractions import Fraction

from mainspring.engines.lotsizing import data
from mainspring.engines.lotsizing.data import LotPlan, LotProblem


def lot_for_lot(given: LotProblem) -> LotPlan:
    """Order each period's need in the period."""
    return _plan("lot_for_lot", given, data.net_demand(given))


def silver_meal(given: LotProblem) -> LotPlan:
    """Add periods while the cost per period covered falls."""
    return _grown("silver_meal", given, lambda setup, held, _units, periods: (setup + held) / periods)


def least_unit_cost(given: LotProblem) -> LotPlan:
    """Add periods while the cost per unit falls."""
    return _grown("least_unit_cost", given, lambda setup, held, units, _periods: (setup + held) / units)


def part_period(given: LotProblem) -> LotPlan:
    """Add periods while holding costs do not exceed the set-up (part-period balancing, without look-ahead)."""
    return _grown("part_period", given, None)


ALL = (silver_meal, least_unit_cost, part_period, lot_for_lot)


def _grown(name: str, given: LotProblem, measure) -> LotPlan:
    net = data.net_demand(given)
    quantities = [Fraction(0)] * len(net)
    row = 0
    while row < len(net):
        if not net[row]:
            row += 1
            continue
        after = _end_of_lot(given, net, row, measure)
        quantities[row] = sum(net[row:after], Fraction(0))
        row = after
    return _plan(name, given, quantities)


def _end_of_lot(given: LotProblem, net: list[Fraction], first: int, measure) -> int:
    """The first period the lot ordered in `first` no longer covers."""
    setup, held, carry, units = given.setup_cost[first], Fraction(0), Fraction(0), net[first]
    last = measure(setup, held, units, 1) if measure else None
    for row in range(first + 1, len(net)):
        carry += given.holding_cost[row - 1]
        held += carry * net[row]
        units += net[row]
        if measure is None:
            if held > setup:
                return row
            continue
        now = measure(setup, held, units, row - first + 1)
        if now > last:
            return row
        last = now
    return len(net)


def _plan(name: str, given: LotProblem, quantities: list[Fraction]) -> LotPlan:
    return LotPlan(name, tuple(quantities), data.cost_of(given, quantities))
