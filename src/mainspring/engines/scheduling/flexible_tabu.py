"""Tabu search for the flexible job shop, compiled.

A move takes an operation of a critical path out of the schedule and puts it anywhere, on any of its machines, where no
loop arises. The longest path through it is then exact: heads and tails are computed without the operation, and every
other path is no longer than the schedule without it.

Source: Mastrolilli and Gambardella, Journal of Scheduling 3 (2000).
"""

import numpy as np
from numba import types

from mainspring.engines.scheduling.compiling import compiled
from mainspring.engines.scheduling.critical import path_back, random_below

# Rows of a solution, int32 [ROWS, operations + 1]; the last column is a neutral operation.
BEFORE, AFTER, ORDER, ENDS, TAIL, MODE, DURATION = range(7)
ROWS = 7

_I32 = types.int32[:, ::1]
_LIST = types.int32[::1]
_SIGNATURE = types.int64(
    _I32, _I32, _LIST, _LIST, _I32, _I32, _LIST, types.uint64[::1], types.int64[::1],
    types.int64, types.int64, types.int64, types.int64, types.int64,
)  # fmt: skip


@compiled(types.boolean(_I32, _I32, types.int32[::1], types.int32[::1]))
def evaluate(fixed, solution, degree, first):
    """Order, ends and tails of a solution, and the first operation of each machine; False when it holds a loop."""
    n = fixed.shape[1] - 1
    jp, js = fixed[0], fixed[1]
    mp, ms, order, c, q, p = solution[0], solution[1], solution[2], solution[3], solution[4], solution[6]
    c[n] = 0
    q[n] = 0
    filled = 0
    for i in range(n):
        degree[i] = (jp[i] != n) + (mp[i] != n)
        if degree[i] == 0:
            order[filled] = i
            filled += 1
    k = 0
    while k < filled:
        i = order[k]
        k += 1
        c[i] = max(c[jp[i]], c[mp[i]]) + p[i]
        a = js[i]
        if a != n:
            degree[a] -= 1
            if degree[a] == 0:
                order[filled] = a
                filled += 1
        a = ms[i]
        if a != n:
            degree[a] -= 1
            if degree[a] == 0:
                order[filled] = a
                filled += 1
    for k in range(filled - 1, -1, -1):
        i = order[k]
        q[i] = max(q[js[i]], q[ms[i]]) + p[i]
    return filled == n


@compiled(_SIGNATURE)
def search(
    fixed, modes, mode_start, last, solution, best, first, random, stop, iterations, patience, target, tenure, spread
):
    """Improve `solution` in place; leaves the best found in `best` and returns its makespan.

    fixed       rows: operation before and after in the job
    modes       rows: machine and duration of each alternative
    first       [machines] first operation of each machine of `solution`
    Other arguments as in `tabu.search`; what is forbidden is to move an operation again onto the machine it left.
    """
    n = fixed.shape[1] - 1
    jp, js = fixed[0], fixed[1]
    mp, ms, order, c, q, mode, p = (
        solution[0], solution[1], solution[2], solution[3], solution[4], solution[5], solution[6],
    )  # fmt: skip
    degree = np.empty(n + 1, np.int32)
    path = np.empty(n + 1, np.int32)
    head = np.zeros(n + 1, np.int32)
    tail = np.zeros(n + 1, np.int32)
    place = np.empty(n + 1, np.int32)
    tabu = np.zeros(modes.shape[1], np.int64)
    found = np.int64(2**62)
    found_at = 0
    for step in range(iterations + 1):
        evaluate(fixed, solution, degree, first)
        value = np.int64(0)
        for k in range(last.shape[0]):
            value = max(value, np.int64(c[last[k]]))
        for k in range(n):
            place[order[k]] = k
        if value < found:
            found = value
            found_at = step
            for row in range(7):
                for k in range(n + 1):
                    best[row, k] = solution[row, k]
            if found <= target:
                break
        if step - found_at > patience or (step & 15 == 0 and stop[0] != 0):
            break

        begin = path_back(jp, mp, c, p, last, value, random, path)

        pick = np.int64(2**62)
        ties = 0
        pick_v = -1
        pick_x = -1
        pick_mode = -1
        any_count = 0
        any_v = -1
        any_x = -1
        any_mode = -1
        for at in range(n, begin - 1, -1):
            v = path[at]
            own_before = mp[v]
            own_after = ms[v]
            own_time = p[v]
            own_machine = modes[0, mode[v]]
            if own_before != n:
                ms[own_before] = own_after
            else:
                first[own_machine] = own_after
            if own_after != n:
                mp[own_after] = own_before
            mp[v] = n
            ms[v] = n
            p[v] = 0
            start = place[v]
            for k in range(n):
                head[k] = c[k]
                tail[k] = q[k]
            for k in range(start, n):
                i = order[k]
                head[i] = max(head[jp[i]], head[mp[i]]) + p[i]
            for k in range(start, -1, -1):
                i = order[k]
                tail[i] = max(tail[js[i]], tail[ms[i]]) + p[i]
            rest = np.int64(0)
            for k in range(last.shape[0]):
                rest = max(rest, np.int64(head[last[k]]))
            a = jp[v]
            b = js[v]
            ready = head[a] if a != n else np.int32(0)
            after = tail[b] if b != n else np.int32(0)
            latest = np.int64(head[b]) if b != n else np.int64(2**40)
            earliest = np.int64(head[a] - p[a]) if a != n else np.int64(-1)
            for m in range(mode_start[v], mode_start[v + 1]):
                machine = modes[0, m]
                time = modes[1, m]
                x = np.int32(n)
                y = first[machine]
                while True:
                    # v between x and y: no way from its job's next to x, nor from y to its job's last
                    if x != n and (x == b or np.int64(head[x] - p[x]) >= latest):
                        break
                    if (y == n or (y != a and np.int64(head[y]) > earliest)) and not (
                        machine == own_machine and x == own_before
                    ):
                        through = max(ready, head[x]) + time + max(after, tail[y])
                        estimate = max(rest, np.int64(through))
                        any_count += 1
                        if random_below(random, any_count) == 0:
                            any_v = v
                            any_x = x
                            any_mode = m
                        if tabu[m] <= step or estimate < found:
                            # Equal makespans are told apart by the path through the operation.
                            estimate = (estimate << 20) + min(np.int64(through), np.int64(2**20 - 1))
                            if estimate < pick:
                                pick = estimate
                                ties = 1
                                pick_v = v
                                pick_x = x
                                pick_mode = m
                            elif estimate == pick:
                                ties += 1
                                if random_below(random, ties) == 0:
                                    pick_v = v
                                    pick_x = x
                                    pick_mode = m
                    if y == n:
                        break
                    x = y
                    y = ms[y]
            p[v] = own_time
            mp[v] = own_before
            ms[v] = own_after
            if own_before != n:
                ms[own_before] = v
            else:
                first[own_machine] = v
            if own_after != n:
                mp[own_after] = v
        if any_count == 0:
            break
        if pick_v < 0:
            pick_v = any_v
            pick_x = any_x
            pick_mode = any_mode

        v = pick_v
        x = mp[v]
        y = ms[v]
        if x != n:
            ms[x] = y
        else:
            first[modes[0, mode[v]]] = y
        if y != n:
            mp[y] = x
        tabu[mode[v]] = step + tenure + random_below(random, spread + 1)
        x = pick_x
        machine = modes[0, pick_mode]
        if x != n:
            y = ms[x]
            ms[x] = v
        else:
            y = first[machine]
            first[machine] = v
        mp[v] = x
        ms[v] = y
        if y != n:
            mp[y] = v
        mode[v] = pick_mode
        p[v] = modes[1, pick_mode]
    return found
