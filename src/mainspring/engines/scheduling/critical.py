"""What the compiled searches share: chance, and a walk along one critical path."""

import numpy as np
from numba import types

from mainspring.engines.scheduling.compiling import compiled

_ROW = types.int32[::1]


@compiled(types.int64(types.uint64[::1], types.int64))
def random_below(state, below):
    """A number in [0, below) from xorshift64*."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return np.int64(((x * np.uint64(2685821657736338717)) >> np.uint64(33)) % np.uint64(below))


@compiled(types.int64(_ROW, _ROW, _ROW, _ROW, _ROW, types.int64, types.uint64[::1], _ROW))
def path_back(job_before, before, ends, duration, last, makespan, random, path):
    """One critical path, at random, into the end of `path`; returns where it begins there.

    before, ends  operation before on the machine and end of each operation; the last column is a neutral operation
    last          last operation of each job
    """
    n = path.shape[0] - 1
    i = n
    ties = 0
    for k in range(last.shape[0]):
        if ends[last[k]] == makespan:
            ties += 1
            if ties == 1 or random_below(random, ties) == 0:
                i = last[k]
    at = n + 1
    while i != n:
        at -= 1
        path[at] = i
        begins = ends[i] - duration[i]
        a = job_before[i]
        b = before[i]
        on_a = a != n and ends[a] == begins
        on_b = b != n and ends[b] == begins
        if on_a and on_b:
            i = a if random_below(random, 2) == 0 else b
        elif on_a:
            i = a
        elif on_b:
            i = b
        else:
            i = np.int32(n)
    return at
