"""Payment terms: a total in instalments, each with its due date (rule M10)."""

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from mainspring import rounding
from mainspring.engines import problem


@dataclass(frozen=True)
class Part:
    """One part of the terms. Order of steps: add months, add days, go to the month's end, add days after that.

    percent  share of the total, above 0; all parts together make 100
    """

    percent: Decimal
    months: int = 0
    days: int = 0
    end_of_month: bool = False
    days_after_month_end: int = 0


@dataclass(frozen=True)
class Instalment:
    """An amount and the day it falls due."""

    due_on: date
    amount: Decimal


def instalments(
    total: Decimal,
    parts: Sequence[Part],
    *,
    dated_on: date,
    digits: int,
    move: Callable[[date], date] | None = None,
) -> list[Instalment]:
    """The total split by percent; every part but the last is rounded, the last takes the remainder.

    move  where to put a due date on a closed day, such as a calendar's `next_working_day`; weekends count otherwise
    Raises InvalidProblem when there is no part, a part is not positive, or the percentages do not make 100.
    """
    _check(parts)
    shares = [rounding.from_fraction(Fraction(total) * Fraction(part.percent) / 100, digits) for part in parts[:-1]]
    shares.append(total - sum(shares))
    due = [due_on(dated_on, part) for part in parts]
    return [Instalment(move(day) if move else day, share) for day, share in zip(due, shares, strict=True)]


def due_on(dated_on: date, part: Part) -> date:
    """The due date of one part for a document of that date."""
    day = add_months(dated_on, part.months) + timedelta(days=part.days)
    if not part.end_of_month:
        return day
    return day.replace(day=monthrange(day.year, day.month)[1]) + timedelta(days=part.days_after_month_end)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month: 31 Jan + 1 = 28 or 29 Feb."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _check(parts: Sequence[Part]) -> None:
    problem.require(len(parts) > 0, "parts", 0, "count", 0, "must have at least one part")
    for row, part in enumerate(parts):
        problem.require(part.percent > 0, "parts", row, "percent", part.percent, "must be above 0")
    whole = sum(part.percent for part in parts)
    problem.require(whole == 100, "parts", len(parts) - 1, "percent", whole, "must sum to 100")
