"""The planning problem as flat arrays, checked: items, bill lines, demand, receipts, operations, and tables of dates.

Quantities are int64 in each item's own smallest unit (its scale is the caller's affair: shares carry the ratio). A
node is an item at a site: a transfer between sites is a line from the receiving node to the sending one. Days count
from the first day of the plan; buckets are single days and, beyond them, weeks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mainspring.engines.problem import Defect, InvalidProblem

LOT_FOR_LOT, FIXED, PERIOD, ECONOMIC, PASS_THROUGH = range(5)
COMPONENT, BY_PRODUCT = range(2)
QUANTITY_MOST = 1 << 61
FOREVER = 1 << 30
DEFECTS_SHOWN = 20


@dataclass(frozen=True)
class Horizon:
    """Buckets of the plan: `first_days` are the first day of each, and the day after the last."""

    first_days: NDArray[np.int32]

    @classmethod
    def of(cls, days: int, weeks: int = 0) -> "Horizon":
        """So many single days, then so many weeks."""
        later = days + 7 * np.arange(1, weeks + 1, dtype=np.int32)
        return cls(np.concatenate([np.arange(days + 1, dtype=np.int32), later]).astype(np.int32))

    @property
    def buckets(self) -> int:
        """Number of buckets."""
        return len(self.first_days) - 1

    @property
    def days(self) -> int:
        """Number of days."""
        return int(self.first_days[-1])

    def bucket_of(self, day: NDArray) -> NDArray:
        """The bucket each day falls in; days before the first count in it, -1 beyond the last (P10)."""
        found = np.searchsorted(self.first_days, np.maximum(day, 0), side="right") - 1
        return np.where(found >= self.buckets, -1, found).astype(np.int32)


Column = Any  # a whole-number array, or one number for every row; an array of its type once constructed
_NARROW = {"kind": np.int8}
_INDEX = ("start_row", "fence", "parent", "component", "valid_from", "valid_to", "need_row", "item", "bucket", "start")


class _Columns:
    """Turns every field into an array of its type; a single number fills the column."""

    def __post_init__(self):
        array = type(self).__name__.lower()
        length = max((len(value) for value in vars(self).values() if np.ndim(value)), default=0)
        for each in fields(self):
            value = getattr(self, each.name)
            kind = _NARROW.get(each.name, np.int32 if each.name in _INDEX else np.int64)
            given = np.asarray(value)
            if given.size and given.dtype.kind not in "iub":
                rule = "must be whole numbers within 64 bits"
                raise InvalidProblem(Defect(array, 0, each.name, given.dtype, rule))
            column = np.full(length, value, kind) if given.ndim == 0 else np.ascontiguousarray(given, kind)
            if len(column) != length:
                rule = f"must have {length} rows like the other columns"
                raise InvalidProblem(Defect(array, 0, each.name, len(column), rule))
            setattr(self, each.name, column)

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))  # type: ignore[arg-type]


@dataclass
class Items(_Columns):
    """One row a node.

    on_hand      nettable stock (I19)
    safety       safety stock, protected once (P09)
    slack        shortages up to this size are none; for scales finer than the quantities mean anything, else 0
    kind         LOT_FOR_LOT, FIXED (whole lots of `size`), PERIOD (`size` calendar days), ECONOMIC (at least `size`) or
                 PASS_THROUGH: a phantom or a part being used up, whose shortage goes straight to its own lines (P05,
                 P06)
    minimum, multiple, maximum   of an order; 0 is no limit (P11)
    yield_num / yield_den        share of what is started that is left (operation yields multiplied, P02)
    start_row    row of `starts`: the lead times and calendars of the node
    fence        no order is planned before this bucket (planning fence, P23)
    """

    on_hand: Column
    safety: Column = 0
    slack: Column = 0
    kind: Column = 0
    size: Column = 0
    minimum: Column = 0
    multiple: Column = 0
    maximum: Column = 0
    yield_num: Column = 1
    yield_den: Column = 1
    start_row: Column = 0
    fence: Column = 0


@dataclass
class Lines(_Columns):
    """One row a bill line: an order of the parent needs num / den of the component for each unit started (P01 to P03).

    fixed, multiple        per order, in the component's unit
    valid_from, valid_to   half-open days in which an order of the parent must start for the line to count (P26)
    need_row               row of `needs`: on which bucket the component is needed, by the day the order starts (P16)
    kind                   COMPONENT, or BY_PRODUCT: supply of the "component" on the day the order is due (P07)
    """

    parent: Column
    component: Column
    num: Column
    den: Column = 1
    fixed: Column = 0
    multiple: Column = 0
    valid_from: Column = -FOREVER
    valid_to: Column = FOREVER
    need_row: Column = 0
    kind: Column = 0


@dataclass
class Entries(_Columns):
    """Independent demand, or receipts: stock due in a bucket (negative: overdue, counted in the first; P10).

    start   receipts only: the day a firm order starts whose components and hours are still needed; -1: they are not
    """

    item: Column
    bucket: Column
    quantity: Column
    start: Column = -1

    @classmethod
    def none(cls) -> "Entries":
        """No rows."""
        empty: list[int] = []
        return cls(empty, empty, empty, empty)  # type: ignore[arg-type]


@dataclass
class Shop:
    """Operations and what the work centers have open, in whole ticks of time.

    item, center, setup, day_row   of each operation; `run` is ticks a unit started, a fraction, efficiency included
                                   (C01)
    days       [row, day] the day an operation starts when its order starts that day; -1 beyond the horizon
    capacity   [center, day] ticks open
    """

    item: NDArray[np.int32]
    center: NDArray[np.int32]
    setup: NDArray[np.int64]
    run: NDArray[np.float64]
    day_row: NDArray[np.int32]
    days: NDArray[np.int32]
    capacity: NDArray[np.int64]

    @classmethod
    def none(cls, days: int) -> "Shop":
        """No operations."""
        empty = np.zeros(0, np.int32)
        table = np.zeros((1, days), np.int32)
        return cls(empty, empty, empty.astype(np.int64), empty.astype(np.float64), empty, table, table.astype(np.int64))


@dataclass
class Network:
    """Everything a plan depends on; `check` names what is wrong.

    starts   [row, bucket] day to start so that the order is there in the bucket; negative: before the first day
             (P13, P14)
    needs    [row, day] bucket in which a component is needed by an order starting that day; -1 beyond the horizon
    names    what to call items in refusals
    """

    horizon: Horizon
    items: Items
    starts: NDArray[np.int32]
    needs: NDArray[np.int32]
    lines: Lines
    demand: Entries = field(default_factory=Entries.none)
    receipts: Entries = field(default_factory=Entries.none)
    shop: Shop | None = None
    names: Sequence[str] | None = None

    def __post_init__(self):
        self.starts = np.ascontiguousarray(self.starts, np.int32)
        self.needs = np.ascontiguousarray(self.needs, np.int32)
        if self.shop is None:
            self.shop = Shop.none(self.horizon.days)
        if found := defects(self):
            raise InvalidProblem(*found)

    def name(self, item: int) -> str:
        """What to call an item."""
        return str(item if self.names is None else self.names[item])


def defects(network: Network) -> list[Defect]:
    """Everything wrong with the arrays, the first rows of each kind; loops are found when the plan is run."""
    found: list[Defect] = []
    items, lines, shop, horizon = network.items, network.lines, network.shop, network.horizon
    assert shop is not None

    def refuse(holds, array: str, column: str, values, rule: str) -> None:
        for row in np.flatnonzero(~holds)[:DEFECTS_SHOWN]:
            found.append(Defect(array, int(row), column, values[row], rule))

    n = len(items)
    for name in ("on_hand", "safety", "slack", "size", "minimum", "multiple", "maximum", "fence"):
        values = getattr(items, name)
        refuse(values >= 0, "items", name, values, "must not be negative")
        refuse(values <= QUANTITY_MOST, "items", name, values, "must be at most 2^61 smallest units")
    refuse((items.kind >= 0) & (items.kind <= PASS_THROUGH), "items", "kind", items.kind, "is not a lot rule")
    sized = ~np.isin(items.kind, (FIXED, PERIOD, ECONOMIC)) | (items.size > 0)
    refuse(sized, "items", "size", items.size, "must be above 0 for this lot rule")
    kept = (items.yield_num > 0) & (items.yield_num <= items.yield_den)
    refuse(kept, "items", "yield_num", items.yield_num, "must be above 0 and at most yield_den")
    raised = np.maximum(items.minimum, items.multiple)
    whole = np.maximum(items.multiple, 1)
    raised = np.where(items.multiple > 0, -(-raised // whole) * whole, raised)
    fits = (items.maximum == 0) | (items.maximum >= raised)
    refuse(fits, "items", "maximum", items.maximum, "must be at least the minimum raised to the multiple")
    _refuse_index(refuse, "items", "start_row", items.start_row, len(network.starts))
    for name in ("parent", "component"):
        _refuse_index(refuse, "lines", name, getattr(lines, name), n)
    _refuse_index(refuse, "lines", "need_row", lines.need_row, len(network.needs))
    for name in ("num", "fixed", "multiple"):
        values = getattr(lines, name)
        refuse(values >= 0, "lines", name, values, "must not be negative")
        refuse(values <= QUANTITY_MOST, "lines", name, values, "must be at most 2^61")
    refuse(lines.den > 0, "lines", "den", lines.den, "must be above 0")
    refuse(lines.den <= QUANTITY_MOST, "lines", "den", lines.den, "must be at most 2^61")
    product = (
        lines.num.astype(np.float64) * lines.den / np.maximum(np.gcd(lines.num, lines.den), 1).astype(np.float64) ** 2
    )
    refuse(product <= QUANTITY_MOST, "lines", "num", lines.num, "times den, in lowest terms, must be at most 2^61")
    for array, entries in (("demand", network.demand), ("receipts", network.receipts)):
        _refuse_index(refuse, array, "item", entries.item, n)
        refuse(entries.bucket < horizon.buckets, array, "bucket", entries.bucket, "must be within the horizon")
        refuse(entries.quantity >= 0, array, "quantity", entries.quantity, "must not be negative")
        refuse(entries.quantity <= QUANTITY_MOST, array, "quantity", entries.quantity, "must be at most 2^61")
        refuse(entries.start < horizon.days, array, "start", entries.start, "must be within the horizon")
    _refuse_index(refuse, "operations", "item", shop.item, n)
    _refuse_index(refuse, "operations", "center", shop.center, len(shop.capacity))
    _refuse_index(refuse, "operations", "day_row", shop.day_row, len(shop.days))
    refuse(shop.setup >= 0, "operations", "setup", shop.setup, "must not be negative")
    refuse((shop.run >= 0) & np.isfinite(shop.run), "operations", "run", shop.run, "must be a number, not negative")
    tables = (
        ("starts", network.starts, horizon.buckets, None, horizon.days - 1),
        ("needs", network.needs, horizon.days, -1, horizon.buckets - 1),
        ("days", shop.days, horizon.days, -1, horizon.days - 1),
        ("capacity", shop.capacity, horizon.days, 0, None),
    )
    for name, table, wide, least, most in tables:
        if table.ndim != 2 or table.shape[1] != wide:
            found.append(Defect(name, 0, "shape", table.shape, f"must have {wide} columns"))
        elif table.size:
            if least is not None:
                refuse(table.min(axis=1) >= least, name, "least", table.min(axis=1), f"must be at least {least}")
            if most is not None:
                refuse(table.max(axis=1) <= most, name, "most", table.max(axis=1), f"must be at most {most}")
    return found


def _refuse_index(refuse, array: str, column: str, values, count: int) -> None:
    refuse((values >= 0) & (values < count), array, column, values, f"must be a row below {count}")
