"""The days of one company, in the order a day has: sales, planning, goods and work, money."""

from datetime import date

from . import making, moving, paying, selling, supplying, winning
from .life import Life


def live(life: Life, day: date, until: date, *, is_past: bool) -> None:
    """Live a day; in the past it stands for all days until the next one lived."""
    month_over = life.day != date.min and (life.day.year, life.day.month) != (day.year, day.month)
    life.day, life.until, life.is_past = day, until, is_past
    if month_over:
        paying.close_month(life, paying.month_end_before(day))
    winning.live(life)
    selling.live(life)
    if life.cast.makes and (is_past or day.weekday() in (0, 2, 4)):
        making.plan(life)
    if is_past or day.weekday() in (1, 3):
        supplying.buy(life)
    if life.happens(0.3) and life.cast.makes:
        supplying.ask(life)
    supplying.receive(life)
    supplying.bill(life)
    if life.cast.makes:
        making.firm(life)
        making.live(life)
    moving.live(life)
    selling.ship(life)
    selling.bill(life)
    selling.credit(life)
    paying.live(life)
