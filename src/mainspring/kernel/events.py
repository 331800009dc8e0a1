"""Facts a module announces to modules above it. Handlers run in the announcing transaction and may run twice."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

_handlers: dict[type, list] = defaultdict(list)


@dataclass(frozen=True)
class CommandDone:
    """Any command that ended well: `record` was created, changed, deleted or had a verb performed on it."""

    record: Any
    verb: str
    nested: bool


@dataclass(frozen=True)
class BatchDone:
    """A command over many records of one model that ended well: `verb` is create or change."""

    records: list
    verb: str


def on(event_class: type):
    """Bind a handler: `@on(ShipmentDone) def follow(event, ctx)`."""

    def bind(fn):
        _handlers[event_class].append(fn)
        return fn

    return bind


def publish(event, ctx) -> None:
    for fn in _handlers[type(event)]:
        fn(event, ctx)
