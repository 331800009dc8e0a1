"""Records the modules bring along, such as approval rules: added after migrate when missing, then the company's own.

A module's `defaults.py`:

    @defaults.declare("sales.discount")
    def discount_rule():
        ApprovalRule.objects.get_or_create(name=…, defaults={…})
"""

from collections.abc import Callable

from django.db import connection, transaction

_declared: dict[str, Callable[[], None]] = {}


def declare(name: str):
    """Bind a function that adds its records when they are missing and leaves existing ones alone."""

    def bind(fn: Callable[[], None]):
        _declared[name] = fn
        return fn

    return bind


def add_after_migrate(using="default", **kwargs) -> None:
    """Call every declared function once all tables are there; running it again changes nothing."""
    from .models import Role

    if Role._meta.db_table not in connection.introspection.table_names():
        return
    with transaction.atomic():
        for add in _declared.values():
            add()
