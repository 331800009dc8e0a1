"""Make to order: supply that serves one document, and that free netting does not see, nor the demand it is for (P22).

What is made or bought for a customer's order at a site where the item is planned to order is supply of that order
alone, and so is stock kept for it. What a document no longer needs is free: free netting says what to do with it.
"""

from collections import defaultdict
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from .reading import Reader

NOBODY = np.zeros(1, "V16")[0]
KEPT = -3


def told_apart(reader: Reader, demand: SimpleNamespace, receipts: SimpleNamespace, on_hand: SimpleNamespace):
    """(demand, supply, stock) with `owner`: the document they belong to alone, NOBODY where they are free.

    Stock kept for an owner becomes supply that is there already; supply is split where its owner needs only a part.
    """
    demand.owner, demand.tag = _nobody(len(demand.item)), _nobody(len(demand.item))
    receipts.owner, receipts.tag = _nobody(len(receipts.item)), _nobody(len(receipts.item))
    if not demand.to_order.any():
        _tag(receipts, reader.dedicated())
        return demand, receipts, on_hand
    demand.owner[demand.to_order] = demand.document[demand.to_order]
    left: dict[tuple, int] = defaultdict(int)
    for n in np.flatnonzero(demand.to_order).tolist():
        left[_key(demand, n)] += int(demand.quantity[n])
    on_hand, kept = _kept(reader.kept(), on_hand, left)
    receipts = _split(receipts, _tag(receipts, reader.dedicated()), left)
    columns = {name: np.concatenate([column, kept[name]]) for name, column in vars(receipts).items()}
    return demand, SimpleNamespace(**columns), on_hand


def _nobody(count: int) -> NDArray:
    return np.zeros(count, "V16")


def _key(rows: SimpleNamespace, n: int) -> tuple[int, int, bytes]:
    return int(rows.item[n]), int(rows.site[n]), rows.owner[n].tobytes()


def _kept(read: SimpleNamespace, on_hand: SimpleNamespace, left: dict) -> tuple[SimpleNamespace, dict[str, NDArray]]:
    """Stock without what is kept for owners, and that as supply."""
    parts = [min(int(read.quantity[n]), left.get(_key(read, n), 0)) for n in range(read.count)]
    for n, part in enumerate(parts):
        left[_key(read, n)] -= part
    chosen = np.flatnonzero(np.array(parts, np.int64) > 0)
    quantity, count = np.array(parts, np.int64)[chosen], len(chosen)
    stock = SimpleNamespace(
        item=np.concatenate([on_hand.item, read.item[chosen]]),
        site=np.concatenate([on_hand.site, read.site[chosen]]),
        quantity=np.concatenate([on_hand.quantity, -quantity]),
    )
    zero = np.zeros(count, np.int64)
    return stock, {
        "item": read.item[chosen],
        "site": read.site[chosen],
        "day": zero.astype(np.int32),
        "quantity": quantity,
        "document": _nobody(count),
        "key": zero,
        "start": np.full(count, KEPT, np.int32),
        "unit": zero,
        "owner": read.owner[chosen],
        "tag": read.owner[chosen],
    }


def _tag(receipts: SimpleNamespace, shares: SimpleNamespace) -> list[tuple[int, int, bytes]]:
    """Mark supply with the documents it is for; (row, quantity, document) of it, what comes first first."""
    if not shares.count:
        return []
    place: dict[tuple, int] = {}
    dedicated = np.flatnonzero(np.isin(receipts.document.view("S16"), np.unique(shares.document.view("S16"))))
    for n in dedicated.tolist():
        place[receipts.document[n].tobytes(), int(receipts.key[n])] = n
    found = []
    for n in range(shares.count):
        row = place.get((shares.document[n].tobytes(), int(shares.key[n])))
        if row is not None:
            receipts.tag[row] = shares.owner[n]
            found.append((row, int(shares.quantity[n]), shares.owner[n].tobytes()))
    return sorted(found, key=lambda share: (int(receipts.day[share[0]]), share))


def _split(receipts: SimpleNamespace, shares: list[tuple[int, int, bytes]], left: dict) -> SimpleNamespace:
    """Supply with owners: what an owner needs of a row is a row of its own."""
    more: list[tuple[int, int, bytes]] = []
    for row, quantity, owner in shares:
        key = int(receipts.item[row]), int(receipts.site[row]), owner
        part = min(quantity, left.get(key, 0), int(receipts.quantity[row]))
        if part <= 0:
            continue
        left[key] -= part
        receipts.quantity[row] -= part
        more.append((row, part, owner))
    if not more:
        return receipts
    rows = np.array([row for row, _part, _owner in more], np.int64)
    kept = receipts.quantity > 0
    columns = {name: np.concatenate([column[kept], column[rows]]) for name, column in vars(receipts).items()}
    columns["quantity"][-len(more) :] = [part for _row, part, _owner in more]
    columns["owner"][-len(more) :] = np.frombuffer(b"".join(owner for _row, _part, owner in more), "V16")
    return SimpleNamespace(**columns)
