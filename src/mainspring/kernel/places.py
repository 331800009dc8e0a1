"""Places in an ordered list: a page begins after one, so that it costs the same however deep it lies."""

import base64
import datetime
import json
from typing import Any

from django.db.models import Q

from . import limits, shapes


class Places:
    """The places of records in one order.

    keys         (name, descending) of each key, the last of which makes the order total
    annotations  expressions among the keys that are no fields of the model
    """

    def __init__(self, model, keys: list[tuple[str, bool]], annotations: dict):
        self.model, self.keys, self.annotations = model, keys, annotations

    def of(self, record) -> str:
        """The place of a record, as text for an address."""
        values = [_plain(shapes.value_at(record, name)) for name, _desc in self.keys]
        text = json.dumps([self._signature(), values], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def beyond(self, place: str, backward: bool) -> Q:
        """Condition of the rows after a place (before it, when backward).

        Raises ValueError, TypeError, ValidationError or RecursionError when the text is no place of this order.
        """
        return self._strictly_after(self._values(place), backward)

    def _signature(self) -> str:
        return ",".join(("-" if desc else "") + name for name, desc in self.keys)

    def _values(self, place: str) -> list:
        signature, values = json.loads(base64.urlsafe_b64decode(place + "=" * (-len(place) % 4)))
        if signature != self._signature() or len(values) != len(self.keys):
            raise ValueError(place)
        return [
            None if v is None else limits.storable_key(self._field(name).to_python(v))
            for (name, _desc), v in zip(self.keys, values, strict=True)
        ]

    def _field(self, name: str):
        if name in self.annotations:
            return self.annotations[name].output_field
        found = shapes.field_at(self.model, name)
        return found.target_field if found.is_relation else found

    def _strictly_after(self, values: list, backward: bool) -> Q:
        """PostgreSQL puts nulls last when rising and first when falling."""
        found: Q | None = None
        for (name, desc), value in reversed(list(zip(self.keys, values, strict=True))):
            rising = desc == backward
            strictly: Q | None
            if value is None:
                strictly = None if rising else Q(**{f"{name}__isnull": False})
                equal = Q(**{f"{name}__isnull": True})
            else:
                strictly = beyond = Q(**{f"{name}__{'gt' if rising else 'lt'}": value})
                if rising and self._nullable(name):
                    strictly = beyond | Q(**{f"{name}__isnull": True})
                equal = Q(**{name: value})
            if found is None:
                found = strictly if strictly is not None else Q(pk__in=[])
            else:
                found = equal & found if strictly is None else strictly | (equal & found)
        first, value = self.keys[0][0], values[0]
        found = found if found is not None else Q(pk__in=[])
        if value is not None and not self._nullable(first):  # lets the database start inside an index
            found = Q(**{f"{first}__{'gte' if self.keys[0][1] == backward else 'lte'}": value}) & found
        return found

    def _nullable(self, name: str) -> bool:
        if name in self.annotations:
            return True
        owner: Any = self.model
        null = False
        for part in name.split("__"):
            step = owner._meta.get_field(part)
            null, owner = null or step.null, step.related_model
        return null


def _plain(value):
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | str) else str(value)
