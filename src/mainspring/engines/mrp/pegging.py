"""Which supply serves which demand: by item, earliest first, and along whole chains both ways (MFG-03).

Single-level pegs are made for one item at a time from the rows of the plan, so they are always as current as the plan.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mainspring.engines.mrp import pegs
from mainspring.engines.mrp.plan import Plan

ON_HAND, RECEIPT, ORDER, BY_PRODUCT = range(4)
INDEPENDENT, DEPENDENT = range(2)


@dataclass(frozen=True)
class Pegs:
    """One row a pair of demand and supply of an item, as columns.

    demand_kind    INDEPENDENT (demand_row: place in the plan's demand rows) or DEPENDENT (the parent's order row)
    supply_kind    ON_HAND, RECEIPT (supply_row: place in the receipt rows), ORDER or BY_PRODUCT (row of the pool)
    demand_bucket, supply_bucket   when it is needed, and when it comes (-1: stock on hand)
    """

    item: NDArray[np.int32]
    demand_kind: NDArray[np.int8]
    demand_row: NDArray[np.int64]
    demand_bucket: NDArray[np.int32]
    supply_kind: NDArray[np.int8]
    supply_row: NDArray[np.int64]
    supply_bucket: NDArray[np.int32]
    quantity: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.item)


class Book:
    """Single-level pegs of every item of a plan, kept as packed columns: `code` columns say kind and row at once."""

    def __init__(self, plan: Plan, items: NDArray | None = None):
        """Peg these items (None: all) on the plan's workers."""
        self.plan = plan
        self.items = plan.order if items is None else np.asarray(items, np.int64)
        shares = [share for share in np.array_split(self.items, max(1, len(self.items) // 4096)) if len(share)]

        def work(share):
            most = np.empty(len(share), np.int64)
            pegs.bounds(share, plan.net, plan.book, plan.pool, most)
            offset = np.concatenate([[0], np.cumsum(most)])
            columns = pegs.Columns(*(np.empty(int(offset[-1]), kind) for kind in pegs.TYPES))
            ended = np.empty(len(share), np.int64)
            pegs.peg_items(share, offset, plan.net, plan.book, plan.pool, columns, ended)
            return share, offset[:-1], ended, columns

        with ThreadPoolExecutor(plan.workers) as threads:
            self.shares = list(threads.map(work, shares))

    def __len__(self) -> int:
        return int(sum((ended - offset).sum() for _, offset, ended, _ in self.shares))

    def rows(self) -> Pegs:
        """All pegs, by item as planned, then in the order demand is served."""
        parts = []
        for share, offset, ended, columns in self.shares:
            counts = ended - offset
            rows = np.repeat(offset - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
            parts.append((np.repeat(share, counts), *(column[rows] for column in columns)))
        if not parts:
            empty = np.zeros(0, np.int64)
            parts = [(empty, empty, empty, empty, empty)]
        return unpacked(self.plan, *(np.concatenate(column) for column in zip(*parts, strict=True)))


def of_item(plan: Plan, item: int) -> Pegs:
    """The pegs of one item."""
    return Book(plan, np.array([item])).rows()


def unpacked(plan: Plan, item, demand, bucket, supply, quantity) -> Pegs:
    """Packed columns as kinds, rows and buckets."""
    pool, book, top = plan.pool, plan.book, pegs.BY_PRODUCT_BASE
    demand, supply = demand.astype(np.int64), supply.astype(np.int64)
    dependent = demand >= 0
    demand_row = np.where(dependent, demand, -1 - demand)
    by_product, order, receipt = supply >= top, (supply >= 0) & (supply < top), supply <= -2
    supply_kind = np.select([by_product, order, receipt], [BY_PRODUCT, ORDER, RECEIPT], ON_HAND)
    supply_row = np.select([by_product, order, receipt], [supply - top, supply, -2 - supply], -1)
    made = by_product | order
    supply_bucket = np.full(len(supply), -1, np.int32)
    supply_bucket[made] = pool.due[supply_row[made]]
    supply_bucket[receipt] = book.receipt_bucket[supply_row[receipt]]
    return Pegs(
        item.astype(np.int32), dependent.astype(np.int8), demand_row, bucket, supply_kind.astype(np.int8),
        supply_row, supply_bucket, quantity,
    )  # fmt: skip


@dataclass(frozen=True)
class Trace:
    """What one order leads to: pegs walked, and the ends of the walk with quantities in proportion.

    pegs   every peg on the way; `share` is the part of each that belongs to the order asked about (0 to 1)
    """

    pegs: Pegs
    share: NDArray[np.float64]


def upwards(plan: Plan, row: int) -> Trace:
    """The demands an order serves, up to the independent ones. `row` is the order's row in the pool."""
    return _walked(plan, row, up=True)


def downwards(plan: Plan, row: int) -> Trace:
    """The supplies an order is made from, down to stock, receipts and orders without components."""
    return _walked(plan, row, up=False)


def _walked(plan: Plan, row: int, *, up: bool) -> Trace:
    size = 1 << 14
    zeros = getattr(plan, "_walk_zeros", None)
    while True:
        if zeros is None or len(zeros[0]) != len(plan.pool.due):
            rows, items = len(plan.pool.due), len(plan.order)
            zeros = np.zeros(rows), np.zeros(rows), np.zeros(items, np.bool_)
        columns = pegs.Columns(*(np.empty(size, kind) for kind in pegs.TYPES))
        item, share = np.empty(size, np.int32), np.empty(size, np.float64)
        found = pegs.walk(
            row,
            up,
            plan.order,
            plan.net,
            plan.book,
            plan.pool,
            plan.child_ptr,
            plan.child,
            columns,
            item,
            share,
            *zeros,
        )
        if found >= 0:
            break
        size, zeros = size * 4, None
    plan._walk_zeros = zeros  # type: ignore[attr-defined]
    kept = slice(0, found)
    return Trace(unpacked(plan, item[kept], *(column[kept] for column in columns)), share[kept])
