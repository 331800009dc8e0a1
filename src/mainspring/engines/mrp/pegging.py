"""Which supply serves which demand: by item, earliest first, and along whole chains both ways (MFG-03).

Single-level pegs are made for one item at a time from the rows of the plan. A book keeps those of all items; after a
net change it forgets what may be pegged otherwise, so that what is read from it is always as current as the plan.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mainspring.engines.mrp import pegs
from mainspring.engines.mrp.plan import Plan, Replanned
from mainspring.engines.problem import Defect, InvalidProblem

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

    def __init__(self, plan: Plan, items: NDArray | None = None, *, workers: int = 0):
        """Peg these items (None: all) on so many workers, 0 for the plan's."""
        self.plan, self.age = plan, plan.age
        self.items = plan.order if items is None else np.asarray(items, np.int64)
        most = np.empty(len(self.items), np.int64)
        pegs.bounds(self.items, plan.net, plan.book, plan.pool, most)
        offset = np.concatenate([[0], np.cumsum(most)])
        self.columns = pegs.Columns(*(np.empty(int(offset[-1]), kind) for kind in pegs.TYPES))
        self.first, self.last = np.full(len(plan.order), -1, np.int64), np.full(len(plan.order), -1, np.int64)
        self.first[self.items] = offset[:-1]

        def work(share):
            ended = np.empty(len(share), np.int64)
            pegs.peg_items(
                self.items[share], offset[share[0] : share[-1] + 2], plan.net, plan.book, plan.pool, self.columns, ended
            )
            self.last[self.items[share]] = ended

        shares = np.array_split(np.arange(len(self.items)), max(1, len(self.items) // 4096))
        with ThreadPoolExecutor(workers or plan.workers) as threads:
            list(threads.map(work, (share for share in shares if len(share))))

    def __len__(self) -> int:
        return int((self.last - self.first).sum())

    def rows(self) -> Pegs:
        """All pegs, by item as planned, then in the order demand is served."""
        items = self.items[self.first[self.items] >= 0]
        counts = self.last[items] - self.first[items]
        rows = np.repeat(self.first[items] - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
        return unpacked(self.plan, np.repeat(items, counts), *(column[rows] for column in self.columns))

    def follow(self, change: Replanned) -> None:
        """After a net change: what it may have pegged otherwise is forgotten, and pegged anew when it is asked for.

        Every change since the book was made has to be followed, in order.
        """
        if change.age != self.age + 1:
            raise InvalidProblem(Defect("change", 0, "age", change.age, f"must follow the book's, {self.age}"))
        plan, self.age = self.plan, change.age
        counts = plan.child_ptr[change.changed + 1] - plan.child_ptr[change.changed]
        rows = np.repeat(plan.child_ptr[change.changed] - (np.cumsum(counts) - counts), counts)
        for items in (change.changed, change.asked, plan.child[rows + np.arange(counts.sum())]):
            self.first[items] = self.last[items] = -1


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


def upwards(plan: Plan, row: int, book: Book | None = None) -> Trace:
    """The demands an order serves, up to the independent ones. `row` is the order's row in the pool.

    book  the pegs of the plan, if they are at hand; without it those on the way are found anew
    """
    return _walked(plan, row, book, up=True)


def downwards(plan: Plan, row: int, book: Book | None = None) -> Trace:
    """The supplies an order is made from, down to stock, receipts and orders without components."""
    return _walked(plan, row, book, up=False)


def _walked(plan: Plan, row: int, book: Book | None, *, up: bool) -> Trace:
    if book is None or book.plan is not plan or book.age != plan.age:
        nothing = np.full(len(plan.order), -1, np.int64)
        stored, first, last = pegs.Columns(*(np.empty(0, kind) for kind in pegs.TYPES)), nothing, nothing
    else:
        stored, first, last = book.columns, book.first, book.last
    given = (row, up, plan.order, plan.net, plan.book, plan.pool, plan.uses, stored, first, last)
    size, found = 1 << 17, -1  # memory is only taken when rows are written
    while found < 0:
        columns = pegs.Columns(*(np.empty(size, kind) for kind in pegs.TYPES))
        item, share = np.empty(size, np.int32), np.empty(size, np.float64)
        found = pegs.walk(*given, columns, item, share)
        size *= 4
    kept = slice(0, found)
    return Trace(unpacked(plan, item[kept], *(column[kept] for column in columns)), share[kept])
