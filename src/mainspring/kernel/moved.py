"""Records that took the place of others: whoever asks for the old one is led to the one that stands for it (K06)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from . import access, errors, limits
from .plugin_points import PluginPoint

successor = PluginPoint("moved.successor", many=True)
"""f(model, keys) -> {key as text: key of the record in its place}, of those that have one."""

predecessors = PluginPoint("moved.predecessors", many=True)
"""f(record) -> keys, as text, of the records it stands for."""

named = PluginPoint("moved.named", many=True)
"""f(ctx, text) -> [(what an old record was called, model, key of the one in its place)] of names with the text."""


def places(model, keys) -> dict:
    """{key as text: key of the record in its place} of records that another one stands for."""
    return {old: new for found in successor(model, [str(key) for key in keys]) for old, new in found.items()}


def to(ctx, model, key):
    """The record that stands for one that is gone, when the person may see it; else None."""
    try:
        found = places(model, [limits.storable_key(key)])
    except (ValidationError, ValueError, OverflowError):
        return None
    return access.rows(ctx, model).filter(pk__in=found.values()).first() if found else None


def refuse(ctx, model, key) -> None:
    """Conflict that names the record to work with, when another one stands for this one."""
    kept = to(ctx, model, key)
    if kept is not None:
        raise errors.Conflict(
            _("This was merged into %(record)s; nothing was saved. Open that one.") % {"record": kept}, code="merged"
        )


def keys_of(record) -> list[str]:
    """The key of a record and those of the records it stands for, as text."""
    return [str(record.pk), *(key for found in predecessors(record) for key in found)]


def found(ctx, text: str) -> list[tuple]:
    """(what an old record was called, the record in its place) for names with the text, as far as in sight."""
    answers = []
    for one in named(ctx, text):
        for label, model, key in one:
            kept = access.rows(ctx, model).filter(pk=key).first() if access.can(ctx, model, "view") else None
            if kept is not None:
                answers.append((label, kept))
    return answers
