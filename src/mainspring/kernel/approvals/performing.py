"""What was approved is done: as the person who asked, if the record still is the one that was looked at (rule D07)."""

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import commands
from ..models import ApprovalRequest
from ..models.collaboration import About
from . import rules, seats, subject

_under_way: ContextVar[tuple] = ContextVar("performing_approved", default=())


def is_under_way(request) -> bool:
    """Whether this very request is being carried out now, so that its own change does not void it."""
    return request.pk in _under_way.get()


def perform(request: ApprovalRequest, ctx) -> None:
    """Do what was approved; void the request when the record changed, note on it why what is refused was not done."""
    record, same = None, True
    if request.verb != "create":
        record = _locked(request)
        free = request.route["free_fields"]
        same = record is not None and subject.digest(record, request.inputs, free) == request.digest
    if not same:
        request.state, request.failure = "voided", _("The record changed after approval was asked for.")
        return
    doing = replace(ctx, user=request.created_by, company_id=request.company_id or ctx.company_id)
    try:
        with transaction.atomic():
            if request.verb in rules.WRITES:
                with _carrying_out(request):
                    _write(request, record, doing)
            else:
                commands.perform(record, request.verb, doing, **request.inputs)
        request.performed_at = timezone.now()
    except (ValidationError, PermissionDenied) as error:
        request.failure = "\n".join(getattr(error, "messages", None) or [str(error)])
        seats.tell_asker(request, ctx, gettext_lazy("Approved, but not done: %(record)s"), request.failure)


def _locked(request):
    model = request.record_model
    return (
        model._default_manager.select_for_update(of=("self",)).filter(pk=request.record_id).first() if model else None
    )


def _write(request: ApprovalRequest, record, ctx) -> None:
    """Create, change or delete as it was sent; a request for a new record learns which one it became."""
    sent = request.inputs
    if request.verb == "delete":
        commands.delete(record, ctx)
        return
    more = {"lines": sent["lines"]} if sent.get("lines") is not None else {}
    if request.verb == "change":
        commands.change(record, ctx, custom_values=sent.get("custom"), **more, **sent["values"])
        return
    made = commands.create(request.record_model, ctx, custom_values=sent.get("custom"), **more, **sent["values"])
    for name, value in About.about(made).items():
        setattr(request, name, value)


@contextmanager
def _carrying_out(request):
    token = _under_way.set((*_under_way.get(), request.pk))
    try:
        yield
    finally:
        _under_way.reset(token)
