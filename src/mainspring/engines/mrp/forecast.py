"""Orders consume the forecast before it becomes demand (P21, P23).

An order takes from the forecast period it falls in, then from earlier ones as far back as allowed, nearest first, then
from later ones as far ahead as allowed, nearest first. What is left of the forecast is demand beside the orders.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mainspring.engines.problem import Defect, InvalidProblem, require


@dataclass(frozen=True)
class Forecast:
    """So much expected in [starts, ends), days counted from the first day of the plan."""

    starts: int
    ends: int
    quantity: int


@dataclass(frozen=True)
class Order:
    """A customer order. An abnormal one (a project, a first filling) does not consume: nobody forecast it."""

    day: int
    quantity: int
    is_abnormal: bool = False


@dataclass(frozen=True)
class Consumed:
    """What one order took from one forecast."""

    order: int
    forecast: int
    quantity: int


def consume(
    forecasts: Sequence[Forecast], orders: Sequence[Order], *, back_days: int = 30, ahead_days: int = 30
) -> tuple[list[int], list[Consumed]]:
    """What is left of each forecast, and who took what. Raises InvalidProblem naming the row and rule.

    back_days, ahead_days   a forecast is within reach when a day of it lies at most so many days before or after the
                            order
    """
    _check(forecasts, orders)
    for name, days in (("back_days", back_days), ("ahead_days", ahead_days)):
        require(days >= 0, "arguments", 0, name, days, "must not be negative")
    left, taken = [each.quantity for each in forecasts], []
    for row in sorted(range(len(orders)), key=lambda each: (orders[each].day, each)):
        order = orders[row]
        rest = 0 if order.is_abnormal else order.quantity
        for at in _reach(forecasts, order.day, back_days, ahead_days):
            part = min(rest, left[at])
            if part:
                left[at] -= part
                rest -= part
                taken.append(Consumed(row, at, part))
    return left, taken


def as_demand(
    forecasts: Sequence[Forecast], left: Sequence[int], *, demand_fence: int = 0, today: int = 0
) -> list[tuple[int, int]]:
    """(day, quantity) of the forecast that still counts, on the first day of its period.

    demand_fence   before this day only orders count (P23); a period that reaches past it counts from there on
    Forecasts of periods already over expire.
    """
    require(len(left) == len(forecasts), "left", 0, "length", len(left), f"must be {len(forecasts)}, one a forecast")
    found = []
    for each, quantity in zip(forecasts, left, strict=True):
        day = max(each.starts, demand_fence, today)
        if quantity and day < each.ends:
            found.append((day, quantity))
    return found


def _reach(forecasts: Sequence[Forecast], day: int, back: int, ahead: int) -> list[int]:
    """Forecasts an order may consume, in order: its own period, backwards, forwards."""
    own = [row for row, each in enumerate(forecasts) if each.starts <= day < each.ends]
    before = [row for row, each in enumerate(forecasts) if day - back < each.ends <= day]
    after = [row for row, each in enumerate(forecasts) if day < each.starts <= day + ahead]
    before.sort(key=lambda row: -forecasts[row].starts)
    after.sort(key=lambda row: forecasts[row].starts)
    return [*own, *before, *after]


def _check(forecasts: Sequence[Forecast], orders: Sequence[Order]) -> None:
    found = []
    for row, each in enumerate(forecasts):
        if each.quantity < 0:
            found.append(Defect("forecasts", row, "quantity", each.quantity, "must not be negative"))
        if each.ends <= each.starts:
            found.append(Defect("forecasts", row, "ends", each.ends, f"must be after its start {each.starts}"))
    for row, order in enumerate(orders):
        if order.quantity < 0:
            found.append(Defect("orders", row, "quantity", order.quantity, "must not be negative"))
    if found:
        raise InvalidProblem(*found)
