"""Invariants of the data, audited by `mainspring check`. Modules declare their own in their `checks.py`.

    @checks.check("accounting.balanced", _("Every journal entry balances"))
    def balanced():
        yield "JE2026-00012 is off by 0.01"     # nothing yielded: the invariant holds

A finding names the record and what is wrong with it. A check only reads.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

FINDINGS_MAX = 100


@dataclass(frozen=True)
class Check:
    """A declared invariant."""

    name: str
    title: Any
    fn: Callable[[], Iterable[str] | None]


@dataclass
class Result:
    """What one check found; `truncated` when there was more."""

    name: str
    title: str
    findings: list[str] = field(default_factory=list)
    truncated: bool = False
    seconds: float = 0.0


registry: dict[str, Check] = {}


def check(name: str, title: Any = ""):
    """Declare an invariant of the data."""

    def bind(fn):
        if name in registry and registry[name].fn.__module__ != fn.__module__:
            raise ValueError(f"two checks are named {name!r}")
        registry[name] = Check(name, title or (fn.__doc__ or name).strip().splitlines()[0], fn)
        return fn

    return bind


def run(prefix: str = "") -> Iterable[Result]:
    """Audit every invariant whose name begins with `prefix`, each on one moment of the data."""
    for one in sorted(registry.values(), key=lambda c: c.name):
        if one.name.startswith(prefix):
            yield _run(one)


def _run(one: Check) -> Result:
    result, began = Result(one.name, str(one.title)), time.monotonic()
    with transaction.atomic():
        for finding in one.fn() or ():
            if len(result.findings) == FINDINGS_MAX:
                result.truncated = True
                break
            result.findings.append(str(finding))
    result.seconds = round(time.monotonic() - began, 3)
    return result
