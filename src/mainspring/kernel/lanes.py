"""Boards whose columns are data: the stages of a sales process, and what dropping a card on one means."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Lane:
    """A column of a board.

    where     filters {path: value} that bring its records
    verb      what dropping a card here does, with the inputs `given`
    days_max  days a record may rest here before it is shown as stale; None for any
    """

    value: str
    label: Any
    color: str
    where: dict[str, str]
    verb: str
    given: dict[str, Any] = field(default_factory=dict)
    days_max: int | None = None


@dataclass(frozen=True)
class Lanes:
    """The columns of a board, left to right.

    choices  (label, filters, chosen) of the boards there are, when there is more than one
    where    filters of the board as a whole, in force when the address names none
    since    date field from which a record's rest is counted
    """

    lanes: list[Lane]
    choices: list[tuple[str, dict[str, str], bool]] = field(default_factory=list)
    where: dict[str, str] = field(default_factory=dict)
    since: str = ""

    def of(self, value: str) -> Lane | None:
        return next((lane for lane in self.lanes if lane.value == value), None)
