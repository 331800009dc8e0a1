"""Sales as flat arrays: orders of customers by day, and which customer bought which item."""

from dataclasses import dataclass

import numpy as np

from mainspring.engines.problem import Defect, InvalidProblem

SIZE_MAX = 2**31 - 1
SPAN_MAX = 20_000_000
"""Keys within so many are counted in place, others are sorted."""


@dataclass(frozen=True)
class Orders:
    """One entry an order, in any sequence.

    customer   index of the customer, 0 to customers - 1
    day        day of the order as a whole number; the distance between two is in days
    amount     value in the smallest unit of one currency; credits are negative
    customers  how many customers there are, with and without orders
    """

    customer: np.ndarray
    day: np.ndarray
    amount: np.ndarray
    customers: int

    def by_customer_and_day(self) -> "Orders":
        """The same orders in the sequence of customers and, of each, of days."""
        at = np.lexsort((self.day, self.customer))
        return Orders(self.customer[at], self.day[at], self.amount[at], self.customers)


@dataclass(frozen=True)
class Purchases:
    """One entry whenever a customer bought an item; repeated entries count once.

    customer, item    indexes from 0
    customers, items  how many there are of each
    """

    customer: np.ndarray
    item: np.ndarray
    customers: int
    items: int


def orders(customer, day, amount, *, customers: int) -> Orders:
    """Checked orders. Raises InvalidProblem naming the array, the row and the value that are wrong."""
    arrays = {"customer": _whole(customer), "day": _whole(day), "amount": _whole(amount)}
    _same_length("orders", arrays)
    _indexes("customer", arrays["customer"], customers)
    return Orders(**arrays, customers=customers)


def purchases(customer, item, *, customers: int, items: int) -> Purchases:
    """Checked purchases. Raises InvalidProblem naming the array, the row and the value that are wrong."""
    arrays = {"customer": _whole(customer), "item": _whole(item)}
    _same_length("purchases", arrays)
    _indexes("customer", arrays["customer"], customers)
    _indexes("item", arrays["item"], items)
    return Purchases(**arrays, customers=customers, items=items)


def numbered(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(the different keys, rising; for each entry which of them it is): as numpy.unique, without sorting where the keys
    lie close together."""
    keys = _whole(keys)
    if not len(keys):
        return keys, keys
    low = int(keys.min())
    span = int(keys.max()) - low + 1
    if span > SPAN_MAX:
        distinct, place = np.unique(keys, return_inverse=True)
        return distinct, place.reshape(-1)
    at = keys - low
    there = np.zeros(span, dtype=bool)
    there[at] = True
    return np.flatnonzero(there) + low, (np.cumsum(there) - 1)[at]


def within(name: str, value: float, low: float, high: float) -> None:
    """Raise InvalidProblem unless low <= value <= high."""
    if not low <= value <= high:
        raise InvalidProblem(Defect("settings", name, "value", value, f"must be from {low} to {high}"))


def _whole(values) -> np.ndarray:
    found = np.asarray(values)
    if found.size and not np.issubdtype(found.dtype, np.integer):
        raise InvalidProblem(Defect("values", 0, "type", str(found.dtype), "must be whole numbers"))
    return found.astype(np.int64, copy=False).ravel()


def _same_length(name: str, arrays: dict[str, np.ndarray]) -> None:
    lengths = {key: len(values) for key, values in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise InvalidProblem(Defect(name, 0, "length", str(lengths), "must be the same of all arrays"))


def _indexes(name: str, values: np.ndarray, count: int) -> None:
    if not 0 <= count <= SIZE_MAX:
        raise InvalidProblem(Defect(name, 0, "count", count, f"must be from 0 to {SIZE_MAX}"))
    wrong = np.flatnonzero((values < 0) | (values >= count))
    if len(wrong):
        row = int(wrong[0])
        raise InvalidProblem(Defect(name, row, "index", int(values[row]), f"must be from 0 to {count - 1}"))
