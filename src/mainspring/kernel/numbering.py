"""Document numbers: per company, type and year, given when leaving draft (rule D11)."""

from . import database, remembered
from .models.records import NumberSeries


def _load(company_id: int, entity: str, year: int) -> tuple[int, str, bool] | None:
    """(id, format, gapless) of a series with its sequence made, or None."""
    found = NumberSeries.objects.filter(company_id=company_id, entity=entity, year=year).first()
    if found is None:
        return None
    if not found.gapless and database.scalar(f"SELECT to_regclass('{_sequence(found.pk)}') IS NULL"):
        database.execute(f"CREATE SEQUENCE IF NOT EXISTS {_sequence(found.pk)}")
    return found.pk, found.format, found.gapless


_known = remembered.Remembered(_load)
remembered.watch(NumberSeries, "company_id", "entity", "year", "format", "gapless")


def _series(company_id: int, entity: str, year: int, default_format: str, gapless: bool) -> tuple[int, str, bool]:
    """(id, format, gapless) of the series, created on first use with its sequence."""
    found = _known.get(company_id, entity, year)
    if found is None:
        NumberSeries.objects.bulk_create(
            [NumberSeries(company_id=company_id, entity=entity, year=year, format=default_format, gapless=gapless)],
            ignore_conflicts=True,
        )
        found = _known.get(company_id, entity, year)
    return found


def _sequence(series_id: int) -> str:
    return f"kernel_number_{int(series_id)}"


def forget() -> None:
    """Drop remembered series, after a test database was emptied."""
    _known.forget()


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
