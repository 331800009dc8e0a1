"""Identifiers that sort by time, so that indexes grow at one end."""

import os
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0


def uuid7() -> uuid.UUID:
    """A version 7 UUID: Unix milliseconds, 12 bits of a millisecond's parts, then random bits.

    Those of one process rise strictly, also within a millisecond: records made one after the other sort that way.
    Source: RFC 9562, 5.7 and 6.2 (method 3).
    """
    global _last
    now = time.time_ns()
    with _lock:
        _last = max((now // 1_000_000 << 12) | (now % 1_000_000) * 4096 // 1_000_000, _last + 1)
        stamp = _last
    value = (stamp >> 12 & (1 << 48) - 1) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64
    return uuid.UUID(int=value | 0b10 << 62 | int.from_bytes(os.urandom(8), "big") >> 2)
