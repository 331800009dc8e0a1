"""The cheapest plan, proved: Wagner and Whitin's recursion on the lower envelope of lines.

F(j), the least cost of periods before j, is min over i < j of F(i) + setup(i) + cost of serving i .. j-1 from i.
Serving one unit of period t from i costs unit(i) + H(t) - H(i), H being the cumulative holding cost: for each i a
line in the cumulative demand. So the minimum is the lower envelope of lines asked at growing points: O(n) when
slopes fall (no speculative motive: waiting never makes a unit dearer), O(n log n) otherwise.
Sources: Wagner, Whitin (1958) Management Science 5:89-96; Wagelmans, van Hoesel, Kolen (1992) Operations Research
40:S145-S156; Federgruen, Tzur (1991) Management Science 37:909-925.
"""

from fractions import Fraction
from itertools import accumulate
from math import lcm

from mainspring.engines.lotsizing import data
from mainspring.engines.lotsizing.data import LotPlan, LotProblem

Line = tuple[int, int, int]  # slope, intercept, period


def solve(given: LotProblem) -> LotPlan:
    """The least-cost plan. Ties go to the earliest period that can serve the last one. O(n), or O(n log n)."""
    net = data.net_demand(given)
    demand = _whole(net)[0]
    costs, _scale = _whole([*given.holding_cost, *given.unit_cost, *given.setup_cost])
    n = len(demand)
    setup_scale = _whole(net)[1]  # a set-up is per order, the other costs per unit of whole-number demand
    holding, unit, setup = costs[:n], costs[n : 2 * n], [each * setup_scale for each in costs[2 * n :]]
    quantities = [Fraction(0)] * n
    for first, after in _segments(demand, holding, unit, setup):
        quantities[first] = sum(net[first:after], Fraction(0))
    return LotPlan("wagner_whitin", tuple(quantities), data.cost_of(given, quantities))


def _segments(demand: list[int], holding: list[int], unit: list[int], setup: list[int]) -> list[tuple[int, int]]:
    """(order period, first period it no longer serves) of the best plan, last first."""
    n = len(demand)
    until = [0, *accumulate(demand)]
    carried = [0, *accumulate(holding)]
    slopes = [unit[i] - carried[i] for i in range(n)]
    falling = all(slopes[i] >= slopes[i + 1] for i in range(n - 1))
    envelope = _Falling() if falling else _Any(until)
    best, choice = [0] * (n + 1), [-1] * (n + 1)
    for j in range(1, n + 1):
        i = j - 1
        envelope.add((slopes[i], best[i] + setup[i] - slopes[i] * until[i], i))
        best[j], choice[j] = envelope.least(until[j])
        if not demand[i] and best[i] <= best[j]:
            best[j], choice[j] = best[i], -1  # nothing to serve: no order needed for this period
    found, j = [], n
    while j:
        if choice[j] < 0:
            j -= 1
        else:
            found.append((choice[j], j))
            j = choice[j]
    return found


class _Falling:
    """Lower envelope of lines whose slopes fall, asked at points that grow: each line enters and leaves once."""

    def __init__(self):
        self.lines: list[Line] = []
        self.first = 0

    def add(self, line: Line) -> None:
        lines = self.lines
        while len(lines) - self.first >= 2 and _useless(lines[-2], lines[-1], line):
            lines.pop()
        if len(lines) > self.first and lines[-1][0] == line[0]:
            if lines[-1][1] <= line[1]:
                return
            lines.pop()
        lines.append(line)

    def least(self, point: int) -> tuple[int, int]:
        lines = self.lines
        while self.first + 1 < len(lines) and _at(lines[self.first + 1], point) < _at(lines[self.first], point):
            self.first += 1
        line = lines[self.first]
        return _at(line, point), line[2]


class _Any:
    """Lower envelope of any lines over known points (a Li Chao tree): O(log n) to add and to ask."""

    def __init__(self, points: list[int]):
        self.points = sorted(set(points))
        self.at = {point: row for row, point in enumerate(self.points)}
        self.nodes: dict[int, Line] = {}

    def add(self, line: Line) -> None:
        node, low, high = 1, 0, len(self.points) - 1
        while True:
            held = self.nodes.get(node)
            if held is None:
                self.nodes[node] = line
                return
            middle = (low + high) // 2
            if _at(line, self.points[middle]) < _at(held, self.points[middle]):
                self.nodes[node], line, held = line, held, line
            if low == high:
                return
            if _at(line, self.points[low]) < _at(held, self.points[low]):
                node, high = 2 * node, middle
            elif _at(line, self.points[high]) < _at(held, self.points[high]):
                node, low = 2 * node + 1, middle + 1
            else:
                return

    def least(self, point: int) -> tuple[int, int]:
        row, node, low, high = self.at[point], 1, 0, len(self.points) - 1
        found = (_at(self.nodes[1], point), self.nodes[1][2])
        while low < high:
            middle = (low + high) // 2
            node, low, high = (2 * node, low, middle) if row <= middle else (2 * node + 1, middle + 1, high)
            if node not in self.nodes:
                break
            found = min(found, (_at(self.nodes[node], point), self.nodes[node][2]))
        return found


def _at(line: Line, point: int) -> int:
    return line[0] * point + line[1]


def _useless(before: Line, middle: Line, after: Line) -> bool:
    """Whether `middle` is nowhere below both its neighbours (slopes fall)."""
    return (after[1] - before[1]) * (before[0] - middle[0]) <= (middle[1] - before[1]) * (before[0] - after[0])


def _whole(values: list[Fraction]) -> tuple[list[int], int]:
    """The values times their common denominator, and that denominator."""
    scale = lcm(*(each.denominator for each in values)) if values else 1
    return [int(each * scale) for each in values], scale
