"""Decisions: approve, reject, send back; and what each sets off in its stage and its request (rule K09)."""

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import errors
from ..models import ApprovalDecision, ApprovalRequest, ApprovalStage
from ..workflow import effect, guard
from . import performing, seats


@guard(ApprovalRequest, "approve")
@guard(ApprovalRequest, "reject")
@guard(ApprovalRequest, "return")
def may_decide(request, ctx) -> None:
    """Only a person asked in a stage that is on, or their stand-in, and never who asked (rule K09)."""
    seat = seats.seat_of(request, ctx)
    if seat is None or (request.state != "waiting" and not hasattr(seat, "decision")):
        if request.state != "waiting":
            raise errors.Conflict(
                _("This was decided already: %(state)s.") % {"state": request.workflow.label(request.state)},
                code="state",
            )
        asked = ", ".join(sorted({str(s.user) for s in seats.open_seats(request)})) or "–"
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
    seat = seats.seat_of(request, ctx)
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
        settle(request, seat.stage, ctx, comment)


def settle(request, stage: ApprovalStage, ctx, comment: str | None = "") -> None:
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
            performing.perform(request, ctx)
        elif not any(s.state == "current" for s in left):
            seats.open_stage(left[0], request, ctx)


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


def _close(request, state: str, ctx, comment: str | None) -> None:
    request.state, request.decided_at, request.comment = state, timezone.now(), comment or ""
    title = {
        "approved": gettext_lazy("Approved: %(record)s"),
        "refused": gettext_lazy("Refused: %(record)s"),
        "returned": gettext_lazy("Sent back: %(record)s"),
    }[state]
    seats.tell_asker(request, ctx, title, comment)
