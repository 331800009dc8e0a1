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

# in_order: an order due later never starts earlier, nor asks earlier for a component.
Net = namedtuple(
    "Net",
    "on_hand safety slack kind size minimum multiple maximum yield_num yield_den start_row fence starts bucket_day "
    "in_ptr parent num den fixed line_multiple valid_from valid_to need_row line_kind most needs in_order",
)
Book = namedtuple(
    "Book",
    "demand_ptr demand_n demand_bucket demand_qty receipt_ptr receipt_n receipt_bucket receipt_qty receipt_start",
)
Pool = namedtuple("Pool", "ptr n planned room item due start qty base count short net")
Shop = namedtuple("Shop", "op_ptr center setup run day_row days capacity")
# Lines by parent, for what a changed order changes below: `line` is their place among the lines by component.
Uses = namedtuple("Uses", "ptr line child kind num den fixed multiple valid_from valid_to need_row most")
# Rows of an item that a net change takes away (count negative) or brings.
Turned = namedtuple("Turned", "due start base count")


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
    if den == 1:  # most lines, and a division costs more than all the rest
        if base > most:
            return -1
        quantity = base * num
    else:
        whole = base // den
        if whole > most:
            return -1
        rest = (base - whole * den) * num  # in two parts, so that only the result has to fit
        if kind == COMPONENT:
            rest += den - 1
        quantity = whole * num + rest // den
    if kind == BY_PRODUCT:
        return quantity
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
    starts, dues, bases, counts = pool.start, pool.due, pool.base, pool.count
    for line in range(net.in_ptr[i], net.in_ptr[i + 1]):
        p = net.parent[line]
        first, last = net.valid_from[line], net.valid_to[line]
        buckets = net.needs[net.need_row[line]]
        kind, num, den, most = net.line_kind[line], net.num[line], net.den[line], net.most[line]
        fixed, multiple = net.fixed[line], net.line_multiple[line]
        supply = kind == BY_PRODUCT
        for r in range(pool.ptr[p], pool.ptr[p] + pool.n[p]):
            start = starts[r]
            if start < first or start >= last:
                continue
            bucket = dues[r] if supply else buckets[start]
            if bucket < 0:
                continue
            quantity = need(bases[r], num, den, fixed, multiple, most, slack, kind)
            count = counts[r]
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
def plan_item(i, net, book, change, out, row, failed):
    """Net an item bucket by bucket and write its orders from `row` on; (row after the planned, row after all).

    `change` is what `gather` found. `base` is what must be started so that the quantity is left after losses (P02).
    """
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
def plan_items(items, offset, net, book, pool, out, planned, ended, shop, load, beyond, kept, failed):
    """Plan items of one level, item k into out[offset[k]:]; their load is added to this worker's own table.

    `kept` holds supply less demand of every item for net changes, or has no rows when there will be none.
    """
    change = np.empty(len(net.bucket_day) - 1, np.int64)
    for k in range(len(items)):
        i = items[k]
        if len(kept):
            change = kept[i]
        gather(i, net, book, pool, change, failed)
        if failed[0] == 0:
            planned[k], ended[k] = plan_item(i, net, book, change, out, offset[k], failed)
        if failed[0] != 0:
            return
        add_load(i, out.start, out.base, out.count, offset[k], ended[k], shop, load, beyond, failed)
        if failed[0] != 0:
            return


@njit(cache=True, nogil=True)
def move_rows(items, offset, planned, ended, out, pool):
    """Bring the rows of a level from where they were written to where the pool has room for them."""
    for k in range(len(items)):
        i = items[k]
        pool.n[i] = ended[k] - offset[k]
        pool.planned[i] = planned[k] - offset[k]
        copy_rows(i, out, offset[k], ended[k], pool, pool.ptr[i])


@njit(cache=True, nogil=True)
def copy_rows(i, source, first, last, pool, to):
    """Rows [first, last) of an item to the pool."""
    due, start, qty, base = source.due, source.start, source.qty, source.base
    count, short, net = source.count, source.short, source.net
    new_item, new_due, new_start, new_qty, new_base = pool.item, pool.due, pool.start, pool.qty, pool.base
    new_count, new_short, new_net = pool.count, pool.short, pool.net
    for r in range(first, last):
        new_item[to], new_due[to], new_start[to], new_qty[to], new_base[to] = i, due[r], start[r], qty[r], base[r]
        new_count[to], new_short[to], new_net[to] = count[r], short[r], net[r]
        to += 1


@njit(cache=True, nogil=True)
def add_load(i, start, base, count, first, last, shop, load, beyond, failed):
    """Add (or with a negative count take away) the hours of orders: set-up once a lot, run by quantity (C01, C02)."""
    capacity, horizon, days = shop.capacity, load.shape[1], shop.days
    for op in range(shop.op_ptr[i], shop.op_ptr[i + 1]):
        center, setup, run, row = shop.center[op], shop.setup[op], shop.run[op], shop.day_row[op]
        for r in range(first, last):
            exact = setup + base[r] * run
            if exact > 4e15:
                failed[0], failed[1] = BAD_HOURS, op
                return
            hours = np.int64(np.rint(exact))
            day = days[row, start[r]]
            if 0 <= day < horizon and hours <= capacity[center, day]:  # nearly always: it fits into its first day
                load[center, day] += count[r] * hours
            else:
                spread(center, day, hours, count[r], capacity, load, beyond)


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
def compare(i, out, ended, pool, turned):
    """(first row that differs in any column, rows that went or came, written to `turned`)."""
    # Columns by name: reading one out of a tuple inside a loop counts a reference each time.
    due, start, base, count, qty, short, net = out.due, out.start, out.base, out.count, out.qty, out.short, out.net
    old_due, old_start, old_base, old_count = pool.due, pool.start, pool.base, pool.count
    old_qty, old_short, old_net = pool.qty, pool.short, pool.net
    gone_due, gone_start, gone_base, gone_count = turned.due, turned.start, turned.base, turned.count
    k, last = pool.ptr[i], pool.ptr[i] + pool.n[i]
    r, first, found = np.int64(0), np.int64(-1), np.int64(0)
    while r < ended or k < last:
        if (
            r < ended
            and k < last
            and due[r] == old_due[k]
            and start[r] == old_start[k]
            and base[r] == old_base[k]
            and count[r] == old_count[k]
            and qty[r] == old_qty[k]
        ):
            if first < 0 and (short[r] != old_short[k] or net[r] != old_net[k]):
                first = r
            r, k = r + 1, k + 1
            continue
        if first < 0:
            first = r
        if r == ended or (k < last and old_due[k] <= due[r]):
            gone_due[found], gone_start[found] = old_due[k], old_start[k]
            gone_base[found], gone_count[found] = old_base[k], -old_count[k]
            k += 1
        else:
            gone_due[found], gone_start[found] = due[r], start[r]
            gone_base[found], gone_count[found] = base[r], count[r]
            r += 1
        found += 1
    return (ended if first < 0 else first), found


@njit(cache=True, nogil=True)
def pass_down(i, turned, found, net, uses, kept, level, level_start, queue, queued, marked, failed):
    """Change what the components of an item were asked for, and mark those whose need really changes."""
    starts, dues, bases, counts = turned.start, turned.due, turned.base, turned.count
    for k in range(uses.ptr[i], uses.ptr[i + 1]):
        j = uses.child[k]
        first, last, buckets, change = uses.valid_from[k], uses.valid_to[k], net.needs[uses.need_row[k]], kept[j]
        kind, num, den, fixed, multiple = uses.kind[k], uses.num[k], uses.den[k], uses.fixed[k], uses.multiple[k]
        most, slack, touched = uses.most[k], net.slack[j], False
        for r in range(found):
            start, count = starts[r], counts[r]
            if start < first or start >= last:
                continue
            bucket = dues[r] if kind == BY_PRODUCT else buckets[start]
            if bucket < 0:
                continue
            quantity = need(bases[r], num, den, fixed, multiple, most, slack, kind)
            if quantity < 0 or (abs(count) > 1 and quantity > LIMIT // abs(count)):
                failed[0], failed[1] = BAD_NEED, uses.line[k]
                return
            change[bucket] += quantity * count if kind == BY_PRODUCT else -quantity * count
            touched = touched or quantity > 0
        if touched and not marked[j]:
            marked[j] = True
            queue[level_start[level[j]] + queued[level[j]]] = j
            queued[level[j]] += 1


@njit(cache=True, nogil=True)
def replan(net, book, pool, out, level, level_start, queue, queued, at, marked, stale, child_ptr, child, uses, kept,
           turned, shop, load, beyond, tail, touched, failed):  # fmt: skip
    """Plan marked items level by level, marking the components of those whose orders changed.

    `out` and `turned` have room for any item. Returns (finished, items planned, items changed); not finished means
    that the pool has no room left: grow it and call again, nothing is lost. `tail` [rows used]; `touched` lists the
    changed items; `stale` those whose own demand, receipts or stock were replaced.
    """
    change = np.empty(len(net.bucket_day) - 1, np.int64)
    done = changed = 0
    for depth in range(len(queued)):
        while at[depth] < queued[depth]:
            i = queue[level_start[depth] + at[depth]]
            if len(kept):
                change = kept[i]
            if len(kept) == 0 or stale[i]:
                gather(i, net, book, pool, change, failed)
            else:
                within(i, change, failed)
            planned, ended = np.int64(0), np.int64(0)
            if failed[0] == 0:
                planned, ended = plan_item(i, net, book, change, out, np.int64(0), failed)
            if failed[0] != 0:
                return True, done, changed
            if ended > pool.room[i] and tail[0] + ended > len(pool.due):
                return False, done, changed
            at[depth] += 1
            marked[i] = stale[i] = False
            done += 1
            first, found = compare(i, out, ended, pool, turned)
            if found > 0 or planned != pool.planned[i]:
                touched[changed] = i
                changed += 1
                if shop.op_ptr[i] < shop.op_ptr[i + 1]:
                    add_load(i, turned.start, turned.base, turned.count, 0, found, shop, load, beyond, failed)
                if len(kept):
                    pass_down(i, turned, found, net, uses, kept, level, level_start, queue, queued, marked, failed)
                else:
                    enqueue(child[child_ptr[i] : child_ptr[i + 1]], level, level_start, queue, queued, marked)
                if failed[0] != 0:
                    return True, done, changed
            if ended > pool.room[i]:
                pool.ptr[i] = tail[0]
                pool.room[i] = ended
                tail[0] += ended
                first = np.int64(0)
            copy_rows(i, out, first, ended, pool, pool.ptr[i] + first)
            pool.n[i], pool.planned[i] = ended, planned
        queued[depth] = at[depth] = 0
    return True, done, changed


@njit(cache=True, nogil=True)
def within(i, change, failed):
    """Refuse what `gather` would: a bucket beyond the numbers planned with."""
    for t in range(len(change)):
        if change[t] < -LIMIT or change[t] > LIMIT:
            failed[0], failed[1] = BAD_BALANCE, i
            return


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
