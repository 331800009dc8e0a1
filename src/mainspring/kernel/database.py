"""What the database itself guards: triggers, functions, views and indexes declared in code.

`declare(name, sql)` with idempotent SQL; everything declared is installed, in order of declaration,
after every migrate. So a guard is never out of step with the code that relies on it.
"""

import hashlib
from collections.abc import Iterable, Sequence

from django.apps import apps
from django.db import DatabaseError, connection, transaction  # noqa: F401

_declared: dict[str, str] = {}

ROW_HISTORY = """
CREATE OR REPLACE FUNCTION mainspring_row_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := to_jsonb(OLD);
    after jsonb := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(NEW) ELSE '{}'::jsonb END;
    changes jsonb;
BEGIN
    SELECT jsonb_object_agg(key, jsonb_build_array(value, after -> key)) INTO changes
    FROM jsonb_each(before)
    WHERE (TG_OP = 'DELETE' OR value IS DISTINCT FROM after -> key) AND key NOT IN ('version', 'updated_at');
    IF changes IS NOT NULL THEN
        INSERT INTO kernel_rowhistory (table_name, row_id, parent_id, operation, changes, command_id, at)
        VALUES (TG_TABLE_NAME, before ->> TG_ARGV[0], before ->> 'document_id', TG_OP, changes,
                NULLIF(current_setting('mainspring.command', true), '')::uuid, clock_timestamp());
    END IF;
    RETURN NULL;
END $$;
"""

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


def declare_trigger(name: str, table: str, when: str, function: str, arguments: str = "") -> None:
    """Declare a trigger: `when` is like "BEFORE UPDATE OR DELETE", `function` names an installed function."""
    declare(
        f"trigger {name}",
        f'CREATE OR REPLACE TRIGGER {name} {when} ON "{table}" FOR EACH ROW EXECUTE FUNCTION {function}({arguments});',
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
    tables = set(connection.introspection.table_names())
    history = [
        f'CREATE OR REPLACE TRIGGER mainspring_history AFTER UPDATE OR DELETE ON "{m._meta.db_table}" '
        f"FOR EACH ROW EXECUTE FUNCTION mainspring_row_history('{m._meta.pk.column}');"
        for m in apps.get_models()
        if m._meta.db_table in tables and getattr(m, "history", False)
    ]
    statements = [ROW_HISTORY, REFUSE_CHANGE, *history, *_declared.values()]
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
