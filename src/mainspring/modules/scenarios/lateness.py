"""Which demand comes late, and when it can come: by lead times, material and what work centers can work off.

Supply is pegged to demand by date, level by level from the parts up. An order comes when its lead time allows, when its
latest part is there, and when the work centers of its operations have worked off what waits before it: what a center
cannot do on a day waits, and is done in order of days (a queue without preference).
"""

from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from mainspring.engines.mrp import pegging
from mainspring.modules.planning.queries import FORECAST, HORIZON, REORDER, Held, ready_days

UNKNOWN = -(10**6)
"""Expected day of demand nothing serves within the horizon."""


def waiting(load: NDArray, capacity: NDArray) -> NDArray[np.int64]:
    """Days work that comes to a center on a day waits: [center, day]; load and capacity in the same unit.

    What is over on a day is done on the next days with room. At most the days of the table.
    """
    surplus = np.cumsum(load - capacity, axis=1)
    left = surplus - np.minimum(np.minimum.accumulate(surplus, axis=1), 0)
    open_until = np.cumsum(capacity, axis=1)
    days = load.shape[1]
    found = np.zeros(load.shape, np.int64)
    for center in np.flatnonzero((left > 0).any(axis=1)).tolist():
        done = np.searchsorted(open_until[center], open_until[center] + left[center])
        found[center] = np.where(left[center] > 0, np.minimum(done, days) - np.arange(days), 0)
    return found


def late(held: Held, booked: NDArray) -> SimpleNamespace:
    """Independent demand, forecasts apart, that is served after its day, a row a demand.

    booked    [center, day] seconds confirmed orders ask for, beside what the plan asks
    node, document (keys as 16 bytes), quantity (smallest units), wanted and expected (days of the plan)
    """
    plan = held.plan
    pegs = pegging.Book(plan).rows()
    available = _available(held, pegs, booked)
    comes = _supply_days(held, pegs, available)
    own = pegs.demand_kind == pegging.INDEPENDENT
    rows = pegs.demand_row[own]
    count = len(plan.book.demand_bucket)
    expected = np.full(count, UNKNOWN, np.int64)
    np.maximum.at(expected, rows, comes[own])
    served = np.zeros(count, np.int64)
    np.add.at(served, rows, pegs.quantity[own])
    return _told(held, expected, served)


def _available(held: Held, pegs, booked: NDArray) -> NDArray[np.int64]:
    """The day each row of the pool can be there."""
    plan, s = held.plan, held.structure
    pool, size = plan.pool, int(plan.tail[0])
    item = pool.item[:size]
    due = HORIZON.first_days[np.minimum(pool.due[:size], HORIZON.buckets)].astype(np.int64)
    ready = ready_days(held)[s.items.start_row[item]]
    found = np.maximum(due, ready) + _queues(held, booked, size)
    level = plan.level[pegs.item]
    dependent = pegs.demand_kind == pegging.DEPENDENT
    needed = HORIZON.first_days[pegs.demand_bucket].astype(np.int64)
    order = np.argsort(-level, kind="stable")
    edges = np.flatnonzero(np.diff(level[order])) + 1
    for rows in np.split(order, edges):  # the deepest level first: its orders wait for nothing below
        mine = rows[dependent[rows]]
        if not len(mine):
            continue
        comes = _supply_days(held, pegs, found, mine)
        behind = np.maximum(comes - needed[mine], 0)
        delay = np.zeros(size, np.int64)
        np.maximum.at(delay, pegs.demand_row[mine], behind)
        touched = np.flatnonzero(delay)
        found[touched] = np.maximum(found[touched], np.maximum(due, ready)[touched] + delay[touched])
    return found


def _supply_days(held: Held, pegs, available: NDArray, rows: NDArray | None = None) -> NDArray[np.int64]:
    """The day the supply of pegs is there; what lies in stock at once."""
    rows = np.arange(len(pegs)) if rows is None else rows
    kind, supply = pegs.supply_kind[rows], pegs.supply_row[rows]
    found = np.zeros(len(rows), np.int64)
    made = (kind == pegging.ORDER) | (kind == pegging.BY_PRODUCT)
    found[made] = available[supply[made]]
    coming = kind == pegging.RECEIPT
    found[coming] = np.maximum(held.receipt_days[supply[coming]], 0)
    return found


def _queues(held: Held, booked: NDArray, size: int) -> NDArray[np.int64]:
    """Days each row of the pool waits at the work centers of its operations."""
    plan, shop = held.plan, held.plan.shop
    found = np.zeros(size, np.int64)
    if not len(held.structure.centers):
        return found
    queue = waiting(plan.load + booked, shop.capacity)
    busy = np.flatnonzero((queue > 0).any(axis=1))
    if not len(busy):
        return found
    item = plan.pool.item[:size].astype(np.int64)
    counts = (shop.op_ptr[item + 1] - shop.op_ptr[item]).astype(np.int64)
    row = np.repeat(np.arange(size), counts)
    operation = np.repeat(shop.op_ptr[item] - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
    start = np.clip(plan.pool.start[:size][row], 0, HORIZON.days - 1)
    begins = shop.days[shop.day_row[operation], start]
    wait = np.where(begins >= 0, queue[shop.center[operation], np.maximum(begins, 0)], 0)
    np.maximum.at(found, row, wait)
    return found


def _told(held: Held, expected: NDArray, served: NDArray) -> SimpleNamespace:
    """The late rows with what they are."""
    book = held.plan.book
    nodes = np.flatnonzero((book.demand_n > 0) & (held.structure.policy != REORDER))
    counts = book.demand_n[nodes].astype(np.int64)
    node = np.repeat(nodes, counts)
    row = np.repeat(book.demand_ptr[nodes] - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
    asked, wanted = book.demand_qty[row], HORIZON.first_days[book.demand_bucket[row]].astype(np.int64)
    open_ = served[row] < asked
    overdue = _overdue_nodes(held)
    doubtful = np.flatnonzero((asked > 0) & (open_ | (expected[row] > wanted) | np.isin(node, overdue)))
    found = []
    for n in doubtful.tolist():
        rows, at = held.demand_row(int(node[n]), int(row[n]))
        day = int(rows.day[at])
        comes = UNKNOWN if open_[n] else int(max(expected[row[n]], 0))
        if rows.start[at] != FORECAST and (comes == UNKNOWN or comes > day):
            found.append((int(node[n]), rows.document[at].tobytes(), int(asked[n]), day, comes))
    found += _late_to_order(held)
    columns = list(zip(*found, strict=True)) or [(), (), (), (), ()]
    whole = [np.array(columns[n], np.int64) for n in (0, 2, 3, 4)]
    documents = np.frombuffer(b"".join(columns[1]), np.uint8).reshape(-1, 16)
    return SimpleNamespace(node=whole[0], document=documents, quantity=whole[1], wanted=whole[2], expected=whole[3])


def _late_to_order(held: Held) -> list[tuple[int, bytes, int, int, int]]:
    """Demand of what is made or bought to order whose own supply comes after its day."""
    found = []
    for node in np.flatnonzero(held.structure.own).tolist():
        demand, receipts = held.demand(node), held.receipts(node)
        for asks, comes, quantity in held.pairs(node):
            day, ready = int(demand.day[asks]), int(max(receipts.day[comes], 0))
            if ready > day:
                found.append((node, demand.document[asks].tobytes(), quantity, day, ready))
    return found


def _overdue_nodes(held: Held) -> NDArray:
    before = held._all[0]
    return np.union1d(before.node[before.day < 0], np.array(list(held._own), np.int64)).astype(np.int64)
