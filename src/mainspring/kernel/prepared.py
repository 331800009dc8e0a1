"""Queries that are compiled once a process: for the few reads every command makes.

    _order = Prepared(lambda key: SalesOrder.objects.select_related("party").filter(pk=key))
    _order(order_id)                 # a list of records, as the queryset would give

The queryset is built with slots in place of the values it compares with. Model instances only; every value is
converted as the compared field asks.
"""

from collections.abc import Callable
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Field, ForeignKey, Lookup, Value
from django.db.models.query import get_related_populators

from . import database


class Slot(Value):
    """The place of one value in a prepared query."""

    def __init__(self, position: int):
        super().__init__(None)
        self.position = position

    def as_sql(self, compiler, connection):
        return "%s", [self]

    def resolve_expression(self, *args, **kwargs):
        return self

    @property
    def identity(self):
        return (type(self), self.position)


@ForeignKey.register_lookup
@Field.register_lookup
class AnyOf(Lookup):
    """`pk__any_of=slot`: the slot takes a list of values."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} = ANY({right})", [*left_params, *right_params]


class Prepared:
    """A compiled query: call it with the values of its slots, in order."""

    def __init__(self, build: Callable[..., Any]):
        self.build = build
        self._plan: Any = None

    def __call__(self, *values) -> list:
        plan = self._plan or self._compile(len(values))
        sql, params, compiler, converters, model, attributes, populators = plan
        found = database.planned(sql, [values[p.position] if type(p) is Slot else p for p in params])
        if converters:
            found = compiler.apply_converters(found, converters)
        start, names = attributes
        made = []
        for line in found:
            record = model.from_db(DEFAULT_DB_ALIAS, names, line[start : start + len(names)])
            for populator in populators:
                populator.populate(line, record)
            made.append(record)
        return made

    def one(self, *values):
        """The only record; the model's DoesNotExist when there is none."""
        found = self(*values)
        if not found:
            raise self._plan[4].DoesNotExist
        return found[0]

    def _compile(self, count: int):
        queryset = self.build(*map(Slot, range(count)))
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        select, info = compiler.select, compiler.klass_info
        converters = compiler.get_converters([s[0] for s in select[: compiler.col_count]])
        fields = info["select_fields"]
        names = [select[n][0].target.attname for n in fields]
        populators = get_related_populators(info, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]  # stubs of a later Django
        self._plan = (sql, params, compiler, converters, info["model"], (fields[0], names), populators)
        return self._plan
