"""What an approval is about, as data: the snapshot an approver looks at and the fingerprint a change would alter."""

import hashlib
import json

from django.db import models

from .. import audit


def snapshot(record) -> dict:
    """Header, custom fields and lines of a record as data: what an approver looks at."""
    return as_data(record, [(line.position, line) for line in record.lines.all()] if hasattr(record, "lines") else [])


def as_data(record, numbered_lines=()) -> dict:
    """The same for a record whose lines are at hand, saved or not, as (number, line)."""
    lines = [_plain_fields(line) | {"label": str(n)} for n, line in numbered_lines]
    return {"header": _plain_fields(record), "custom": getattr(record, "custom", {}), "lines": lines}


def _plain_fields(record) -> dict:
    return {
        f.name: audit.plain(getattr(record, f.name if f.is_relation else f.attname))
        for f in record._meta.concrete_fields
        if f.name not in ("custom", "document")
    }


def changes(before, after) -> list[dict]:
    """Header fields a change alters: [{name, before, after}] as plain data."""
    found = []
    for f in after._meta.concrete_fields:
        if f.editable and f.name != "custom" and getattr(before, f.attname) != getattr(after, f.attname):
            name = f.name if f.is_relation else f.attname
            was, now = (audit.plain(getattr(one, name)) for one in (before, after))
            found.append({"name": f.name, "before": was, "after": now})
    was, is_now = getattr(before, "custom", {}) or {}, getattr(after, "custom", {}) or {}
    found += [
        {"name": f"custom.{k}", "before": was.get(k), "after": is_now.get(k)}
        for k in sorted(was.keys() | is_now.keys())
        if was.get(k) != is_now.get(k)
    ]
    return found


def digest(record, inputs: dict, free: list[str]) -> str:
    """Fingerprint of what a person entered: derived values and fields that may change are left out."""

    def entered(one, skip=()):
        return {
            f.name: audit.plain(f.value_from_object(one))
            for f in one._meta.concrete_fields
            if f.editable and f.name not in (*skip, "document")
        }

    free = [*free, *getattr(type(record), "always_editable", ())]
    data = [
        entered(record, free),
        {k: v for k, v in getattr(record, "custom", {}).items() if k not in free},
        inputs,
        [entered(line) for line in record.lines.all()] if hasattr(record, "lines") else [],
    ]
    return _fingerprint(data)


def digest_of_write(stored, packed: dict, free: list[str]) -> str:
    """Fingerprint of the record that was looked at (None: there is none yet) and of what was sent."""
    return digest(stored, packed, free) if stored is not None else _fingerprint(packed)


def _fingerprint(data) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True, default=str).encode()).hexdigest()


def pack_inputs(inputs: dict) -> dict:
    """Inputs of a verb as JSON that `Verb.clean` reads back."""
    return {name: pack(value) for name, value in inputs.items() if value is not None}


def pack(value):
    """What was sent, as JSON that the commands read back."""
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, dict):
        return {k: pack(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | models.QuerySet):
        return [pack(v) for v in value]
    return audit.plain(value)
