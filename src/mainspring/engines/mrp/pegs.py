"""The inner loops of pegging, compiled. A demand or a supply is one number:

demand  >= 0 the parent's row in the pool, -1 - k the plan's demand row k
supply  -1 stock on hand, -2 - k receipt row k, >= 0 an order's row, BY_PRODUCT_BASE + r a by-product of row r
"""

from collections import namedtuple

import numpy as np
from numba import njit

from mainspring.engines.mrp.kernels import BY_PRODUCT, need

BY_PRODUCT_BASE = 1 << 30
Columns = namedtuple("Columns", "demand bucket supply quantity")
TYPES = (np.int32, np.int32, np.int32, np.int64)
ON_HAND = -1


@njit(cache=True, nogil=True)
def entries_most(i, net, book, pool):
    """More demand and supply entries than the item has."""
    found = np.int64(book.demand_n[i] + book.receipt_n[i] + pool.planned[i] + 1)
    for line in range(net.in_ptr[i], net.in_ptr[i + 1]):
        found += pool.n[net.parent[line]]
    return found


@njit(cache=True, nogil=True)
def bounds(items, net, book, pool, most):
    """`entries_most` of several items: also more than their pegs, as each peg ends a demand or a supply."""
    for k in range(len(items)):
        most[k] = entries_most(items[k], net, book, pool)


@njit(cache=True, nogil=True)
def collect(i, until, net, book, pool, bucket, quantity, code):
    """Demands from the front and supplies from the back of the scratch arrays; (demands, supplies).

    until  the last bucket whose demands are wanted; rows behind it are not even looked at where dates are in order
    """
    demands, back = np.int64(0), np.int64(len(bucket))
    if net.on_hand[i] > 0:
        back -= 1
        bucket[back], quantity[back], code[back] = -1, net.on_hand[i], ON_HAND
    for k in range(book.receipt_ptr[i], book.receipt_ptr[i] + book.receipt_n[i]):
        if book.receipt_qty[k] > 0:
            back -= 1
            bucket[back], quantity[back], code[back] = book.receipt_bucket[k], book.receipt_qty[k], -2 - k
    for k in range(book.demand_ptr[i], book.demand_ptr[i] + book.demand_n[i]):
        if book.demand_qty[k] > 0 and book.demand_bucket[k] <= until:
            bucket[demands], quantity[demands], code[demands] = book.demand_bucket[k], book.demand_qty[k], -1 - k
            demands += 1
    slack = net.slack[i]
    # Columns by name: reading one out of a tuple inside a loop counts a reference each time.
    dues, starts, bases, counts, qty = pool.due, pool.start, pool.base, pool.count, pool.qty
    for line in range(net.in_ptr[i], net.in_ptr[i + 1]):
        p = net.parent[line]
        first, last, buckets = net.valid_from[line], net.valid_to[line], net.needs[net.need_row[line]]
        kind, num, den, most = net.line_kind[line], net.num[line], net.den[line], net.most[line]
        fixed, multiple = net.fixed[line], net.line_multiple[line]
        supply = kind == BY_PRODUCT
        r, end = pool.ptr[p] - 1, pool.ptr[p] + pool.n[p]
        sorted_to = pool.ptr[p] + pool.planned[p] if net.in_order and not supply else 0
        while r + 1 < end:
            r += 1
            start = starts[r]
            if start < first:
                continue
            when = dues[r] if supply else buckets[start]
            if start >= last or when < 0 or (when > until and not supply):
                r = max(r, sorted_to - 1)
                continue
            amount = need(bases[r], num, den, fixed, multiple, most, slack, kind) * counts[r]
            if amount <= 0:
                continue
            if supply:
                back -= 1
                bucket[back], quantity[back], code[back] = when, amount, BY_PRODUCT_BASE + r
            else:
                bucket[demands], quantity[demands], code[demands] = when, amount, r
                demands += 1
    for r in range(pool.ptr[i], pool.ptr[i] + pool.planned[i]):
        back -= 1
        bucket[back], quantity[back], code[back] = dues[r], qty[r] * counts[r], r
    return demands, len(bucket) - back


@njit(cache=True, nogil=True)
def by_bucket(bucket, first, last, step, counts, places):
    """Stable order of scratch entries by bucket; stock on hand (-1) comes first."""
    counts[:] = 0
    at = first
    while at != last:
        counts[bucket[at] + 2] += 1
        at += step
    for t in range(1, len(counts)):
        counts[t] += counts[t - 1]
    at = first
    while at != last:
        places[counts[bucket[at] + 1]] = at
        counts[bucket[at] + 1] += 1
        at += step


@njit(cache=True, nogil=True)
def peg_item(i, until, net, book, pool, bucket, quantity, code, counts, wants, gives, out, row):
    """Serve the demands of an item up to a bucket by date from its supplies by date, stock first.

    Rows go to `out` from `row` on; returns the row after the last.
    """
    demands, supplies = collect(i, until, net, book, pool, bucket, quantity, code)
    size = len(bucket)
    by_bucket(bucket, 0, demands, 1, counts, wants)
    by_bucket(bucket, size - 1, size - 1 - supplies, -1, counts, gives)
    demand, needed, supply, served = out.demand, out.bucket, out.supply, out.quantity
    at = 0
    for k in range(demands):
        want = wants[k]
        rest = quantity[want]
        while rest > 0 and at < supplies:
            give = gives[at]
            taken = min(rest, quantity[give])
            if taken > 0:
                demand[row], needed[row], supply[row], served[row] = code[want], bucket[want], code[give], taken
                row += 1
                rest -= taken
                quantity[give] -= taken
            if quantity[give] == 0:
                at += 1
    return row


@njit(cache=True, nogil=True)
def peg_items(items, offset, net, book, pool, out, ended):
    """Peg several items, item k into out[offset[k]:]."""
    most = np.int64(0)
    for k in range(len(items)):
        most = max(most, offset[k + 1] - offset[k])
    bucket, code = np.empty(most, np.int32), np.empty(most, np.int32)
    quantity, wants, gives = np.empty(most, np.int64), np.empty(most, np.int32), np.empty(most, np.int32)
    until = len(net.bucket_day)
    counts = np.empty(until + 2, np.int64)
    for k in range(len(items)):
        used = offset[k + 1] - offset[k]
        ended[k] = peg_item(
            items[k], until, net, book, pool, bucket[:used], quantity[:used], code[:used], counts, wants, gives, out,
            offset[k],
        )  # fmt: skip


@njit(cache=True, nogil=True)
def page_of(row, table, pages, tail):
    """Where the numbers of a row can be written: its page and the pages, which may be new ones.

    A walk notes two numbers for some hundred rows of a pool of millions; clearing memory for all would take longer
    than the walk. So they lie on pages of 64 rows, and `table` says which page a row is on. Page 0 is nobody's and all
    zeros.
    tail  [pages used]
    """
    page = table[row >> 6]
    if page == 0:
        page = tail[0]
        if page == len(pages):
            grown = np.zeros((2 * page, 128))
            grown[:page] = pages
            pages = grown
        table[row >> 6] = page
        tail[0] += 1
    return page, pages


@njit(cache=True, nogil=True)
def ask(i, begin, end, pages, table, net, pool, uses, until):
    """Note until when the rows of an item that are on the walk need its components."""
    starts = pool.start
    for k in range(uses.ptr[i], uses.ptr[i + 1]):
        if uses.kind[k] == BY_PRODUCT:
            continue
        first, last, buckets, wanted = uses.valid_from[k], uses.valid_to[k], net.needs[uses.need_row[k]], np.int32(-1)
        for r in range(begin, end):
            if pages[table[r >> 6], r & 63] > 0.0 and first <= starts[r] < last:
                wanted = max(wanted, buckets[starts[r]])
        until[uses.child[k]] = max(until[uses.child[k]], wanted)


@njit(cache=True, nogil=True)
def walk(row, up, order, net, book, pool, uses, stored, first, last, out, item, share):
    """Follow pegs from an order's row through all levels; rows written, or -1 when `out` is too small.

    The pegs of an item are `stored` in [first, last), or found now when there are none (first -1).
    """
    n = len(order)
    table, pages, tail = np.zeros((len(pool.due) >> 6) + 1, np.int32), np.zeros((128, 128)), np.ones(1, np.int32)
    # A row's page: in columns 0 to 63 what part of it belongs to the order asked about, then what it asks of an item.
    page, pages = page_of(row, table, pages, tail)
    pages[page, row & 63] = 1.0
    buckets = np.int32(len(net.bucket_day))
    until, root = np.full(n, -1, np.int32), pool.item[row]  # the last bucket with demand on the walk, -1: none
    if up:
        until[root] = buckets
    else:
        ask(root, row, row + 1, pages, table, net, pool, uses, until)
    counts = np.empty(buckets + 2, np.int64)
    size = np.int64(0)
    bucket = code = wants = gives = np.empty(0, np.int32)
    quantity = np.empty(0, np.int64)
    found = np.int64(0)
    # Columns by name: reading one out of a tuple inside a loop counts a reference each time.
    demands, needed, supplies, amounts, room = out.demand, out.bucket, out.supply, out.quantity, len(out.demand)
    pool_item, pool_qty, pool_count = pool.item, pool.qty, pool.count
    for at in range(n):
        i = order[n - 1 - at] if up else order[at]
        if until[i] < 0:
            continue
        if first[i] >= 0:
            begin, end = first[i], last[i]
            if found + end - begin > room:
                return -1
            all_demands, all_needed, all_supplies, all_amounts = (
                stored.demand, stored.bucket, stored.supply, stored.quantity,
            )  # fmt: skip
        else:
            most = entries_most(i, net, book, pool)
            if most > size:
                size = 2 * most
                bucket, code = np.empty(size, np.int32), np.empty(size, np.int32)
                wants, gives, quantity = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int64)
            if found + most > room:
                return -1
            # They are written behind those kept, then the interesting ones are moved to the front.
            begin = found
            end = peg_item(
                i, until[i], net, book, pool, bucket[:most], quantity[:most], code[:most], counts, wants, gives, out,
                found,
            )  # fmt: skip
            all_demands, all_needed, all_supplies, all_amounts = demands, needed, supplies, amounts
        if up:
            for r in range(begin, end):
                if all_demands[r] >= 0:
                    page, pages = page_of(all_demands[r], table, pages, tail)
                    pages[page, 64 + (all_demands[r] & 63)] += all_amounts[r]
        lowest, highest = len(pool_item), -1  # rows of the item that are on the walk: none where stock serves
        for r in range(begin, end):
            demand, supply, amount = all_demands[r], all_supplies[r], all_amounts[r]
            if demand < 0 or supply < 0 or supply >= BY_PRODUCT_BASE:
                continue
            if up:
                fraction = pages[table[supply >> 6], supply & 63]
                if fraction > 0.0:
                    page = table[demand >> 6]
                    pages[page, demand & 63] += fraction * amount / pages[page, 64 + (demand & 63)]
                    until[pool_item[demand]] = buckets
            else:
                fraction = pages[table[demand >> 6], demand & 63]
                if fraction > 0.0:
                    page, pages = page_of(supply, table, pages, tail)
                    pages[page, supply & 63] += fraction * amount / (pool_qty[supply] * pool_count[supply])
                    lowest, highest = min(lowest, supply), max(highest, supply)
        if up:
            for r in range(begin, end):
                if all_demands[r] >= 0:
                    pages[table[all_demands[r] >> 6], 64 + (all_demands[r] & 63)] = 0.0
        kept = found
        for r in range(begin, end):
            demand, supply, amount = all_demands[r], all_supplies[r], all_amounts[r]
            of = supply if up else demand
            fraction = pages[table[of >> 6], of & 63] if 0 <= of < BY_PRODUCT_BASE else 0.0
            if fraction > 0.0:
                demands[kept], needed[kept], supplies[kept] = demand, all_needed[r], supply
                amounts[kept], item[kept], share[kept] = amount, i, fraction
                kept += 1
        if highest >= 0:
            ask(i, lowest, highest + 1, pages, table, net, pool, uses, until)
        found = kept
    return found
