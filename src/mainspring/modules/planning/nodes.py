"""Items at sites as nodes of the plan: how they are keyed and found, which rows hold for them, and their units."""

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from mainspring.modules.items.models import Item
from mainspring.modules.organization import queries as organization
from mainspring.modules.organization.models import Unit

NEVER, NET, REORDER, TO_ORDER = range(4)
SITE_BITS = 12
OWN = 1 << (SITE_BITS - 1)
"""In the key of the node beside the free one, for what is made or bought there to order."""


def site_place(keys: NDArray) -> NDArray:
    """The places of the sites of nodes."""
    return keys & (OWN - 1)


def freely(keys: NDArray) -> NDArray:
    """The nodes as free netting knows them."""
    return keys & ~OWN


def place(within: NDArray, values: NDArray) -> NDArray:
    """Where values stand in a sorted array, -1 where they do not."""
    if not len(within):
        return np.full(len(values), -1, np.int64)
    place = np.searchsorted(within, values)
    return np.where(within[np.minimum(place, len(within) - 1)] == values, place, -1)


def expanded(first: NDArray, last: NDArray) -> tuple[NDArray, NDArray]:
    """(which range, row) of the rows of many ranges, one after another."""
    counts = last - first
    which = np.repeat(np.arange(len(first)), counts)
    return which, np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(first, counts)


def uses(nodes: NDArray, rows: SimpleNamespace, sites: NDArray) -> tuple[NDArray, NDArray]:
    """(node, row) pairs of what holds for nodes: rows of their site if they have any, else those of every site."""
    item, site = nodes >> SITE_BITS, sites[site_place(nodes)]
    which, row = expanded(np.searchsorted(rows.item, item), np.searchsorted(rows.item, item, side="right"))
    own = rows.site[row] == site[which]
    has_own = np.zeros(len(nodes), np.bool_)
    has_own[which[own]] = True
    kept = own | ((rows.site[row] == 0) & ~has_own[which])
    return which[kept], row[kept]


def factors(stocked, item: NDArray, unit: NDArray) -> dict[int, Fraction]:
    """{row: stocking units in one of its unit} of the rows whose unit is not the item's own."""
    own = dict(stocked)
    rows = [n for n, (i, u) in enumerate(zip(item.tolist(), unit.tolist(), strict=True)) if own.get(i, u) != u]
    if not rows:
        return {}
    units = {u.pk: u for u in Unit.objects.select_related("category")}
    named = {i.pk: i for i in Item.objects.filter(pk__in={int(item[n]) for n in rows}).select_related("unit")}
    return {
        n: organization.factor_between(units[int(unit[n])], named[int(item[n])].unit, named[int(item[n])]) for n in rows
    }
