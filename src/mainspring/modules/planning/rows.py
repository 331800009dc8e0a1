"""Demand, supply and stock as the plan counts them: rows of nodes in the order the engine keeps them."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from mainspring.modules.items.models import Item

from . import dedicating, forecasting, nodes
from .dedicating import NOBODY
from .network import HORIZON, Structure
from .reading import Reader

FORECAST = -2


@dataclass
class Rows:
    """Demand or supply of nodes, by node, bucket and key; days are the real ones, overdue ones negative.

    bucket  the one the plan counts it in: supply a little late counts when it is needed (P20)
    start   of firm orders to make; FORECAST marks demand that is expected and not promised, KEPT supply that is stock
    owner   of what is made or bought to order: the document it is for (P22); NOBODY for all that is netted freely
    tag     the document supply is marked for, needed there or not
    """

    node: NDArray
    day: NDArray
    bucket: NDArray
    quantity: NDArray
    document: NDArray
    start: NDArray
    owner: NDArray
    tag: NDArray

    def of(self, node: int) -> slice:
        """The rows of one node."""
        return slice(*np.searchsorted(self.node, [node, node + 1]))


def quantities(reader: Reader) -> tuple[SimpleNamespace, SimpleNamespace, SimpleNamespace]:
    """(demand, supply, stock) of the reader's items."""
    parts = [reader.receipts(), reader.requests(), reader.firm_orders()]
    names = [name for name in vars(parts[0]) if name != "count"]
    receipts = SimpleNamespace(**{n: np.concatenate([getattr(p, n) for p in parts]) for n in names})
    return dedicating.told_apart(reader, _demand(reader), receipts, reader.on_hand())


def _demand(reader: Reader) -> SimpleNamespace:
    """What documents ask for, and what is left of the forecasts."""
    asked = reader.demand()
    left = [f for f in forecasting.left(reader.given["company"], reader.given["today"], reader.given["items"]) if f.day]
    if not left:
        return asked
    values = {
        "item": [f.item for f in left],
        "site": [f.site for f in left],
        "day": [(f.day - reader.given["today"]).days for f in left if f.day],
        "quantity": [f.left for f in left],
        "document": [NOBODY] * len(left),
        "key": [-f.key for f in left],
        "forecast": [True] * len(left),
        "to_order": [False] * len(left),
    }
    more = {name: np.array(column, getattr(asked, name).dtype) for name, column in values.items()}
    joined = {name: np.concatenate([getattr(asked, name), more[name]]) for name in values}
    return SimpleNamespace(**joined, count=asked.count + len(left))


def rows_of(s: Structure, read: SimpleNamespace, *, receipts: bool) -> Rows:
    """Rows of nodes in the order the plan keeps them: by node, bucket, and for equal days the longest known first."""
    node = s.node(read.item, read.site, read.owner != NOBODY)
    kept = np.flatnonzero(node >= 0)
    node, day, quantity = node[kept], read.day[kept].astype(np.int64), read.quantity[kept]
    if receipts:
        quantity = _stocking(s, read, kept, node, quantity)
        counted = np.maximum(day - s.wait_days, np.minimum(day, 0))
        quantity = quantity // s.scale[node]
    else:
        counted, quantity = day, -(-quantity // s.scale[node])
    bucket = HORIZON.bucket_of(counted)
    bucket = np.where(bucket < 0, HORIZON.buckets, bucket)
    order = np.lexsort((read.document[kept].view("S16") if len(kept) else kept, read.key[kept], day, bucket, node))
    start = read.start[kept].astype(np.int64) if receipts else np.where(read.forecast[kept], FORECAST, -1)
    start = np.minimum(start, HORIZON.days - 1)
    columns = (node, day, bucket, quantity, read.document[kept], start, read.owner[kept], read.tag[kept])
    return Rows(*(column[order] for column in columns))


def _stocking(s: Structure, read, kept: NDArray, node: NDArray, quantity: NDArray) -> NDArray:
    """Millionths of the stocking unit; requests may be in another unit."""
    asked = np.flatnonzero(read.unit[kept] > 0)
    if not len(asked):
        return quantity
    items = Item.objects.filter(pk__in=np.unique(s.item[node[asked]]).tolist())
    stocked = dict(items.values_list("pk", "unit_id"))
    factors = nodes.factors(stocked.items(), s.item[node[asked]], read.unit[kept][asked])
    found = quantity.copy()
    for n, factor in factors.items():
        at = asked[n]
        found[at] = int(quantity[at]) * factor.numerator // factor.denominator
    return found


def stock_of(s: Structure, read: SimpleNamespace) -> NDArray:
    """Stock by node, never below zero."""
    found = np.zeros(len(s.keys), np.int64)
    node = s.node(read.item, read.site)
    kept = node >= 0
    np.add.at(found, node[kept], read.quantity[kept])
    return np.maximum(found // s.scale, 0)
