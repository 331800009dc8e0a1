"""Counting pairs within baskets, compiled: the one loop that is too long for Python."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def pairs(starts, items, low, high, count):
    """[item - low, other]: in how many baskets both are, for the items from `low` up to `high`.

    starts  where each basket begins in `items`, and where the last one ends; items rise within a basket
    """
    found = np.zeros((high - low, count), dtype=np.int32)
    for basket in range(len(starts) - 1):
        begin, end = starts[basket], starts[basket + 1]
        for at in range(begin, end):
            item = items[at]
            if item >= high:
                break
            if item >= low:
                row = found[item - low]
                for other in range(begin, end):
                    row[items[other]] += 1
    return found
