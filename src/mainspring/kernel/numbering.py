"""Document numbers: per company, type and year, given when leaving draft (rule D11)."""

import re

from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from . import database, remembered
from .models.base import DocumentIdentity
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


def title(record) -> str:
    """What a document is known by beside its number: the name of the party it concerns."""
    return str(record.party_label or "")[:200]


def name_parties(records: list) -> None:
    """Read the parties that titles of documents name, together."""
    party = getattr(type(records[0]), "scope_paths", {}).get("party") if records else None
    if isinstance(party, str) and "__" not in party and party != "pk":
        prefetch_related_objects(records, party)


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
        found = database.planned(
            "SELECT nextval(%s::text::regclass) FROM generate_series(1, %s)", [_sequence(series_id), count]
        )
        numbers = [number for (number,) in found]
    return [number_format.format(year=year, yy=year % 100, seq=n) for n in numbers]


def number_one(record, year: int) -> str:
    """Give a document of a series with gaps its number, in its identity too, in one statement; returns the number."""
    model = type(record)
    entity = model._meta.label_lower
    series_id, number_format, _gapless = _series(record.company_id, entity, year, model.number_format, model.gapless)
    ((number,),) = database.planned(
        f"""
        UPDATE kernel_documentidentity SET title = %(title)s, number = {WORDED}
        FROM (SELECT nextval(%(sequence)s::text::regclass) AS seq) AS given WHERE id = %(id)s RETURNING number""",
        {"id": record.pk, "title": title(record), "sequence": _sequence(series_id)} | _parts(number_format, year),
    )
    return number


def number_many(records: list, year: int) -> None:
    """Give documents of series with gaps their numbers, in their identities too; the caller saves their rows."""
    if not records:
        return
    name_parties(records)
    by_company: dict[int, list] = {}
    for record in records:
        by_company.setdefault(record.company_id, []).append(record)
    for company_id, found in sorted(by_company.items()):
        numbers = next_numbers(type(found[0]), company_id, year, len(found))
        for record, number in zip(found, numbers, strict=True):
            record.number = number
    identities = [DocumentIdentity(pk=r.pk, number=r.number, title=title(r)) for r in records]
    database.update(identities, ["number", "title"])


def number_all(records: list, company_id: int, year: int, suffix: str, default: str) -> None:
    """Give documents of a gapless series their numbers, in one statement; the series is locked until commit."""
    model = type(records[0])
    entity = f"{model._meta.label_lower}/{suffix}" if suffix else model._meta.label_lower
    series_id, number_format, _gapless = _series(company_id, entity, year, default or model.number_format, True)
    found = database.planned_rows(
        f"""
        WITH series AS (UPDATE kernel_numberseries SET last = last + %(n)s WHERE id = %(series)s RETURNING last),
        given AS (
            SELECT key, title, {WORDED} AS number
            FROM (SELECT n.key, n.title, series.last - %(n)s + n.place AS seq
                  FROM series, unnest(%(keys)s::uuid[], %(titles)s::text[]) WITH ORDINALITY AS n (key, title, place))
                 AS counted),
        own AS (UPDATE "{model._meta.db_table}" t SET number = given.number FROM given
                WHERE t."{model._meta.pk.column}" = given.key)
        UPDATE kernel_documentidentity d SET number = given.number, title = given.title FROM given
        WHERE d.id = given.key RETURNING d.id, d.number""",
        n=len(records),
        series=series_id,
        keys=[record.pk for record in records],
        titles=[title(record) for record in records],
        **_parts(number_format, year),
    )
    numbers = {row["id"]: row["number"] for row in found}
    for record in records:
        record.number = numbers[record.pk]


_PLACE = re.compile(r"\{seq(?::0?(\d+)d?)?\}")


WORDED = "%(start)s::text || lpad(seq::text, greatest(%(width)s::int, length(seq::text)), '0') || %(end)s::text"
"""An SQL expression that words `seq` as the parts of a format say: one statement for all series."""


def _parts(number_format: str, year: int) -> dict:
    """A format taken apart: what stands before and after the number, and how many digits it has at least."""
    place = _PLACE.search(number_format)
    if place is None:
        raise ValidationError(_("The format “%(format)s” has no place for the number.") % {"format": number_format})
    start, end = (
        part.format(year=year, yy=year % 100) for part in (number_format[: place.start()], number_format[place.end() :])
    )
    return {"start": start, "end": end, "width": int(place[1] or 0)}
