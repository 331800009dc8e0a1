"""Lot-sizing problems as people write them: JSON, CSV, or words and numbers. Text in, a problem out."""

import csv
import io
import json
from fractions import Fraction

from mainspring.engines.lotsizing import data
from mainspring.engines.lotsizing.data import LotProblem
from mainspring.engines.problem import Defect, InvalidProblem

NAMES = {
    "demand": "demand", "demands": "demand", "quantity": "demand", "d": "demand",
    "setup_cost": "setup_cost", "setup": "setup_cost", "fixed_cost": "setup_cost", "order_cost": "setup_cost",
    "ordering_cost": "setup_cost", "setup_costs": "setup_cost", "k": "setup_cost", "s": "setup_cost",
    "holding_cost": "holding_cost", "holding": "holding_cost", "holding_costs": "holding_cost", "h": "holding_cost",
    "carrying_cost": "holding_cost",
    "unit_cost": "unit_cost", "purchase_cost": "unit_cost", "production_cost": "unit_cost", "c": "unit_cost",
    "on_hand": "on_hand", "initial_inventory": "on_hand", "initial_stock": "on_hand",
    "period": "period", "num_periods": "period", "periods": "period", "n": "period",
}  # fmt: skip
FORMAT = """A problem in any of three forms; costs may be one number or one a period.
JSON:  {"demand": [90, 120, 80, 70], "setup_cost": 500, "holding_cost": 2, "unit_cost": 0, "on_hand": 0}
CSV:   period,demand,setup_cost,holding_cost,unit_cost with one row a period; an empty cost repeats the one above
text:  a name and its numbers a line, for example "demand 90 120 80 70", "setup_cost 500", "holding_cost 2"
setup_cost is paid in every period with an order, holding_cost per unit in stock at the end of a period. Missing
unit_cost and on_hand are 0; demand, setup_cost and holding_cost are required."""


def read(text: str, name: str = "problem") -> LotProblem:
    """The problem in the text. Raises InvalidProblem naming the file, row, column and rule."""
    body = text.lstrip("\ufeff").strip()
    if body.startswith("{"):
        columns = _json(body, name)
    else:
        header = next((line for line in body.splitlines() if line.strip() and not line.lstrip().startswith("#")), "")
        between = next((sign for sign in ",;\t" if sign in header), "")
        cells = [cell.strip().lower() for cell in header.split(between)] if between else []
        is_table = len(cells) > 1 and all(not cell or cell.isidentifier() for cell in cells) and cells[0] in NAMES
        columns = _csv(body, name, between) if is_table else _words(body, name)
    missing = [each for each in ("demand", "setup_cost", "holding_cost") if each not in columns]
    if missing:
        raise InvalidProblem(*(Defect(name, 1, each, "", "is required") for each in missing))
    on_hand = columns.get("on_hand", [Fraction(0)])[0]
    costs = [columns.get(each, [Fraction(0)]) for each in ("setup_cost", "holding_cost", "unit_cost")]
    setup, holding, unit = (each[0] if len(each) == 1 else each for each in costs)
    try:
        return data.problem(columns["demand"], setup, holding, unit, on_hand)
    except InvalidProblem as error:
        raise InvalidProblem(*(_in_file(each, name) for each in error.defects)) from error


def _in_file(defect: Defect, name: str) -> Defect:
    """What is wrong with a column, told of the file: its row is the period, counted from 1."""
    return Defect(name, int(defect.row) + 1, defect.array, defect.value, f"{defect.rule} (row counts periods)")


def _json(body: str, name: str) -> dict[str, list[Fraction]]:
    try:
        given = json.loads(body, parse_float=str, parse_int=str)
    except ValueError as error:
        raise InvalidProblem(Defect(name, 1, "JSON", body[:20], f"is not JSON: {error}")) from error
    return {
        column: [
            _number(cell, name, row, key)
            for row, cell in enumerate(value if isinstance(value, list) else [value], start=1)
        ]
        for key, value in given.items()
        if (column := NAMES.get(key.lower())) and column != "period"
    }


def _csv(body: str, name: str, between: str) -> dict[str, list[Fraction]]:
    rows = [(at, row) for at, row in enumerate(csv.reader(io.StringIO(body), delimiter=between), start=1) if any(row)]
    rows = [(at, row) for at, row in rows if not row[0].lstrip().startswith("#")]
    header = [NAMES.get(each.strip().lower(), "") for each in rows[0][1]]
    found: dict[str, list[Fraction]] = {each: [] for each in header if each}
    for each in found:
        if header.count(each) > 1:
            raise InvalidProblem(Defect(name, rows[0][0], each, each, "must be one column only"))
    for number, row in rows[1:]:
        for column, cell in zip(header, [*row, *[""] * len(header)], strict=False):
            if column not in found:
                continue
            values = found[column]
            if column == "period":
                if cell.strip().isdecimal():
                    values.append(Fraction(cell.strip()))
                    if values[-2:-1] >= values[-1:]:
                        raise InvalidProblem(Defect(name, number, column, cell, "must come after the period above"))
            elif not cell.strip() and values:
                values.append(values[-1] if column != "demand" else Fraction(0))
            else:
                values.append(_number(cell, name, number, column))
    found.pop("period", None)
    return found


def _words(body: str, name: str) -> dict[str, list[Fraction]]:
    found: dict[str, list[Fraction]] = {}
    for number, line in enumerate(body.splitlines(), start=1):
        words = line.split("#")[0].replace(",", " ").replace(":", " ").replace("=", " ").split()
        if not words:
            continue
        column = NAMES.get(words[0].lower())
        if column is None:
            raise InvalidProblem(Defect(name, number, "name", words[0], f"must be one of {', '.join(sorted(NAMES))}"))
        if column != "period":
            found.setdefault(column, []).extend(_number(each, name, number, column) for each in words[1:])
    return found


def _number(cell: object, name: str, row: int, column: str) -> Fraction:
    written = str(cell).strip()
    try:
        if len(written) > 60 or len(written.lower().partition("e")[2]) > 3:  # an exponent that takes hours to write out
            raise ValueError
        return Fraction(written)
    except (ValueError, ZeroDivisionError) as error:
        raise InvalidProblem(Defect(name, row, column, cell, "must be a number")) from error
