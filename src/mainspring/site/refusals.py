"""How the commands over plain files refuse: file, row, column and rule, one line each, or as one JSON object."""

import json
import sys

from mainspring.engines.problem import Defect, InvalidProblem

SHOWN = 50


def tell(command: str, error: InvalidProblem, *, as_json: bool) -> int:
    """Say what is wrong; the exit code 1."""
    for defect in error.defects[:SHOWN]:
        place = f"{defect.array} row {defect.row} column {column(defect)}"
        print(f"mainspring {command}: {place}: “{defect.value}” {defect.rule}", file=sys.stderr)
    if len(error.defects) > SHOWN:
        print(f"mainspring {command}: … and {len(error.defects) - SHOWN} more", file=sys.stderr)
    if as_json:
        found = [
            {"file": each.array, "row": each.row, "column": column(each), "value": str(each.value), "rule": each.rule}
            for each in error.defects
        ]
        print(json.dumps({"ok": False, "errors": found}, default=int))
    return 1


def of_file(path: object, error: OSError | UnicodeDecodeError) -> InvalidProblem:
    """A file that cannot be read or written, as a refusal."""
    if isinstance(error, UnicodeDecodeError):
        row = error.object[: error.start].count(b"\n") + 1
        return InvalidProblem(Defect(str(path), row, "file", "", "must be text in UTF-8"))
    return InvalidProblem(Defect(str(error.filename or path), 1, "file", "", f"cannot be used: {error.strerror}"))


def column(defect: Defect) -> str:
    """The column by name, or by number where columns have none."""
    return defect.field.removeprefix("column ")
