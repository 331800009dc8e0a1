"""CSV rows put together by compiled code: millions of pegs are written as fast as the disk takes them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

TEXT, QUANTITY, WHOLE, ORDER, STEP = range(5)
NOTHING = -1
MINUS, POINT, ZERO, QUOTE, HASH = (ord(sign) for sign in '-.0"#')


class Texts:
    """Texts by number; `add` returns the number of the first of those given."""

    def __init__(self):
        self.parts: list[bytes] = []

    def add(self, texts: Sequence[str]) -> int:
        """Number of the first."""
        first = len(self.parts)
        self.parts += [text.encode() for text in texts]
        return first

    def packed(self) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """(where each begins and the last ends, all bytes)."""
        lengths = np.fromiter((len(part) for part in self.parts), np.int64, len(self.parts))
        return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), np.frombuffer(
            b"".join(self.parts) or b"\0", np.uint8
        )


@dataclass(frozen=True)
class Orders:
    """How orders are called: `ITEM#3` or `ITEM#3-5`; by row of the pool.

    name    text of each item as it stands inside quotes; `quoted` whether it needs them
    """

    item: NDArray[np.int32]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    name: NDArray[np.int64]
    quoted: NDArray[np.bool_]


def rendered(
    template: Sequence[int],
    kinds: Sequence[int],
    columns: Sequence[NDArray],
    texts: tuple[NDArray, NDArray],
    orders: Orders,
    digits: int,
) -> NDArray[np.uint8]:
    """The rows as bytes: text template[0], first cell, template[1], … and the last text.

    kinds  TEXT (a number of `texts`, NOTHING is empty), QUANTITY (in 10^-digits units, six decimals at most), STEP (a
           quantity, nothing when negative), WHOLE, or ORDER (its row in the pool, NOTHING is empty)
    """
    ptr, body = texts
    length = np.diff(ptr)
    count = len(columns[0])
    room = count * int(length[list(template)].sum())
    for kind, column in zip(kinds, columns, strict=True):
        if kind == TEXT:
            room += int(np.where(column >= 0, length[np.maximum(column, 0)], 0).sum())
        elif kind == ORDER:
            room += int(length[orders.name[orders.item[column[column >= 0]]]].sum()) + 44 * count
        else:
            room += 24 * count
    out = np.empty(room, np.uint8)
    cells = np.empty((count, len(columns)), np.int64)
    for at, column in enumerate(columns):
        cells[:, at] = column
    used = _render(
        cells, np.array(kinds), np.array(template), ptr, body, orders.item, orders.first, orders.last, orders.name,
        orders.quoted, digits, out,
    )  # fmt: skip
    return out[:used]


def warm() -> None:
    """Compile or load the writer."""
    texts, one = Texts(), np.zeros(1, np.int64)
    texts.add([""])
    orders = Orders(np.zeros(1, np.int32), one, one, one, np.zeros(1, np.bool_))
    rendered([0, 0], [ORDER], [one], texts.packed(), orders, 0)


@njit(cache=True, nogil=True)
def _copy(ptr, body, number, out, at):
    for k in range(ptr[number], ptr[number + 1]):
        out[at] = body[k]
        at += 1
    return at


@njit(cache=True, nogil=True)
def _whole(value, least, out, at):
    """A number of 0 or more with at least so many digits."""
    wide, rest = 1, value // 10
    while rest > 0:
        wide, rest = wide + 1, rest // 10
    wide = max(wide, least)
    for k in range(wide):
        out[at + wide - 1 - k] = ZERO + value % 10
        value //= 10
    return at + wide


@njit(cache=True, nogil=True)
def _quantity(units, digits, out, at):
    """As `building.plain`: no zeros at the end, six decimals at most, to the nearest."""
    one, size = 10**digits, abs(units)
    whole, rest = size // one, size % one
    kept = min(digits, 6)
    cut = 10 ** (digits - kept)
    rest = (rest + cut // 2) // cut
    if rest == 10**kept:
        whole, rest = whole + 1, 0
    if units < 0 and (whole > 0 or rest > 0):
        out[at] = MINUS
        at += 1
    at = _whole(whole, 1, out, at)
    if rest > 0:
        out[at] = POINT
        at = _whole(rest, kept, out, at + 1)
        while out[at - 1] == ZERO:
            at -= 1
    return at


@njit(cache=True, nogil=True)
def _render(cells, kinds, template, ptr, body, item, first, last, name, quoted, digits, out):
    at = 0
    for r in range(len(cells)):
        at = _copy(ptr, body, template[0], out, at)
        for c in range(len(kinds)):
            value = cells[r, c]
            if kinds[c] == QUANTITY or (kinds[c] == STEP and value >= 0):
                at = _quantity(value, digits, out, at)
            elif kinds[c] == WHOLE:
                at = _whole(value, 1, out, at)
            elif kinds[c] == ORDER and value >= 0:
                i = item[value]
                if quoted[i]:
                    out[at] = QUOTE
                    at += 1
                at = _copy(ptr, body, name[i], out, at)
                out[at] = HASH
                at = _whole(first[value], 1, out, at + 1)
                if last[value] > first[value]:
                    out[at] = MINUS
                    at = _whole(last[value], 1, out, at + 1)
                if quoted[i]:
                    out[at] = QUOTE
                    at += 1
            elif kinds[c] == TEXT and value >= 0:
                at = _copy(ptr, body, value, out, at)
            at = _copy(ptr, body, template[c + 1], out, at)
    return at
