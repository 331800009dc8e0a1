"""Cells of a CSV file as values, each refusal naming file, row, column and rule."""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from mainspring.engines.problem import Defect

TRUE = {"1", "true", "yes", "y", "t"}
FALSE = {"0", "false", "no", "n", "f"}
# Exponents of three digits say nothing a plan could use, and longer ones take hours to write out.
_NUMBER = re.compile(r"[+-]?(\d{1,60}(\.\d{0,60})?|\.\d{1,60})([eE][+-]?\d{1,2})?", re.ASCII).fullmatch
MOST = 10**15


@dataclass(frozen=True)
class Column:
    """How to read a column: `read` raises ValueError with the rule; an empty cell is the default, if there is one."""

    read: Callable[[str], Any]
    default: Any = None
    required: bool = False
    means: str = ""


@dataclass
class Table:
    """A file's columns by name, with the row number of each line (the header is row 1)."""

    file: str
    columns: dict[str, list]
    rows: list[int]
    defects: list[Defect] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)

    def refuse(self, line: int, column: str, value: object, rule: str) -> None:
        """Note a wrong cell of the n-th line."""
        self.defects.append(Defect(self.file, self.rows[line], column, value, rule))


def read(folder: Path, name: str, spec: dict[str, Column], *, required: bool) -> Table:
    """A file of the folder, or an empty table when it may be missing."""
    path = folder / f"{name}.csv"
    table = Table(path.name, {column: [] for column in spec}, [])
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file, delimiter=_delimiter(path)))
    except FileNotFoundError:
        if required:
            table.defects.append(Defect(path.name, 1, "file", "", "is required"))
        return table
    except (UnicodeDecodeError, csv.Error) as error:
        table.defects.append(Defect(path.name, 1, "file", "", f"must be CSV in UTF-8: {error}"))
        return table
    # Blank lines and comments may stand above the header.
    above = next((at for at, row in enumerate(lines) if any(row) and not row[0].lstrip().startswith("#")), len(lines))
    header = [cell.strip().lower() for cell in lines[above]] if above < len(lines) else []
    _check_header(table, header, spec)
    if table.defects:
        return table
    kept = [(number, cells) for number, cells in enumerate(lines[above + 1 :], start=above + 2) if any(cells)]
    table.rows = [number for number, _ in kept]
    for number, cells in kept:
        if len(cells) > len(header) and any(cells[len(header) :]):
            rule = f"must have no more cells than the header ({len(header)})"
            table.defects.append(Defect(path.name, number, "row", len(cells), rule))
    for column, how in spec.items():
        at = header.index(column) if column in header else -1
        table.columns[column] = _cells(table, kept, column, at, how)
    return table


def _cells(table: Table, kept: list, column: str, at: int, how: Column) -> list:
    """The column's values; `at` is -1 when the file has no such column."""
    values: list = []
    for line, (_number, cells) in enumerate(kept):
        cell = cells[at].strip() if 0 <= at < len(cells) else ""
        if cell == "":
            if how.required:
                table.refuse(line, column, "", "must not be empty")
            values.append(how.default)
            continue
        try:
            values.append(how.read(cell))
        except ValueError as error:
            table.refuse(line, column, cell, str(error))
            values.append(how.default)
    return values


def _check_header(table: Table, header: list[str], spec: dict[str, Column]) -> None:
    for column, how in spec.items():
        if how.required and column not in header:
            table.defects.append(Defect(table.file, 1, column, "", "column is required"))
    for column in header:
        if header.count(column) > 1 and column:
            table.defects.append(Defect(table.file, 1, column, column, "column must come once"))
        elif column not in spec and column:
            table.warnings.append(f"{table.file}: column {column} is not used")


def _delimiter(path: Path) -> str:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        first = next((line for line in file if line.strip() and not line.lstrip().startswith("#")), "")
    return next((sign for sign in ",;\t" if sign in first), ",")


def text(cell: str) -> str:
    """Any text."""
    return cell


@lru_cache(maxsize=1 << 20)
def number(cell: str) -> Fraction:
    """A number, exactly as written."""
    try:
        if not _NUMBER(cell):
            raise ValueError
        value = Fraction(cell)
    except ValueError:
        raise ValueError("must be a number") from None
    if abs(value) > MOST:
        raise ValueError("must be at most 10^15 in size")
    return value


@lru_cache(maxsize=1 << 20)
def amount(cell: str) -> Fraction:
    """A number, 0 or more."""
    value = number(cell)
    if value < 0:
        raise ValueError("must not be negative")
    return value


@lru_cache(maxsize=1 << 16)
def positive(cell: str) -> Fraction:
    """A number above 0."""
    value = number(cell)
    if value <= 0:
        raise ValueError("must be above 0")
    return value


@lru_cache(maxsize=1 << 16)
def percent(cell: str) -> Fraction:
    """0 to 100."""
    value = number(cell)
    if not 0 <= value <= 100:
        raise ValueError("must be 0 to 100")
    return value


@lru_cache(maxsize=1 << 16)
def factor(cell: str) -> Fraction:
    """A factor: 1 is 100 %."""
    value = number(cell)
    if not 0 < value <= 10:
        raise ValueError("must be a factor above 0 and at most 10 (1 is 100 %)")
    return value


@lru_cache(maxsize=1 << 16)
def hours_of_day(cell: str) -> Fraction:
    """Hours, 0 or more; more than 24 for a center of several machines."""
    return amount(cell)


@lru_cache(maxsize=1 << 16)
def days(cell: str) -> int:
    """Whole days, 0 or more."""
    value = whole(cell)
    if not 0 <= value <= 3660:
        raise ValueError("must be whole days, 0 to 3660")
    return value


@lru_cache(maxsize=1 << 16)
def shift(cell: str) -> int:
    """Whole days, before or after."""
    value = whole(cell)
    if not -3660 <= value <= 3660:
        raise ValueError("must be whole days, -3660 to 3660")
    return value


def whole(cell: str) -> int:
    """A whole number."""
    value = number(cell)
    if value.denominator != 1:
        raise ValueError("must be a whole number")
    return int(value)


@lru_cache(maxsize=1 << 16)
def day(cell: str) -> date:
    """A date."""
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise ValueError("must be a date YYYY-MM-DD") from None


def flag(cell: str) -> bool:
    """Yes or no."""
    if cell.lower() in TRUE:
        return True
    if cell.lower() in FALSE:
        return False
    raise ValueError("must be 1 or 0, true or false, yes or no")


def lot_rule(cell: str) -> str:
    """One of the lot rules."""
    if cell.upper() not in ("L4L", "FOQ", "POQ", "EOQ"):
        raise ValueError("must be L4L, FOQ, POQ or EOQ")
    return cell.upper()
