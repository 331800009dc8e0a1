"""A value a role may not see is on no surface: pages, filters, sums, exports, REST, search, dossier, print (SEC-01).

Every role with every kind of record of which some fields are hidden from it or masked. Each such field gets a value
found nowhere else; then whatever the person can fetch must not hold it, and asking for the field by name is refused.
"""

import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.db import DatabaseError, connection, models
from django.test import Client
from django.utils import timezone
from makers import DAY

from mainspring.kernel import access, fields, policies, printing, resource, roles
from mainspring.kernel.context import Context
from mainspring.kernel.models import Document, Membership, Role, RoleGrant, User
from mainspring.web import addresses
from mainspring.web.views import lists

ROLES = sorted(roles.declared())
TEXT, NUMBER, SMALL = "Zebra7391", Decimal("7391.53"), Decimal("73.91")
WRITTEN = {
    TEXT: re.compile(r"Zebra7391|7391arbeZ"),
    NUMBER: re.compile(r"7[\s.,\u00a0\u202f]?391[.,]53"),
    SMALL: re.compile(r"73[.,]91"),
    date(2031, 7, 19): re.compile(r"2031-07-19|19 Jul(y)? 2031"),
}
"""The value put into a hidden field by its kind, and what it looks like wherever it is shown."""


@dataclass
class Hidden:
    """Fields of a record, or of its lines, that a role sees masked or not at all."""

    model: type
    modes: dict[str, str]

    def values(self) -> dict:
        """What is put into those that hold plain values."""
        found = {}
        for name in self.modes:
            value = _canary(self.model._meta.get_field(name))
            if value is not None:
                found[name] = value
        return found


def _canary(field):
    if field.is_relation or field.choices or field.unique:
        return None
    match field:
        case fields.PercentField() | fields.RateField():
            return SMALL
        case models.DecimalField():
            return NUMBER if field.max_digits - field.decimal_places >= 4 else None
        case models.DateTimeField():
            return datetime(2031, 7, 19, 10, tzinfo=timezone.get_current_timezone())
        case models.DateField():
            return date(2031, 7, 19)
        case models.CharField() | models.TextField():
            return TEXT if (field.max_length or 99) >= len(TEXT) else None
    return None


def _mark(hidden: Hidden, **which) -> list:
    """Put the values into the rows, past every rule that would keep them out; those the table refuses are left out."""
    marked = []
    for name, value in hidden.values().items():
        with connection.cursor() as cursor:
            cursor.execute("SAVEPOINT mark; SET LOCAL session_replication_role = replica")
            try:
                hidden.model._default_manager.filter(**which).update(**{name: value})
                marked.append(value.date() if isinstance(value, datetime) else value)
                cursor.execute("SET LOCAL session_replication_role = origin; RELEASE SAVEPOINT mark")
            except DatabaseError:
                connection.needs_rollback = False
                cursor.execute("ROLLBACK TO SAVEPOINT mark")
    return marked


def _person(role: str, company) -> tuple[Client, Context]:
    """Somebody with the role, every row of the company in sight: what is asked here is which fields are."""
    user = User.objects.create(username=f"{role}-here", default_company=company)
    Membership.objects.create(user=user, role=Role.objects.get(code=role), company=company)
    _see_every_row(Role.objects.get(code=role))
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client, Context(user, max(DAY, timezone.localdate()), company.pk)


def _see_every_row(role: Role) -> None:
    """One grant an entity over the whole company, with the fields of those before it (the most permissive counts)."""
    found: dict[str, list[RoleGrant]] = {}
    for grant in role.grants.all():
        found.setdefault(grant.entity, []).append(grant)
    role.grants.all().delete()
    for entity, grants in found.items():
        stated = [g.fields for g in grants if {"view", "*"} & set(g.verbs)]
        modes = {
            name: max(
                (fields.get(name, "edit") for fields in stated),
                key=lambda m: access.MODES.index(m.replace("clear", "edit")),
            )
            for name in {n for fields in stated for n in fields}
        }
        verbs = sorted({verb for g in grants for verb in g.verbs})
        RoleGrant.objects.create(role=role, entity=entity, verbs=verbs, scope="company", fields=modes)


def _surfaces(res, record, names: list[str]):
    """Addresses of whatever a person could fetch of a record and its kind."""
    api = f"/api/v1/{res.key}/"
    yield addresses.of_resource(res, record.pk)
    yield addresses.of_resource(res, record.pk, "edit")
    yield addresses.of_resource(res, view="all")
    yield addresses.of_resource(res, columns=",".join(names))
    yield addresses.of_resource(res, "export", format="csv")
    yield addresses.of_resource(res, "export", format="csv", columns=",".join(names))
    yield f"{api}{record.pk}/"
    yield f"{api}?size=200"
    label = res.model._meta.label_lower
    yield f"/timeline/{label}/{record.pk}/"
    yield f"/lookup/{label}/?q="
    yield f"/search/?q={TEXT[:5]}"
    if isinstance(record, Document):
        yield f"/dossier/{record.pk}/"
        yield f"/api/v1/dossier/?{urlencode({'number': record.number or record.pk})}"
    if res.calendar:
        yield addresses.of_resource(res, "events") + "?from=2026-01-01&until=2032-01-01"
    if lists.board_field(res):
        yield addresses.of_resource(res, "board")
    if res.dimensions:
        measures = [n for n in names if n in res.names("measures")]
        yield addresses.of_resource(res, "pivot", rows=res.names("dimensions")[0], measures=",".join(measures))
        yield addresses.of_resource(res, "chart", dimension=res.names("dimensions")[0], measure=(measures or [""])[0])


def _asking(res, name: str):
    """Questions that would tell the value of a field bit by bit."""
    api = f"/api/v1/{res.key}/"
    yield f"{api}?fields={name}"
    yield f"{api}?{name}__gte=1"
    yield f"{api}?{name}__contains={TEXT[:3]}"
    yield f"{api}?order={name}"
    yield f"{api}pivot/?dimensions={name}"
    yield f"{api}pivot/?measures={name}"


def _body(answer) -> str:
    raw = b"".join(answer.streaming_content) if getattr(answer, "streaming", False) else answer.content
    return raw.decode(errors="replace")


def _printed(res, record, ctx) -> str:
    found = printing.layouts_of(res.model)
    return json.dumps([one.data(record, ctx) for one in found.values()], default=str, ensure_ascii=False)


def _hidden(ctx, model) -> Hidden:
    modes = access.field_modes(ctx, model)
    return Hidden(model, {n: mode for n, mode in modes.items() if mode in ("hide", "mask") and "." not in n})


def _wrong(role: str, res, record, client, ctx) -> list[str]:
    """Surfaces of one kind of record that tell what the role may not see."""
    head, below = _hidden(ctx, res.model), _hidden(ctx, res.line_model) if res.lines else None
    if not head.modes and not (below and below.modes):
        return []
    marked = set(_mark(head, pk=record.pk))
    if below:
        marked |= set(_mark(below, document=record.pk))
    record = res.model._default_manager.get(pk=record.pk)
    told = []
    secret = list(head.modes)
    for path in _surfaces(res, record, secret):
        answer = client.get(path)
        assert answer.status_code < 500, f"{path}: {answer.status_code}"
        text = _body(answer)
        told += [f"{role}: {path} shows {value}" for value in marked if WRITTEN[value].search(text)]
    if res.is_document:
        text = _printed(res, record, ctx)
        told += [f"{role}: print of {res.key} shows {value}" for value in marked if WRITTEN[value].search(text)]
    for name in secret:
        for path in _asking(res, name):
            answer = client.get(path)
            masked = "fields=" in path and head.modes[name] == "mask"
            if answer.status_code not in (400, 422) and not masked and name in {f.name for f in res.model._meta.fields}:
                told.append(f"{role}: {path} answers {answer.status_code}")
    full = client.get(f"/api/v1/{res.key}/{record.pk}/")
    if full.status_code == 200:
        told += [f"{role}: REST has {n}" for n, m in head.modes.items() if m == "hide" and n in full.json()]
        for line in full.json().get("lines", ()) if below else ():
            told += [f"{role}: REST has lines.{n}" for n, m in below.modes.items() if m == "hide" and n in line]
    return told


@pytest.fixture(autouse=True)
def _calls(monkeypatch):
    monkeypatch.setenv("MAINSPRING_API_RATE", "100000000")


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_may_not_see_is_nowhere(samples, role):
    client, ctx = _person(role, samples.company)
    wrong = []
    for _key, res in sorted(resource.registry.items()):
        policies.forget(ctx.user)
        if access.can(ctx, res.model, "view") and (access.field_modes(ctx, res.model) or res.lines):
            record = samples.one(res.model)
            if record is not None and access.rows(ctx, res.model).filter(pk=record.pk).exists():
                wrong += _wrong(role, res, record, client, ctx)
    assert wrong == []
