"""What the database itself guards: triggers, functions, views and indexes declared in code.

`declare(name, sql)` with idempotent SQL; everything declared is installed, in order of declaration,
after every migrate. So a guard is never out of step with the code that relies on it.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from django.db.backends.signals import connection_created

from . import lean_indexes, rowhistory

_declared: dict[str, str] = {}

REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION mainspring_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows are only added, never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'P0001';
END $$;
"""


def declare(name: str, sql: str) -> None:
    """Add idempotent SQL to be installed after every migrate (CREATE OR REPLACE, IF NOT EXISTS)."""
    if _declared.get(name, sql) != sql:
        raise ValueError(f"two declarations are named {name!r}")
    _declared[name] = sql


def declare_trigger(name: str, table: str, when: str, function: str) -> None:
    """Declare a trigger: `when` is like "BEFORE UPDATE OR DELETE", `function` names an installed function."""
    declare(
        f"trigger {name}",
        f'CREATE OR REPLACE TRIGGER {name} {when} ON "{table}" FOR EACH ROW EXECUTE FUNCTION {function}();',
    )


def declare_constraint_trigger(name: str, table: str, when: str, function: str) -> None:
    """Declare a deferred constraint trigger, checked when the transaction commits."""
    declare(
        f"trigger {name}",
        f"""
        DROP TRIGGER IF EXISTS {name} ON "{table}";
        CREATE CONSTRAINT TRIGGER {name} {when} ON "{table}" DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION {function}();""",
    )


def append_only(model) -> None:
    """Class decorator: rows of this model are only added; the database refuses the rest."""
    table = model._meta.db_table
    declare_trigger(f"{table}_append_only", table, "BEFORE UPDATE OR DELETE", "mainspring_refuse_change")
    return model


def install() -> None:
    """Install all declared SQL and the row-history triggers, unless exactly this is installed already."""
    tables = connection.introspection.table_names()
    statements = [*rowhistory.statements(), REFUSE_CHANGE, *_declared.values(), lean_indexes.LEAN]
    digest = hashlib.sha256("\n".join([*statements, *sorted(tables)]).encode()).hexdigest()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regproc('mainspring_row_history'), 'pg_proc')")
        if cursor.fetchone()[0] == digest:
            return
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        for sql in statements:
            cursor.execute(sql)
        cursor.execute(f"COMMENT ON FUNCTION mainspring_row_history() IS '{digest}'")


def install_after_migrate(using="default", plan=None, apps=None, **kwargs) -> None:
    if "kernel_rowhistory" in connection.introspection.table_names():
        install()


def rows(sql: str, **parameters) -> list[dict]:
    """Run a query with named parameters (%(name)s); one dict a row."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        names = [c.name for c in cursor.description]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def planned(sql: str, values, *, name_columns: bool = False) -> list:
    """Run a statement whose plan the server keeps for this connection: its rows, as dicts when columns are named.

    For statements every command runs, above all where planning costs more than running. Arrays and nulls need a cast.
    """
    real = connections[DEFAULT_DB_ALIAS]
    with real.wrap_database_errors:
        real.ensure_connection()
        real.validate_no_broken_transaction()
        with psycopg.Cursor(real.connection) as cursor:

            def execute(sql, values, many, context):
                return cursor.execute(sql, values, prepare=True)

            for wrapper in reversed(real.execute_wrappers):
                execute = partial(wrapper, execute)
            execute(sql, values, False, {"connection": real, "cursor": cursor})
            if real.queries_logged:
                real.queries_log.append({"sql": sql, "time": "0"})
            if not cursor.pgresult or not cursor.pgresult.nfields:
                return []
            if not name_columns:
                return cursor.fetchall()
            names = [c.name for c in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def planned_rows(sql: str, **parameters) -> list[dict]:
    """`rows` with a plan the server keeps; see `planned`."""
    return planned(sql, parameters, name_columns=True)


def scalar(sql: str, **parameters):
    """The first column of the first row, or None."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row = cursor.fetchone()
        return row[0] if row else None


def execute(sql: str, **parameters) -> int:
    """Run a statement; returns the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.rowcount


@contextmanager
def many_rows(*models):
    """Thousands of rows of these models change in the block, within a transaction.

    What changes in indexes of words waits in a list and is brought in once, sorted; each few hundred rows would be
    brought in by themselves otherwise, at three times the cost. The lists end empty, for searches read them whole.
    """
    execute("SET LOCAL gin_pending_list_limit = '1GB'")
    yield
    execute(
        "SELECT gin_clean_pending_list(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "JOIN pg_am m ON m.oid = c.relam WHERE m.amname = 'gin' AND i.indrelid = ANY(%(tables)s::regclass[])",
        tables=[f'"{model._meta.db_table}"' for model in models],
    )
    execute("SET LOCAL gin_pending_list_limit TO DEFAULT")


_later: ContextVar[list[tuple[str, Sequence]] | None] = ContextVar("later_statements", default=None)


@contextmanager
def together():
    """Statements given to `later` and `insert` in the block go to the server in one round trip at its end.

    For the stretch in which a row is locked that others wait for: nothing in the block may read what it writes.
    """
    if _later.get() is not None:
        yield
        return
    token = _later.set([])
    try:
        yield
        waiting = _later.get()
    finally:
        _later.reset(token)
    if waiting:
        _send(waiting)


def later(sql: str, values: Sequence) -> None:
    """Run a statement with values in order: at once, or at the end of the `together` block it is in."""
    waiting = _later.get()
    if waiting is not None:
        waiting.append((sql, values))
        return
    _send([(sql, values)])


def _send(statements: list[tuple[str, Sequence]], read: Callable | None = None) -> None:
    """Send statements in one round trip; each is put together by itself, for the driver remembers the short ones."""
    with connection.cursor() as cursor:
        cursor.execute("; ".join([cursor.mogrify(sql, values) if values else sql for sql, values in statements]))
        if read:
            read(cursor)


def next_keys(model, count: int) -> list[int]:
    """Keys for records that are still to be added."""
    sequence = f"pg_get_serial_sequence('\"{model._meta.db_table}\"', '{model._meta.pk.column}')"
    return [row[0] for row in planned(f"SELECT nextval({sequence}) FROM generate_series(1, %s)", [count])]


def insert(*groups: Sequence, then: str = "") -> None:
    """Add new records in one round trip: each group holds records of one model; they get their keys.

    then  statements to run right after, in the same round trip
    Inside `together` they are added at its end and keys the database gives are not told.
    """
    filled = [list(group) for group in groups if group]
    statements: list[tuple[str, Sequence]] = []
    real = connections[DEFAULT_DB_ALIAS]
    for group in filled:
        model: Any = type(group[0])
        fields, returning = _insert_plan(model)
        own_key = group[0].pk is not None
        columns = [f for f in fields if own_key or not f.primary_key]
        row = f"({', '.join(['%s'] * len(columns))})"
        names = ", ".join(real.ops.quote_name(f.column) for f in columns)
        sql = f'INSERT INTO "{type(group[0])._meta.db_table}" ({names}) VALUES {", ".join([row] * len(group))}'
        values = [f.get_db_prep_save(f.pre_save(record, True), real) for record in group for f in columns]
        statements.append((sql if own_key else sql + returning, values))
        for record in group:
            record._state.adding, record._state.db = False, real.alias
    statements += [(then, ())] if then else []
    waiting = _later.get()
    if waiting is not None:
        waiting += statements
    elif statements:
        _send(statements, partial(_take_keys, filled))


def _take_keys(groups: list[list], cursor) -> None:
    for n, group in enumerate(groups):
        if n:
            cursor.nextset()
        if cursor.description:
            for record, (key,) in zip(group, cursor.fetchall(), strict=True):
                record.pk = key


def array(values: Iterable) -> str:
    """Numbers, dates, keys and plain codes as the text of an array, to be cast: long lists are dumped slowly."""
    return "{" + ",".join("NULL" if value is None else f"{value}" for value in values) + "}"


def insert_unless_there(record) -> bool:
    """Add a record unless one with the same unique values is there; whether it was added."""
    model: Any = type(record)
    fields, returning = _insert_plan(model)
    columns = [f for f in fields if not f.primary_key or record.pk is not None]
    names = ", ".join(connection.ops.quote_name(f.column) for f in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{record._meta.db_table}" ({names}) VALUES ({", ".join(["%s"] * len(columns))}) '
            f"ON CONFLICT DO NOTHING{returning}",
            [f.get_db_prep_save(f.pre_save(record, True), connection) for f in columns],
        )
        row = cursor.fetchone()
    if row:
        record.pk, record._state.adding, record._state.db = row[0], False, connection.alias
    return row is not None


@cache
def _insert_plan(model) -> tuple[list, str]:
    return list(model._meta.local_concrete_fields), f' RETURNING "{model._meta.pk.column}"'


def update(records: Sequence, names: Iterable[str]) -> int:
    """Write these fields of saved records of one model in one short statement, whatever their number."""
    if not records:
        return 0
    model = type(records[0])
    fields = [model._meta.get_field(name) for name in names]
    sources = [model._meta.pk, *fields]
    types = [f"%s::{f.rel_db_type(connection) if f.primary_key else f.db_type(connection)}[]" for f in sources]
    columns = ", ".join(f'"{f.column}" = n.f{i}' for i, f in enumerate(fields))
    names_of_values = ", ".join(["key", *(f"f{i}" for i in range(len(fields)))])
    values = [[f.get_db_prep_save(getattr(r, f.attname), connection) for r in records] for f in sources]
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{model._meta.db_table}" AS t SET {columns} '
            f'FROM unnest({", ".join(types)}) AS n ({names_of_values}) WHERE t."{model._meta.pk.column}" = n.key',
            values,
        )
        return cursor.rowcount


def write(record, names: Iterable[str]) -> None:
    """Write these fields of one saved record: what `save(update_fields=...)` does, without compiling."""
    model = type(record)
    fields, key = [model._meta.get_field(name) for name in names], model._meta.pk
    real = connections[DEFAULT_DB_ALIAS]
    columns = ", ".join(f'"{f.column}" = %s' for f in fields)
    values = [f.get_db_prep_save(f.pre_save(record, False), real) for f in (*fields, key)]
    if any(hasattr(value, "as_sql") for value in values):
        record.save(update_fields=[f.name for f in fields])
        return
    with real.cursor() as cursor:
        cursor.execute(f'UPDATE "{model._meta.db_table}" SET {columns} WHERE "{key.column}" = %s', values)
        if not cursor.rowcount:
            raise DatabaseError(f"{model._meta.label} {record.pk} is gone")


def analyze(*models) -> None:
    """Count anew what tables hold (of these models, or all), so that statements fit many rows that came at once."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(f'"{model._meta.db_table}"' for model in models))


class Moments(BaseTzLoader):
    """Reads a time as Python itself does, six times as fast: a page of two hundred records holds over a thousand."""

    timezone = UTC

    def load(self, data):
        text = bytes(data).decode()
        return datetime.fromisoformat(text) if text.endswith("+00") and text[:1] != "-" else super().load(data)


def _read_moments(sender, connection, **kwargs) -> None:
    connection.connection.adapters.register_loader("timestamptz", Moments)


connection_created.connect(_read_moments)
