"""Which money fills which instalment: pure arithmetic, no database.

A receipt that says what it is for fills that instalment first; everything else fills the oldest (K07). How much each
instalment gets does not depend on the order of the receipts, only who paid it does.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class Receipt:
    """Money that came, oldest first in a list.

    stated  key of the instalment it is for; None when nobody said
    Below zero it is money given back, which takes from the newest receipts before it.
    """

    key: Hashable
    amount: Decimal
    stated: Hashable = None


@dataclass(frozen=True)
class Due:
    """An instalment that takes so much at most; oldest first in a list."""

    key: Hashable
    amount: Decimal


@dataclass
class Matched:
    """parts: (receipt, instalment, amount), each above zero; left: what of each receipt fills nothing."""

    parts: list[tuple] = field(default_factory=list)
    left: dict = field(default_factory=dict)

    def of(self) -> dict:
        """{instalment: amount}."""
        sums: dict = {}
        for _receipt, due, amount in self.parts:
            sums[due] = sums.get(due, ZERO) + amount
        return sums


def match(receipts: Sequence[Receipt], dues: Sequence[Due]) -> Matched:
    """Fill the instalments: stated receipts first, then the oldest instalments by the oldest receipts."""
    left = _without_refunds(receipts)
    room = {due.key: due.amount for due in dues}
    found: dict[tuple, Decimal] = {}

    def give(receipt: int, key) -> None:
        amount = min(left[receipt], room.get(key, ZERO))
        if amount > 0:
            left[receipt] -= amount
            room[key] -= amount
            place = receipts[receipt].key, key
            found[place] = found.get(place, ZERO) + amount

    for n, receipt in enumerate(receipts):
        if receipt.stated is not None:
            give(n, receipt.stated)
    for due in dues:
        for n in range(len(receipts)):
            give(n, due.key)
    rest: dict = {}
    for n, receipt in enumerate(receipts):
        if left[n] > 0:
            rest[receipt.key] = rest.get(receipt.key, ZERO) + left[n]
    return Matched([(*place, amount) for place, amount in found.items()], rest)


def _without_refunds(receipts: Sequence[Receipt]) -> list[Decimal]:
    """What is left of each receipt after money given back: of the same instalment first, the newest first."""
    left = [max(r.amount, ZERO) for r in receipts]
    for refund in receipts:
        back = -min(refund.amount, ZERO)
        same = [n for n, r in enumerate(receipts) if r.stated == refund.stated]
        others = [n for n, r in enumerate(receipts) if r.stated != refund.stated]
        for n in [*reversed(same), *reversed(others)]:
            taken = min(back, left[n])
            left[n] -= taken
            back -= taken
    return left
