"""Times come from the database as Python's own, whatever their shape."""

from datetime import UTC, datetime

import psycopg
import pytest
from django.db import DataError, connection

from mainspring.kernel.database import Moments


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-02 08:15:00.000001+00", datetime(2026, 3, 2, 8, 15, 0, 1, tzinfo=UTC)),
        ("2026-03-02 08:15:00+00", datetime(2026, 3, 2, 8, 15, tzinfo=UTC)),
        ("2026-03-02 23:30:00-05", datetime(2026, 3, 3, 4, 30, tzinfo=UTC)),
        ("0001-01-01 00:00:00+00", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_exactly(db, text, moment):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [text])
        found = cursor.fetchone()[0]
    assert connection.connection.adapters.get_loader(1184, psycopg.pq.Format.TEXT) is Moments
    assert (found, found.tzinfo) == (moment, UTC)


@pytest.mark.parametrize("text", ["infinity", "0044-03-15 12:00:00+00 BC"])
def test_what_python_has_no_time_for_is_refused_as_before(db, text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [text])
        with pytest.raises(DataError):
            cursor.fetchone()
