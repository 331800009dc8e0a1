"""The gates: a verb or a write passes when nobody has to be asked, else a request is raised and it waits.

The gate of writes sees the record as it would become, before anything is written, and keeps what was sent.
"""

from dataclasses import replace
from functools import partial

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import commands, errors, events
from ..models import ApprovalRequest, ApprovalRule, ApprovalSeat, ApprovalStage
from ..models.collaboration import About
from ..shared import Shared
from . import people, rules, seats, subject, voiding

_gated = Shared(
    "approval_rules",
    lambda: set(ApprovalRule.objects.filter(active=True, verb__in=rules.WRITES).values_list("entity", "verb")),
)


@events.on(events.CommandDone)
def follow_rules(event, ctx) -> None:
    """Which writes have a rule at all is kept in memory: look again when a rule changed."""
    if isinstance(event.record, ApprovalRule):
        _gated.changed()


@commands.approval_gate.fill
def gate_of_verbs(record, verb: str, ctx, inputs: dict) -> None:
    """Let a verb pass when nobody has to be asked or the same thing was approved; else raise ApprovalRequired."""
    case = rules.find_case(record, verb, ctx)
    if case is None:
        return
    packed = subject.pack_inputs(inputs)
    given = ApprovalRequest.objects.filter(
        entity=record._meta.label_lower,
        record_id=str(record.pk),
        verb=verb,
        state="approved",
        performed_at=None,
        digest=subject.digest(record, packed, rules.free_fields(case.rule)),
    )
    if not given.update(performed_at=timezone.now(), failure=""):
        raise errors.ApprovalRequired(ask=partial(_ask_for_verb, type(record), record.pk, verb, packed, ctx))


def _ask_for_verb(model, pk, verb: str, inputs: dict, ctx) -> ApprovalRequest:
    """Raise the request, in a transaction of its own; a second click finds the first one's."""
    asking = replace(ctx, trusted=True, idempotency_key="")
    queue = _queue(model, pk, verb)
    try:
        with transaction.atomic():
            record = model._default_manager.select_for_update(of=("self",)).get(pk=pk)
            case = rules.find_case(record, verb, ctx)
            if case is None:
                raise errors.Conflict(_("%(record)s changed meanwhile. Try again.") % {"record": record})
            digest = subject.digest(record, inputs, rules.free_fields(case.rule))
            return _waiting(queue, digest, record, asking) or _create(record, verb, inputs, digest, case, asking)
    except (ValidationError, IntegrityError):
        waiting = queue.first()
        if waiting is None or waiting.created_by_id != getattr(ctx.user, "pk", None):
            raise
        return waiting


@commands.write_gate.fill
def gate_of_writes(verb: str, record, ctx, sent: dict, lines=None) -> None:
    """Let a write pass when nobody has to be asked; else raise ApprovalRequired.

    record  as it would be after the write; lines: its line instances; sent: what is written later
    """
    model = type(record)
    if (model._meta.label_lower, verb) not in _gated.get():
        return
    stored = model._default_manager.get(pk=record.pk) if verb != "create" else None
    case = rules.find_case(record, verb, ctx, stored)
    if case is None:
        return
    changes = subject.changes(stored, record) if verb == "change" else []
    free = rules.free_fields(case.rule)
    if verb == "change" and lines is None and not {c["name"] for c in changes} - set(free):
        return
    packed = subject.pack(sent)
    digest = subject.digest_of_write(stored, packed, free)
    seen = subject.as_data(record, enumerate(lines or (), 1)) | {"changes": changes}
    about = About.about(record)
    if stored is None:
        about |= {"record_id": f"new-{digest[:32]}", "identity_id": None}
    raise errors.ApprovalRequired(ask=partial(_ask_for_write, model, verb, packed, digest, seen, about, case, ctx))


def _ask_for_write(
    model, verb: str, packed: dict, digest: str, seen: dict, about: dict, case: rules.Case, ctx
) -> ApprovalRequest:
    """Raise the request, in a transaction of its own; a second click finds the first one's."""
    asking = replace(ctx, trusted=True, idempotency_key="")
    with transaction.atomic():
        record = model()
        if verb != "create":
            record = model._default_manager.select_for_update(of=("self",)).get(pk=about["record_id"])
            if subject.digest(record, packed, rules.free_fields(case.rule)) != digest:
                raise errors.Conflict(_("%(record)s changed meanwhile. Try again.") % {"record": record})
        waiting = _waiting(_queue(model, about["record_id"], verb), digest, record, asking)
        return waiting or _create(record, verb, packed, digest, case, asking, about=about, seen=seen)


def _queue(model, pk, verb: str):
    return ApprovalRequest.objects.filter(entity=model._meta.label_lower, record_id=str(pk), verb=verb, state="waiting")


def _waiting(queue, digest: str, record, ctx) -> ApprovalRequest | None:
    """The request for the very same thing, if one waits; one for something else is voided to make room."""
    waiting = queue.first()
    if waiting and waiting.digest == digest:
        return waiting
    if waiting and not voiding.void(queue, ctx):
        raise errors.Conflict(_("The approval of %(record)s is being decided right now.") % {"record": record})
    return None


def _create(
    record, verb: str, inputs: dict, digest: str, case: rules.Case, ctx, *, about: dict | None = None, seen=None
) -> ApprovalRequest:
    stages, excluded = people.plan(case, record, ctx)
    request = commands.create(
        ApprovalRequest,
        ctx,
        verb=verb,
        inputs=inputs,
        snapshot=seen or subject.snapshot(record),
        digest=digest,
        rule=case.rule,
        route=people.reason(case, stages, excluded),
        amount=case.amount,
        currency=case.currency,
        amount_base=case.amount_base,
        company=getattr(record, "company_id", None) or ctx.company_id,
        **(about or ApprovalRequest.about(record)),
    )
    made = ApprovalStage.objects.bulk_create(
        ApprovalStage(
            request=request,
            position=position,
            name=stage.step.name or str(stage.step.get_who_display()),
            need=stage.step.need,
            votes=stage.step.votes,
            timeout_hours=stage.step.timeout_hours,
            escalate_to=stage.step.escalate_to,
        )
        for position, stage in enumerate(stages, 1)
    )
    ApprovalSeat.objects.bulk_create(
        ApprovalSeat(stage=made[n], user=user, why=why, why_of=of[:120])
        for n, stage in enumerate(stages)
        for user, why, of in stage.seats
    )
    for stage in made if case.rule.order == "parallel" else made[:1]:
        seats.open_stage(stage, request, ctx)
    return request
