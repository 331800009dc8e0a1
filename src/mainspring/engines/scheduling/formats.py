"""Text formats of the public job shop libraries.

Standard: `jobs machines`, then one row a job of pairs `machine duration`, machines from 0 (from 1 when 0 never occurs).
Taillard: the same head, then `Times` and `Machines`, each a table of jobs by operations, machines from 1.
Brandimarte (flexible): `jobs machines [flexibility]`, then one row a job: number of operations, and for each the number
of alternatives followed by that many pairs `machine duration`, machines from 1 (from 0 when 0 occurs).

Blank lines, lines that start with one of # + - / ; % ! * and lines without any number are comments; before the head
also lines with words; and what follows a #.
"""

import re
from dataclasses import dataclass

from mainspring.engines import problem
from mainspring.engines.scheduling import data

_COMMENT = re.compile(r"\s*(#|\+|-(?!\d)|/|;|%|!|\*)")
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?")


@dataclass(frozen=True)
class _Row:
    """One line of a file: its number from 1 and its words."""

    file: str
    number: int
    words: list[str]

    def refuse(self, column: int, value: object, rule: str):
        """Raise InvalidProblem for the word in this column, from 1."""
        raise problem.InvalidProblem(problem.Defect(self.file, self.number, f"column {column}", value, rule))

    def whole(self, column: int, rule: str = "must be a whole number, 0 or more", low: int = 0) -> int:
        """The whole number in this column."""
        if column > len(self.words):
            self.refuse(column, "nothing", rule)
        word = self.words[column - 1]
        if not re.fullmatch(r"[+-]?\d+", word) or not low <= int(word) < data.HORIZON_MAX:
            self.refuse(column, word, rule)
        return int(word)


def job_shop(text: str, *, file: str = "file") -> data.JobShop:
    """Read the standard or Taillard's format. Raises InvalidProblem with file, row, column and rule."""
    head, rows = _split(text, file)
    jobs, machines = _sizes(head)
    if len(head.words) > 2 and _has_tables(text):
        return _tables(text, file, head, jobs, machines)
    if len(head.words) > 2:
        head.refuse(3, head.words[2], "the first row holds two numbers: jobs and machines")
    _require_jobs(head, rows, jobs)
    pairs = [_pairs(row, machines) for row in rows]
    one = _counted_from_one([pair for row in pairs for pair in row], machines)
    return data.JobShop.of(
        [_shifted(row, line, one, machines, step=2) for row, line in zip(pairs, rows, strict=True)], machines
    )


def flexible_job_shop(text: str, *, file: str = "file") -> data.FlexibleJobShop:
    """Read Brandimarte's format. Raises InvalidProblem with file, row, column and rule."""
    head, rows = _split(text, file)
    jobs, machines = _sizes(head)
    if len(head.words) > 3:
        head.refuse(4, head.words[3], "the first row holds jobs, machines and perhaps the average flexibility")
    _require_jobs(head, rows, jobs)
    found = [_alternatives(row, machines) for row in rows]
    one = not any(machine == 0 for _, operations in found for operation in operations for machine, _ in operation)
    for row, (columns, operations) in zip(rows, found, strict=True):
        for column, operation in zip(columns, operations, strict=True):
            for place, (machine, _) in enumerate(operation):
                if machine >= machines + one:
                    row.refuse(column + 2 * place, machine, f"must be a machine, {int(one)} to {machines - 1 + one}")
    return data.FlexibleJobShop.of(
        [[[(machine - one, time) for machine, time in each] for each in operations] for _, operations in found],
        machines,
    )


def _split(text: str, file: str) -> tuple[_Row, list[_Row]]:
    head, rows = None, []
    for number, whole in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        line = whole.split("#")[0]
        words = re.split(r"[\s,;]+", line.strip(" \t,;"))
        if not line.strip() or _COMMENT.match(line):
            continue
        numbers = sum(bool(_NUMBER.fullmatch(word)) for word in words)
        if numbers == 0 or (head is None and numbers < len(words)):
            continue
        row = _Row(file, number, words)
        if head is None:
            head = row
        else:
            rows.append(row)
    if head is None:
        raise problem.InvalidProblem(
            problem.Defect(file, 1, "column 1", "nothing", "the first row must hold the numbers of jobs and machines")
        )
    return head, rows


def _sizes(head: _Row) -> tuple[int, int]:
    rule = "must be a whole number above 0: the first row holds jobs and machines"
    return head.whole(1, rule, 1), head.whole(2, rule, 1)


def _require_jobs(head: _Row, rows: list[_Row], jobs: int) -> None:
    if len(rows) > jobs:
        rows[jobs].refuse(1, rows[jobs].words[0], f"the first row states {jobs} jobs; this would be one more")
    if len(rows) < jobs:
        head.refuse(1, jobs, f"only {len(rows)} rows of jobs follow")


def _pairs(row: _Row, machines: int) -> list[tuple[int, int]]:
    values = [row.whole(column) for column in range(1, len(row.words) + 1)]
    if len(values) != 2 * machines:
        rule = f"must hold {machines} pairs of machine and duration, {2 * machines} numbers"
        row.refuse(len(values), f"{len(values)} numbers", rule)
    return list(zip(values[::2], values[1::2], strict=True))


def _counted_from_one(pairs, machines: int) -> bool:
    used = {machine for machine, _ in pairs}
    return 0 not in used and machines in used


def _shifted(pairs, row: _Row, one: bool, machines: int, *, step: int) -> list[tuple[int, int]]:
    seen: set[int] = set()
    for place, (machine, _) in enumerate(pairs):
        if not one <= machine < machines + one:
            row.refuse(1 + step * place, machine, f"must be a machine, {int(one)} to {machines - 1 + one}")
        if machine in seen:
            row.refuse(1 + step * place, machine, "a job uses every machine once; this one stands twice")
        seen.add(machine)
    return [(machine - one, duration) for machine, duration in pairs]


def _alternatives(row: _Row, machines: int) -> tuple[list[int], list[list[tuple[int, int]]]]:
    """Of each operation the column of its first machine, and its pairs as they stand."""
    count = row.whole(1, "must be the number of operations, above 0", 1)
    columns, operations, column = [], [], 2
    for _ in range(count):
        size = row.whole(column, "must be the number of machines of this operation, above 0", 1)
        if size > machines:
            row.refuse(column, size, f"an operation has at most {machines} machines")
        at = range(column + 1, column + 1 + 2 * size, 2)
        rule = "must be a duration, a whole number of 0 or more"
        operations.append([(row.whole(place, "must be a machine"), row.whole(place + 1, rule)) for place in at])
        columns.append(column + 1)
        column += 1 + 2 * size
    if column <= len(row.words):
        row.refuse(column, row.words[column - 1], f"the row ends after its {count} operations")
    return columns, operations


def _has_tables(text: str) -> bool:
    return bool(re.search(r"^\s*times\b", text, re.I | re.M) and re.search(r"^\s*machines\s*$", text, re.I | re.M))


def _tables(text: str, file: str, head: _Row, jobs: int, machines: int) -> data.JobShop:
    _, rows = _split(text, file)
    if len(rows) != 2 * jobs:
        head.refuse(1, jobs, f"{2 * jobs} rows must follow, {jobs} of times and {jobs} of machines; found {len(rows)}")
    tables = [[row.whole(column) for column in range(1, machines + 1)] for row in rows]
    for row in rows:
        if len(row.words) != machines:
            row.refuse(machines + 1, row.words[machines], f"must hold {machines} numbers")
    pairs = [list(zip(tables[jobs + job], tables[job], strict=True)) for job in range(jobs)]
    one = _counted_from_one([pair for steps in pairs for pair in steps], machines)
    lines = rows[jobs:]
    return data.JobShop.of(
        [_shifted(steps, line, one, machines, step=1) for steps, line in zip(pairs, lines, strict=True)], machines
    )
