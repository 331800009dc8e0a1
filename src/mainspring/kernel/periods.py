"""Named stretches of time as people filter by them: "this_month", "last_30_days". Half-open [starts_on, ends_on)."""

import re
from datetime import date, timedelta

_AWAY = {"last": -1, "this": 0, "next": 1}
_DAYS = re.compile(r"(last|next)_(\d{1,4})_days")

NAMES = (
    "today", "yesterday", "tomorrow", "past", "future", "last_7_days", "last_30_days", "last_90_days", "next_7_days",
    "next_30_days", *(f"{away}_{unit}" for unit in ("week", "month", "quarter", "year") for away in _AWAY),
)  # fmt: skip


def between(name: str, today: date) -> tuple[date | None, date | None] | None:
    """The stretch a name means on the day `today`, None at an open end; None when the name is unknown."""
    match name:
        case "today":
            return today, today + timedelta(1)
        case "yesterday":
            return today - timedelta(1), today
        case "tomorrow":
            return today + timedelta(1), today + timedelta(2)
        case "past":
            return None, today
        case "future":
            return today + timedelta(1), None
    if found := _DAYS.fullmatch(name):
        days = timedelta(int(found[2]))
        return (today - days, today + timedelta(1)) if found[1] == "last" else (today, today + days)
    away, _, unit = name.partition("_")
    if away in _AWAY and unit in ("week", "month", "quarter", "year"):
        start = start_of(unit, today)
        for _step in range(abs(_AWAY[away])):
            start = next_start(unit, start) if _AWAY[away] > 0 else start_of(unit, start - timedelta(1))
        return start, next_start(unit, start)
    return None


def start_of(unit: str, day: date) -> date:
    """First day of the week (Monday), month, quarter or year that holds the day."""
    match unit:
        case "week":
            return day - timedelta(day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        case "year":
            return date(day.year, 1, 1)
    return day


def next_start(unit: str, start: date) -> date:
    """First day of the following week, month, quarter or year."""
    if unit == "day":
        return start + timedelta(1)
    if unit == "week":
        return start + timedelta(7)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, 1)
