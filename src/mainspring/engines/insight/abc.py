"""ABC and XYZ: who makes most of the total, and who buys evenly."""

import numpy as np

from . import data, rfm

A, B, C = range(3)
X, Y, Z = range(3)


def classes(values: np.ndarray, *, a: float = 0.8, b: float = 0.95) -> np.ndarray:
    """Classes 0 (A), 1 (B), 2 (C) by share of the total of all values above zero.

    In falling order a customer is A while those before it make less than the share `a`, B while less than `b`; so the
    one that passes a bound still counts above it. Equal values have the same class, values not above zero are C.
    Source: Silver, Pyke, Thomas, Inventory and Production Management in Supply Chains, 4th ed., ch. 2.
    Raises InvalidProblem unless 0 < a <= b <= 1.
    """
    data.within("a", a, 1e-9, 1)
    data.within("b", b, a, 1)
    values = np.asarray(values, dtype=np.int64)
    found = np.full(len(values), C)
    worth = np.flatnonzero(values > 0)
    if not len(worth):
        return found
    distinct, place, equal = np.unique(-values[worth], return_inverse=True, return_counts=True)
    made = -distinct * equal
    before = (np.cumsum(made) - made) / made.sum()
    found[worth] = np.select([before < a, before < b], [A, B], C)[place.reshape(-1)]
    return found


def evenness(orders: data.Orders, *, today: int, period: int = 30, periods: int = 12) -> np.ndarray:
    """Coefficient of variation (standard deviation / mean) of each customer's value over the last periods.

    Infinite where the mean is not above zero. `period` in days.
    """
    data.within("period", period, 1, 10_000)
    data.within("periods", periods, 2, 1000)
    back = (today - orders.day) // period
    counts = (orders.day <= today) & (back < periods)
    cell = orders.customer[counts] * periods + back[counts]
    table = rfm.sums(cell, orders.amount[counts], orders.customers * periods).reshape(orders.customers, periods)
    mean = table.mean(axis=1)
    even = np.full(orders.customers, np.inf)
    np.divide(table.std(axis=1), mean, out=even, where=mean > 0)
    return even


def xyz(even: np.ndarray, *, x: float = 0.5, y: float = 1.0) -> np.ndarray:
    """Classes 0 (X, even), 1 (Y), 2 (Z, now and then) by bounds on `evenness`, both included."""
    data.within("x", x, 0, 1000)
    data.within("y", y, x, 1000)
    return np.select([even <= x, even <= y], [X, Y], Z)
