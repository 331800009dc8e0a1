"""What is bought together: rules between pairs of items, counted over customers.

Source: Agrawal, Imielinski, Swami, Mining association rules between sets of items in large databases, SIGMOD 1993; lift
after Brin et al., SIGMOD 1997. Only pairs are counted: a person can check such a rule, and it says what to offer.
"""

import numpy as np

from . import counting, data
from .result import Rules

CELLS_AT_ONCE = 32_000_000
BASKET_MAX = 2000


def rules(
    bought: data.Purchases,
    *,
    together_min: int = 5,
    confidence_min: float = 0.2,
    lift_min: float = 1.1,
    per_item: int = 10,
    basket_max: int = BASKET_MAX,
) -> Rules:
    """The rules "who bought an item bought the other", by falling confidence, then lift, then item number.

    together_min    customers who must have bought both, 1 or more
    confidence_min  0 to 1; lift_min 0 or more
    per_item        at most so many rules an item
    basket_max      a customer with more different items than this buys everything and says nothing about a pair: it
                    counts as a customer, but in no pair and in no item
    Memory is bounded: pairs are counted for as many items at a time as CELLS_AT_ONCE allows.
    Raises InvalidProblem outside these ranges.
    """
    data.within("together_min", together_min, 1, 2**31)
    data.within("confidence_min", confidence_min, 0, 1)
    data.within("lift_min", lift_min, 0, 1e9)
    data.within("per_item", per_item, 1, 100_000)
    customers = np.count_nonzero(np.bincount(bought.customer, minlength=1))
    starts, items, often, buyers = _baskets(bought, basket_max, together_min)
    found = [(_none(), _none(), _none())]
    step = max(1, CELLS_AT_ONCE // max(len(often), 1))
    for start in range(0, len(often), step):
        pairs = _counted(starts, items, start, min(start + step, len(often)), len(often))
        found.append(_kept(pairs, start, buyers, customers, together_min, confidence_min, lift_min, per_item))
    item, other, together = (np.concatenate(parts) for parts in zip(*found, strict=True))
    confidence = together / buyers[item]
    return Rules(
        often[item],
        often[other],
        buyers[item],
        together,
        together / max(customers, 1),
        confidence,
        confidence * customers / buyers[other],
    )


def _baskets(bought: data.Purchases, basket_max: int, together_min: int) -> tuple[np.ndarray, ...]:
    """(where each basket starts and the last ends, items bought often enough by number among them, which those are, how
    many customers bought each): without customers who bought too many different items."""
    every = np.sort(bought.customer * max(bought.items, 1) + bought.item)  # faster than numpy.unique, which hashes
    once = every[np.append(True, every[1:] != every[:-1])[: len(every)]]
    customer, item = once // max(bought.items, 1), once % max(bought.items, 1)
    small = np.bincount(customer, minlength=bought.customers)[customer] <= basket_max
    customer, item = customer[small], item[small]
    buyers = np.bincount(item, minlength=bought.items)
    often = np.flatnonzero(buyers >= together_min)
    place = np.full(bought.items, -1)
    place[often] = np.arange(len(often))
    customer, item = customer[place[item] >= 0], place[item[place[item] >= 0]]
    starts = np.concatenate([[0], np.cumsum(np.bincount(customer, minlength=bought.customers))])
    return starts.astype(np.int64), item.astype(np.int32), often, buyers[often]


def _counted(starts, items, low: int, high: int, count: int) -> np.ndarray:
    """In how many baskets both are; half the work where all items fit at once."""
    if high - low == count:
        return counting.all_pairs(starts, items, count)
    return counting.pairs(starts, items, low, high, count)


def _kept(pairs, start, buyers, customers, together_min, confidence_min, lift_min, per_item):
    """(item, other, together) of the rules of one stretch of items that are good enough, the best of each item."""
    row, other = counting.good(pairs, start, buyers, customers, together_min, confidence_min, lift_min)
    together = pairs[row, other].astype(np.int64)
    confidence = together / buyers[start + row]
    lift = confidence * customers / buyers[other]
    at = np.lexsort((other, -lift, -confidence, row))
    row, other, together = row[at], other[at], together[at]
    first = np.searchsorted(row, row, side="left")
    best = np.arange(len(row)) - first < per_item
    return start + row[best], other[best], together[best]


def _none() -> np.ndarray:
    return np.zeros(0, dtype=np.int64)
