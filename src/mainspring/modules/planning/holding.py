"""The plan of one company held in memory: read whole once, then only what changed is read and planned again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mainspring.engines.mrp.network import Entries, Network
from mainspring.engines.mrp.plan import Plan
from mainspring.engines.mrp.tables import need_row
from mainspring.modules.items.models import Item

from . import forecasting, network, nodes
from .network import HORIZON, REORDER, Structure
from .reading import Reader

if TYPE_CHECKING:
    from .reasons import Why

NOBODY = np.zeros(1, "V16")[0]
FORECAST = -2


class StructureChanged(Exception):
    """Something to plan has no place in the network that is held: it has to be read anew."""


@dataclass
class Rows:
    """Demand or supply of nodes, by node, bucket and key; days are the real ones, overdue ones negative.

    bucket  the one the plan counts it in: supply a little late counts when it is needed (P20)
    start   of firm orders to make; FORECAST marks demand that is expected and not promised
    """

    node: NDArray
    day: NDArray
    bucket: NDArray
    quantity: NDArray
    document: NDArray
    start: NDArray

    def of(self, node: int) -> slice:
        """The rows of one node."""
        return slice(*np.searchsorted(self.node, [node, node + 1]))


class Held:
    """The plan of a company on a day, and where its rows came from.

    demand_rows, receipt_rows  {node: Rows} of the nodes whose rows were read since the plan was made
    """

    def __init__(self, company_id: int, today: date):
        self.company_id, self.today = company_id, today
        reader = Reader(company_id, today)
        demand, receipts, on_hand = _quantities(reader)
        stored = reader.proposals()
        used = SimpleNamespace(
            item=np.concatenate([demand.item, receipts.item, stored.item]),
            site=np.concatenate([demand.site, receipts.site, stored.site]),
        )
        self.structure: Structure = network.structure(company_id, today, used)
        self.stored = stored
        self._all = _rows(self.structure, demand, receipts=False), _rows(self.structure, receipts, receipts=True)
        self._own: dict[int, tuple[Rows, Rows]] = {}
        self._overdue = set(np.unique(self._all[0].node[self._all[0].day < 0]).tolist())
        self._on_hand = _stock(self.structure, on_hand)
        self.ready_days: NDArray | None = None  # worked out when the first order is wanted
        self.why: Why | None = None  # what was found out about reasons at one age of the plan
        self.plan = Plan(self._network())
        self.receipt_days = self._receipt_days()

    # -- what it holds --

    def demand(self, node: int) -> Rows:
        """Independent demand of a node, as the plan counts it."""
        return self._of(node)[0]

    def receipts(self, node: int) -> Rows:
        """Supply of a node that is on order or firm."""
        return self._of(node)[1]

    def on_hand(self, node: int) -> int:
        """Nettable stock of a node, smallest units."""
        return int(self._on_hand[node])

    def _of(self, node: int) -> tuple[Rows, Rows]:
        if node not in self._own:
            self._own[node] = _cut(self._all[0], self._all[0].of(node)), _cut(self._all[1], self._all[1].of(node))
        return self._own[node]

    def overdue(self) -> NDArray:
        """Nodes with demand that should have been met before today."""
        return np.array(sorted(self._overdue), np.int64)

    def demand_row(self, node: int, row: int) -> tuple[Rows, int]:
        """The rows of a node and the place in them of a row of the plan's book."""
        return self.demand(node), row - int(self.plan.book.demand_ptr[node])

    def receipt_row(self, node: int, row: int) -> tuple[Rows, int]:
        """The same for supply."""
        return self.receipts(node), row - int(self.plan.book.receipt_ptr[node])

    # -- following --

    def follow(self, items: Iterable[int]) -> NDArray:
        """Read what these items have and need, and plan what that reaches; the nodes to look at again.

        Raises StructureChanged when one of them has to become a node.
        """
        items = sorted(set(items))
        demand, receipts, on_hand = _quantities(Reader(self.company_id, self.today, items))
        s = self.structure
        for rows in (demand, receipts):
            missing = (s.node(rows.item, rows.site) < 0) & s.plans(rows.item, rows.site)
            if missing.any():
                raise StructureChanged
        nodes = self.nodes_of(items)
        rows = _rows(s, demand, receipts=False), _rows(s, receipts, receipts=True)
        stock = _stock(s, on_hand)
        new_demand, new_receipts, new_stock = {}, {}, {}
        for node in nodes.tolist():
            own = _cut(rows[0], rows[0].of(node)), _cut(rows[1], rows[1].of(node))
            self._own[node] = own
            (self._overdue.add if (own[0].day < 0).any() else self._overdue.discard)(node)
            self._on_hand[node] = stock[node]
            wanted, coming, there = self._asked(node, own, int(stock[node]))
            new_demand[node], new_receipts[node], new_stock[node] = wanted, coming, there
        if not len(nodes):
            return nodes
        change = self.plan.change(demand=new_demand, receipts=new_receipts, on_hand=new_stock)
        self._follow_days(nodes)
        return np.union1d(np.union1d(change.changed, nodes), self._below(change.changed))

    def _below(self, nodes: NDArray) -> NDArray:
        """What these nodes are made of: their own orders may stay, but what they serve and when they fall short not."""
        plan = self.plan
        counts = plan.child_ptr[nodes + 1] - plan.child_ptr[nodes]
        rows = np.repeat(plan.child_ptr[nodes] - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
        return plan.child[rows]

    def nodes_of(self, items: list[int]) -> NDArray:
        """The nodes of items, at every site."""
        first = np.searchsorted(self.structure.item, items)
        last = np.searchsorted(self.structure.item, items, side="right")
        found = [np.arange(a, b) for a, b in zip(first, last, strict=True)]
        return np.concatenate(found).astype(np.int64) if found else np.zeros(0, np.int64)

    # -- as the engine wants it --

    def _network(self) -> Network:
        s = self.structure
        demand, receipts = self._all
        reorder = s.policy == REORDER
        plain = [_entries(rows, ~reorder[rows.node] & (rows.bucket < HORIZON.buckets)) for rows in (demand, receipts)]
        items = s.items
        items.on_hand[:] = np.where(reorder, 0, self._on_hand)
        more: tuple[list, list] = ([], [])
        for node in np.flatnonzero(reorder).tolist():
            wanted, coming, _there = self._asked(node, self._of(node), int(self._on_hand[node]))
            more[0].append(wanted)
            more[1].append(coming)
        return Network(
            HORIZON, items, s.starts, need_row(HORIZON, 0)[None], s.lines, _joined(plain[0], more[0]),
            _joined(plain[1], more[1]), s.shop,
        )  # fmt: skip

    def _asked(self, node: int, rows: tuple[Rows, Rows], stock: int) -> tuple[Entries, Entries, int]:
        """(demand, supply, stock) of a node for the engine.

        One planned by reorder point asks, on the first day an order can be there, for what brings its position up
        (P18); it is not netted by date, so what it has beside says nothing more.
        """
        demand, receipts = rows
        if self.structure.policy[node] != REORDER:
            chosen = [_entries(each, each.bucket < HORIZON.buckets) for each in rows]
            return chosen[0], chosen[1], stock
        position = stock + int(receipts.quantity.sum()) - self.promised(demand)
        wanted = int(self.structure.upto[node]) - position if position <= self.structure.point[node] else 0
        firm = _entries(receipts, (receipts.start >= 0) & (receipts.bucket < HORIZON.buckets))
        bucket, quantity = firm.bucket.tolist(), firm.quantity.tolist()
        if wanted > 0:
            bucket.append(self.ready(node))
            quantity.append(wanted)
        count = len(bucket)
        return Entries([node] * count, bucket, quantity, [-1] * count), firm, 0

    @staticmethod
    def promised(demand: Rows) -> int:
        """Demand that takes from the inventory position: what is promised, not what is expected."""
        return int(demand.quantity[demand.start != FORECAST].sum())

    def ready(self, node: int) -> int:
        """The first bucket in which an order of the node started today can be there."""
        starts = self.structure.starts[self.structure.items.start_row[node]]
        return min(int(np.searchsorted(starts >= 0, True)), HORIZON.buckets - 1)

    # -- the real days of supply, beside the plan's book --

    def _receipt_days(self) -> NDArray:
        days = HORIZON.first_days[self.plan.book.receipt_bucket].astype(np.int64)
        receipts = self._all[1]
        kept = (self.structure.policy[receipts.node] != REORDER) & (receipts.bucket < HORIZON.buckets)
        node, day = receipts.node[kept], receipts.day[kept]
        days[self.plan.book.receipt_ptr[node] + np.arange(len(node)) - np.searchsorted(node, node)] = day
        return days

    def _follow_days(self, nodes: NDArray) -> None:
        book = self.plan.book
        if len(book.receipt_bucket) > len(self.receipt_days):
            more = len(book.receipt_bucket) - len(self.receipt_days)
            self.receipt_days = np.concatenate([self.receipt_days, np.zeros(more, np.int64)])
        for node in nodes.tolist():
            rows = self.receipts(node)
            at, count = int(book.receipt_ptr[node]), int(book.receipt_n[node])
            if self.structure.policy[node] == REORDER:
                self.receipt_days[at : at + count] = HORIZON.first_days[book.receipt_bucket[at : at + count]]
            else:
                self.receipt_days[at : at + count] = rows.day[rows.bucket < HORIZON.buckets]


def _quantities(reader: Reader) -> tuple[SimpleNamespace, SimpleNamespace, SimpleNamespace]:
    """(demand, supply, stock) of the reader's items."""
    parts = [reader.receipts(), reader.requests(), reader.firm_orders()]
    names = [name for name in vars(parts[0]) if name != "count"]
    receipts = SimpleNamespace(**{n: np.concatenate([getattr(p, n) for p in parts]) for n in names})
    return _demand(reader), receipts, reader.on_hand()


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
    }
    more = {name: np.array(column, getattr(asked, name).dtype) for name, column in values.items()}
    joined = {name: np.concatenate([getattr(asked, name), more[name]]) for name in values}
    return SimpleNamespace(**joined, count=asked.count + len(left))


def _rows(s: Structure, read: SimpleNamespace, *, receipts: bool) -> Rows:
    """Rows of nodes in the order the plan keeps them: by node, bucket, and for equal days the longest known first."""
    node = s.node(read.item, read.site)
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
    columns = (node, day, bucket, quantity, read.document[kept], start)
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


def _stock(s: Structure, read: SimpleNamespace) -> NDArray:
    """Stock by node, never below zero."""
    found = np.zeros(len(s.keys), np.int64)
    node = s.node(read.item, read.site)
    kept = node >= 0
    found[node[kept]] = np.maximum(read.quantity[kept] // s.scale[node[kept]], 0)
    return found


def _cut(rows: Rows, part: slice) -> Rows:
    return Rows(*(getattr(rows, name)[part] for name in Rows.__dataclass_fields__))


def _entries(rows: Rows, kept: NDArray) -> Entries:
    return Entries(rows.node[kept], rows.bucket[kept], rows.quantity[kept], np.maximum(rows.start[kept], -1))


def _joined(first: Entries, more: list[Entries]) -> Entries:
    parts = [first, *more]
    return Entries(*(np.concatenate([getattr(p, n) for p in parts]) for n in ("item", "bucket", "quantity", "start")))
