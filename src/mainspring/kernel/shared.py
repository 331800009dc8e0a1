"""Small tables every request needs, kept in memory and renewed when any process changed them.

A change moves a database sequence when it commits; readers look at the sequence at most once a second, so asking
costs nothing on the way and a change is seen everywhere within a second, at once in the process that made it.
"""

import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from . import database

SECONDS_BETWEEN_LOOKS = 1.0


class Shared:
    """A value loaded from the database. `name` names its sequence, `load()` reads it in one query."""

    def __init__(self, name: str, load: Callable[[], Any]):
        self.sequence, self.load = f"mainspring_shared_{name}", load
        self._value, self._version, self._looked_at = None, None, 0.0
        database.declare(self.sequence, f"CREATE SEQUENCE IF NOT EXISTS {self.sequence};")

    def get(self):
        """The current value; inside a transaction that changed it, what that transaction sees."""
        if self._changed_here():
            return self.load()
        now = time.monotonic()
        if self._version is None or now - self._looked_at > SECONDS_BETWEEN_LOOKS:
            version = database.scalar(f"SELECT last_value + is_called::int FROM {self.sequence}")
            if version != self._version:
                self._value, self._version = self.load(), version
            self._looked_at = now
        return self._value

    def changed(self) -> None:
        """Tell every process, when the running transaction commits, to load again."""
        if not self._changed_here():
            transaction.on_commit(self._announce)

    def _announce(self) -> None:
        database.scalar(f"SELECT nextval('{self.sequence}')")
        self._version = None

    def _changed_here(self) -> bool:
        return any(entry[1] == self._announce for entry in connection.run_on_commit)
