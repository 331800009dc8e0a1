"""Verbs that wait for approval: the gate, the decisions, and what the last one sets off.

A rule makes `perform` raise ApprovalRequired instead of doing the work. The request keeps the record as it was asked
for; the last approval performs the verb if the record is still that one, as the person who asked. Locks are taken in
this order: request, then record. A change of the record therefore never waits for a request: one that is being
decided at this moment is compared with the record again before the verb is performed.
"""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from functools import partial

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import access, audit, commands, errors, events, ids, jobs, notifications, workflow
from . import approvals_routing as routing
from . import approvals_writing as writing
from .models import (
    Absence,
    ApprovalDecision,
    ApprovalRequest,
    ApprovalSeat,
    ApprovalStage,
    User,
)
from .workflow import effect, guard

REFUSALS = (ValidationError, PermissionDenied)

# -- the gate ---------------------------------------------------------------------------------------------------------


@commands.approval_gate.fill
def gate(record, verb: str, ctx, inputs: dict) -> None:
    """Let a verb pass when nobody has to be asked or the same thing was approved; else raise ApprovalRequired."""
    case = routing.find_case(record, verb, ctx)
    if case is None:
        return
    packed = _pack(inputs)
    digest = _digest(record, packed, _free_fields(case.rule))
    given = ApprovalRequest.objects.filter(
        entity=record._meta.label_lower,
        record_id=str(record.pk),
        verb=verb,
        state="approved",
        performed_at=None,
        digest=digest,
    )
    if not given.update(performed_at=timezone.now(), failure=""):
        raise errors.ApprovalRequired(ask=partial(_ask, type(record), record.pk, verb, packed, ctx))


def _ask(model, pk, verb: str, inputs: dict, ctx) -> ApprovalRequest:
    """Raise the request, in a transaction of its own; a second click finds the first one's."""
    asking = replace(ctx, trusted=True, idempotency_key="")
    try:
        with transaction.atomic():
            record = model._default_manager.select_for_update(of=("self",)).get(pk=pk)
            case = routing.find_case(record, verb, ctx)
            if case is None:
                raise errors.Conflict(_("%(record)s changed meanwhile. Try again.") % {"record": record})
            digest = _digest(record, inputs, _free_fields(case.rule))
            waiting = _waiting(model, pk, verb).first()
            if waiting and waiting.digest == digest:
                return waiting
            if waiting and not _void(_waiting(model, pk, verb), asking):
                raise errors.Conflict(_("The approval of %(record)s is being decided right now.") % {"record": record})
            return _create_request(record, verb, inputs, digest, case, asking)
    except (ValidationError, IntegrityError):
        waiting = _waiting(model, pk, verb).first()
        if waiting is None or waiting.created_by_id != getattr(ctx.user, "pk", None):
            raise
        return waiting


def _create_request(
    record, verb: str, inputs: dict, digest: str, case: routing.Case, ctx, *, about: dict | None = None, seen=None
) -> ApprovalRequest:
    stages, excluded = routing.plan(case, record, ctx)
    request = commands.create(
        ApprovalRequest,
        ctx,
        verb=verb,
        inputs=inputs,
        snapshot=seen or snapshot(record),
        digest=digest,
        rule=case.rule,
        route=routing.reason(case, stages, excluded),
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
        _open(stage, request, ctx)
    return request


# -- decisions --------------------------------------------------------------------------------------------------------


@guard(ApprovalRequest, "approve")
@guard(ApprovalRequest, "reject")
@guard(ApprovalRequest, "return")
def may_decide(request, ctx) -> None:
    """Only a person asked in a stage that is on, or their stand-in, and never who asked (rule K09)."""
    seat = _seat_of(request, ctx)
    if seat is None or (request.state != "waiting" and not hasattr(seat, "decision")):
        if request.state != "waiting":
            raise errors.Conflict(
                _("This was decided already: %(state)s.") % {"state": request.workflow.label(request.state)},
                code="state",
            )
        asked = ", ".join(sorted({str(s.user) for s in _open_seats(request)})) or "–"
        raise errors.Forbidden(_("This waits for %(people)s.") % {"people": asked})


@effect(ApprovalRequest, "approve")
def approve(request, ctx, comment=""):
    _decide(request, ctx, "approve", comment)


@effect(ApprovalRequest, "reject")
def reject(request, ctx, comment):
    _decide(request, ctx, "reject", comment)


@effect(ApprovalRequest, "return")
def send_back(request, ctx, comment):
    _decide(request, ctx, "return", comment)


def _decide(request, ctx, kind: str, comment: str | None) -> None:
    """Note one decision and follow what it sets off. A repeated click finds its decision made and does nothing."""
    seat = _seat_of(request, ctx)
    if seat is None:
        raise PermissionDenied
    if hasattr(seat, "decision"):
        if seat.decision.kind != kind:
            raise errors.Conflict(
                _("You decided already: %(decision)s.") % {"decision": seat.decision.get_kind_display()}, code="state"
            )
        return
    ApprovalDecision.objects.create(seat=seat, kind=kind, decided_by=ctx.user, comment=comment or "")
    if kind == "return":
        _close(request, "returned", ctx, comment)
    else:
        _settle(request, seat.stage, ctx, comment)


def _settle(request, stage: ApprovalStage, ctx, comment: str | None = "") -> None:
    """Close the stage when its decisions suffice, then open the next or end the request."""
    outcome = outcome_of(stage)
    if outcome == "refused":
        stage.state = "refused"
        stage.save(update_fields=["state"])
        _close(request, "refused", ctx, comment)
    elif outcome == "done":
        stage.state = "done"
        stage.save(update_fields=["state"])
        left = list(request.stages.exclude(state="done"))
        if not left:
            _close(request, "approved", ctx, comment)
            _perform(request, ctx)
        elif not any(s.state == "current" for s in left):
            _open(left[0], request, ctx)


def outcome_of(stage: ApprovalStage) -> str:
    """ "done", "refused" or "" (still open). People who left do not count: a vote needs at most all who are there.

    any: the first decision; all: everybody, one refusal ends it; vote: the number, refused when it cannot be reached.
    """
    seats = [s for s in stage.seats.select_related("decision") if not s.gone or hasattr(s, "decision")]
    kinds = [s.decision.kind for s in seats if hasattr(s, "decision")]
    decisive = next((s.decision.kind for s in seats if s.decisive and hasattr(s, "decision")), None)
    if decisive is None and stage.need == "any" and kinds:
        decisive = kinds[0]
    if decisive:
        return "done" if decisive == "approve" else "refused"
    seats = [s for s in seats if not s.decisive]
    needed = len(seats) if stage.need == "all" else min(stage.votes, len(seats))
    agreed = kinds.count("approve")
    if needed and agreed >= needed:
        return "done"
    return "refused" if len(seats) - kinds.count("reject") < needed else ""


def _perform(request, ctx) -> None:
    """Do what was approved, as the person who asked, if the record still is what was approved (rule D07)."""
    if request.verb in writing.WRITES:
        return writing.perform(request, ctx)
    model = request.record_model
    record = (
        model._default_manager.select_for_update(of=("self",)).filter(pk=request.record_id).first() if model else None
    )
    if record is None or _digest(record, request.inputs, request.route["free_fields"]) != request.digest:
        request.state, request.failure = "voided", _("The record changed after approval was asked for.")
        return
    doing = replace(ctx, user=request.created_by, company_id=request.company_id or ctx.company_id)
    try:
        with transaction.atomic():
            commands.perform(record, request.verb, doing, **request.inputs)
        request.performed_at = timezone.now()
    except REFUSALS as error:
        note_failure(request, ctx, error)


def note_failure(request, ctx, error) -> None:
    """Say on the request, and to who asked, why what was approved could not be done."""
    request.failure = "\n".join(getattr(error, "messages", None) or [str(error)])
    _tell_asker(request, ctx, gettext_lazy("Approved, but not done: %(record)s"), request.failure)


def _close(request, state: str, ctx, comment: str | None) -> None:
    request.state, request.decided_at, request.comment = state, timezone.now(), comment or ""
    title = {
        "approved": gettext_lazy("Approved: %(record)s"),
        "refused": gettext_lazy("Refused: %(record)s"),
        "returned": gettext_lazy("Sent back: %(record)s"),
    }[state]
    _tell_asker(request, ctx, title, comment)


# -- withdraw, hand over, time, people who leave -----------------------------------------------------------------------


@guard(ApprovalRequest, "recall")
def may_recall(request, ctx) -> None:
    """Who asked may withdraw, until the first decision (rule K09)."""
    if request.created_by_id != getattr(ctx.user, "pk", None):
        raise errors.Forbidden(_("Only %(person)s can withdraw this.") % {"person": request.created_by})
    if ApprovalDecision.objects.filter(seat__stage__request=request).exists():
        raise errors.Conflict(_("The first decision was made; ask the approvers to send it back."), code="state")


@guard(ApprovalRequest, "delegate")
def may_delegate(request, ctx) -> None:
    may_decide(request, ctx)


@effect(ApprovalRequest, "delegate")
def hand_over(request, ctx, to, comment=""):
    """Give my seat to a colleague: never to who asked, nor to somebody who sits there already."""
    seat = _seat_of(request, ctx)
    if hasattr(seat, "decision"):
        raise errors.Conflict(_("You decided already: %(decision)s.") % {"decision": seat.decision.get_kind_display()})
    if to.pk in request.route["excluded"] or not to.is_active:
        raise ValidationError({"to": _("%(person)s may not decide this.") % {"person": to}})
    if seat.stage.seats.filter(user=to).exists():
        raise ValidationError({"to": _("%(person)s is asked already.") % {"person": to}})
    _take_seat(seat.stage, [(to, "handed_over", str(ctx.user))], request, ctx, decisive=seat.decisive)
    seat.gone = True
    seat.save(update_fields=["gone"])


@effect(ApprovalRequest, "escalate")
def escalate(request, ctx):
    """Ask whoever comes next for each stage that is out of time; their one decision is enough."""
    now = timezone.now()
    for stage in request.stages.filter(state="current", escalated=False, due_at__lte=now).select_related("escalate_to"):
        seated = {s.user_id for s in stage.seats.all()}
        excluded = set(request.route["excluded"]) | seated
        try:
            found = routing.fallback(
                stage.escalate_to, stage.seats.first().user, request.company_id, excluded, ctx.business_date
            )
        except ValidationError:  # nobody else is there: those who were asked stay asked
            found = []
        _take_seat(stage, [(user, "escalation", "") for user, _why, _of in found], request, ctx, decisive=True)
        stage.escalated = True
        stage.save(update_fields=["escalated"])


@effect(ApprovalRequest, "reroute")
def reroute(request, ctx):
    """Seats of people who left count no more; a stage without people is decided by whoever steps in (rule K09)."""
    for stage in request.stages.exclude(state="done").select_related("escalate_to"):
        left = [s for s in stage.seats.filter(decision=None, gone=False).select_related("user") if not s.user.is_active]
        if not left:
            continue
        ApprovalSeat.objects.filter(pk__in=[s.pk for s in left]).update(gone=True)
        if not stage.seats.filter(gone=False).exists():
            found = routing.fallback(
                stage.escalate_to,
                request.created_by,
                request.company_id,
                set(request.route["excluded"]),
                ctx.business_date,
            )
            _take_seat(stage, found, request, ctx)
        if stage.state == "current" and request.state == "waiting":
            _settle(request, stage, ctx)


@jobs.job("kernel.approvals", title=gettext_lazy("Approvals out of time, approvers who left"), schedule="*/5 * * * *")
def watch(run, ctx):
    """Escalate what is out of time and take people who left out of their seats."""
    waiting = ApprovalRequest.objects.filter(state="waiting")
    late = waiting.filter(
        stages__state="current", stages__escalated=False, stages__due_at__lte=timezone.now()
    ).distinct()
    orphaned = waiting.filter(
        stages__seats__gone=False, stages__seats__decision=None, stages__seats__user__is_active=False
    ).distinct()
    done = 0
    for verb, requests in (("reroute", orphaned), ("escalate", late)):
        for request in requests:
            try:
                commands.perform(request, verb, ctx.in_company(request.company_id or ctx.company_id))
                done += 1
            except ValidationError as refusal:
                run.log(f"{request.pk}: {' '.join(refusal.messages)}")
    return {"requests": done}


@events.on(events.CommandDone)
def follow_people(event, ctx) -> None:
    """A person who is switched off leaves the open seats at the next look, which is now."""
    if isinstance(event.record, User) and not event.record.is_active and event.record.approval_seats.exists():
        jobs.defer("kernel.approvals", None, key="person")


# -- the record changes -----------------------------------------------------------------------------------------------


@commands.after_change.fill
def void_when_changed(record, changed: list[str], ctx) -> None:
    """Editing an approved field voids the approval, asked or given; editing a note does not (rule D07)."""
    given = ApprovalRequest.objects.filter(
        entity=record._meta.label_lower, record_id=str(record.pk), state__in=("waiting", "approved")
    )
    given = given.exclude(verb__in=writing.WRITES, performed_at__isnull=False)
    for request in given.only("pk", "route", "digest", "inputs", "state"):
        if writing.performing(request):
            continue
        if _digest(record, request.inputs, request.route["free_fields"]) != request.digest:
            _void(ApprovalRequest.objects.filter(pk=request.pk), ctx)


def _void(requests, ctx) -> int:
    """Void those nobody is deciding at this moment; the others are compared with the record before they are done."""
    found = list(requests.select_for_update(skip_locked=True, of=("self",)))
    for request in found:
        was_waiting = request.state == "waiting"
        request.state, request.failure = "voided", _("The record changed after approval was asked for.")
        request.decided_at = request.decided_at or timezone.now()
        ApprovalRequest.objects.filter(pk=request.pk).update(
            state="voided", failure=request.failure, decided_at=request.decided_at, version=models.F("version") + 1
        )
        audit.write(ids.uuid7(), request, "void", ctx)
        if was_waiting or request.performed_at is None:
            _tell_asker(request, ctx, gettext_lazy("Approval is void: %(record)s"), request.failure)
    return len(found)


def snapshot(record) -> dict:
    """Header, custom fields and lines of a record as data: what an approver looks at."""
    lines = (
        [_plain_fields(line) | {"label": str(line.position)} for line in record.lines.all()]
        if hasattr(record, "lines")
        else []
    )
    return {"header": _plain_fields(record), "custom": getattr(record, "custom", {}), "lines": lines}


def _plain_fields(record) -> dict:
    return {
        f.name: audit.plain(getattr(record, f.name if f.is_relation else f.attname))
        for f in record._meta.concrete_fields
        if f.name not in ("custom", "document")
    }


def _digest(record, inputs: dict, free: list[str]) -> str:
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
    return hashlib.sha256(json.dumps(data, sort_keys=True, default=str).encode()).hexdigest()


def _free_fields(rule) -> list[str]:
    return rule.free_fields.replace(",", " ").split()


def _pack(inputs: dict) -> dict:
    """Inputs as JSON that `Verb.clean` reads back."""
    return {
        name: str(value.pk) if isinstance(value, models.Model) else audit.plain(value)
        for name, value in inputs.items()
        if value is not None
    }


# -- who may decide, and telling them ---------------------------------------------------------------------------------


def waiting_for(ctx):
    """Requests in sight that wait for this person's decision, their own or as a stand-in; oldest first.

    Those of another company wait there: its wall holds for approvals too.
    """
    user = ctx.user
    seats = ApprovalSeat.objects.filter(
        Q(user=user) | Q(user__in=_absent(user, ctx).values("user")),
        stage__state="current",
        stage__request__state="waiting",
        decision=None,
        gone=False,
    )
    return (
        access.rows(ctx, ApprovalRequest)
        .filter(pk__in=seats.values("stage__request"), state="waiting")
        .exclude(route__excluded__contains=[user.pk])
        .order_by("created_at")
    )


def _waiting(model, pk, verb: str):
    return ApprovalRequest.objects.filter(entity=model._meta.label_lower, record_id=str(pk), verb=verb, state="waiting")


def _absent(user, ctx):
    """Absences on the day for which this person stands in."""
    day = ctx.business_date
    return Absence.objects.filter(stand_in=user, starts_on__lte=day, ends_on__gt=day)


def _open_seats(request):
    return ApprovalSeat.objects.filter(
        stage__request=request, stage__state="current", gone=False, decision=None
    ).select_related("user")


def _seat_of(request, ctx) -> ApprovalSeat | None:
    """The seat a person decides in: an open one first, their own before one they stand in for, else one decided."""
    user = ctx.user
    if not getattr(user, "pk", None) or user.pk in request.route.get("excluded", ()):
        return None
    mine = Q(user=user) | Q(user__in=_absent(user, ctx).values("user")) | Q(decision__decided_by=user)
    seats = (
        ApprovalSeat.objects.filter(mine, stage__request=request)
        .filter(Q(gone=False) | ~Q(decision=None))
        .select_related("stage", "decision", "user")
    )
    open_first = sorted(seats, key=lambda s: (hasattr(s, "decision"), s.user_id != user.pk, s.pk))
    return next((s for s in open_first if hasattr(s, "decision") or s.stage.state == "current"), None)


def _open(stage: ApprovalStage, request, ctx) -> None:
    stage.state = "current"
    if stage.timeout_hours:
        stage.due_at = timezone.now() + timedelta(hours=stage.timeout_hours)
    stage.save(update_fields=["state", "due_at"])
    _tell_approvers([s.user for s in stage.seats.filter(gone=False).select_related("user")], request, ctx)


def _take_seat(stage, found, request, ctx, *, decisive: bool = False) -> None:
    ApprovalSeat.objects.bulk_create(
        ApprovalSeat(stage=stage, user=user, why=why, why_of=of[:120], decisive=decisive) for user, why, of in found
    )
    if stage.state == "current":
        _tell_approvers([user for user, _why, _of in found], request, ctx)


def _tell_approvers(users: list[User], request, ctx) -> None:
    day = ctx.business_date
    stand_ins = [
        a.stand_in
        for a in Absence.objects.filter(
            user__in=users, starts_on__lte=day, ends_on__gt=day, stand_in__is_active=True
        ).select_related("stand_in")
    ]
    people = [u for u in [*users, *stand_ins] if u is not None and u.pk not in request.route["excluded"]]
    amount = f"{request.amount.normalize():f} {request.currency}" if request.amount is not None else ""
    notifications.notify(
        people,
        ctx,
        kind="approval",
        title=partial(title_of, request),
        record=request,
        href=f"/inbox/approvals/{request.pk}/",
        mail_template="approval",
        amount=amount,
        asked_by=str(request.created_by or ""),
    )


def _tell_asker(request, ctx, title, text: str | None) -> None:
    if request.created_by:
        notifications.notify(
            [request.created_by],
            ctx,
            kind="approval",
            record=request,
            text=text or "",
            title=lambda: title % {"record": title_of(request)},
            mail_template="news",
            href=notifications.page_of(request.entity, request.record_id),
        )


def title_of(request) -> str:
    """What was asked for, in words: the verb and the record."""
    model = request.record_model
    words = {"create": _("Create"), "change": _("Change"), "delete": _("Delete")}
    try:
        verb = words.get(request.verb) or (workflow.verb_of(model, request.verb).title if model else request.verb)
    except KeyError:
        verb = request.verb
    return f"{verb}: {request.record_label}"
