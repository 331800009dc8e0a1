"""One verb on many records as one command: the rules of `commands.perform`, set-based where the effect is.

    sets.perform(receipts, "post", ctx)      all of them or none; the same effect as for one

One transaction; an audit entry for the set, and one for each record below it.
"""

from collections.abc import Sequence
from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from . import access, audit, commands, custom, database, events, numbering, running, shapes, workflow
from .models.base import Document
from .models.records import AuditEntry


def perform(records: Sequence, name: str, ctx, **inputs) -> list:
    """Run one verb on every record; returns them read again, each with its `outcome`, in the order given.

    Locks in the order of keys. Raises what `commands.perform` raises, for the first record that cannot; then nothing
    has changed.
    """
    if not records:
        return []
    model = type(records[0])
    verb = workflow.verb_of(model, name)
    access.require(ctx, model, name)
    cleaned = verb.clean(inputs, ctx)
    with running.command(model, replace(ctx, idempotency_key=""), name, {}) as run:
        fresh = _locked(model, [r.pk for r in records], name, ctx)
        commands.check_all_possible(fresh, verb, ctx)
        if not ctx.trusted:
            for record in fresh:
                commands.approval_gate(record, name, ctx, cleaned)
        _work(model, verb, fresh, run, cleaned)
    return fresh


def _locked(model, keys: list, name: str, ctx) -> list:
    rows = model._default_manager.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    if links := getattr(model, "read_with", ()):
        rows = rows.select_related(*links)
    found = {r.pk: r for r in rows}
    if len(found) < len(set(keys)):
        raise model.DoesNotExist
    if not ctx.trusted and access.rows(ctx, model, name).filter(pk__in=keys).count() < len(found):
        raise PermissionDenied(_("You may not do this to all of these records."))
    return [found[key] for key in dict.fromkeys(keys)]


def _work(model, verb: workflow.Verb, records: list, run, cleaned: dict) -> None:
    is_document = issubclass(model, Document)
    sources = [getattr(r, "state", "") for r in records]
    drafts = [r for r in records if is_document and not r.number and verb.target not in ("", "draft", "cancelled")]
    gapless = is_document and numbering.is_gapless(model)
    before = [{f.attname: r.__dict__.get(f.attname) for f in model._meta.concrete_fields} for r in records]
    if drafts and not gapless:
        numbering.number_many(drafts, run.ctx.business_date.year)
    work = workflow.effect_of(model, verb.name)
    outcomes = (work(records, run.ctx, **cleaned) if work else None) or [None] * len(records)
    for record, source, outcome in zip(records, sources, outcomes, strict=True):
        if verb.target and record.state == source:  # an effect may choose another target itself
            record.state = verb.target
        record.outcome = outcome
    for record in drafts if gapless else ():
        running.number_late(record)
    changes = [{k for k in old if r.__dict__.get(k) != old[k]} for r, old in zip(records, before, strict=True)]
    _save(model, [r for r, names in zip(records, changes, strict=True) if names], set().union(*changes))
    run.give_late_numbers()
    _note(model, verb, records, sources, run, cleaned)
    events.publish_all([events.CommandDone(r, verb.name, run.is_nested) for r in records], run.ctx)


def _save(model, records: list, changed: set[str]) -> None:
    """Write the changed columns, and what every change touches."""
    if not records:
        return
    touched = [name for name in ("version", "updated_at", "custom") if shapes.has(model, name)]
    for record in records:
        custom.refresh(record)
        if "version" in touched:
            record.version += 1
        if "updated_at" in touched:
            record.updated_at = timezone.now()
    changed = changed.union(touched)
    database.update(records, [f.name for f in model._meta.concrete_fields if f.attname in changed])


def _note(model, verb, records: list, sources: list[str], run, cleaned: dict) -> None:
    """One entry for the set and, below it, one for each record, as its timeline shows it."""
    whole = audit.entry(run.id, model(pk=None), verb.name, run.outer, count=len(records), inputs=cleaned)
    AuditEntry.objects.bulk_create(
        [
            whole,
            *(
                audit.entry(None, r, verb.name, run.ctx, source=source, target=getattr(r, "state", ""), inputs=cleaned)
                for r, source in zip(records, sources, strict=True)
            ),
        ]
    )
