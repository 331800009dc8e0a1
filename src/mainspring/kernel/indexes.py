"""Indexes every list needs, declared from the registry: by company and time or state, by each day and amount of money a
list is sorted by, by the names of what its rows are linked to, and of search by any part.

Quantities and unit prices of different items are seldom compared, and change with every report and every plan: lists
sort them without an index.
"""

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from . import database, resource, shapes
from .fields import PriceField, QuantityField

UNCOMPARED = (QuantityField, PriceField)


def declare_for_lists() -> None:
    """Declare them for every resource with a table of its own; installed after every migrate."""
    for res in resource.registry.values():
        if resource.of(res.model) is not res or not getattr(res.model, "history", True):
            continue  # ledgers and planning output are written in bulk; their few searches can wait
        table, pk = res.model._meta.db_table, res.model._meta.pk.column
        if res.is_document:
            _declare(f"list_{table}_company", table, f"(company_id, {pk})")
            _declare(f"list_{table}_state", table, f"(company_id, state, {pk})")
            for field in _columns(res):
                if isinstance(field, models.DateField | models.DecimalField) and not isinstance(field, UNCOMPARED):
                    _declare(f"sort_{table}_{field.column}", table, f'(company_id, "{field.column}", {pk})')
                elif field.is_relation:
                    _declare_names(field.related_model)
        if searched := ", ".join(f'UPPER("{column}"::text) gin_trgm_ops' for column in _searched(res)):
            _declare(f"find_{table}", table, f"USING gin ({searched})")


def _columns(res):
    """Own fields among the columns of the list."""
    for name in res.names("columns"):
        try:
            field = res.model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        if field.concrete and not field.primary_key:
            yield field


def _declare_names(model) -> None:
    """The order of the names of linked records: rows sorted by them are read along this index."""
    table, name = model._meta.db_table, model._meta.get_field(shapes.label_field(model)).column
    _declare(f"sort_{table}_{name}", table, f'("{name}", "{model._meta.pk.column}")')


def _searched(res):
    """Own columns of the search, long texts aside: one without an index would make all others be read row by row.

    The expression is the one Django writes for "contains".
    """
    for name in res.names("search"):
        try:
            field = res.model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        if isinstance(field, models.CharField):
            yield field.column


def _declare(name: str, table: str, what: str) -> None:
    database.declare(name, f'CREATE INDEX IF NOT EXISTS "{name[:63]}" ON "{table}" {what};')
