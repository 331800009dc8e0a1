"""Document numbers: per company, type and year, given when leaving draft (rule D11)."""

from django.db import connection, transaction

from . import database
from .models.records import NumberSeries

_known: dict[tuple, tuple[int, str, bool]] = {}


def _series(company_id: int, entity: str, year: int, default_format: str, gapless: bool):
    """(id, format, gapless) of the series, created on first use with its sequence; remembered once committed."""
    key = (company_id, entity, year)
    if key in _known:
        return _known[key]
    found = NumberSeries.objects.filter(company_id=company_id, entity=entity, year=year).first()
    if found is None:
        NumberSeries.objects.bulk_create(
            [NumberSeries(company_id=company_id, entity=entity, year=year, format=default_format, gapless=gapless)],
            ignore_conflicts=True,
        )
        found = NumberSeries.objects.get(company_id=company_id, entity=entity, year=year)
    if not found.gapless:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE SEQUENCE IF NOT EXISTS {_sequence(found.pk)}")
    answer = (found.pk, found.format, found.gapless)
    transaction.on_commit(lambda: _known.update({key: answer}))
    return answer


def _sequence(series_id: int) -> str:
    return f"kernel_number_{int(series_id)}"


def forget() -> None:
    """Drop remembered series, after a format changed or a test database was emptied."""
    _known.clear()


def is_gapless(model) -> bool:
    return model.gapless


def next_numbers(model, company_id: int, year: int, count: int = 1, suffix: str = "", default: str = "") -> list[str]:
    """The next `count` numbers of the model's series. For a gapless series this locks it until commit: call it last.

    suffix, default  a series of its own for part of the model's records, such as credit notes, and its format
    """
    entity = f"{model._meta.label_lower}/{suffix}" if suffix else model._meta.label_lower
    series_id, number_format, gapless = _series(company_id, entity, year, default or model.number_format, model.gapless)
    if gapless:
        last = database.scalar(
            "UPDATE kernel_numberseries SET last = last + %(n)s WHERE id = %(id)s RETURNING last", n=count, id=series_id
        )
        numbers = list(range(last - count + 1, last + 1))
    else:
        found = database.rows(f"SELECT nextval('{_sequence(series_id)}') AS n FROM generate_series(1, %(n)s)", n=count)
        numbers = [row["n"] for row in found]
    return [number_format.format(year=year, yy=year % 100, seq=n) for n in numbers]
