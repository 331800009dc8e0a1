"""Rows written set by set: INSERT … SELECT with every column a model needs, indexes and row triggers put aside."""

from contextlib import contextmanager

from django.db import connection, models

from mainspring.kernel import database


def insert(model, source: str, /, **columns: str) -> int:
    """INSERT INTO the model's table SELECT the given SQL expressions FROM source; other columns get their defaults.

    columns  {column or field name: SQL expression over the source}
    """
    found, values = {}, {}
    for field in model._meta.concrete_fields:
        given = columns.pop(field.attname, None) or columns.pop(field.name, None)
        if given is not None:
            found[field.column] = given
        elif isinstance(field, models.DateTimeField) and (field.auto_now or field.auto_now_add):
            found[field.column] = "now()"
        elif not field.null and not field.primary_key:
            values[field.column] = _plain(field.get_default())
            found[field.column] = f"%({field.column})s{'::jsonb' if isinstance(field, models.JSONField) else ''}"
    if columns:
        raise ValueError(f"{model._meta.label} has no columns {sorted(columns)}")
    names = ", ".join(f'"{name}"' for name in found)
    return database.execute(
        f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {", ".join(found.values())} FROM {source}', **values
    )


def _plain(value):
    if isinstance(value, dict | list):
        return "{}" if isinstance(value, dict) else "[]"
    return "" if value is None else value


@contextmanager
def put_aside(*tables):
    """Inside, the tables have neither their plain indexes nor checks of every row; both are there again at the end.

    Rows are made from rows that are there, so foreign keys hold by construction; `mainspring check` audits the rest.
    Where the database does not let us put its triggers aside, they stay, and it takes longer.
    """
    names = [model._meta.db_table for model in tables]
    indexes = database.rows(
        """
        SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
        FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
        WHERE t.relname = ANY(%(names)s) AND t.relnamespace = current_schema()::regnamespace
          AND NOT i.indisunique AND NOT i.indisprimary ORDER BY 1""",
        names=names,
    )
    quick = bool(database.scalar("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
    with connection.cursor() as cursor:
        for index in indexes:
            cursor.execute(f"DROP INDEX {index['name']}")
        if quick:
            cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET work_mem = '64MB'")
    yield quick
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = origin" if quick else "SELECT 1")
        cursor.execute("SET maintenance_work_mem = '256MB'")
        for index in indexes:
            cursor.execute(index["definition"])
        for name in names:
            cursor.execute(f'ANALYZE "{name}"')


def copy(table: str, columns: str, rows) -> None:
    """Add rows to a (temporary) table by COPY."""
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as target:
        for row in rows:
            target.write_row(row)
