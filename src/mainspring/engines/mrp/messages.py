"""What needs a person: exception messages, each with its reason as data (MFG-03, P10, P17, P20).

The engine never moves a receipt: it says where it should go. `new` is a planned order itself, so it is not repeated
here.
"""

from collections import namedtuple
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from mainspring.engines.mrp.kernels import PASS_THROUGH, gather
from mainspring.engines.mrp.plan import Plan

NEW, EXPEDITE, DEFER, CANCEL, PAST_DUE, BELOW_SAFETY, EXCESS = range(7)
NAMES = ("new", "expedite", "defer", "cancel", "past_due", "below_safety", "excess")
ORDER, RECEIPT, ITEM = range(3)
NEVER = -1

Columns = namedtuple("Columns", "code subject row day wanted quantity")


@dataclass(frozen=True)
class Messages:
    """One row a message, as columns; days count from the first day of the plan.

    code      one of NAMES
    subject   ORDER (row: its row in the pool), RECEIPT (row: place in the plan's receipt rows) or ITEM
    day       expedite, defer, cancel: when the receipt comes; past_due order: the day it should have started
              (negative); below_safety: the first day stock is short; excess: the first day
    wanted    expedite, defer: when it is needed; past_due order: when it can really be there; below_safety: the
              first day stock is whole again, the end of the plan if never
    quantity  of the order or receipt; below_safety: how far stock falls below safety; excess: stock nothing uses
    """

    item: NDArray[np.int32]
    code: NDArray[np.int8]
    subject: NDArray[np.int8]
    row: NDArray[np.int64]
    day: NDArray[np.int64]
    wanted: NDArray[np.int64]
    quantity: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.item)


def messages(plan: Plan, receipt_days: NDArray | None = None, items: NDArray | None = None) -> Messages:
    """The messages of these items (None: all), by item as given.

    receipt_days  the day each row of the network's receipts really comes, when buckets are coarser or were moved;
                  counted from the first day of the plan, negative when overdue
    """
    chosen = np.arange(len(plan.network.items)) if items is None else np.asarray(items, np.int64)
    days = plan.network.horizon.first_days[plan.book.receipt_bucket] if receipt_days is None else receipt_days
    counts = 2 * plan.book.receipt_n[chosen] + plan.pool.planned[chosen] + 2
    size = int(counts.sum())
    kinds = (np.int8, np.int8, np.int64, np.int64, np.int64, np.int64)
    out = Columns(*(np.empty(size, kind) for kind in kinds))
    item = np.empty(size, np.int32)
    found = _messages(chosen, plan.net, plan.book, plan.pool, plan.kept, np.asarray(days, np.int64), out, item)
    return Messages(item[:found], *(column[:found] for column in out))


@njit(cache=True, nogil=True)
def _messages(items, net, book, pool, kept, days, out, item):
    buckets = len(net.bucket_day) - 1
    change, failed = np.empty(buckets, np.int64), np.zeros(2, np.int64)
    found = np.int64(0)
    for k in range(len(items)):
        i = items[k]
        if len(kept):
            change = kept[i]
        else:
            gather(i, net, book, pool, change, failed)
        first = found
        found = _of_receipts(i, net, book, change, days, out, found)
        if net.kind[i] != PASS_THROUGH:
            found = _of_orders(i, net, pool, out, found)
            found = _of_stock(i, net, book, pool, change, out, found)
        item[first:found] = i
    return found


@njit(cache=True, nogil=True)
def _put(out, row, code, subject, which, day, wanted, quantity):
    out.code[row], out.subject[row], out.row[row] = code, subject, which
    out.day[row], out.wanted[row], out.quantity[row] = day, wanted, quantity
    return row + 1


@njit(cache=True, nogil=True)
def _of_receipts(i, net, book, change, days, out, found):
    """Compare each receipt, earliest first, with the day stock and the receipts before it no longer suffice."""
    buckets = len(change)
    balance, t = net.on_hand[i] - (0 if net.kind[i] == PASS_THROUGH else net.safety[i]), 0
    own = np.zeros(buckets, np.int64)
    for k in range(book.receipt_ptr[i], book.receipt_ptr[i] + book.receipt_n[i]):
        own[book.receipt_bucket[k]] += book.receipt_qty[k]
    for k in range(book.receipt_ptr[i], book.receipt_ptr[i] + book.receipt_n[i]):
        if book.receipt_qty[k] == 0:
            continue
        if days[k] < 0:
            found = _put(out, found, PAST_DUE, RECEIPT, k, days[k], 0, book.receipt_qty[k])
        while t < buckets and balance >= -net.slack[i]:
            balance += change[t] - own[t]
            t += 1
        if balance >= -net.slack[i]:
            found = _put(out, found, CANCEL, RECEIPT, k, days[k], NEVER, book.receipt_qty[k])
        else:
            needed = net.bucket_day[t - 1] if t > 0 else 0
            bucket = book.receipt_bucket[k]
            moved = days[k] >= net.bucket_day[bucket + 1]  # counted earlier than it comes: the plan waits for it (P20)
            if needed < (days[k] if moved else net.bucket_day[bucket]):
                found = _put(out, found, EXPEDITE, RECEIPT, k, days[k], needed, book.receipt_qty[k])
            elif needed > max(days[k], net.bucket_day[bucket]):
                found = _put(out, found, DEFER, RECEIPT, k, days[k], needed, book.receipt_qty[k])
        balance += book.receipt_qty[k]
    return found


@njit(cache=True, nogil=True)
def _ready(i, net):
    """The first bucket an order started on the first day can be there (the number of buckets: beyond the horizon)."""
    starts, t = net.starts[net.start_row[i]], 0
    while t < len(starts) and starts[t] < 0:
        t += 1
    return t


@njit(cache=True, nogil=True)
def _of_orders(i, net, pool, out, found):
    """Orders that should have started before the first day: when they can really be there (P17)."""
    ready, starts = _ready(i, net), net.starts[net.start_row[i]]
    for r in range(pool.ptr[i], pool.ptr[i] + pool.planned[i]):
        if pool.due[r] < ready:
            quantity = pool.qty[r] * pool.count[r]
            found = _put(out, found, PAST_DUE, ORDER, r, starts[pool.due[r]], net.bucket_day[ready], quantity)
    return found


@njit(cache=True, nogil=True)
def _of_stock(i, net, book, pool, change, out, found):
    """Days below safety with late orders where they can really be, and stock that nothing in the horizon uses."""
    ready, buckets = _ready(i, net), len(change)
    balance, late, lowest, first, whole = net.on_hand[i] - net.safety[i], np.int64(0), np.int64(0), -1, buckets
    row, last = pool.ptr[i], pool.ptr[i] + pool.planned[i]
    only = balance
    supply = np.int64(0)
    for k in range(book.receipt_ptr[i], book.receipt_ptr[i] + book.receipt_n[i]):
        supply += book.receipt_qty[k]
    opening = balance
    if opening < -net.slack[i]:
        first, lowest = 0, opening
    for t in range(buckets):
        balance += change[t]
        only += change[t]
        if t == ready:
            balance += late
            late = 0
        while row < last and pool.due[row] == t:
            if t < ready:
                late += pool.qty[row] * pool.count[row]
            else:
                balance += pool.qty[row] * pool.count[row]
            row += 1
        if balance < -net.slack[i]:
            if first < 0:
                first = t
            lowest = min(lowest, balance)
            whole = buckets
        elif first >= 0 and whole == buckets:
            whole = t
    if first >= 0:
        found = _put(out, found, BELOW_SAFETY, ITEM, NEVER, net.bucket_day[first], net.bucket_day[whole], -lowest)
    surplus = min(only - supply, net.on_hand[i] - net.safety[i])
    if surplus > net.slack[i]:
        found = _put(out, found, EXCESS, ITEM, NEVER, 0, NEVER, surplus)
    return found
