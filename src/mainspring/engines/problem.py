"""How an engine refuses bad data: which array, which row, which value, which rule."""

from dataclasses import dataclass
from typing import TypeVar

Present = TypeVar("Present")


@dataclass(frozen=True)
class Defect:
    """One thing wrong with a problem. `row` is an index or an identifier; `path` lists the way round a loop."""

    array: str
    row: int | str
    field: str
    value: object
    rule: str
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.array}[{self.row}].{self.field} = {self.value}: {self.rule}"


class InvalidProblem(ValueError):
    """The problem cannot be solved as given; `defects` lists everything found, not only the first."""

    def __init__(self, *defects: Defect):
        self.defects = defects
        super().__init__("; ".join(str(defect) for defect in defects))


def require(condition: bool, array: str, row: int | str, field: str, value: object, rule: str) -> None:
    """Raise InvalidProblem with one defect unless the condition holds."""
    if not condition:
        raise InvalidProblem(Defect(array, row, field, value, rule))


def present(value: Present | None, array: str, row: int | str, field: str, shown: object, rule: str) -> Present:
    """The value, or InvalidProblem when there is none."""
    if value is None:
        raise InvalidProblem(Defect(array, row, field, shown, rule))
    return value
