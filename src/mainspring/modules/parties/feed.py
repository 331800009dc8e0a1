"""Everything that happened with a customer as one list, newest first: each kind under its own rule of access.

One statement finds the keys of a page over all kinds, then one reads the records of each kind on it: the number of
queries depends on the number of kinds, never on the number of records. Pages follow one another by keys. To plan such a
statement takes longer than to run it, so connections keep its plan.
"""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from mainspring.kernel import access, database, formats, resource

PAGE = 30
COUNT_MAX = 999
TEXT_MAX = 240


@dataclass(frozen=True)
class Kind:
    """One kind of what happens.

    model   label of the records; path: how they lead to the customer
    at      the field that says when, a day or a moment
    text    field told beside the name; amount: field with its sum; currency: attribute of the record
    who     field that names the person
    where   further condition of the records
    find    rows(customer) instead of `path` and `where`
    tell    {key: {title, text, …}} of records, added to what is told of them
    """

    name: str
    title: Any
    model: str
    at: str
    icon: str = "point"
    path: str = "party"
    text: str = ""
    amount: str = ""
    currency: str = "currency_id"
    who: str = ""
    where: Q | None = None
    find: Callable | None = None
    tell: Callable | None = None

    @property
    def is_day(self) -> bool:
        return not isinstance(self._model._meta.get_field(self.at), models.DateTimeField)

    @property
    def _model(self) -> Any:
        return apps.get_model(self.model)

    def rows(self, customer):
        """Records of this kind the person may see."""
        if self.find:
            return self.find(customer)
        if not access.can(customer.ctx, self._model, "view"):
            return self._model._default_manager.none()
        return access.rows(customer.ctx, self._model).filter(self.where or Q(), **{self.path: customer.party.pk})

    def keys(self, customer):
        """(kind, at, key) of its records."""
        rows = self.rows(customer).filter(**{f"{self.at}__isnull": False})
        return rows.annotate(
            _kind=Value(self.name, output_field=models.TextField()),
            _at=Cast(F(self.at), models.DateTimeField()),
            _key=Cast("pk", models.TextField()),
        ).values_list("_kind", "_at", "_key")

    def entries(self, customer, keys: list[str]) -> dict[str, dict]:
        """{key: what is told} of some of its records, with one query and what `tell` asks."""
        model = self._model
        links = [f.name for f in model._meta.fields if f.is_relation and f.name in {self.who, "currency"}]
        rows = model._default_manager.filter(pk__in=keys)
        rows = rows.select_related(*links) if links else rows  # without names it would follow every link
        found = {str(r.pk): r for r in rows}
        more = self.tell(customer, list(found.values())) if self.tell else {}
        return {key: self._entry(customer.ctx, record) | more.get(key, {}) for key, record in found.items()}

    def _entry(self, ctx, record) -> dict:
        res = resource.of(type(record))
        flow = getattr(record, "workflow", None)
        person = getattr(record, self.who, None) if self.who else None
        return {
            "title": getattr(record, "number", "") or str(record),
            "href": f"/{res.key}/{record.pk}/" if res else "",
            "text": str(access.shown(ctx, record, self.text) or "")[:TEXT_MAX] if self.text else "",
            "who": str(person or ""),
            "state": flow.label(record.state) if flow else "",
            "state_color": flow.color(record.state) if flow else "",
            "amount": self._amount(ctx, record),
        }

    def _amount(self, ctx, record) -> str:
        if not self.amount:
            return ""
        value = access.shown(ctx, record, self.amount)
        if value is None or isinstance(value, str):
            return ""
        currency = getattr(record, self.currency, "") or ""
        return f"{formats.number(value, formats.money.currency_digits(currency or 'EUR'))} {currency}".strip()


kinds: dict[str, Kind] = {}
"""Every kind by name, in the order of declaration."""


def happening(name: str, title, model: str, at: str, **more) -> Kind:
    """Declare a kind of what happens with customers; see `Kind`."""
    kinds[name] = Kind(name, title, model, at, **more)
    return kinds[name]


def page(customer, *, kind: str = "", after: str = "", size: int = PAGE) -> tuple[list[dict], str]:
    """(entries, cursor of the next page or ""). ValidationError for an unknown kind or cursor."""
    if kind and kind not in kinds:
        raise ValidationError({"kind": _("“%(value)s” is not a valid value.") % {"value": kind[:80]}})
    chosen = [kinds[kind]] if kind else list(kinds.values())
    place = _place(after) if after else None
    found = _together(
        [_before(one, one.keys(customer), place).order_by("-_at", "-_key")[: size + 1] for one in chosen],
        f"ORDER BY at DESC, kind DESC, key DESC LIMIT {size + 1}",
    )
    keys = defaultdict(list)
    for name, _at, key in found[:size]:
        keys[name].append(key)
    told = {name: kinds[name].entries(customer, some) for name, some in keys.items()}
    entries = [_told(kinds[name], at, told[name][key]) for name, at, key in found[:size] if key in told[name]]
    return entries, _cursor(found[size - 1]) if len(found) > size else ""


def counts(customer) -> dict[str, str]:
    """{kind: how many} of all kinds of which there are any, in one query."""
    parts, values = [], []
    for one in kinds.values():
        try:
            sql, given = one.rows(customer).order_by().values("pk")[: COUNT_MAX + 1].query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT %s::text, count(*) FROM ({sql}) AS found")
        values += [one.name, *given]
    if not parts:
        return {}
    found = database.planned(" UNION ALL ".join(parts), values)
    return {name: f"{COUNT_MAX}+" if number > COUNT_MAX else str(number) for name, number in found if number}


def _together(querysets, tail: str) -> list[tuple]:
    parts, values = [], []
    for rows in querysets:
        try:
            sql, given = rows.query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"({sql})")
        values += given
    if not parts:
        return []
    return database.planned(f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS found (kind, at, key) {tail}", values)


def _before(one: Kind, rows, place):
    """The records of a kind that come after a place of the list: by moment, then kind, then key, all falling."""
    if place is None:
        return rows
    kind, at, key = place
    if one.name > kind:
        return rows.filter(_at__lt=at)
    if one.name < kind:
        return rows.filter(_at__lte=at)
    return rows.filter(Q(_at__lt=at) | Q(_at=at, _key__lt=key))


def _cursor(row) -> str:
    kind, at, key = row
    return json.dumps([kind, at.astimezone(UTC).isoformat(), key], separators=(",", ":"))


def _place(text: str) -> tuple[str, datetime, str]:
    try:
        kind, at, key = json.loads(text)
        moment = datetime.fromisoformat(at)
        if kind in kinds and isinstance(key, str) and len(key) < 60 and "\x00" not in key and moment.tzinfo:
            return kind, moment, key
    except (ValueError, TypeError):
        pass
    raise ValidationError({"after": _("“%(value)s” is not a valid value.") % {"value": text[:80]}})


def _told(one: Kind, at: datetime, entry: dict) -> dict:
    day = at.astimezone(UTC).date() if one.is_day else timezone.localtime(at)
    return {
        "kind": one.name,
        "kind_title": one.title,
        "icon": one.icon,
        "at": day,
        "at_text": formats.day(day) if one.is_day else formats.moment(day),
        **entry,
    }
