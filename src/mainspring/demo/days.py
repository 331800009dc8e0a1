"""Which days of the simulated months are lived, and how the seasons differ."""

from datetime import date, timedelta

SEASON = (0.55, 0.6, 0.95, 1.35, 1.6, 1.5, 1.25, 1.1, 0.95, 0.75, 0.6, 0.8)
"""How the months differ, around one: bicycles are bought in spring."""


def season(day: date) -> float:
    return SEASON[day.month - 1]


def lived(today: date, *, months: int, visits_a_month: int, last_days: int) -> list[date]:
    """The days to live, oldest first: some working days of each past month, then each of the last ones."""
    last = _workdays_before(today, last_days)
    past = []
    year, month = last[0].year, last[0].month
    for _n in range(months):
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        past += [_workday_on(date(year, month, 3 + n * 26 // visits_a_month)) for n in range(visits_a_month)]
    this_month = [
        _workday_on(date(last[0].year, last[0].month, 3 + n * 26 // visits_a_month)) for n in range(visits_a_month)
    ]
    return sorted({*past, *(day for day in this_month if months and day < last[0])}) + last


def _workdays_before(today: date, count: int) -> list[date]:
    days, day = [], today
    while len(days) < count:
        day -= timedelta(days=1)
        if day.weekday() < 5:
            days.append(day)
    return days[::-1]


def _workday_on(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
