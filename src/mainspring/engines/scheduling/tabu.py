"""Tabu search for the job shop, compiled.

Solutions are disjunctive graphs: `before` and `after` link the operations of a machine, `order` is a topological order
that is repaired locally after every move. A move takes an operation of a critical block to the block's end or front, or
an end into the block (neighbourhood N7); its effect is estimated by longest paths through the moved operations only.

Sources: Balas and Vazacopoulos, Management Science 44 (1998); Zhang et al., Computers & OR 34 (2007); Nowicki and
Smutnicki, Journal of Scheduling 8 (2005); Taillard, ORSA Journal on Computing 6 (1994).
"""

import numpy as np
from numba import types

from mainspring.engines.scheduling.compiling import compiled
from mainspring.engines.scheduling.critical import path_back, random_below

# Rows of the fixed part of a problem, int32 [FIXED, operations + 1]; the last column is a neutral operation.
DURATION, JOB_BEFORE, JOB_AFTER, SLOT = range(4)
# Rows of a solution, int32 [SOLUTION, operations + 1].
BEFORE, AFTER, ORDER, PLACE, ENDS, TAIL = range(6)
# A block longer than this is looked into only near its ends.
REACH = 40

_I32 = types.int32[:, ::1]
_SIGNATURE = types.int64(
    _I32, types.int32[::1], _I32, _I32, _I32, types.uint64[::1], types.int64[::1],
    types.int64, types.int64, types.int64, types.int64, types.int64,
)  # fmt: skip


@compiled(_SIGNATURE)
def search(fixed, last, solution, best, tabu, random, stop, iterations, patience, target, tenure, limit):
    """Improve `solution` in place; leaves the best found in `best` and returns its makespan.

    last        last operation of each job
    tabu        [operations, most operations of a machine] scratch, iteration until which "a before b" is forbidden
    random      [1] state of the generator
    stop        [1] anything but 0 ends the search soon
    iterations  moves at most; `patience` moves without improvement end the search too
    target      a makespan good enough to stop at
    tenure      moves for which a reversed pair stays forbidden: tenure to tenure + limit
    """
    n = fixed.shape[1] - 1
    p, jp, js, slot = fixed[0], fixed[1], fixed[2], fixed[3]
    mp, ms, order, place, c, q = solution[0], solution[1], solution[2], solution[3], solution[4], solution[5]
    path = np.empty(n + 1, np.int32)
    head = np.empty(n + 1, np.int32)
    mark = np.zeros(n + 1, np.bool_)
    moved = np.empty(n + 1, np.int32)
    tabu[:, :] = 0
    c[n] = 0
    q[n] = 0
    low = 0
    high = n - 1
    value = np.int64(0)
    found = np.int64(2**62)
    found_at = 0
    for step in range(iterations + 1):
        for k in range(low, n):
            i = order[k]
            place[i] = k
            c[i] = max(c[jp[i]], c[mp[i]]) + p[i]
        for k in range(high, -1, -1):
            i = order[k]
            q[i] = max(q[js[i]], q[ms[i]]) + p[i]
        value = 0
        for k in range(last.shape[0]):
            value = max(value, np.int64(c[last[k]]))
        if value < found:
            found = value
            found_at = step
            for row in range(6):
                for k in range(n + 1):
                    best[row, k] = solution[row, k]
            if found <= target:
                break
        if step - found_at > patience or (step & 63 == 0 and stop[0] != 0):
            break

        at = path_back(jp, mp, c, p, last, value, random, path)

        # Every move of every block: u goes right after v, or v right before u.
        pick_u = n
        pick_v = n
        pick_forward = True
        pick = np.int64(2**62)
        pick_ties = 0
        any_u = n
        any_v = n
        any_forward = True
        any_count = 0
        s = at
        while s <= n:
            e = s
            while e < n and mp[path[e + 1]] == path[e]:
                e += 1
            if e > s:
                for kind in range(4):
                    # 0: into the end, 1: first inwards, 2: to the front, 3: last inwards
                    if (kind == 0 or kind == 3) and e == n:
                        continue
                    if (kind == 1 or kind == 2) and s == at:
                        continue
                    for k in range(s, e):
                        if e - s > REACH and REACH // 2 < k - s < e - s - REACH // 2:
                            continue
                        forward = kind < 2
                        if kind == 0:
                            u = path[k]
                            v = path[e]
                        elif kind == 1:
                            if k == e - 1:
                                continue
                            u = path[s]
                            v = path[k + 1]
                        elif kind == 2:
                            if k == s and e != n and e - s == 1:
                                continue
                            u = path[s]
                            v = path[k + 1]
                        else:
                            if k == s or k == e - 1:
                                continue
                            u = path[k]
                            v = path[e]
                        if js[u] == v:
                            continue
                        forbidden = True
                        estimate = np.int64(0)
                        if forward:
                            a = js[u]
                            if a != n and q[a] >= q[v] + p[a]:
                                continue
                            x = ms[u]
                            done = max(c[mp[u]], np.int32(0))
                            while True:
                                h = max(c[jp[x]], done)
                                head[x] = h
                                done = h + p[x]
                                if tabu[x, slot[u]] <= step:
                                    forbidden = False
                                if x == v:
                                    break
                                x = ms[x]
                            h = max(c[jp[u]], done)
                            t = max(q[js[u]], q[ms[v]]) + p[u]
                            estimate = np.int64(h) + t
                            x = v
                            while x != u:
                                t = max(q[js[x]], t) + p[x]
                                estimate = max(estimate, np.int64(head[x]) + t)
                                x = mp[x]
                        else:
                            a = jp[v]
                            if a != n and c[a] >= c[u] + p[a]:
                                continue
                            x = mp[v]
                            t = q[ms[v]]
                            while True:
                                t = max(q[js[x]], t) + p[x]
                                head[x] = t
                                if tabu[v, slot[x]] <= step:
                                    forbidden = False
                                if x == u:
                                    break
                                x = mp[x]
                            h = max(c[jp[v]], c[mp[u]])
                            t = max(q[js[v]], t) + p[v]
                            estimate = np.int64(h) + t
                            done = h + p[v]
                            x = u
                            while x != v:
                                h = max(c[jp[x]], done)
                                estimate = max(estimate, np.int64(h) + head[x])
                                done = h + p[x]
                                x = ms[x]
                        any_count += 1
                        if random_below(random, any_count) == 0:
                            any_u = u
                            any_v = v
                            any_forward = forward
                        if forbidden and estimate >= found:
                            continue
                        if estimate < pick:
                            pick = estimate
                            pick_ties = 1
                            pick_u = u
                            pick_v = v
                            pick_forward = forward
                        elif estimate == pick:
                            pick_ties += 1
                            if random_below(random, pick_ties) == 0:
                                pick_u = u
                                pick_v = v
                                pick_forward = forward
            s = e + 1
        if any_count == 0:
            break  # a single job or a single machine fills the critical path: the solution is optimal
        if pick_u == n:
            pick_u = any_u
            pick_v = any_v
            pick_forward = any_forward

        # Carry the move out: links, tabu marks, then the piece of the topological order between the two.
        u = pick_u
        v = pick_v
        low = np.int64(place[u])
        high = np.int64(place[v])
        until = np.int32(step + tenure + random_below(random, limit + 1))
        before = mp[u]
        behind = ms[v]
        if pick_forward:
            x = ms[u]
            first = x
            while True:
                tabu[u, slot[x]] = until
                if x == v:
                    break
                x = ms[x]
            ms[before] = first
            mp[first] = before
            ms[v] = u
            mp[u] = v
            ms[u] = behind
            mp[behind] = u
        else:
            x = mp[v]
            final = x
            while True:
                tabu[x, slot[v]] = until
                if x == u:
                    break
                x = mp[x]
            ms[before] = v
            mp[v] = before
            ms[v] = u
            mp[u] = v
            ms[final] = behind
            mp[behind] = final
        mp[n] = n
        ms[n] = n
        held = 0
        if pick_forward:
            write = low
            for k in range(low, high + 1):
                i = order[k]
                if i == u or mark[jp[i]] or mark[mp[i]]:
                    mark[i] = True
                    moved[held] = i
                    held += 1
                else:
                    order[write] = i
                    write += 1
            for k in range(held):
                order[write + k] = moved[k]
                mark[moved[k]] = False
        else:
            write = high
            for k in range(high, low - 1, -1):
                i = order[k]
                if i == v or mark[js[i]] or mark[ms[i]]:
                    mark[i] = True
                    moved[held] = i
                    held += 1
                else:
                    order[write] = i
                    write -= 1
            for k in range(held):
                order[write - k] = moved[k]
                mark[moved[k]] = False
    return found
