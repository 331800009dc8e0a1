"""What every command needs and people seldom change, kept in the memory of each process and never out of date.

    _codes = Remembered(lambda company_id: list(TaxCode.objects.filter(company=company_id)), TaxCode)
    _codes.get(company_id)      # treat what comes back as read-only: everybody in this process shares it

Statement triggers on the tables named leave a new stamp in `mainspring_configuration` within the changing
transaction. The set of stamps in sight is the version of the configuration: it changes exactly when such a change
becomes visible, in whatever order transactions commit, and a change rolled back is never seen. No writer waits for
another: old stamps are taken away only where nobody else is at them. A command reads the version once, together with
what it has to ask anyway; elsewhere it is read at each look, or once inside `steady()`.
"""

import re
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.signals import connection_created
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor

from . import database

ROWS_AT_ONCE = 500  # of a kept table, when one of them is asked for
KEYS_MAX = 5000  # kept by one Remembered; more and it starts anew

VERSION = "SELECT string_agg(stamp::text, ',' ORDER BY stamp) FROM mainspring_configuration"

database.declare(
    "configuration_stamps",
    """
CREATE TABLE IF NOT EXISTS mainspring_configuration (
    stamp uuid PRIMARY KEY DEFAULT gen_random_uuid(), at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE OR REPLACE FUNCTION mainspring_configuration_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM mainspring_configuration WHERE stamp IN (
        SELECT stamp FROM mainspring_configuration
        WHERE at < (SELECT at FROM mainspring_configuration ORDER BY at DESC OFFSET 8 LIMIT 1)
        FOR UPDATE SKIP LOCKED);
    INSERT INTO mainspring_configuration DEFAULT VALUES;
    RETURN NULL;
END $$;
""",
)

_tables: dict[str, tuple[str, ...]] = {}  # watched tables, with the columns whose change counts (none: all)
_WRITES = re.compile(r'(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE)\s+(?:ONLY\s+)?"?(\w+)', re.IGNORECASE)


class Remembered:
    """Values loaded from seldom changed tables: `load(*key)` answers one key.

    load_many  load(keys) -> {key: value}, for `many`; keys it leaves out have no value
    watched    the models whose change makes all values stale
    """

    def __init__(self, load: Callable[..., Any] | None, *watched, load_many: Callable[..., dict] | None = None):
        self.load, self.load_many = load, load_many
        self._state: tuple[str | None, dict] = (None, {})  # one reference, so that threads never see half of it
        for model in watched:
            watch(model)

    def get(self, *key):
        """The value of a key, as the running transaction sees it."""
        values = self._current()
        if key not in values:
            assert self.load is not None, "only many keys at once can be asked for"
            values[key] = self.load(*key)
        return values[key]

    def many(self, keys: Iterable) -> dict:
        """{key: value} of the keys that have one; those not known yet are loaded together."""
        values, keys = self._current(), set(keys)
        missing = keys - values.keys()
        if missing:
            assert self.load_many is not None, "only one key at a time can be asked for"
            values.update(self.load_many(missing))
        return {key: values[key] for key in keys if key in values}

    def forget(self) -> None:
        self._state = (None, {})

    def _current(self) -> dict:
        now = version()
        if now is None:  # nothing says when it changes
            return {}
        known, values = self._state
        if now != known or len(values) > KEYS_MAX:
            values = {}
            self._state = (now, values)
        return values


def watch(model, *columns: str) -> None:
    """Have changes of a model's table (of these columns only, when named) make remembered values stale."""
    table = model._meta.db_table
    when = f"UPDATE OF {', '.join(columns)}" if columns else "UPDATE"
    database.declare(
        f"configuration {table}",
        f'CREATE OR REPLACE TRIGGER mainspring_configuration AFTER INSERT OR {when} OR DELETE OR TRUNCATE ON "{table}" '
        "FOR EACH STATEMENT EXECUTE FUNCTION mainspring_configuration_changed();",
    )
    _tables[table] = tuple(f'"{column}"' for column in columns)


# -- whole small tables, row by row -----------------------------------------------------------------------------------

_kept: dict[Any, Remembered] = {}


def keep(*related: str):
    """Class decorator: rows of this small table are remembered, and links to them are followed without a query.

    related  links of the row itself that are loaded with it
    """

    def bind(model):
        def load(keys):
            every = model._base_manager.select_related(*related).order_by("pk")
            found = {row.pk: row for row in every[:ROWS_AT_ONCE]}  # so that a page of links asks once
            missing = keys - found.keys() if len(found) == ROWS_AT_ONCE else ()
            return found | ({row.pk: row for row in every.filter(pk__in=missing)} if missing else {})

        _kept[model] = Remembered(None, model, load_many=load)
        return model

    return bind


def is_kept(model) -> bool:
    return model in _kept


def rows(model, keys: Iterable) -> dict:
    """{key: row} of a kept model; read-only. Keys without a row are left out."""
    return _kept[model].many(keys)


def joined(model, paths: Iterable[str]) -> list[str]:
    """What of some paths of links needs a join: each up to where a kept model answers."""
    found = set()
    for path in paths:
        owner, parts = model, []
        for part in path.split("__"):
            field = owner._meta.get_field(part)
            if not field.is_relation or field.related_model in _kept:
                break
            parts.append(part)
            owner = field.related_model
        if parts:
            found.add("__".join(parts))
    return sorted(found)


def row(model, pk):
    """One row of a kept model; read-only. Raises the model's DoesNotExist."""
    found = _kept[model].many((pk,)).get(pk)
    if found is None:
        raise model.DoesNotExist(f"{model._meta.label} {pk}")
    return found


class _Link(ForwardManyToOneDescriptor):
    """A link to a row of a kept model."""

    def get_object(self, instance):
        return row(self.field.related_model, getattr(instance, self.field.attname))


def follow_links() -> None:
    """Have every plain link to a kept model answered from memory; called once all models are there."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            known = model.__dict__.get(field.name)
            if (
                type(known) is ForwardManyToOneDescriptor
                and field.related_model in _kept
                and field.target_field.primary_key
            ):
                setattr(model, field.name, _Link(field))


# -- the version, as one connection sees it ---------------------------------------------------------------------------


class _Sight:
    """What a connection knows of the configuration, and what its changes are stamped with.

    depth    how many `steady` blocks are open: while there is one, the version is read once
    command  the audit entry changed rows are to be stamped with; stamped: the one the server was told last;
             last: that of the command that ended last
    """

    def __init__(self):
        self.depth, self.known, self.version = 0, False, None
        self.command = self.stamped = self.last = None


def _sight(of=None) -> _Sight:
    own = (of or connections[DEFAULT_DB_ALIAS]).__dict__
    found = own.get("_mainspring_sight")
    if found is None:
        found = own["_mainspring_sight"] = _Sight()
    return found


def version() -> str | None:
    """The version of the configuration the running transaction sees; None when nothing ever told of a change."""
    sight = _sight()
    if sight.known:
        return sight.version
    found = database.scalar(VERSION)
    if sight.depth:
        sight.version, sight.known = found, True
    return found


@contextmanager
def steady():
    """Within the block the version is read once; what this connection itself changes is seen all the same."""
    sight = _sight()
    sight.depth += 1
    try:
        yield
    finally:
        sight.depth -= 1
        if not sight.depth:
            sight.known = False


@contextmanager
def command(command_id, *, outermost: bool):
    """Stamp the rows changed in the block with a command; an outermost one also reads the version anew."""
    sight = _sight()
    before = sight.command
    sight.command = str(command_id)
    if outermost:
        sight.depth += 1
        found = database.planned(f"SELECT ({VERSION}), set_config('mainspring.command', %s, true)", [sight.command])
        sight.stamped, sight.version, sight.known = sight.command, found[0][0], True
    try:
        yield
    finally:
        sight.command, sight.last = before, sight.command
        if outermost:
            sight.depth -= 1
            sight.known = False


def last_command() -> str | None:
    """The audit entry of the command that ended last on this connection."""
    return _sight().last


def _watch_statement(execute, sql, params, many, context):
    """Before a statement that changes rows: stamp it. After one that changes the configuration: look again."""
    head = sql.lstrip()[:6]
    if head == "SELECT":
        return execute(sql, params, many, context)
    sight = _sight(context["connection"])
    if head == "ROLLBA":
        sight.known, sight.stamped = False, None
    elif sight.stamped != sight.command and sight.command and _changes_rows(head, sql):
        with context["connection"].cursor() as cursor:
            cursor.execute("SELECT set_config('mainspring.command', %s, true)", [sight.command])
        sight.stamped = sight.command
    answer = execute(sql, params, many, context)
    if sight.known and any(_counts(table, head, sql) for table in _WRITES.findall(sql)):
        sight.known = False
    return answer


def _counts(table: str, head: str, sql: str) -> bool:
    """Whether a statement that writes to a table may change the configuration."""
    columns = _tables.get(table)
    if columns is None:
        return False
    return not columns or head in ("INSERT", "DELETE", "TRUNCA") or any(column in sql for column in columns)


def _changes_rows(head: str, sql: str) -> bool:
    return head not in ("INSERT", "SAVEPO", "RELEAS", "SET CO") or "UPDATE" in sql


def _watch_connection(sender, connection, **kwargs) -> None:
    own = connection.__dict__
    own["_mainspring_sight"] = _Sight()
    if _watch_statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(_watch_statement)


connection_created.connect(_watch_connection)
