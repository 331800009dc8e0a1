"""Approvals that no longer fit: a change of an approved field makes them void, asked or given (rule D07)."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import audit, commands, ids, workflow
from ..models import ApprovalRequest
from . import performing, rules, seats, subject


def still_fits(request, record) -> bool:
    """Whether the record is as it was when approval was asked for, and the verb could still be performed on it."""
    if request.verb in rules.WRITES:
        return False
    verb = workflow.verb_of(type(record), request.verb)
    in_state = not verb.sources or record.state in verb.sources
    return in_state and subject.digest(record, request.inputs, request.route["free_fields"]) == request.digest


@commands.after_change.fill
def void_when_changed(record, changed: list[str], ctx) -> None:
    """Editing an approved field voids the approval, asked or given; editing a note does not (rule D07)."""
    given = ApprovalRequest.objects.filter(
        entity=record._meta.label_lower, record_id=str(record.pk), state__in=("waiting", "approved")
    )
    given = given.exclude(verb__in=rules.WRITES, performed_at__isnull=False)
    for request in given.only("pk", "route", "digest", "inputs", "state"):
        if performing.is_under_way(request):
            continue
        if subject.digest(record, request.inputs, request.route["free_fields"]) != request.digest:
            void(ApprovalRequest.objects.filter(pk=request.pk), ctx)


def void(requests, ctx) -> int:
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
            seats.tell_asker(request, ctx, gettext_lazy("Approval is void: %(record)s"), request.failure)
    return len(found)
