"""Many rows of a model at once, made by the database itself: what a measurement needs and nobody lives through."""

import datetime
from decimal import Decimal


class Filling:
    """Context in which rows are added without foreign keys and triggers being asked; a transaction of its own."""

    def __enter__(self):
        from django.db import transaction

        from mainspring.kernel import database

        self._atomic = transaction.atomic()
        self._atomic.__enter__()
        database.execute("SET LOCAL session_replication_role = replica")
        return self

    def __exit__(self, *details):
        return self._atomic.__exit__(*details)

    def add(self, model, count: int, **columns):
        """Add `count` rows; a column is an SQL expression over n = 1…count, all others hold their default.

        Returns the key of the first row where the database numbers them.
        """
        from django.db import connection, models

        values, numbered = {}, False
        for field in model._meta.local_concrete_fields:
            if field.column in columns:
                values[field.column] = str(columns[field.column])
            elif isinstance(field, models.AutoField):
                numbered = True
            else:
                values[field.column] = _default(field)
        table, key = model._meta.db_table, model._meta.pk.column
        with connection.cursor() as cursor:
            names = ", ".join(f'"{name}"' for name in values)
            cursor.execute(
                f'INSERT INTO "{table}" ({names}) SELECT {", ".join(values.values())} '
                f"FROM generate_series(1, {int(count)}) AS n"
            )
            if not numbered:
                return None
            cursor.execute(f'SELECT max("{key}") - %s FROM "{table}"', [count - 1])
            return cursor.fetchone()[0]


def _default(field) -> str:
    """The default of a field as SQL."""
    from django.db import models

    if field.null:
        return "NULL"
    if isinstance(field, models.DateTimeField):
        return "now()"
    if isinstance(field, models.DateField):
        return "CURRENT_DATE"
    if isinstance(field, models.UUIDField):
        return "gen_random_uuid()"
    value = field.get_default()
    match value:
        case bool():
            return str(value).lower()
        case int() | float() | Decimal():
            return str(value)
        case dict():
            return "'{}'"
        case list():
            return "'[]'"
        case datetime.date():
            return "CURRENT_DATE"
        case None:
            return "0"
    return f"'{value}'"
