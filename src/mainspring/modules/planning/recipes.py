"""What goes into and comes out of orders, as lines of the engine's network: bills, yields, by-products."""

from fractions import Fraction
from math import gcd
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mainspring.engines.mrp import network as engine

from . import nodes
from .nodes import REORDER, SITE_BITS
from .reading import FOREVER, MICRO

if TYPE_CHECKING:
    from .network import Structure

ONE = Fraction(1)
ALL_KEPT = 100 * 10_000


class Yields:
    """What is started at the operations of nodes for one good unit: the yields from each on multiply (P02).

    which, sequence, kept  of operations in order of node and sequence; kept in ten thousandths of a percent
    """

    def __init__(self, which: NDArray, sequence: NDArray, kept: NDArray):
        self.of: dict[int, list[tuple[int, Fraction]]] = {}
        lossy = np.isin(which, which[kept != ALL_KEPT])
        rows = zip(which[lossy].tolist(), sequence[lossy].tolist(), kept[lossy].tolist(), strict=True)
        for node, at, share in reversed(list(rows)):
            later = self.of.setdefault(node, [])
            later.insert(0, (at, Fraction(ALL_KEPT, share) * (later[0][1] if later else ONE)))

    def factor(self, node: int, sequence: int) -> Fraction:
        """Units started at the first operation that is not before `sequence`, for one good unit of the order."""
        return next((factor for at, factor in self.of.get(node, ()) if at >= sequence), ONE)

    def raised(self, which: NDArray, sequence: NDArray) -> NDArray:
        """The factors of many operations."""
        found = np.ones(len(which))
        for n in np.flatnonzero(np.isin(which, list(self.of))).tolist():
            found[n] = float(self.factor(int(which[n]), int(sequence[n])))
        return found


def lines(found: "Structure", bills, outputs, items) -> engine.Lines:
    """Bill lines between nodes, each with the days an order must start on for it to count (P26), and by-products.

    Lines to items planned by reorder point are left out: their position covers what takes them.
    """
    taken = _between(found, bills)
    num, den, fixed = _shares(found, bills, items, taken)
    columns = _columns(taken, bills, num, den, fixed, engine.COMPONENT)
    columns = {
        name: np.concatenate([column, more])
        for (name, column), more in zip(columns.items(), _brought(found).values(), strict=True)
    }
    if outputs.count:
        given = _outputs(found, bills, outputs, taken)
        ratio = [_output_share(found, outputs, given, n) for n in range(len(given.row))]
        shares = np.array(ratio, np.int64).reshape(-1, 2).T
        more = _columns(given, outputs, shares[0], shares[1], np.zeros(len(given.row), np.int64), engine.BY_PRODUCT)
        columns = {name: np.concatenate([column, more[name]]) for name, column in columns.items()}
    return engine.Lines(**columns)


def _brought(found: "Structure") -> dict[str, NDArray]:
    """A unit at the site it is brought from for each unit here (MFG-11)."""
    here = np.flatnonzero((found.origin >= 0) & (found.policy[np.maximum(found.origin, 0)] != REORDER))
    one, nothing = np.ones(len(here), np.int64), np.zeros(len(here), np.int64)
    return {
        "parent": here.astype(np.int32),
        "component": found.origin[here].astype(np.int32),
        "num": one,
        "den": one,
        "fixed": nothing,
        "valid_from": np.full(len(here), -FOREVER),
        "valid_to": np.full(len(here), FOREVER),
        "kind": np.full(len(here), engine.COMPONENT, np.int8),
    }


def _columns(of: SimpleNamespace, rows, num, den, fixed, kind: int) -> dict[str, NDArray]:
    return {
        "parent": of.which.astype(np.int32),
        "component": of.component.astype(np.int32),
        "num": num,
        "den": den,
        "fixed": fixed,
        "valid_from": rows.first[of.row],
        "valid_to": rows.last[of.row],
        "kind": np.full(len(of.row), kind, np.int8),
    }


def _between(found: "Structure", rows) -> SimpleNamespace:
    """(node above, row, node below) of the rows that hold for made nodes and lead to planned ones."""
    which, row = nodes.uses(found.keys, rows, found.sites)
    site = nodes.site_place(found.keys[which])
    component = nodes.place(found.keys, (rows.component[row] << SITE_BITS) | site)
    kept = found.made[which] & (component >= 0)
    kept &= found.policy[np.maximum(component, 0)] != REORDER
    return SimpleNamespace(which=which[kept], row=row[kept], component=component[kept])


# -- by-products ------------------------------------------------------------------------------------------------------


def _outputs(found: "Structure", bills, outputs, taken: SimpleNamespace) -> SimpleNamespace:
    """By-products of nodes; those of every site not where a site has a bill of its own.

    What comes out of an item and goes, at some level, into it again cannot be planned before and after it: it is left
    out and said (P08).
    """
    given = _between(found, outputs)
    which, row = nodes.uses(found.keys, bills, found.sites)
    own = np.unique(which[bills.site[row] > 0])
    kept = ~((outputs.site[given.row] == 0) & np.isin(given.which, own))
    _cut(given, kept)
    parent, below = (np.concatenate([getattr(x, n) for x in (taken, given)]) for n in ("which", "component"))
    stuck = _in_loops(len(found.keys), parent, below)
    round_again = stuck[given.which] & stuck[given.component]
    for node in np.unique(given.component[round_again]).tolist():
        found.defects.append({"node": node, "field": "bill.outputs", "rule": "must not go into what it comes out of"})
    _cut(given, ~round_again)
    return given


def _cut(rows: SimpleNamespace, kept: NDArray) -> None:
    for name, column in vars(rows).items():
        setattr(rows, name, column[kept])


def _in_loops(count: int, parent: NDArray, below: NDArray) -> NDArray:
    """Nodes that stay when those that nothing leads to are taken away again and again."""
    left = np.ones(count, np.bool_)
    above = np.bincount(below, minlength=count)
    while True:
        free = left & (above == 0)
        if not free.any():
            return left
        left &= ~free
        gone = free[parent]
        above = above - np.bincount(below[gone], minlength=count)


def _output_share(found: "Structure", outputs, given: SimpleNamespace, n: int) -> tuple[int, int]:
    row = int(given.row[n])
    above, below = int(found.digits[given.which[n]]), int(found.digits[given.component[n]])
    quantity, batch = int(outputs.quantity[row]), int(outputs.batch[row])
    return _share(quantity, batch, 0, False, above, below, ONE, ONE)[:2]


# -- shares -----------------------------------------------------------------------------------------------------------


def _shares(found: "Structure", bills, items, taken: SimpleNamespace) -> tuple[NDArray, NDArray, NDArray]:
    """num / den smallest units of the component a smallest unit of the parent, and the fixed quantity (P01 to P03)."""
    which, row, component = taken.which, taken.row, taken.component
    stocked = zip(items.item.tolist(), items.unit.tolist(), strict=True)
    factors = nodes.factors(stocked, bills.component, bills.unit)
    raised, sequence = found.yields, bills.sequence[row].tolist()
    seen: dict[tuple, tuple[int, int, int]] = {}
    rows = zip(
        row.tolist(), bills.quantity[row].tolist(), bills.batch[row].tolist(), bills.scrap[row].tolist(),
        bills.fixed[row].tolist(), found.digits[which].tolist(), found.digits[component].tolist(), strict=True,
    )  # fmt: skip
    num, den, fixed = (np.zeros(len(row), np.int64) for _ in range(3))
    for n, (line, *values) in enumerate(rows):
        started = raised.factor(int(which[n]), sequence[n]) if raised.of else ONE
        given = (*values, factors.get(line, ONE) if factors else ONE, started)
        share = seen.get(given)
        if share is None:
            share = seen[given] = _share(*given)
        num[n], den[n], fixed[n] = share
    return num, den, fixed


def _share(
    quantity: int, batch: int, scrap: int, is_fixed: bool, above: int, below: int, factor: Fraction, started: Fraction
) -> tuple[int, int, int]:
    top = quantity * factor.numerator * 10**below * (MICRO + scrap)
    bottom = factor.denominator * MICRO
    if is_fixed:
        return 0, 1, min(-(-top // (bottom * MICRO)), engine.QUANTITY_MOST)
    top *= started.numerator
    bottom *= batch * 10**above * started.denominator
    shared = gcd(top, bottom)
    top, bottom = top // shared, bottom // shared
    if top * bottom > engine.QUANTITY_MOST:  # finer than the plan can count: the nearest share it can, never less
        share = Fraction(top, bottom)
        bottom = engine.QUANTITY_MOST >> 40
        top = -(-share.numerator * bottom // share.denominator)
        return min(top, 1 << 40), bottom, 0
    return top, bottom, 0
