"""Cohorts: of the customers won in a month, how many still buy so many months later, and how much."""

import numpy as np

from . import data
from .result import Cohorts

CELLS_MAX = 4_000_000


def follow(orders: data.Orders, *, until: int) -> Cohorts:
    """Cohorts by month of the first order, followed up to and with the month `until`.

    `orders.day` holds month numbers here (year * 12 + month - 1); orders after `until` do not count. Months not over
    yet for a cohort hold zero. Raises InvalidProblem when the table of cohorts would be too large.
    """
    counts = orders.day <= until
    customer, month, amount = orders.customer[counts], orders.day[counts], orders.amount[counts]
    if not len(customer):
        empty = np.zeros(0, dtype=np.int64)
        return Cohorts(empty, empty, np.zeros((0, 0), dtype=np.int64), np.zeros((0, 0), dtype=np.int64))
    first = np.full(orders.customers, until + 1)
    np.minimum.at(first, customer, month)
    start = int(month.min())
    width = until - start + 1
    data.within("cells", width * width, 0, CELLS_MAX)
    cell = (first[customer] - start) * width + (month - first[customer])
    spent = np.zeros(width * width, dtype=np.int64)
    np.add.at(spent, cell, amount)
    once = np.unique(customer * width + (month - start))
    who, when = once // width, once % width + start
    kept = np.bincount((first[who] - start) * width + (when - first[who]), minlength=width * width)
    customers, money = kept.reshape(width, width), spent.reshape(width, width)
    there = np.flatnonzero(customers[:, 0])
    return Cohorts(there + start, customers[there, 0], customers[there], money[there])
