"""Facts a module announces to modules above it. Handlers run in the announcing transaction and may run twice."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

_handlers: dict[type, list] = defaultdict(list)  # functions of a list of events


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


def on(event_class: type, *, many: bool = False):
    """Bind a handler: `@on(ShipmentDone) def follow(event, ctx)`; with many=True it takes a list of events."""

    def bind(fn):
        _handlers[event_class].append(fn if many else _one_by_one(fn))
        return fn

    return bind


def publish(event, ctx) -> None:
    publish_all([event], ctx)


def publish_all(events: list, ctx) -> None:
    """Announce events of one class at once."""
    for fn in _handlers[type(events[0])] if events else ():
        fn(events, ctx)


def _one_by_one(fn):
    def handle(events, ctx):
        for event in events:
            fn(event, ctx)

    return handle
