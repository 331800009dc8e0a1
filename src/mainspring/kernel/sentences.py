"""Sentences kept as data, so that everybody reads them in their own language.

    line.promise_reason = say(gettext_noop("%(quantity)s on %(date)s."), quantity="5 pcs", date=day)

A sentence is a text like any other, worded in the language that is active when it is made or read. With it goes what it
was made of: that is what a SentenceField stores. Nothing is looked up to word it.
"""

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import models
from django.utils.translation import get_language, gettext

from . import formats

PARTS_MAX = 6
"""So many parts of a joined sentence are kept."""


class Sentence(str):
    """A worded text that remembers what it says: a text, a day, parts with what stands between them, or a message.

    node  "text" | {"day": "2026-03-02"} | {"between": ", ", "of": [node, …]} | [message, {name: node, …}]
    """

    node: Any

    def __new__(cls, node):
        made = super().__new__(cls, _word(node))
        made.node = node
        return made


def say(message: str, **values) -> Sentence:
    """A sentence: `message` is a text of the catalogs (gettext_noop), days are worded for the reader."""
    return Sentence(node(message, **values))


def join(parts: Iterable, between: str = " ") -> Sentence:
    """Some sentences or texts as one."""
    return Sentence(joined(parts, between))


def node(message: str, **values) -> list:
    """What `say` makes a sentence of, not worded: for sentences kept by the thousand."""
    return [message, {name: _node(value) for name, value in values.items()}]


def joined(nodes: Iterable, between: str = " ") -> dict:
    """What `join` makes a sentence of, not worded."""
    return {"between": between, "of": [_node(part) for part in nodes if part][:PARTS_MAX]}


def kept(node) -> str:
    """A node as the database keeps it."""
    return json.dumps(node, ensure_ascii=False, separators=(",", ":"))


def read(stored):
    """What the database holds, worded in the reader's language; texts that are no sentence stay as they are."""
    if not isinstance(stored, str) or isinstance(stored, Sentence) or stored[:1] not in ("[", "{", '"'):
        return stored
    return _read(stored, get_language())


@lru_cache(maxsize=20_000)
def _read(stored: str, language: str | None):
    try:
        return Sentence(json.loads(stored))
    except (ValueError, TypeError, KeyError):
        return stored


def stored(text, length_max: int | None):
    """A sentence as it is kept; one that would be too long is kept as worded, cut to length."""
    if isinstance(text, Sentence):
        found = kept(text.node)
        return found if not length_max or len(found) <= length_max else str(text)[:length_max]
    begins_like_one = isinstance(text, str) and text[:1] in ("[", "{", '"')
    return json.dumps(text, ensure_ascii=False) if begins_like_one else text


class Stored(models.Field):
    """Writes a sentence as data and reads it in the language of the reader; what people type is never taken for one."""

    def from_db_value(self, value, expression, connection):
        return read(value)

    def get_prep_value(self, value):
        return stored(super().get_prep_value(value), self.max_length)


class SentenceField(Stored, models.CharField):
    """A sentence the product wrote."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 2000)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class LongSentenceField(Stored, models.TextField):
    """The same where people write on, too."""

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs


def _node(value):
    if isinstance(value, Sentence):
        return value.node
    if isinstance(value, list | dict):
        return value
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _word(node) -> str:
    match node:
        case str():
            return node
        case {"day": day}:
            return formats.day(date.fromisoformat(day))
        case {"between": between, "of": parts}:
            return between.join(_word(part) for part in parts)
        case [str() as message, dict() as values]:
            return gettext(message) % {name: _word(value) for name, value in values.items()}
    raise ValueError(node)
