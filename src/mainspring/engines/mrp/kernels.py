"""The inner loops of the plan, compiled. Everything is whole numbers, so the order of work cannot change a result.

Imported only when a plan is run: loading the compiler costs most of a second, which no web process should pay at start.
Rows of a plan live in a pool: each item owns rows [ptr, ptr + n), of which the first `planned` are planned orders
and the rest firm orders repeated here because they need components and hours as planned ones do.
"""

from collections import namedtuple

import numpy as np
from numba import njit

from mainspring.engines.capacity.kernels import spread

LIMIT = 1 << 61
LOT_FOR_LOT, FIXED, PERIOD, ECONOMIC, PASS_THROUGH = range(5)
COMPONENT, BY_PRODUCT = range(2)
# What went wrong, as (code, item or line); 0 is nothing.
BAD_NEED, BAD_BALANCE, BAD_LOT, BAD_HOURS = 1, 2, 3, 4

Net = namedtuple(
    "Net",
    "on_hand safety slack kind size minimum multiple maximum yield_num yield_den start_row fence starts bucket_day "
    "in_ptr parent num den fixed line_multiple valid_from valid_to need_row line_kind most needs",
)
Book = namedtuple(
    "Book",
    "demand_ptr demand_n demand_bucket demand_qty receipt_ptr receipt_n receipt_bucket receipt_qty receipt_start",
)
Pool = namedtuple("Pool", "ptr n planned room item due start qty base count short net")
Shop = namedtuple("Shop", "op_ptr center setup run day_row days capacity")


@njit(cache=True, nogil=True, inline="always")
def up_to(quantity, multiple, slack):
    """The quantity raised to a whole multiple; what exceeds one by less than the slack does not cost another."""
    if quantity <= slack:
        return 0
    return (quantity - slack + multiple - 1) // multiple * multiple


@njit(cache=True, nogil=True, inline="always")
def started(quantity, num, den):
    """What to start so that the quantity is left when num of den survive (P02)."""
    whole = quantity // num
    return whole * den + ((quantity - whole * num) * den + num - 1) // num


@njit(cache=True, nogil=True)
def need(base, num, den, fixed, multiple, most, slack, kind):
    """What an order starting `base` needs of a line: share, fixed quantity, multiple (P01 to P03); -1 is overflow.

    Plain numbers only: passing the arrays would count references on every call, which costs more than the work.
    """
    whole = base // den
    if whole > most:
        return -1
    rest = (base - whole * den) * num  # in two parts, so that only the result has to fit
    if kind == BY_PRODUCT:
        return whole * num + rest // den
    quantity = whole * num + (rest + den - 1) // den
    if base > 0:
        quantity += fixed
    if multiple > 0:
        quantity = up_to(quantity, multiple, slack)
    return quantity


@njit(cache=True, nogil=True)
def gather(i, net, book, pool, change, failed):
    """Supply less demand of an item by bucket, planned orders of its own aside."""
    change[:] = 0
    for k in range(book.demand_ptr[i], book.demand_ptr[i] + book.demand_n[i]):
        change[book.demand_bucket[k]] -= book.demand_qty[k]
        if change[book.demand_bucket[k]] < -LIMIT:
            failed[0], failed[1] = BAD_BALANCE, i
            return
    for k in range(book.receipt_ptr[i], book.receipt_ptr[i] + book.receipt_n[i]):
        change[book.receipt_bucket[k]] += book.receipt_qty[k]
        if change[book.receipt_bucket[k]] > LIMIT:
            failed[0], failed[1] = BAD_BALANCE, i
            return
    slack = net.slack[i]
    for line in range(net.in_ptr[i], net.in_ptr[i + 1]):
        p = net.parent[line]
        first, last = net.valid_from[line], net.valid_to[line]
        buckets = net.needs[net.need_row[line]]
        kind, num, den, most = net.line_kind[line], net.num[line], net.den[line], net.most[line]
        fixed, multiple = net.fixed[line], net.line_multiple[line]
        supply = kind == BY_PRODUCT
        for r in range(pool.ptr[p], pool.ptr[p] + pool.n[p]):
            start = pool.start[r]
            if start < first or start >= last:
                continue
            bucket = pool.due[r] if supply else buckets[start]
            if bucket < 0:
                continue
            quantity = need(pool.base[r], num, den, fixed, multiple, most, slack, kind)
            count = pool.count[r]
            if quantity < 0 or (count > 1 and quantity > LIMIT // count):
                failed[0], failed[1] = BAD_NEED, line
                return
            quantity *= count
            change[bucket] += quantity if supply else -quantity
            if change[bucket] < -LIMIT or change[bucket] > LIMIT:
                failed[0], failed[1] = BAD_BALANCE, i
                return


@njit(cache=True, nogil=True)
def lot(quantity, kind, size, minimum, multiple, slack):
    """A net need by the lot rule, then minimum, then multiple (P11), before the maximum splits it."""
    if kind == FIXED:
        quantity = up_to(quantity, size, slack)
    elif kind == ECONOMIC:
        quantity = max(quantity, size)
    quantity = max(quantity, minimum)
    if multiple > 0:
        quantity = up_to(quantity, multiple, slack)
    return quantity


@njit(cache=True, nogil=True)
def plan_item(i, net, book, pool, change, out, row, failed):
    """Net an item bucket by bucket and write its orders from `row` on; (row after the planned, row after all).

    `base` is what must be started so that the quantity is left after losses (P02).
    """
    gather(i, net, book, pool, change, failed)
    if failed[0] != 0:
        return row, row
    kind, size, minimum, multiple, maximum = net.kind[i], net.size[i], net.minimum[i], net.multiple[i], net.maximum[i]
    slack, buckets, fence = net.slack[i], len(change), net.fence[i]
    yield_num, yield_den = net.yield_num[i], net.yield_den[i]
    starts, first_day = net.starts[net.start_row[i]], net.bucket_day
    due, begin, qty, base = out.due, out.start, out.qty, out.base
    counts, shorts, nets = out.count, out.short, out.net
    full = maximum // multiple * multiple if multiple > 0 else maximum
    balance = net.on_hand[i] if kind == PASS_THROUGH else net.on_hand[i] - net.safety[i]
    for t in range(buckets):
        balance += change[t]
        if balance >= -slack or t < fence:
            if balance < -LIMIT or balance > LIMIT:
                failed[0], failed[1] = BAD_BALANCE, i
                return row, row
            continue
        short = wanted = -balance
        if short > LIMIT:
            failed[0], failed[1] = BAD_BALANCE, i
            return row, row
        start = np.int64(first_day[t])
        total = short
        if kind != PASS_THROUGH:
            start = max(np.int64(starts[t]), 0)
            if kind == PERIOD:
                ends, ahead, u = first_day[t] + size, balance, t + 1
                while u < buckets and first_day[u] < ends:
                    ahead += change[u]
                    wanted = max(wanted, -ahead)
                    u += 1
            total = lot(wanted, kind, size, minimum, multiple, slack)
        if total // yield_num > LIMIT // yield_den - 1:
            failed[0], failed[1] = BAD_LOT, i
            return row, row
        quantity, count, rest = total, np.int64(1), np.int64(0)
        if maximum > 0 and kind != PASS_THROUGH:
            if total > maximum + slack:
                quantity, count = full, total // full
                rest = total - count * full
                if rest > slack:
                    rest = max(rest, minimum)
                    if multiple > 0:
                        rest = up_to(rest, multiple, slack)
                else:
                    rest = 0
            else:
                quantity = min(total, maximum)
        while quantity > 0:
            balance += quantity * count
            due[row], begin[row], qty[row], counts[row] = t, start, quantity, count
            base[row] = quantity if yield_num == yield_den else started(quantity, yield_num, yield_den)
            shorts[row], nets[row] = short, wanted
            row += 1
            quantity, count, rest = rest, 1, 0
    planned = row
    for k in range(book.receipt_ptr[i], book.receipt_ptr[i] + book.receipt_n[i]):
        if book.receipt_start[k] >= 0:
            quantity = book.receipt_qty[k]
            if quantity // yield_num > LIMIT // yield_den - 1:
                failed[0], failed[1] = BAD_LOT, i
                return row, row
            due[row], begin[row], qty[row] = book.receipt_bucket[k], book.receipt_start[k], quantity
            base[row] = started(quantity, yield_num, yield_den)
            counts[row], shorts[row], nets[row] = 1, 0, 0
            row += 1
    return planned, row


@njit(cache=True, nogil=True)
def rows_most(i, net, book, pool, buckets):
    """More rows than the item can get: two a bucket in which it may fall short, and its firm orders."""
    wanted = np.int64(book.demand_n[i] + 1)
    for line in range(net.in_ptr[i], net.in_ptr[i + 1]):
        wanted += pool.n[net.parent[line]]
    wanted = min(wanted, buckets)
    if net.kind[i] == PERIOD or net.fence[i] > 0:
        wanted = min(wanted + 1, buckets)
    if net.maximum[i] > 0:
        wanted *= 2
    return wanted + book.receipt_n[i]


@njit(cache=True, nogil=True)
def bounds(items, net, book, pool, buckets, most):
    """`rows_most` of several items."""
    for k in range(len(items)):
        most[k] = rows_most(items[k], net, book, pool, buckets)


@njit(cache=True, nogil=True)
def plan_items(items, offset, net, book, pool, out, planned, ended, shop, load, beyond, failed):
    """Plan items of one level, item k into out[offset[k]:]; their load is added to this worker's own table."""
    change = np.empty(len(net.bucket_day) - 1, np.int64)
    for k in range(len(items)):
        i = items[k]
        planned[k], ended[k] = plan_item(i, net, book, pool, change, out, offset[k], failed)
        if failed[0] != 0:
            return
        add_load(i, out.start, out.base, out.count, offset[k], ended[k], np.int64(1), shop, load, beyond, failed)
        if failed[0] != 0:
            return


@njit(cache=True, nogil=True)
def move_rows(items, offset, planned, ended, out, pool):
    """Bring the rows of a level from where they were written to where the pool has room for them."""
    for k in range(len(items)):
        i = items[k]
        to = pool.ptr[i]
        pool.n[i] = ended[k] - offset[k]
        pool.planned[i] = planned[k] - offset[k]
        for r in range(offset[k], ended[k]):
            copy_row(out, r, pool, to)
            pool.item[to] = i
            to += 1


@njit(cache=True, nogil=True, inline="always")
def copy_row(source, r, target, to):
    """One row from one set of columns to another."""
    target.due[to], target.start[to] = source.due[r], source.start[r]
    target.qty[to], target.base[to], target.count[to] = source.qty[r], source.base[r], source.count[r]
    target.short[to], target.net[to] = source.short[r], source.net[r]


@njit(cache=True, nogil=True)
def add_load(i, start, base, count, first, last, sign, shop, load, beyond, failed):
    """Add (or with sign -1 take away) the hours of an item's orders: set-up once a lot, run by quantity (C01, C02)."""
    capacity, horizon = shop.capacity, load.shape[1]
    for op in range(shop.op_ptr[i], shop.op_ptr[i + 1]):
        center, setup, run, row = shop.center[op], shop.setup[op], shop.run[op], shop.day_row[op]
        days = shop.days
        for r in range(first, last):
            exact = setup + base[r] * run
            if exact > 4e15:
                failed[0], failed[1] = BAD_HOURS, op
                return
            hours = np.int64(np.rint(exact))
            day = days[row, start[r]]
            if 0 <= day < horizon and hours <= capacity[center, day]:  # nearly always: it fits into its first day
                load[center, day] += sign * count[r] * hours
            else:
                spread(center, day, hours, sign * count[r], capacity, load, beyond)


@njit(cache=True, nogil=True)
def enqueue(items, level, level_start, queue, queued, marked):
    """Mark items to be planned again, each once, sorted by level."""
    for k in range(len(items)):
        i = items[k]
        if not marked[i]:
            marked[i] = True
            queue[level_start[level[i]] + queued[level[i]]] = i
            queued[level[i]] += 1


@njit(cache=True, nogil=True)
def replan(net, book, pool, out, level, level_start, queue, queued, at, marked, child_ptr, child, shop, load, beyond,
           tail, touched, failed):  # fmt: skip
    """Plan marked items level by level, marking the components of those whose orders changed.

    `out` has room for any item. Returns (finished, items planned, items changed); not finished means that the pool has
    no room left: grow it and call again, nothing is lost. `tail` [rows used]; `touched` lists the changed items.
    """
    change = np.empty(len(net.bucket_day) - 1, np.int64)
    done = changed = 0
    for depth in range(len(queued)):
        while at[depth] < queued[depth]:
            i = queue[level_start[depth] + at[depth]]
            planned, ended = plan_item(i, net, book, pool, change, out, np.int64(0), failed)
            if failed[0] != 0:
                return True, done, changed
            if ended > pool.room[i] and tail[0] + ended > len(pool.due):
                return False, done, changed
            at[depth] += 1
            marked[i] = False
            done += 1
            same = ended == pool.n[i] and planned == pool.planned[i]
            if same:
                to = pool.ptr[i]
                for r in range(ended):
                    if (
                        out.due[r] != pool.due[to + r]
                        or out.start[r] != pool.start[to + r]
                        or out.base[r] != pool.base[to + r]
                        or out.count[r] != pool.count[to + r]
                        or out.qty[r] != pool.qty[to + r]
                    ):
                        same = False
                        break
            if not same:
                touched[changed] = i
                changed += 1
                if shop.op_ptr[i] < shop.op_ptr[i + 1]:
                    old, end, less, more = pool.ptr[i], pool.ptr[i] + pool.n[i], np.int64(-1), np.int64(1)
                    add_load(i, pool.start, pool.base, pool.count, old, end, less, shop, load, beyond, failed)
                    add_load(i, out.start, out.base, out.count, np.int64(0), ended, more, shop, load, beyond, failed)
                if failed[0] != 0:
                    return True, done, changed
                if ended > pool.room[i]:
                    pool.ptr[i] = tail[0]
                    pool.room[i] = ended
                    tail[0] += ended
                enqueue(child[child_ptr[i] : child_ptr[i + 1]], level, level_start, queue, queued, marked)
            to = pool.ptr[i]
            for r in range(ended):
                copy_row(out, r, pool, to + r)
                pool.item[to + r] = i
            pool.n[i], pool.planned[i] = ended, planned
        queued[depth] = at[depth] = 0
    return True, done, changed


@njit(cache=True, nogil=True)
def low_levels(parents_n, child_ptr, child, level, order):
    """Low-level codes; the number of items that could be levelled (fewer than all: there is a loop) (P08)."""
    found = 0
    for i in range(len(parents_n)):
        if parents_n[i] == 0:
            order[found] = i
            found += 1
    head = 0
    while head < found:
        i = order[head]
        head += 1
        for k in range(child_ptr[i], child_ptr[i + 1]):
            j = child[k]
            level[j] = max(level[j], level[i] + 1)
            parents_n[j] -= 1
            if parents_n[j] == 0:
                order[found] = j
                found += 1
    return found
