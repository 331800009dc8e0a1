"""Cells of a CSV file as values, each refusal naming file, row, column and rule.

A column is kept as its distinct values and, for each line, the number of its value: what people write repeats itself,
so that reading, checking and turning into arrays costs little more than taking the file apart.
"""

import csv
import gc
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

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


class Values:
    """One column: `distinct` values, and for each line the place of its value among them (`at`)."""

    def __init__(self, at: NDArray[np.int32], distinct: list):
        self.at, self.distinct = at, distinct

    @classmethod
    def filled(cls, value: object, lines: int) -> "Values":
        """The same value on every line."""
        return cls(np.zeros(lines, np.int32), [value] if lines else [])

    def __len__(self) -> int:
        return len(self.at)

    def __getitem__(self, line: int) -> Any:
        return self.distinct[self.at[line]]

    def __iter__(self) -> Iterator:
        return map(self.distinct.__getitem__, self.at.tolist())

    def as_array(self, turned: Callable[[Any], Any], kind: Any = None) -> NDArray:
        """One number a line: the distinct values turned, each once."""
        return np.array([turned(value) for value in self.distinct] or [0], kind)[self.at]

    def lines(self, holds: Callable[[Any], bool]) -> NDArray[np.int64]:
        """Lines whose value is one of those."""
        return np.flatnonzero(self.as_array(holds, np.bool_))


def together(*columns: Values) -> tuple[NDArray[np.int64], list[tuple]]:
    """(place of each line's values among the distinct combinations, the combinations)."""
    key = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        _, key = np.unique(key * max(1, len(column.distinct)) + column.at, return_inverse=True)
    _, first = np.unique(key, return_index=True)
    return key, [tuple(column[line] for column in columns) for line in first.tolist()]


@dataclass
class Table:
    """A file's columns by name, with the row number of each line (the header is row 1)."""

    file: str
    columns: dict[str, Values]
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
    table = Table(path.name, {column: Values.filled(how.default, 0) for column, how in spec.items()}, [])
    with _no_garbage():
        lines = _lines(path, table, required=required)
        if lines is None:
            return table
        # Blank lines and comments may stand above the header.
        above = next(
            (at for at, row in enumerate(lines) if any(row) and not row[0].lstrip().startswith("#")), len(lines)
        )
        header = [cell.strip().lower() for cell in lines[above]] if above < len(lines) else []
        _check_header(table, header, spec)
        if table.defects:
            return table
        table.rows = [number for number, cells in enumerate(lines[above + 1 :], start=above + 2) if any(cells)]
        kept = [cells for cells in lines[above + 1 :] if any(cells)]
        _check_widths(table, kept, len(header))
        narrowest = min(map(len, kept), default=0)
        for column, how in spec.items():
            if column not in header:
                table.columns[column] = Values.filled(how.default, len(kept))
                continue
            at = header.index(column)
            if at < narrowest:
                found = list(map(itemgetter(at), kept))
            else:
                found = [cells[at] if at < len(cells) else "" for cells in kept]
            table.columns[column] = _values(table, found, column, how)
    return table


def _lines(path: Path, table: Table, *, required: bool) -> list[list[str]] | None:
    """The rows of the file; None when there is none or it cannot be read, which is noted."""
    row, rule = 1, ""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=_delimiter(path))
            try:
                return list(reader)
            except csv.Error as error:
                row, rule = max(1, reader.line_num), f"must be CSV in UTF-8: {error}"
    except FileNotFoundError:
        if not required:
            return None
        rule = "is required"
    except UnicodeDecodeError as error:
        rule = f"must be CSV in UTF-8: {error}"
    except OSError as error:
        rule = f"must be a file that can be read: {error.strerror}"
    table.defects.append(Defect(path.name, row, "file", "", rule))
    return None


@contextmanager
def _no_garbage():
    """Among millions of cells that all stay, looking for garbage again and again costs more than reading them."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _check_widths(table: Table, kept: list[list[str]], most: int) -> None:
    for line, cells in enumerate(kept):
        if len(cells) > most and any(cells[most:]):
            table.refuse(line, "row", len(cells), f"must have no more cells than the header ({most})")


def _values(table: Table, cells: list[str], column: str, how: Column) -> Values:
    """The column's values, each distinct cell read once."""
    number = {cell: at for at, cell in enumerate(dict.fromkeys(cells))}
    values = Values(np.fromiter(map(number.__getitem__, cells), np.int32, len(cells)), [])
    rules: dict[int, str] = {}
    for at, cell in enumerate(map(str.strip, number)):
        value = how.default
        if cell:
            try:
                value = how.read(cell)
            except ValueError as error:
                rules[at] = str(error)
        elif how.required:
            rules[at] = "must not be empty"
        values.distinct.append(value)
    if rules:
        for line in np.flatnonzero(np.isin(values.at, list(rules))).tolist():
            table.refuse(line, column, cells[line].strip(), rules[int(values.at[line])])
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


def number(cell: str) -> Fraction:
    """A number, exactly as written."""
    if len(cell) < 16 and cell.isascii() and cell.isdigit():
        return Fraction(int(cell))
    try:
        if not _NUMBER(cell):
            raise ValueError
        value = Fraction(cell)
    except ValueError:
        raise ValueError("must be a number") from None
    if abs(value.numerator) > MOST * value.denominator:
        raise ValueError("must be at most 10^15 in size")
    return value


def amount(cell: str) -> Fraction:
    """A number, 0 or more."""
    value = number(cell)
    if value < 0:
        raise ValueError("must not be negative")
    return value


def positive(cell: str) -> Fraction:
    """A number above 0."""
    value = number(cell)
    if value <= 0:
        raise ValueError("must be above 0")
    return value


def percent(cell: str) -> Fraction:
    """0 to 100."""
    value = number(cell)
    if not 0 <= value <= 100:
        raise ValueError("must be 0 to 100")
    return value


def factor(cell: str) -> Fraction:
    """A factor: 1 is 100 %."""
    value = number(cell)
    if not 0 < value <= 10:
        raise ValueError("must be a factor above 0 and at most 10 (1 is 100 %)")
    return value


def hours_of_day(cell: str) -> Fraction:
    """Hours, 0 or more; more than 24 for a center of several machines."""
    return amount(cell)


def days(cell: str) -> int:
    """Whole days, 0 or more."""
    value = whole(cell)
    if not 0 <= value <= 3660:
        raise ValueError("must be whole days, 0 to 3660")
    return value


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
