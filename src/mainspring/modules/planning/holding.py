"""The plan of one company held in memory: read whole once, then only what changed is read and planned again."""

from collections.abc import Iterable
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from mainspring.engines.mrp.network import Entries, Network
from mainspring.engines.mrp.plan import Plan
from mainspring.engines.mrp.tables import need_row

from . import network
from .dedicating import KEPT, NOBODY
from .network import HORIZON, REORDER, TO_ORDER, Structure
from .reading import Reader
from .rows import FORECAST, Rows, quantities, rows_of, stock_of

if TYPE_CHECKING:
    from .reasons import Why


class StructureChanged(Exception):
    """Something to plan has no place in the network that is held: it has to be read anew."""


class Held:
    """The plan of a company on a day, and where its rows came from.

    demand_rows, receipt_rows  {node: Rows} of the nodes whose rows were read since the plan was made
    """

    def __init__(self, company_id: int, today: date):
        self.company_id, self.today = company_id, today
        reader = Reader(company_id, today)
        demand, receipts, on_hand = quantities(reader)
        stored = reader.proposals()
        used = SimpleNamespace(
            item=np.concatenate([demand.item, receipts.item, stored.item]),
            site=np.concatenate([demand.site, receipts.site, stored.site]),
        )
        self.structure: Structure = network.structure(company_id, today, used)
        self.stored = stored
        self._all = rows_of(self.structure, demand, receipts=False), rows_of(self.structure, receipts, receipts=True)
        self._own: dict[int, tuple[Rows, Rows]] = {}
        self._left: dict[int, Rows] = {}  # of nodes to order: what documents still ask the plan for
        self._owners: dict[bytes, int] = {NOBODY.tobytes(): 0}
        self._owner_keys: list[bytes] = [NOBODY.tobytes()]
        self._overdue = set(np.unique(self._all[0].node[self._all[0].day < 0]).tolist())
        self._on_hand = stock_of(self.structure, on_hand)
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
        rows = self._left[node] if self.structure.policy[node] == TO_ORDER else self.demand(node)
        return rows, row - int(self.plan.book.demand_ptr[node])

    def receipt_row(self, node: int, row: int) -> tuple[Rows, int]:
        """The same for supply."""
        return self.receipts(node), row - int(self.plan.book.receipt_ptr[node])

    # -- made or bought to order (P22) --

    def owner_number(self, owner: bytes) -> int:
        """A number for a document that supply is for alone; 0 for nobody."""
        if owner not in self._owners:
            self._owners[owner] = len(self._owner_keys)
            self._owner_keys.append(owner)
        return self._owners[owner]

    def owner(self, number: int) -> UUID:
        """The document with a number."""
        return UUID(bytes=self._owner_keys[number])

    def pairs(self, node: int) -> list[tuple[int, int, int]]:
        """(demand row, supply row, quantity) of a node to order: each document's demand by what is for it, by day."""
        demand, receipts = self._of(node)
        supplies: dict[bytes, list[list[int]]] = {}
        order = np.lexsort((receipts.day, receipts.start != KEPT)).tolist()
        for n in order:
            supplies.setdefault(receipts.owner[n].tobytes(), []).append([n, int(receipts.quantity[n])])
        found = []
        for n in range(len(demand.node)):
            rest, own = int(demand.quantity[n]), supplies.get(demand.owner[n].tobytes(), [])
            while rest and own:
                part = min(rest, own[0][1])
                found.append((n, own[0][0], part))
                rest, own[0][1] = rest - part, own[0][1] - part
                if not own[0][1]:
                    own.pop(0)
        return found

    def _still_asked(self, node: int, rows: tuple[Rows, Rows]) -> Rows:
        """What supply of their own leaves of the demands of a node, and what firm proposals repeat."""
        demand, receipts = rows
        left = demand.quantity.copy()
        for n, _row, part in self.pairs(node):
            left[n] -= part
        open_ = (left > 0) & (demand.bucket < HORIZON.buckets)
        firm = (receipts.start >= 0) & (receipts.bucket < HORIZON.buckets)
        columns = {}
        for name in Rows.__dataclass_fields__:
            first = left if name == "quantity" else getattr(demand, name)
            more = receipts.owner if name == "document" else getattr(receipts, name)
            columns[name] = np.concatenate([first[open_], more[firm]])
        columns["start"] = np.full(len(columns["node"]), -1, np.int64)
        order = np.argsort(columns["bucket"], kind="stable")
        return Rows(**{name: column[order] for name, column in columns.items()})

    # -- following --

    def follow(self, items: Iterable[int]) -> NDArray:
        """Read what these items have and need, and plan what that reaches; the nodes to look at again.

        Raises StructureChanged when one of them has to become a node.
        """
        items = sorted(set(items))
        demand, receipts, on_hand = quantities(Reader(self.company_id, self.today, items))
        s = self.structure
        for rows in (demand, receipts):
            missing = (s.node(rows.item, rows.site) < 0) & s.plans(rows.item, rows.site)
            if missing.any():
                raise StructureChanged
        nodes = self.nodes_of(items)
        rows = rows_of(s, demand, receipts=False), rows_of(s, receipts, receipts=True)
        stock = stock_of(s, on_hand)
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
        reorder = (s.policy == REORDER) | s.own
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

        One to order asks for what documents have no supply of their own for; each by itself, whatever comes for others.
        One planned by reorder point asks, on the first day an order can be there, for what brings its position up
        (P18); it is not netted by date, so what it has beside says nothing more.
        """
        demand, receipts = rows
        if self.structure.policy[node] == TO_ORDER:
            left = self._left[node] = self._still_asked(node, rows)
            every = np.ones(len(left.node), np.bool_)
            firm = (receipts.start >= 0) & (receipts.bucket < HORIZON.buckets)
            return _entries(left, every), _entries(receipts, firm), 0
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
        by_day = ~np.isin(self.structure.policy, (REORDER, TO_ORDER))
        kept = by_day[receipts.node] & (receipts.bucket < HORIZON.buckets)
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
            if self.structure.policy[node] in (REORDER, TO_ORDER):
                self.receipt_days[at : at + count] = HORIZON.first_days[book.receipt_bucket[at : at + count]]
            else:
                self.receipt_days[at : at + count] = rows.day[rows.bucket < HORIZON.buckets]


def _cut(rows: Rows, part: slice) -> Rows:
    return Rows(*(getattr(rows, name)[part] for name in Rows.__dataclass_fields__))


def _entries(rows: Rows, kept: NDArray) -> Entries:
    return Entries(rows.node[kept], rows.bucket[kept], rows.quantity[kept], np.maximum(rows.start[kept], -1))


def _joined(first: Entries, more: list[Entries]) -> Entries:
    parts = [first, *more]
    return Entries(*(np.concatenate([getattr(p, n) for p in parts]) for n in ("item", "bucket", "quantity", "start")))
