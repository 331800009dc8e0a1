"""What hangs on a record, moved to another and back: found from the models, moved set by set (K06).

Tables that are only added to (ledgers, claims) stay as they are; there the redirect serves.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from mainspring.kernel import database
from mainspring.kernel.models import ApprovalRequest, AuditEntry, Document, DocumentIdentity, IdempotencyKey

KEPT_AS_EVIDENCE = (AuditEntry, ApprovalRequest, IdempotencyKey)
"""Tell of the record as it was; the timeline of the one in its place shows them too."""


def move(kept, other) -> list[dict]:
    """Move everything of `other` to `kept`; what was moved, as `back` takes it.

    What `kept` has already under a rule of uniqueness stays behind; of two usual ones (a default address) the moved one
    steps back.
    """
    moves = []
    for field in _children(type(kept)):
        moves += _step_back(field, kept, other)
        moves += _along(field, kept, other)
    moves += [_about(model, kept, other) for model in _about_models()]
    return [one for one in moves if one["ids"]]


def counts(other) -> list[tuple[str, int]]:
    """(what, how many) of the records that would move with one; one statement."""
    parts, values = [], {"key": other.pk, "text": str(other.pk), "entity": other._meta.label_lower}
    names = []
    for field in _children(type(other)):
        parts.append(f'(SELECT count(*) FROM "{field.model._meta.db_table}" WHERE "{field.column}" = %(key)s)')
        names.append(str(field.model._meta.verbose_name_plural))
    for model in _about_models():
        table = model._meta.db_table
        parts.append(f'(SELECT count(*) FROM "{table}" WHERE entity = %(entity)s AND record_id = %(text)s)')
        names.append(str(model._meta.verbose_name_plural))
    found: dict[str, int] = {}
    for name, count in zip(
        names, database.rows(f"SELECT ARRAY[{', '.join(parts)}] AS n", **values)[0]["n"], strict=True
    ):
        found[name] = found.get(name, 0) + count
    return [(name, count) for name, count in found.items() if count]


def back(moves: list[dict], kept, other) -> None:
    """Move everything back that is still where the merge put it."""
    for one in reversed(moves):
        model = apps.get_model(one["model"])
        rows = model._base_manager.filter(pk__in=one["ids"])
        if "flag" in one:
            rows.update(**{one["flag"]: True})
        elif "field" in one:
            rows.filter(**{one["field"]: kept.pk}).update(**{one["field"]: other.pk})
        else:
            rows.filter(record_id=str(kept.pk)).update(**_named(model, other))


def gone_elsewhere(moves: list[dict], kept) -> list[str]:
    """Moved records that somebody gave to yet another one since, in words."""
    found = []
    for one in moves:
        if "field" in one:
            model = apps.get_model(one["model"])
            away = model._base_manager.filter(pk__in=one["ids"]).exclude(**{one["field"]: kept.pk})
            found += [f"{model._meta.verbose_name} {record}" for record in away[:5]]
    return found


def _along(field: models.ForeignKey, kept, other) -> list[dict]:
    """Rows of one foreign key that nothing keeps from moving."""
    rows = _rows(field).filter(**{field.name: other.pk})
    for constraint in _unique(field):
        rows = rows.exclude(Exists(_same(constraint, field, kept)) & (constraint.condition or Q()))
    for twin in _twins(field):  # a link from a record to itself says nothing
        rows = rows.exclude(**{twin: kept.pk})
    ids = list(rows.values_list("pk", flat=True))
    _rows(field).filter(pk__in=ids).update(**{field.name: kept.pk})
    return [{"model": field.model._meta.label_lower, "field": field.name, "ids": _plain(ids)}]


def _step_back(field: models.ForeignKey, kept, other) -> list[dict]:
    """Rows that are the usual one of their kind, where the kept record has its own."""
    found = []
    for constraint in _unique(field):
        flag = _flag(constraint)
        if flag is None:
            continue
        rows = _rows(field).filter(
            constraint.condition, Exists(_same(constraint, field, kept)), **{field.name: other.pk}
        )
        ids = list(rows.values_list("pk", flat=True))
        _rows(field).filter(pk__in=ids).update(**{flag: False})
        found.append({"model": field.model._meta.label_lower, "flag": flag, "ids": _plain(ids)})
    return found


def _same(constraint, field, kept):
    """Rows of the kept record that a moved row would collide with."""
    others = [name for name in constraint.fields if name != field.name]
    rows = _rows(field).filter(**{field.name: kept.pk}, **{name: OuterRef(name) for name in others})
    return rows.filter(constraint.condition) if constraint.condition else rows


def _about(model, kept, other) -> dict:
    rows = model._base_manager.filter(entity=other._meta.label_lower, record_id=str(other.pk))
    ids = list(rows.values_list("pk", flat=True))
    model._base_manager.filter(pk__in=ids).update(**_named(model, kept))
    return {"model": model._meta.label_lower, "ids": _plain(ids)}


def _named(model, record) -> dict:
    """Values by which a note, a file or a task names its record."""
    about = model.about(record) if hasattr(model, "about") else {"record_id": str(record.pk)}
    return {name: value for name, value in about.items() if name != "entity"}


def _plain(ids: list) -> list:
    return [pk if isinstance(pk, int) else str(pk) for pk in ids]


# -- the shape of the models ------------------------------------------------------------------------------------------


def _rows(field: models.ForeignKey):
    return field.model._base_manager.all()


def _children(model) -> Iterator[models.ForeignKey]:
    """Foreign keys to a model that may be written, those to the identity of a document among them."""
    fixed = _only_added()
    targets = [model, DocumentIdentity] if issubclass(model, Document) else [model]
    for target in targets:
        for relation in target._meta.get_fields(include_hidden=True):
            field: Any = getattr(relation, "field", None)
            if not relation.auto_created or relation.concrete or not isinstance(field, models.ForeignKey):
                continue
            if isinstance(field, models.OneToOneField) or field.model._meta.db_table in fixed:
                continue
            if not hasattr(field.model, "about") and field.model not in KEPT_AS_EVIDENCE:
                yield field


@cache
def _only_added() -> frozenset[str]:
    """Tables the database lets nobody change."""
    return frozenset(
        row["name"]
        for row in database.rows(
            "SELECT c.relname AS name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.proname = 'mainspring_refuse_change'"
        )
    )


def _about_models() -> list:
    """Models whose rows belong to a record of any kind by its label and key."""
    return [
        model
        for model in apps.get_models()
        if {"entity", "record_id"} <= {f.name for f in model._meta.concrete_fields} and model not in KEPT_AS_EVIDENCE
    ]


def _unique(field: models.ForeignKey) -> list:
    """The rules of uniqueness a foreign key takes part in."""
    return [
        c for c in field.model._meta.constraints if isinstance(c, models.UniqueConstraint) and field.name in c.fields
    ]


def _flag(constraint) -> str | None:
    """The field of a rule "one usual one of each": Q(is_default=True)."""
    condition = constraint.condition
    if condition is None or len(condition.children) != 1 or condition.children[0][1] is not True:
        return None
    return condition.children[0][0]


def _twins(field: models.ForeignKey) -> list[str]:
    """Other foreign keys of the same table to the same records, all of them needed (the ends of a link)."""
    return [
        f.name
        for f in field.model._meta.concrete_fields
        if isinstance(f, models.ForeignKey)
        and f is not field
        and f.related_model is field.related_model
        and not (f.null or field.null)
    ]
