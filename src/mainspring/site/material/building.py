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
    stages = zip(inputs.column("items", "calendar"), inputs.column("items", "lead_time_days"), strict=True)
    row_of = [
        starts.of((name, lead), lambda: tables.start_row(horizon, [(calendars[name], lead)]))  # noqa: B023
        for name, lead in stages
    ]
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
    phantom: set[int] = set()
    planned: set[int] = set()
    for component, is_phantom in zip(inputs.column("bom", "component"), inputs.column("bom", "phantom"), strict=True):
        (phantom if is_phantom else planned).add(inputs.item_row[component])
    through: dict[int, int] = {}
    for item in sorted(phantom):
        through[item] = item
        if item in planned:
            through[item] = len(names)
            names.append(names[item])
    return names, through, set(through.values())


def _items(inputs: Inputs, names: list[str], passing: set[int], row_of: list[int], digits: int) -> Items:
    table = inputs.tables["items"]
    extra = len(names) - len(table)

    def quantities(column: str) -> list[int]:
        return [_units(value, digits) for value in table.columns[column]] + [0] * extra

    kind = [KINDS[rule] for rule in table.columns["lot_rule"]] + [PASS_THROUGH] * extra
    size = [
        int(value) if rule == "POQ" else _units(value, digits)
        for value, rule in zip(table.columns["lot_size"], table.columns["lot_rule"], strict=True)
    ] + [0] * extra
    for node in passing:
        kind[node] = PASS_THROUGH
    slack = 10**digits // LOST if digits > 6 else 10 if digits == 6 else 0
    return Items(
        quantities("on_hand"), quantities("safety_stock"), slack, kind, size, quantities("min_qty"),
        quantities("multiple"), quantities("max_qty"), start_row=row_of + [0] * extra,
    )  # fmt: skip


def _lines(inputs: Inputs, horizon: Horizon, start: date, through: dict[int, int]) -> tuple[Lines, NDArray]:
    names = ("parent", "component", "quantity", "batch_qty", "scrap_pct", "offset_days", "valid_from", "valid_to")
    needs = _Rows()
    needs.of(0, lambda: tables.need_row(horizon, 0))
    columns: list[list[int]] = [[] for _ in range(7)]
    share_of: dict[tuple, Fraction] = {}
    rows = zip(*(inputs.column("bom", name) for name in (*names, "phantom")), strict=True)
    for parent, component, quantity, batch, scrap, offset, valid_from, valid_to, is_phantom in rows:
        key = (quantity, batch, scrap)
        if key not in share_of:
            share_of[key] = _share(quantity / batch * (100 + scrap) / 100)
        share = share_of[key]
        above, below = inputs.item_row[parent], inputs.item_row[component]
        if is_phantom:
            below = through[below]
        row = needs.of(offset, lambda: tables.need_row(horizon, offset))  # noqa: B023
        first = (valid_from - start).days if valid_from else -FOREVER
        last = (valid_to - start).days if valid_to else FOREVER
        twin = through.get(above, above)
        for node in {above, twin}:
            for column, value in zip(
                columns, (node, below, share.numerator, share.denominator, first, last, row), strict=True
            ):
                column.append(value)
    parents, components, num, den, first_days, last_days, need_rows = columns
    return (
        Lines(parents, components, num, den, valid_from=first_days, valid_to=last_days, need_row=need_rows),
        needs.table(),
    )


def _entries(inputs: Inputs, file: str, horizon: Horizon, start: date, digits: int, wait: int, beyond: dict[str, int]):
    """(entries within the horizon, their rows in the file, their days); supply may count so many days earlier (P20)."""
    items, dates = inputs.column(file, "item"), inputs.column(file, "date")
    day = np.array([on.toordinal() for on in dates], np.int64) - start.toordinal()
    counted = np.maximum(day - wait, np.minimum(day, 0))
    bucket = horizon.bucket_of(counted)
    kept = np.flatnonzero(bucket >= 0)
    # The engine keeps rows by item, then bucket: the same order here makes its row numbers ours.
    item = np.array([inputs.item_row[name] for name in items], np.int32)
    kept = kept[np.lexsort((bucket[kept], item[kept]))]
    beyond[file] = len(items) - len(kept)
    if not len(kept):
        return Entries.none(), [], day[kept]
    quantity = inputs.column(file, "quantity")
    units = [_units(quantity[row], digits) for row in kept]
    return Entries(item[kept], bucket[kept], units), kept.tolist(), day[kept]


def _shop(inputs: Inputs, horizon: Horizon, calendars, passing: set[int]) -> tuple[Shop, list[str]]:
    """Operations of items that get orders, and what the work centers have open each day."""
    open_days = np.arange(horizon.days)
    table = inputs.tables["work_centers"]
    centers = list(table.columns["work_center"]) or sorted(set(inputs.column("routing", "work_center")))
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
    columns: list[list] = [[] for _ in range(5)]
    names = ("item", "work_center", "setup_hours", "run_hours", "offset_days")
    for item, center, setup, run, offset in zip(*(inputs.column("routing", name) for name in names), strict=True):
        if inputs.item_row[item] in passing:
            continue
        row, calendar = at[center], calendar_of[at[center]]
        day_row = days.of(
            (calendar, offset),
            lambda: tables.begin_row(horizon, offset, calendars[calendar]),  # noqa: B023
        )
        each_unit = float(run / efficiency[row])
        values = (inputs.item_row[item], row, round(setup * TICKS), each_unit * TICKS, day_row)
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    item_rows, center_rows, setups, runs, day_rows = columns
    shop = Shop(
        np.array(item_rows, np.int32), np.array(center_rows, np.int32), np.array(setups, np.int64),
        np.array(runs, np.float64), np.array(day_rows, np.int32), days.table(), capacity,
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
