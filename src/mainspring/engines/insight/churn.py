"""How unusual it is that a customer has not ordered for so long, against its own rhythm."""

import numpy as np

from . import data
from .result import Silence

PRIOR = 3


def silence(orders: data.Orders, *, today: int, prior: float = PRIOR) -> Silence:
    """The present pause of each customer against its own pauses and those of all customers.

    A pause is the time between two days with orders. risk = (s + k F) / (n + k): of the customer's n own pauses s were
    shorter than the present one; F is the share of shorter ones among the pauses of all customers, which counts as much
    as k = `prior` own pauses, so that somebody with few orders is judged by what is usual here. The risk never falls
    while nothing is ordered. It says how unusual the silence is, not that the customer is gone.
    Orders after `today` do not count. Customers without orders have risk 0; without any pause at all F is 0.
    Raises InvalidProblem when prior is not above zero.
    """
    data.within("prior", prior, 1e-9, 1e6)
    n = orders.customers
    counts = orders.day <= today
    customer, day = _days(orders.customer[counts], orders.day[counts])
    last = np.full(n, np.iinfo(np.int64).min)
    last[customer] = day  # in the sequence of days, so the latest stays
    days = np.where(np.bincount(customer, minlength=n) > 0, today - last, -1)
    same = customer[1:] == customer[:-1]
    owner, pause = customer[1:][same], (day[1:] - day[:-1])[same]
    pauses = np.bincount(owner, minlength=n)
    shorter = np.bincount(owner[pause < days[owner]], minlength=n)
    every = np.sort(pause)
    share = np.searchsorted(every, days, side="left") / max(len(every), 1)
    share = np.where(days >= 0, share, 0.0)
    risk = np.where(days >= 0, (shorter + prior * share) / (pauses + prior), 0.0)
    return Silence(days, _medians(owner, pause, pauses), pauses, shorter, share, risk)


def _days(customer: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each day with orders of each customer once, in the sequence of customers and days."""
    at = np.lexsort((day, customer))
    customer, day = customer[at], day[at]
    fresh = np.ones(len(day), dtype=bool)
    fresh[1:] = (customer[1:] != customer[:-1]) | (day[1:] != day[:-1])
    return customer[fresh], day[fresh]


def _medians(owner: np.ndarray, pause: np.ndarray, pauses: np.ndarray) -> np.ndarray:
    """The lower median of each customer's pauses, -1 without any."""
    ordered = pause[np.lexsort((pause, owner))]
    starts = np.cumsum(pauses) - pauses
    found = np.full(len(pauses), -1)
    some = pauses > 0
    found[some] = ordered[starts[some] + (pauses[some] - 1) // 2]
    return found
