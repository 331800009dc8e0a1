"""The seats of a request: whose decision it waits for, and telling them and who asked."""

from datetime import timedelta
from functools import partial

from django.db.models import Q
from django.utils import timezone

from .. import access, notifications, workflow
from ..models import Absence, ApprovalRequest, ApprovalSeat, ApprovalStage, User


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


def _absent(user, ctx):
    """Absences on the day for which this person stands in."""
    day = ctx.business_date
    return Absence.objects.filter(stand_in=user, starts_on__lte=day, ends_on__gt=day)


def open_seats(request):
    """Seats whose decision a request waits for now."""
    return ApprovalSeat.objects.filter(
        stage__request=request, stage__state="current", gone=False, decision=None
    ).select_related("user")


def seat_of(request, ctx) -> ApprovalSeat | None:
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


def open_stage(stage: ApprovalStage, request, ctx) -> None:
    """Begin a stage: its time runs, and who sits in it is told."""
    stage.state = "current"
    if stage.timeout_hours:
        stage.due_at = timezone.now() + timedelta(hours=stage.timeout_hours)
    stage.save(update_fields=["state", "due_at"])
    _tell_approvers([s.user for s in stage.seats.filter(gone=False).select_related("user")], request, ctx)


def take(stage, found, request, ctx, *, decisive: bool = False) -> None:
    """Seat people in a stage: `found` as (person, why, of what); of a decisive seat one decision is enough."""
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


def tell_asker(request, ctx, title, text: str | None) -> None:
    """News about a request to the person who asked; `title` is lazy and has a place for the %(record)s."""
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
    return f"{verb_of(request)}: {request.record_name}"


def verb_of(request) -> str:
    """The verb that was asked for, in words."""
    return workflow.in_words(request.record_model, request.verb)
