"""How often somebody may do something: buckets that refill steadily, shared by all processes through the database.

A process takes some calls out of the bucket at once and spends them from memory, so that the database is asked once in
some twenty calls. What a process holds and does not spend within a few seconds is lost: the limit holds from above.
"""

import threading
import time
from dataclasses import dataclass

from . import database

HELD_SECONDS = 5.0
SHARE = 50  # a process holds at most this part of a minute's calls

database.declare("rate buckets", "ALTER TABLE kernel_ratebucket SET UNLOGGED;")

database.declare(
    "shared cache",
    "CREATE UNLOGGED TABLE IF NOT EXISTS mainspring_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, "
    "expires timestamptz NOT NULL); CREATE INDEX IF NOT EXISTS mainspring_cache_expires ON mainspring_cache (expires);",
)

FILLED = """LEAST(%(limit)s, b."left" + extract(epoch FROM clock_timestamp() - b.at)::float * %(limit)s / 60)"""
TAKE = f"""
INSERT INTO kernel_ratebucket AS b (key, "left", taken, at)
VALUES (%(key)s, %(limit)s - %(wanted)s, %(wanted)s, clock_timestamp())
ON CONFLICT (key) DO UPDATE SET
    "left" = {FILLED} - LEAST(%(wanted)s, floor({FILLED})),
    taken = LEAST(%(wanted)s, floor({FILLED})),
    at = clock_timestamp()
RETURNING "left", taken
"""
"""Refill by the time that passed, take as many calls as wanted or as there are, in one statement."""


@dataclass
class Answer:
    """Whether a call may be made; how many are left about now; seconds until the next one may be made."""

    allowed: bool
    left: int
    wait: float


@dataclass
class _Held:
    calls: int = 0
    left: float = 0.0
    until: float = 0.0


_held: dict[str, _Held] = {}
_lock = threading.Lock()


def take(key: str, per_minute: int) -> Answer:
    """Take one call out of a bucket that holds `per_minute` calls and refills in a minute."""
    now = time.monotonic()
    with _lock:
        own = _held.get(key)
        if own and own.calls and own.until > now:
            own.calls -= 1
            return Answer(True, int(own.left) + own.calls, 0.0)
    wanted = max(1, per_minute // SHARE)
    row = database.rows(TAKE, key=key, limit=float(per_minute), wanted=float(wanted))[0]
    got, left = int(row["taken"]), row["left"]
    with _lock:
        if len(_held) > 10_000:
            _held.clear()
        _held[key] = _Held(max(0, got - 1), left, now + HELD_SECONDS)
    wait = 0.0 if got else (1 - left) * 60 / per_minute
    return Answer(bool(got), int(left) + max(0, got - 1), wait)


def forget() -> None:
    """Forget what this process holds; for tests."""
    with _lock:
        _held.clear()
