"""One record out of two that are the same: values chosen, children moved, undone exactly (CRM-04, K06).

The merged record stays in its table, hidden, with the one that stands for it; so ledgers, which are only added to, keep
what they say, and the old address leads to the new one.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.utils import timezone
from django.utils.translation import gettext as _

from mainspring.kernel import access, audit, commands, custom, database, errors, filling, ids, moved, shapes, stored
from mainspring.kernel.models import ApprovalRequest
from mainspring.kernel.workflow import effect

from . import moving
from .models import Merge, Party

NONE = "-"
"""What `take` says when nothing of the other is wanted."""


@dataclass(frozen=True)
class Kind:
    """A kind of record that can be merged.

    fields    values to choose between, one by one
    together  {field: fields that go with it}: who owns a lead, since when
    retired   values of the merged record, given the kept one
    refuse    f(kept, other) raises why these two cannot be merged
    """

    model: Any
    fields: tuple[str, ...]
    retired: Callable[[Any], dict]
    together: dict[str, tuple[str, ...]] = field(default_factory=dict)
    refuse: Callable[[Any, Any], None] = lambda kept, other: None


@dataclass(frozen=True)
class Choice:
    """A field on which two records differ; `take`: the other's value is proposed, for the kept one has none."""

    name: str
    label: str
    kept: Any
    other: Any
    take: bool


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Let records of a kind be merged by their verb `merge`."""
    KINDS[kind.model._meta.label_lower] = kind

    @effect(kind.model, "merge")
    def run(kept, ctx, other, reason, take, other_version):
        merge(kept, find(kept, other, ctx), ctx, reason=reason, take=take, other_version=other_version)


def find(kept, text: str, ctx):
    """The other record by its code or number, of those of the same company the person may merge."""
    model, untrusted = type(kept), replace(ctx, trusted=False)
    wanted = {"number" if shapes.has(model, "number") else "code": text.strip()}
    if shapes.has(model, "company"):
        wanted["company"] = kept.company_id
    found = access.rows(untrusted, model, "merge").filter(**wanted).first()
    if found is None or not access.rows(untrusted, model, "change").filter(pk=found.pk).exists():
        raise ValidationError({"other": _("“%(value)s” does not exist or is out of your sight.") % {"value": text}})
    return found


def choices(kept, other) -> list[Choice]:
    """The fields on which two records differ."""
    kind, found = KINDS[kept._meta.label_lower], []
    for name in (*kind.fields, *kind.together):
        mine, theirs = getattr(kept, name), getattr(other, name)
        if mine != theirs:
            label = str(kept._meta.get_field(name).verbose_name)
            found.append(Choice(name, label, mine, theirs, not mine and bool(theirs)))
    for one in custom.fields_of(kind.model) if hasattr(kept, "custom") else ():
        mine, theirs = kept.custom.get(one.name), other.custom.get(one.name)
        if mine != theirs:
            found.append(Choice(f"custom.{one.name}", one.label, mine, theirs, mine in (None, "")))
    return found


def merge(kept, other, ctx, *, reason: str, take: str | None, other_version: int | None = None) -> Merge:
    """Make `other` part of `kept`, whose row is locked. Raises ValidationError and Conflict; see `Kind.refuse`."""
    kind, model = KINDS[kept._meta.label_lower], type(kept)
    if other.pk == kept.pk:
        raise ValidationError({"other": _("A record cannot be merged with itself.")})
    other = _locked(model, other.pk)
    stored.check_version(other, other_version)
    kind.refuse(kept, other)
    _refuse_waiting(kept, other)
    taken = _taken(kept, other, take)
    before = _row(kept), _row(other)
    as_read, other_as_read = stored.values_of(kept), stored.values_of(other)
    for name in taken:
        for one in (name, *kind.together.get(name, ())):
            _take(kept, other, one)
    for name, value in kind.retired(kept).items():
        setattr(other, name, value)
    stored.save(other, other_as_read)
    moves = moving.move(kept, other)
    filling.prepare(kept, ctx)
    filling.validate(kept)
    stored.save(kept, as_read)
    note = Merge(
        company_id=ctx.company_id, created_by=ctx.user, entity=model._meta.label_lower, reason=reason, taken=taken,
        kept_id=str(kept.pk), kept_label=_label(kept), merged_id=str(other.pk), merged_label=_label(other),
        kept_before=before[0], kept_after=_row(kept), merged_before=before[1], moves=moves,
    )  # fmt: skip
    note.save(force_insert=True)
    audit.write(ids.uuid7(), other, "merge", ctx, into=kept, reason=reason)
    return note


def _locked(model, pk):
    """The other record, locked. Two merges of the same two the other way round cannot wait for each other forever."""
    try:
        return model._default_manager.select_for_update(of=("self",)).get(pk=pk)
    except OperationalError:
        raise errors.Conflict(_("Somebody else is merging the same records.")) from None
    except model.DoesNotExist:
        raise errors.Conflict(_("The other record was merged meanwhile."), code="merged") from None


def _refuse_waiting(*records) -> None:
    """What waits for approval is decided first: the approval is of the record as it was asked for."""
    waiting = ApprovalRequest.objects.filter(
        entity=records[0]._meta.label_lower, record_id__in=[str(record.pk) for record in records], state="waiting"
    ).values_list("record_id", flat=True)
    for record in records:
        if str(record.pk) in waiting:
            raise errors.Conflict(_("%(record)s waits for approval; that comes first.") % {"record": record})


def _taken(kept, other, take: str | None) -> list[str]:
    """Names of the fields that get the other's value."""
    differing = {choice.name: choice for choice in choices(kept, other)}
    if take is None:
        return [name for name, choice in differing.items() if choice.take]
    wanted = [] if take.strip() == NONE else take.split()
    kind = KINDS[kept._meta.label_lower]
    unknown = [n for n in wanted if n not in (*kind.fields, *kind.together) and not n.startswith("custom.")]
    if unknown:
        raise ValidationError({"take": _("There is no such field.") + " " + ", ".join(unknown)})
    return [name for name in differing if name in wanted]


def _take(kept, other, name: str) -> None:
    if name.startswith("custom."):
        key = name.removeprefix("custom.")
        kept.custom = {**kept.custom, key: other.custom.get(key)}
    else:
        attribute = kept._meta.get_field(name).attname
        setattr(kept, attribute, getattr(other, attribute))


def _label(record) -> str:
    code = getattr(record, "code", "")
    return f"{code} {record}".strip()[:240]


def _row(record) -> dict:
    """The row of a record as the database tells it in JSON; numbers with a point as text, so that none is rounded."""
    meta = record._meta
    found = database.scalar(
        f'SELECT to_jsonb(t)::text FROM "{meta.db_table}" t WHERE "{meta.pk.column}" = %(pk)s', pk=record.pk
    )
    return json.loads(found, parse_float=str)


FOLLOWED_AFTER = timedelta(minutes=5)
"""By then every command that had read the merged record before the merge has ended."""


@effect(Merge, "follow")
def follow(note: Merge, ctx):
    """Bring along what others entered for the merged record while it was being merged."""
    model = KINDS[note.entity].model
    kept = model._base_manager.select_for_update(of=("self",)).get(pk=note.kept_id)
    note.moves = note.moves + moving.move(kept, model._base_manager.get(pk=note.merged_id))
    note.followed_at = timezone.now()


def follow_all(ctx) -> int:
    """Follow each merge once, some minutes after it; how many there were."""
    before = timezone.now() - FOLLOWED_AFTER
    notes = list(Merge.objects.filter(company=ctx.company_id, split_at=None, followed_at=None, created_at__lt=before))
    for note in notes:
        commands.perform(note, "follow", ctx)
    return len(notes)


# -- undoing ----------------------------------------------------------------------------------------------------------


@effect(Merge, "split")
def split(note: Merge, ctx, reason):
    """Put everything back as it was before the merge; refused with the list of what changed since in its way."""
    if note.split_at is not None:
        raise errors.Conflict(_("This was split already."), code="state")
    model = KINDS[note.entity].model
    kept = access.rows(replace(ctx, trusted=False), model, "change").filter(pk=note.kept_id).first()
    if kept is None:
        moved.refuse(ctx, model, note.kept_id)
        raise errors.Forbidden(_("You may not change %(record)s.") % {"record": note.kept_label})
    kept = model._default_manager.select_for_update(of=("self",)).get(pk=kept.pk)
    other = model._base_manager.select_for_update(of=("self",)).get(pk=note.merged_id)
    changed = [name for name in note.kept_after if note.kept_after[name] != note.kept_before[name]]
    changed = [name for name in changed if name not in ("version", "updated_at")]
    _refuse_changed(note, kept, changed)
    moving.back(note.moves, kept, other)
    _put_back(kept, note.kept_before, changed)
    _put_back(other, note.merged_before, [n for n in note.merged_before if n not in ("version", "updated_at", "id")])
    note.split_at = timezone.now()
    for record in (kept, other):
        audit.write(ids.uuid7(), record, "split", ctx, reason=reason)


def _refuse_changed(note: Merge, kept, changed: list[str]) -> None:
    """Raise with what somebody changed since the merge that the split would undo or could not find."""
    now, kind = _row(kept), KINDS[note.entity]
    chosen = {*kind.fields, *kind.together, "state", "custom"}  # what else differs follows from these
    found = [
        str(f.verbose_name) for f in kept._meta.concrete_fields
        if f.name in chosen and f.column in changed and now[f.column] != note.kept_after[f.column]
    ]  # fmt: skip
    found += moving.gone_elsewhere(note.moves, kept)
    if found:
        raise errors.Conflict(
            _("Changed since the merge: %(what)s. Put that back first.") % {"what": ", ".join(found)}, code="changed"
        )


def _put_back(record, row: dict, columns: list[str]) -> None:
    """Write columns as the row kept in JSON has them."""
    meta = record._meta
    database.execute(
        f'UPDATE "{meta.db_table}" t SET '
        + ", ".join(f'"{name}" = old."{name}"' for name in columns)
        + (", " if columns else "")
        + f'version = t.version + 1 FROM jsonb_populate_record(NULL::"{meta.db_table}", %(row)s::jsonb) old '
        f'WHERE t."{meta.pk.column}" = %(pk)s',
        row=json.dumps(row),
        pk=record.pk,
    )


# -- leading on -------------------------------------------------------------------------------------------------------


@moved.successor.fill
def in_their_place(model, keys: list[str]) -> dict:
    if model._meta.label_lower not in KINDS:
        return {}
    rows = model._base_manager.filter(pk__in=_fitting(model, keys)).exclude(merged_into=None)
    return {str(old): new for old, new in rows.values_list("pk", "merged_into")}


@moved.predecessors.fill
def stood_for(record) -> list[str]:
    if record._meta.label_lower not in KINDS:
        return []
    return [str(pk) for pk in type(record)._base_manager.filter(merged_into=record.pk).values_list("pk", flat=True)]


@moved.named.fill
def called(ctx, text: str) -> list[tuple]:
    notes = Merge.objects.filter(split_at=None, merged_label__icontains=text, company_id__in=ctx.visible_company_ids)
    return [(n.merged_label, KINDS[n.entity].model, n.kept_id) for n in notes[:10] if n.entity in KINDS]


def _fitting(model, keys: list[str]) -> list:
    """The keys that can be keys of a model at all."""
    found = []
    for key in keys:
        try:
            found.append(model._meta.pk.to_python(key))
        except ValidationError:
            continue
    return found


# -- parties ----------------------------------------------------------------------------------------------------------

register(
    Kind(
        Party,
        (
            "name", "legal_name", "is_customer", "is_supplier", "country", "registry_code", "vat_number", "email",
            "phone", "website", "language", "currency", "payment_term", "credit_limit", "territory", "active",
        ),
        lambda kept: {"merged_into": kept, "active": False},
        together={"owner": ("pooled_at",)},
    )
)  # fmt: skip
