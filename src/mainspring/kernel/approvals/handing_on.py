"""Requests that go on to somebody else or end early: withdrawn, handed over, out of time, approvers who left."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import commands, errors, events, jobs
from ..models import ApprovalDecision, ApprovalRequest, ApprovalSeat, User
from ..workflow import effect, guard
from . import deciding, people, seats


@guard(ApprovalRequest, "recall")
def may_recall(request, ctx) -> None:
    """Who asked may withdraw, until the first decision (rule K09)."""
    if request.created_by_id != getattr(ctx.user, "pk", None):
        raise errors.Forbidden(_("Only %(person)s can withdraw this.") % {"person": request.created_by})
    if ApprovalDecision.objects.filter(seat__stage__request=request).exists():
        raise errors.Conflict(_("The first decision was made; ask the approvers to send it back."), code="state")


@guard(ApprovalRequest, "delegate")
def may_delegate(request, ctx) -> None:
    """Who may decide may hand that over."""
    deciding.may_decide(request, ctx)


@effect(ApprovalRequest, "delegate")
def hand_over(request, ctx, to, comment=""):
    """Give my seat to a colleague: never to who asked, nor to somebody who sits there already."""
    seat = seats.seat_of(request, ctx)
    if hasattr(seat, "decision"):
        raise errors.Conflict(_("You decided already: %(decision)s.") % {"decision": seat.decision.get_kind_display()})
    if to.pk in request.route["excluded"] or not to.is_active:
        raise ValidationError({"to": _("%(person)s may not decide this.") % {"person": to}})
    if seat.stage.seats.filter(user=to).exists():
        raise ValidationError({"to": _("%(person)s is asked already.") % {"person": to}})
    seats.take(seat.stage, [(to, "handed_over", str(ctx.user))], request, ctx, decisive=seat.decisive)
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
            found = people.fallback(
                stage.escalate_to, stage.seats.first().user, request.company_id, excluded, ctx.business_date
            )
        except ValidationError:  # nobody else is there: those who were asked stay asked
            found = []
        seats.take(stage, [(user, "escalation", "") for user, _why, _of in found], request, ctx, decisive=True)
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
            found = people.fallback(
                stage.escalate_to,
                request.created_by,
                request.company_id,
                set(request.route["excluded"]),
                ctx.business_date,
            )
            seats.take(stage, found, request, ctx)
        if stage.state == "current" and request.state == "waiting":
            deciding.settle(request, stage, ctx)


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
