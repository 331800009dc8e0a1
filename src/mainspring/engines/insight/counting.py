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


@njit(cache=True, nogil=True)
def all_pairs(starts, items, count):
    """`pairs` of all items: each pair is counted once and stands on both sides; an item with itself counts zero."""
    found = np.zeros((count, count), dtype=np.int32)
    for basket in range(len(starts) - 1):
        begin, end = starts[basket], starts[basket + 1]
        for at in range(begin, end):
            row = found[items[at]]
            for other in range(at + 1, end):
                row[items[other]] += 1
    for item in range(count):
        for other in range(item):
            found[item, other] = found[other, item]
    return found


@njit(cache=True, nogil=True)
def good(pairs, start, buyers, customers, together_min, confidence_min, lift_min):
    """(row, other) of the pairs that pass all three bounds; rows of `pairs` are the items from `start` on."""
    count = 0
    for step in range(2):  # counts, then writes
        if step:
            rows, others = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
        at = 0
        for row in range(pairs.shape[0]):
            for other in range(pairs.shape[1]):
                together = pairs[row, other]
                if together < together_min or other == start + row:
                    continue
                confidence = together / buyers[start + row]
                if confidence < confidence_min or confidence * customers / buyers[other] < lift_min:
                    continue
                if step:
                    rows[at], others[at] = row, other
                at += 1
        count = at
    return rows, others
