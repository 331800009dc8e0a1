"""From the files' rows to the arrays the engine plans."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mainspring.engines.mrp import tables
from mainspring.engines.mrp.network import (
    ECONOMIC,
    FIXED,
    FOREVER,
    LOT_FOR_LOT,
    PASS_THROUGH,
    PERIOD,
    Entries,
    Horizon,
    Items,
    Lines,
    Network,
    Shop,
)
from mainspring.engines.problem import Defect, InvalidProblem
from mainspring.site.material.cells import together
from mainspring.site.material.files import Inputs

KINDS = {"L4L": LOT_FOR_LOT, "FOQ": FIXED, "POQ": PERIOD, "EOQ": ECONOMIC}
TICKS = 36_000_000  # in an hour: load is counted in tenths of a millisecond
LOST = 10**6  # quantities below a millionth of a unit mean nothing


@dataclass
class Built:
    """The network with what is needed to write its answer in the files' own words.

    digits          quantities are counted in 10^-digits units
    names           of every node; nodes beyond the items are phantoms of items that are also planned as themselves
    demand_rows     row of demand.csv of each network demand; supply_rows likewise
    supply_days     day of each receipt as written, counted from the start
    beyond          rows of demand and supply after the horizon, which are left out
    """

    network: Network
    start: date
    digits: int
    names: list[str]
    demand_rows: list[int]
    supply_rows: list[int]
    supply_days: NDArray[np.int64]
    centers: list[str] = field(default_factory=list)
    beyond: dict[str, int] = field(default_factory=dict)


def build(inputs: Inputs, start: date, days: int, digits: int, *, weeks: int = 0, wait_days: int = 0) -> Built:
    """The network of the files. Raises InvalidProblem naming the file and row when a number does not fit."""
    horizon = Horizon.of(days, weeks)
    calendars = _calendars(inputs, start)
    names, phantom_of, passing = _nodes(inputs)
    starts = _Rows()
    at, stages = together(inputs.column("items", "calendar"), inputs.column("items", "lead_time_days"))
    row_of = starts.of_each(stages, lambda name, lead: tables.start_row(horizon, [(calendars[name], lead)]))[at]
    items = _items(inputs, names, passing, row_of, digits)
    lines, needs = _lines(inputs, horizon, start, phantom_of)
    built = Built(Network.__new__(Network), start, digits, names, [], [], np.zeros(0, np.int64))
    demand, built.demand_rows, _ = _entries(inputs, "demand", horizon, start, digits, 0, built.beyond)
    receipts, built.supply_rows, built.supply_days = _entries(
        inputs, "supply", horizon, start, digits, wait_days, built.beyond
    )
    shop, built.centers = _shop(inputs, horizon, calendars, passing)
    built.network = Network(horizon, items, starts.table(), needs, lines, demand, receipts, shop, names)
    return built


class _Rows:
    """Distinct rows of a table of days, each built once."""

    def __init__(self):
        self.rows: list = []
        self.at: dict = {}

    def of(self, key, make) -> int:
        if key not in self.at:
            self.at[key] = len(self.rows)
            self.rows.append(make())
        return self.at[key]

    def of_each(self, keys: list[tuple], make) -> NDArray[np.int64]:
        """The row of each key, made of its parts."""
        return np.array([self.of(key, lambda: make(*key)) for key in keys] or [0], np.int64)  # noqa: B023

    def table(self) -> NDArray[np.int32]:
        return np.array(self.rows, np.int32)


def _calendars(inputs: Inputs, start: date) -> dict[str, tables.WorkingDays]:
    listed: dict[str, dict[int, bool]] = {"": {}}
    rows = zip(*(inputs.column("calendars", name) for name in ("calendar", "date", "working")), strict=True)
    for name, on, working in rows:
        held = listed.setdefault(name, {})
        if on is not None:
            held[(on - start).days] = working
    found = {}
    for name, days in listed.items():
        first = min(days, default=0)
        flags = np.ones(max(days, default=-1) - first + 1 if days else 0, np.bool_)
        for day, working in days.items():
            flags[day - first] = working
        found[name] = tables.WorkingDays(flags, first)
    return found


def _nodes(inputs: Inputs) -> tuple[list[str], dict[int, int], set[int]]:
    """(names of nodes, node through which an item's phantom lines pass, nodes that pass through).

    An item that is a phantom on all its lines passes through itself, its stock first (P05). One that is a phantom on
    some lines only is planned and stocked for the others; a node of its own, without stock, passes those lines through.
    """
    names = list(inputs.item_row)
    component = inputs.rows("bom", "component")
    is_phantom = inputs.column("bom", "phantom").as_array(bool, np.bool_)
    planned = set(component[~is_phantom].tolist())
    through: dict[int, int] = {}
    for item in np.unique(component[is_phantom]).tolist():
        through[item] = item
        if item in planned:
            through[item] = len(names)
            names.append(names[item])
    return names, through, set(through.values())


def _items(inputs: Inputs, names: list[str], passing: set[int], row_of: NDArray, digits: int) -> Items:
    table = inputs.tables["items"]
    extra = len(names) - len(table)

    def quantities(column: str) -> NDArray:
        return _padded(table.columns[column].as_array(lambda value: _units(value, digits)), extra, 0)

    rule = table.columns["lot_rule"]
    in_days = _padded(rule.as_array(lambda name: name == "POQ", np.bool_), extra, False)
    days = _padded(table.columns["lot_size"].as_array(int), extra, 0)
    kind = _padded(rule.as_array(KINDS.__getitem__, np.int8), extra, PASS_THROUGH)
    kind[list(passing)] = PASS_THROUGH
    slack = 10**digits // LOST if digits > 6 else 10 if digits == 6 else 0
    return Items(
        quantities("on_hand"), quantities("safety_stock"), slack, kind,
        np.where(in_days, days, quantities("lot_size")), quantities("min_qty"), quantities("multiple"),
        quantities("max_qty"), start_row=_padded(row_of, extra, 0),
    )  # fmt: skip


def _padded(values: NDArray, extra: int, value: object) -> NDArray:
    """The values and so many more."""
    return np.concatenate([values, np.full(extra, value, values.dtype)]) if extra else values


def _lines(inputs: Inputs, horizon: Horizon, start: date, through: dict[int, int]) -> tuple[Lines, NDArray]:
    above, below = inputs.rows("bom", "parent"), inputs.rows("bom", "component")
    passing = np.arange(len(inputs.item_row))
    passing[list(through)] = list(through.values())
    below = np.where(inputs.column("bom", "phantom").as_array(bool, np.bool_), passing[below], below)
    at, combined = together(*(inputs.column("bom", name) for name in ("quantity", "batch_qty", "scrap_pct")))
    shares = [_share(quantity / batch * (100 + scrap) / 100) for quantity, batch, scrap in combined]
    num = np.array([share.numerator for share in shares] or [0])[at]
    den = np.array([share.denominator for share in shares] or [1])[at]
    needs = _Rows()
    needs.of(0, lambda: tables.need_row(horizon, 0))
    row = inputs.column("bom", "offset_days").as_array(
        lambda offset: needs.of(offset, lambda: tables.need_row(horizon, offset)), np.int64
    )
    first = inputs.column("bom", "valid_from").as_array(lambda on: (on - start).days if on else -FOREVER, np.int64)
    last = inputs.column("bom", "valid_to").as_array(lambda on: (on - start).days if on else FOREVER, np.int64)
    # A node that passes lines through beside its item has the item's lines, too.
    twin = np.flatnonzero(passing[above] != above)
    each = np.concatenate([np.arange(len(above)), twin])
    parents = np.concatenate([above, passing[above[twin]]])
    return (
        Lines(parents, below[each], num[each], den[each], valid_from=first[each], valid_to=last[each],
              need_row=row[each]),
        needs.table(),
    )  # fmt: skip


def _entries(inputs: Inputs, file: str, horizon: Horizon, start: date, digits: int, wait: int, beyond: dict[str, int]):
    """(entries within the horizon, their rows in the file, their days); supply may count so many days earlier (P20)."""
    day = inputs.column(file, "date").as_array(lambda on: (on - start).days, np.int64)
    counted = np.maximum(day - wait, np.minimum(day, 0))
    bucket = horizon.bucket_of(counted)
    kept = np.flatnonzero(bucket >= 0)
    # The engine keeps rows by item, then bucket: the same order here makes its row numbers ours.
    item = inputs.rows(file, "item")
    kept = kept[np.lexsort((bucket[kept], item[kept]))]
    beyond[file] = len(day) - len(kept)
    if not len(kept):
        return Entries.none(), [], day[kept]
    units = inputs.column(file, "quantity").as_array(lambda value: _units(value, digits))[kept]
    return Entries(item[kept], bucket[kept], units), kept.tolist(), day[kept]


def _shop(inputs: Inputs, horizon: Horizon, calendars, passing: set[int]) -> tuple[Shop, list[str]]:
    """Operations of items that get orders, and what the work centers have open each day."""
    open_days = np.arange(horizon.days)
    table = inputs.tables["work_centers"]
    centers = list(table.columns["work_center"]) or sorted(set(inputs.column("routing", "work_center").distinct))
    at = {name: row for row, name in enumerate(centers)}
    calendar_of = list(table.columns["calendar"]) or [""] * len(centers)
    hours = [float(each) for each in table.columns["hours_per_day"]] or [8.0] * len(centers)
    efficiency = list(table.columns["efficiency"]) or [Fraction(1)] * len(centers)
    capacity = np.zeros((max(1, len(centers)), horizon.days), np.int64)
    for row, name in enumerate(calendar_of):
        is_open = calendars[name].next_open(open_days) == open_days
        capacity[row] = np.where(is_open, round(hours[row] * TICKS), 0)
    days = _Rows()
    days.of(("", 0), lambda: tables.begin_row(horizon, 0, calendars[""]))
    center, run, offset = (inputs.column("routing", name) for name in ("work_center", "run_hours", "offset_days"))
    run_at, runs = together(run, center)
    day_at, spans = together(center, offset)
    each_unit = np.array([float(hours / efficiency[at[name]]) * TICKS for hours, name in runs] or [0.0])[run_at]
    starts = days.of_each(
        [(calendar_of[at[name]], later) for name, later in spans],
        lambda calendar, later: tables.begin_row(horizon, later, calendars[calendar]),
    )[day_at]
    item = inputs.rows("routing", "item")
    made = ~np.isin(item, list(passing))
    shop = Shop(
        item[made].astype(np.int32), center.as_array(at.__getitem__, np.int32)[made],
        inputs.column("routing", "setup_hours").as_array(lambda hours: round(hours * TICKS), np.int64)[made],
        each_unit[made], starts[made].astype(np.int32), days.table(), capacity,
    )  # fmt: skip
    return shop, centers


def scaled(built: Built, workers: int):
    """The plan of the network; run hours are brought to the smallest unit of quantity."""
    from mainspring.engines.mrp.plan import Plan

    assert built.network.shop is not None
    built.network.shop.run = built.network.shop.run / 10**built.digits
    return Plan(built.network, workers=workers, follow=False)


def _units(value: Fraction, digits: int) -> int:
    """A quantity in smallest units, to the nearest."""
    return round(value * 10**digits)


def _share(exact: Fraction) -> Fraction:
    """A bill's share with a denominator small enough to multiply by: exact for the decimals people write."""
    return exact if exact.denominator <= LOST else exact.limit_denominator(LOST)


# Where the engine's arrays and columns stand in the files.
_FILES = {"items": "items", "lines": "bom"}
_COLUMNS = {
    "safety": "safety_stock", "size": "lot_size", "minimum": "min_qty", "maximum": "max_qty", "num": "quantity",
    "den": "batch_qty",
}  # fmt: skip


def in_files(error: InvalidProblem, inputs: Inputs) -> InvalidProblem:
    """The engine's refusal of a number, by file, row and column as far as the row is one of a file."""
    found = []
    for defect in error.defects:
        file = _FILES.get(defect.array)
        rows = inputs.tables[file].rows if file else []
        if isinstance(defect.row, int) and defect.row < len(rows):
            column = _COLUMNS.get(defect.field, defect.field)
            defect = Defect(f"{file}.csv", rows[defect.row], column, defect.value, defect.rule)
        found.append(defect)
    return InvalidProblem(*found)


def loop_in_file(error: InvalidProblem, inputs: Inputs) -> InvalidProblem:
    """The engine's refusal of a loop, with the row of bom.csv that closes it (P08)."""
    defects = []
    for defect in error.defects:
        if defect.path:
            pairs = list(zip(inputs.column("bom", "parent"), inputs.column("bom", "component"), strict=True))
            row = inputs.tables["bom"].rows[pairs.index((defect.path[0], defect.path[1]))]
            rule = f"must not form a loop: {' > '.join(defect.path)}"
            defect = Defect("bom.csv", row, "component", defect.path[1], rule, defect.path)
        defects.append(defect)
    return InvalidProblem(*defects)


def on(built: Built, day: int) -> str:
    """A day of the plan as a date."""
    return (built.start + timedelta(days=int(day))).isoformat()


@lru_cache(maxsize=1 << 18)  # a plan says the same quantities over and over
def plain(units: int, digits: int) -> str:
    """A quantity without trailing zeros, at six decimals at most."""
    whole, rest = divmod(abs(int(units)), 10**digits)
    sign = "-" if units < 0 else ""
    if not rest:
        return f"{sign}{whole}"
    kept = min(digits, 6)
    cut = 10 ** (digits - kept)
    rounded = (rest + cut // 2) // cut
    if rounded == 10**kept:
        whole, rounded = whole + 1, 0
    text = f"{sign}{whole}.{rounded:0{kept}d}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
