"""The seven input files: their columns, defaults and the rules that tie them together."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mainspring.engines.problem import InvalidProblem
from mainspring.site.material import cells
from mainspring.site.material.cells import Column, Table

ZERO, ONE = Fraction(0), Fraction(1)
FILES: dict[str, dict[str, Column]] = {
    "items": {
        "item": Column(cells.text, required=True, means="its name"),
        "lead_time_days": Column(cells.days, 0, means="working days of the calendar between start and due"),
        "lot_rule": Column(cells.lot_rule, "L4L", means="L4L, FOQ, POQ or EOQ"),
        "lot_size": Column(cells.amount, ZERO, means="FOQ: lot; EOQ: least lot; POQ: days one order covers"),
        "min_qty": Column(cells.amount, ZERO, means="least order"),
        "multiple": Column(cells.amount, ZERO, means="orders are whole multiples"),
        "max_qty": Column(cells.amount, ZERO, means="larger orders are split; 0 is no limit"),
        "safety_stock": Column(cells.amount, ZERO, means="kept once, not for each demand"),
        "on_hand": Column(cells.amount, ZERO, means="stock at the start"),
        "calendar": Column(cells.text, "", means="working days of the lead time; empty works every day"),
    },
    "bom": {
        "parent": Column(cells.text, required=True, means="item that is made"),
        "component": Column(cells.text, required=True, means="item it needs"),
        "quantity": Column(cells.amount, ONE, means="needed for one batch of the parent"),
        "batch_qty": Column(cells.positive, ONE, means="what one batch makes"),
        "scrap_pct": Column(cells.percent, ZERO, means="added to the need: need x (1 + scrap_pct / 100)"),
        "offset_days": Column(cells.shift, 0, means="days after the parent's start; closed days count too"),
        "valid_from": Column(cells.day, None, means="orders starting before do not use the line; empty: no limit"),
        "valid_to": Column(cells.day, None, means="orders starting on this day or later do not; empty: no limit"),
        "phantom": Column(cells.flag, False, means="the component is passed through: no order, no lead time"),
    },
    "routing": {
        "item": Column(cells.text, required=True, means="item that is made"),
        "sequence": Column(cells.whole, 0, means="order of the operation; information"),
        "work_center": Column(cells.text, required=True, means="where"),
        "setup_hours": Column(cells.amount, ZERO, means="once an order"),
        "run_hours": Column(cells.amount, ZERO, means="each unit"),
        "offset_days": Column(cells.days, 0, means="days after the order's start"),
    },
    "work_centers": {
        "work_center": Column(cells.text, required=True, means="its name"),
        "hours_per_day": Column(cells.hours_of_day, Fraction(8), means="open on a working day"),
        "efficiency": Column(cells.factor, ONE, means="factor, 1 is 100 %: run hours are divided by it"),
        "calendar": Column(cells.text, "", means="its working days; empty works every day"),
    },
    "demand": {
        "item": Column(cells.text, required=True, means="what is wanted"),
        "date": Column(cells.day, required=True, means="when; before the start it counts on the first day"),
        "quantity": Column(cells.amount, ZERO, required=True, means="how much"),
        "ref": Column(cells.text, "", means="whose, for pegging; empty: demand.csv and its row"),
    },
    "supply": {
        "item": Column(cells.text, required=True, means="what comes"),
        "date": Column(cells.day, required=True, means="when; before the start it counts on the first day"),
        "quantity": Column(cells.amount, ZERO, required=True, means="how much"),
        "ref": Column(cells.text, "", means="which order; empty: supply.csv and its row"),
        "firm": Column(cells.flag, True, means="shown with its messages; all supply counts on its date"),
    },
    "calendars": {
        "calendar": Column(cells.text, required=True, means="its name"),
        "date": Column(cells.day, None, means="a day that differs; empty only names the calendar"),
        "working": Column(cells.flag, False, means="whether it is worked; days not listed are"),
    },
}  # fmt: skip
REQUIRED = ("items", "bom", "demand")


@dataclass
class Inputs:
    """The tables as read, and where each item stands in items.csv."""

    tables: dict[str, Table]
    item_row: dict[str, int]
    warnings: list[str]

    def column(self, file: str, name: str) -> cells.Values:
        """One column of one file."""
        return self.tables[file].columns[name]

    def rows(self, file: str, name: str) -> NDArray[np.int64]:
        """For each line of a column of items the item's row."""
        return self.column(file, name).as_array(self.item_row.__getitem__, np.int64)


def read(folder: Path) -> Inputs:
    """All files of the folder. Raises InvalidProblem listing every wrong cell of every file."""
    tables = {name: cells.read(folder, name, spec, required=name in REQUIRED) for name, spec in FILES.items()}
    items = tables["items"].columns["item"]
    inputs = Inputs(tables, {name: row for row, name in enumerate(items)}, [])
    if not any(table.defects for table in tables.values()):
        _check_items(tables["items"], inputs)
        _check_names(tables, inputs)
        _check_dates(tables)
    if found := [defect for table in tables.values() for defect in table.defects]:
        raise InvalidProblem(*found)
    inputs.warnings = [warning for table in tables.values() for warning in table.warnings]
    return inputs


def _check_items(table: Table, inputs: Inputs) -> None:
    columns = table.columns
    _check_once(table, "item")
    rules, sizes = columns["lot_rule"], columns["lot_size"]
    for line in np.flatnonzero(rules.as_array(lambda rule: rule != "L4L", np.bool_)).tolist():
        rule, size = rules[line], sizes[line]
        if size <= 0:
            table.refuse(line, "lot_size", size, f"must be above 0 for {rule}")
        if rule == "POQ" and size.denominator != 1:
            table.refuse(line, "lot_size", float(size), "must be whole days for POQ")
    for line in columns["max_qty"].lines(lambda most: most > 0).tolist():
        least, multiple, most = (columns[each][line] for each in ("min_qty", "multiple", "max_qty"))
        least = max(least, multiple)
        if multiple:
            least = -(-least // multiple) * multiple
        if most < least:
            table.refuse(line, "max_qty", float(most), f"must be at least {float(least):g}: min_qty raised to multiple")


def _check_once(table: Table, column: str) -> None:
    values = table.columns[column]
    if len(set(values.distinct)) == len(values):
        return
    seen: set[str] = set()
    for line, name in enumerate(values):
        if name in seen:
            table.refuse(line, column, name, "must come once")
        seen.add(name)


def _check_names(tables: dict[str, Table], inputs: Inputs) -> None:
    calendars = set(tables["calendars"].columns["calendar"].distinct)
    centers = set(tables["work_centers"].columns["work_center"].distinct)
    ties = [
        ("bom", "parent", inputs.item_row, "items.csv"), ("bom", "component", inputs.item_row, "items.csv"),
        ("demand", "item", inputs.item_row, "items.csv"), ("supply", "item", inputs.item_row, "items.csv"),
        ("routing", "item", inputs.item_row, "items.csv"), ("items", "calendar", calendars, "calendars.csv"),
        ("work_centers", "calendar", calendars, "calendars.csv"),
    ]  # fmt: skip
    if len(tables["work_centers"]):
        ties.append(("routing", "work_center", centers, "work_centers.csv"))
    for file, column, known, where in ties:
        values = tables[file].columns[column]
        for line in values.lines(lambda name: name not in known and name != "").tolist():  # noqa: B023
            tables[file].refuse(line, column, values[line], f"is not in {where}")
    _check_once(tables["work_centers"], "work_center")


def _check_dates(tables: dict[str, Table]) -> None:
    bom = tables["bom"]
    starts, ends = bom.columns["valid_from"], bom.columns["valid_to"]
    both = starts.as_array(bool, np.bool_) & ends.as_array(bool, np.bool_)
    for line in np.flatnonzero(both).tolist():
        if ends[line] < starts[line]:
            bom.refuse(line, "valid_to", ends[line], f"must not be before valid_from {starts[line]}")
    table = tables["calendars"]
    said: dict[tuple, bool] = {}
    rows = zip(*(table.columns[name] for name in ("calendar", "date", "working")), strict=True)
    for line, (name, on, working) in enumerate(rows):
        if on is not None and said.setdefault((name, on), working) != working:
            table.refuse(line, "working", working, f"{name} says both for {on}")


def described() -> str:
    """The files and columns in words, for people."""
    lines = []
    for file, spec in FILES.items():
        lines.append(f"{file}.csv" + ("" if file in REQUIRED else "  (may be missing)"))
        for name, column in spec.items():
            default = "required" if column.required else f"default {_shown(column.default)}"
            lines.append(f"  {name:<16}{column.means}  [{default}]")
    return "\n".join(lines)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return "none" if value in (None, "") else str(value)
