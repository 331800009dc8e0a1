"""CSV rows put together by compiled code: millions of pegs are written as fast as the disk takes them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from mainspring.engines.mrp.pegs import BY_PRODUCT_BASE

TEXT, QUANTITY, WHOLE, ORDER, STEP = range(5)
NOTHING = -1
MINUS, POINT, ZERO, QUOTE, HASH, COMMA, NEWLINE = (ord(sign) for sign in '-.0"#,\n')


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


@dataclass(frozen=True)
class PegWords:
    """Texts by number that lines of pegs are made of.

    kinds                          order, phantom, demand, supply, planned, on_hand
    names, demands, supplies, comes  the first of the items, of the references and of the days supply comes
    dates                          of each bucket; `passes` says which items are phantoms
    """

    kinds: tuple[int, ...]
    names: int
    demands: int
    supplies: int
    comes: int
    dates: NDArray[np.int64]
    passes: NDArray[np.bool_]


def pegs(book, words: PegWords, texts: tuple[NDArray, NDArray], orders: Orders, digits: int) -> tuple[int, NDArray]:
    """Number of lines and the lines of a book of pegs, by item, then in the order demand is served."""
    ptr, body = texts
    longest = int(np.diff(ptr).max(initial=0))
    count, columns = len(book), book.columns
    out = np.empty(count * (6 * longest + 160), np.uint8)
    used = _pegs(
        book.items, book.first[book.items], book.last[book.items], columns.demand, columns.bucket, columns.supply,
        columns.quantity, book.plan.pool.due, words.passes, words.kinds, words.names, words.dates, words.demands,
        words.supplies, words.comes, ptr, body, orders.item, orders.first, orders.last, orders.name, orders.quoted,
        digits, out,
    )  # fmt: skip
    return count, out[:used]


def warm() -> None:
    """Compile or load the writer."""
    from mainspring.engines.mrp import pegging
    from mainspring.engines.mrp import plan as planning

    plan = planning.warm(changes=False)
    texts, one = Texts(), np.zeros(1, np.int64)
    texts.add([""])
    orders = Orders(np.zeros(1, np.int32), one, one, one, np.zeros(1, np.bool_))
    rendered([0, 0], [ORDER], [one], texts.packed(), orders, 0)
    words = PegWords((0,) * 6, 0, 0, 0, 0, one, np.zeros(1, np.bool_))
    pegs(pegging.Book(plan, np.zeros(0, np.int64)), words, texts.packed(), orders, 0)


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
def _order(row, ptr, body, item, first, last, name, quoted, out, at):
    """What the order of a row of the pool is called."""
    i = item[row]
    if quoted[i]:
        out[at] = QUOTE
        at += 1
    at = _copy(ptr, body, name[i], out, at)
    out[at] = HASH
    at = _whole(first[row], 1, out, at + 1)
    if last[row] > first[row]:
        out[at] = MINUS
        at = _whole(last[row], 1, out, at + 1)
    if quoted[i]:
        out[at] = QUOTE
        at += 1
    return at


@njit(cache=True, nogil=True)
def _comma(out, at):
    out[at] = COMMA
    return at + 1


@njit(cache=True, nogil=True)
def _pegs(items, begins, ends, demands, needed, supplies, amounts, due, passes, words, names, dates, demand_at,
          supply_at, comes_at, ptr, body, item, first, last, name, quoted, digits, out):  # fmt: skip
    """Pegs as they are kept, one line each; see `engines.mrp.pegs` for what demand and supply mean."""
    as_order, as_phantom, as_demand, as_supply, as_planned, as_on_hand = words
    at = 0
    for k in range(len(items)):
        i = items[k]
        for r in range(begins[k], ends[k]):
            demand, supply = demands[r], supplies[r]
            parent = item[demand] if demand >= 0 else i
            at = _comma(out, _copy(ptr, body, names + i, out, at))
            at = _comma(out, _quantity(amounts[r], digits, out, at))
            word = as_demand if demand < 0 else as_phantom if passes[parent] else as_order
            at = _comma(out, _copy(ptr, body, word, out, at))
            at = _comma(out, _copy(ptr, body, names + parent, out, at))
            if demand < 0:
                at = _copy(ptr, body, demand_at - 1 - demand, out, at)
            else:
                at = _order(demand, ptr, body, item, first, last, name, quoted, out, at)
            at = _comma(out, at)
            at = _comma(out, _copy(ptr, body, dates[needed[r]], out, at))
            if supply <= -2:
                at = _comma(out, _copy(ptr, body, as_supply, out, at))
                at = _comma(out, _copy(ptr, body, supply_at - 2 - supply, out, at))
                at = _copy(ptr, body, comes_at - 2 - supply, out, at)
            elif supply == -1:
                at = _comma(out, _comma(out, _copy(ptr, body, as_on_hand, out, at)))
            else:
                made = supply - BY_PRODUCT_BASE if supply >= BY_PRODUCT_BASE else supply
                at = _comma(out, _copy(ptr, body, as_phantom if passes[item[made]] else as_planned, out, at))
                at = _comma(out, _order(made, ptr, body, item, first, last, name, quoted, out, at))
                at = _copy(ptr, body, dates[due[made]], out, at)
            out[at] = NEWLINE
            at += 1
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
                at = _order(value, ptr, body, item, first, last, name, quoted, out, at)
            elif kinds[c] == TEXT and value >= 0:
                at = _copy(ptr, body, value, out, at)
            at = _copy(ptr, body, template[c + 1], out, at)
    return at
