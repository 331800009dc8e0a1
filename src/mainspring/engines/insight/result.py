"""Answers of the insight engine: one entry a customer unless said otherwise."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Value:
    """Recency, frequency and monetary value with their scores (1 low to `classes` high; 0 without orders) and segment.

    orders        orders in the window
    amount        their value, in the smallest unit of the currency
    first, last   days of the first and last order in the window; 0 without orders
    recency, frequency, monetary   scores
    segment       position in `rfm.SEGMENTS`; -1 without orders
    """

    orders: np.ndarray
    amount: np.ndarray
    first: np.ndarray
    last: np.ndarray
    recency: np.ndarray
    frequency: np.ndarray
    monetary: np.ndarray
    segment: np.ndarray


@dataclass(frozen=True)
class Cohorts:
    """Customers by the month of their first order, followed month by month.

    first_month  month number (year * 12 + month - 1) of each cohort, one entry a cohort
    size         customers of each cohort
    kept         [cohort, months since]: customers who ordered in that month
    amount       [cohort, months since]: value of their orders, in the smallest unit of the currency
    """

    first_month: np.ndarray
    size: np.ndarray
    kept: np.ndarray
    amount: np.ndarray


@dataclass(frozen=True)
class Silence:
    """How unusual the present pause of each customer is.

    days          days since the last order; -1 without orders
    usual_days    median of the customer's own pauses (the lower one of two); -1 without any
    pauses        how many own pauses there are
    shorter       how many of them were shorter than the present one
    share_all     share of the pauses of all customers that were shorter, 0 to 1
    risk          0 to 1, see `churn.silence`
    """

    days: np.ndarray
    usual_days: np.ndarray
    pauses: np.ndarray
    shorter: np.ndarray
    share_all: np.ndarray
    risk: np.ndarray


@dataclass(frozen=True)
class Rules:
    """Who bought `item` also bought `other`; one entry a rule, the surest first within each item.

    buyers      customers who bought the item
    together    customers who bought both
    support     together / all customers who bought anything
    confidence  together / buyers
    lift        confidence / share of customers who bought the other one; above 1: more often than by chance
    """

    item: np.ndarray
    other: np.ndarray
    buyers: np.ndarray
    together: np.ndarray
    support: np.ndarray
    confidence: np.ndarray
    lift: np.ndarray
