"""Recency, frequency and monetary value of customers, scored against one another.

Source: Hughes, Strategic Database Marketing, ch. 5 (RFM cells); the segments are the usual names of groups of cells.
"""

import numpy as np

from . import data
from .result import Value

SEGMENTS = ("champions", "loyal", "new", "promising", "cannot_lose", "at_risk", "sleeping")
CLASSES = 5


def value(orders: data.Orders, *, today: int, window: int, classes: int = CLASSES, new_days: int = 90) -> Value:
    """Scores and segments from the orders of the last `window` days up to and with `today`.

    window    days, 1 or more: older orders do not count, later ones neither
    classes   highest score, 2 to 10
    new_days  a customer whose first order in the window is at most so many days old, and that has no older one, is new
    Raises InvalidProblem outside these ranges.
    """
    data.within("window", window, 1, 100_000)
    data.within("classes", classes, 2, 10)
    data.within("new_days", new_days, 0, 100_000)
    n = orders.customers
    counts = (orders.day > today - window) & (orders.day <= today)
    customer, day = orders.customer[counts], orders.day[counts]
    number = np.bincount(customer, minlength=n)
    amount = sums(customer, orders.amount[counts], n)
    first, last = np.full(n, np.iinfo(np.int64).max), np.full(n, np.iinfo(np.int64).min)
    np.minimum.at(first, customer, day)
    np.maximum.at(last, customer, day)
    ordered = number > 0
    first[~ordered] = last[~ordered] = 0
    recency, frequency, monetary = (np.zeros(n, dtype=np.int64) for _axis in range(3))
    for axis, values in ((recency, last), (frequency, number), (monetary, amount)):
        axis[ordered] = score(values[ordered], classes)
    older = np.zeros(n, dtype=bool)
    older[orders.customer[orders.day <= today - window]] = True
    is_new = ordered & ~older & (first > today - new_days - 1)
    segment = np.where(ordered, _segment(recency, frequency, monetary, is_new, classes), -1)
    return Value(number, amount, first, last, recency, frequency, monetary, segment)


def score(values: np.ndarray, classes: int = CLASSES) -> np.ndarray:
    """1 (low) to `classes` (high) by rank; equal values have the same score.

    Equal values stand in the middle of the places they take: score = 1 + floor(classes * (below + equal / 2) / n), with
    `below` the number of smaller values. When all are equal everybody is in the middle.
    """
    _distinct, place, equal = np.unique(values, return_inverse=True, return_counts=True)
    below = np.cumsum(equal) - equal
    return 1 + (classes * (2 * below + equal) // (2 * max(len(values), 1)))[place.reshape(-1)]


def sums(customer: np.ndarray, amount: np.ndarray, customers: int) -> np.ndarray:
    """Exact sums of whole numbers by customer."""
    found = np.zeros(customers, dtype=np.int64)
    np.add.at(found, customer, amount)
    return found


def _segment(recency, frequency, monetary, is_new, classes: int) -> np.ndarray:
    """Positions in SEGMENTS; `worth` is the mean of frequency and monetary score, high is the upper two fifths."""
    high, middle = 0.7 * classes, 0.5 * classes
    worth = (frequency + monetary) / 2
    return np.select(
        [
            is_new & (recency > middle),
            (recency > high) & (worth > high),
            (recency > middle) & (worth > middle),
            recency > middle,
            worth > high,
            worth > middle,
        ],
        [SEGMENTS.index(name) for name in ("new", "champions", "loyal", "promising", "cannot_lose", "at_risk")],
        SEGMENTS.index("sleeping"),
    )
