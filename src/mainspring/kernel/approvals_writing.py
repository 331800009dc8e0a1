"""Creating, changing and deleting that must be agreed first, where a rule names them.

The gate sees the record as it would become, before anything is written, and raises ApprovalRequired. The request keeps
what was sent; the last approval writes it, as the person who asked, if the record still is the one they looked at.
"""

import hashlib
import json
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import partial

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from . import approvals_routing as routing
from . import audit, commands, errors, events
from .models import ApprovalRequest, ApprovalRule
from .models.collaboration import About
from .shared import Shared

WRITES = routing.WRITES

_performing: ContextVar[tuple] = ContextVar("performing_approved", default=())

_gated = Shared(
    "approval_rules",
    lambda: set(ApprovalRule.objects.filter(active=True, verb__in=WRITES).values_list("entity", "verb")),
)


@events.on(events.CommandDone)
def follow_rules(event, ctx) -> None:
    if isinstance(event.record, ApprovalRule):
        _gated.changed()


def performing(request) -> bool:
    """Whether this very request is being carried out now, so that its own change does not void it."""
    return request.pk in _performing.get()


@commands.write_gate.fill
def gate(verb: str, record, ctx, sent: dict, lines=None) -> None:
    """Let a write pass when nobody has to be asked; else raise ApprovalRequired.

    record  as it would be after the write; lines: its line instances; sent: what `perform` writes later
    """
    from . import approvals

    model = type(record)
    if (model._meta.label_lower, verb) not in _gated.get():
        return
    stored = model._default_manager.get(pk=record.pk) if verb != "create" else None
    case = routing.find_case(record, verb, ctx, stored)
    if case is None:
        return
    changes = _changes(stored, record) if verb == "change" else []
    free = approvals._free_fields(case.rule)
    if verb == "change" and lines is None and not {c["name"] for c in changes} - set(free):
        return
    packed = _pack(sent)
    digest = _digest(stored, packed, free)
    seen = {
        "header": approvals._plain_fields(record),
        "custom": getattr(record, "custom", {}),
        "lines": [approvals._plain_fields(line) | {"label": str(n)} for n, line in enumerate(lines or (), 1)],
        "changes": changes,
    }
    about = About.about(record) if stored else About.about(record) | {"record_id": f"new-{digest[:32]}"}
    about |= {"identity_id": None} if stored is None else {}
    raise errors.ApprovalRequired(ask=partial(_ask, model, verb, packed, digest, seen, about, case, ctx))


def _ask(model, verb: str, packed: dict, digest: str, seen: dict, about: dict, case, ctx) -> ApprovalRequest:
    """Raise the request, in a transaction of its own; a second click finds the first one's."""
    from . import approvals

    asking = replace(ctx, trusted=True, idempotency_key="")
    with transaction.atomic():
        record = None
        if verb != "create":
            record = model._default_manager.select_for_update(of=("self",)).get(pk=about["record_id"])
            if _digest(record, packed, approvals._free_fields(case.rule)) != digest:
                raise errors.Conflict(_("%(record)s changed meanwhile. Try again.") % {"record": record})
        queue = approvals._waiting(model, about["record_id"], verb)
        waiting = queue.first()
        if waiting and waiting.digest == digest:
            return waiting
        if waiting and not approvals._void(queue, asking):
            raise errors.Conflict(_("The approval of %(record)s is being decided right now.") % {"record": record})
        return approvals._create_request(
            record if record is not None else model(), verb, packed, digest, case, asking, about=about, seen=seen
        )


def perform(request: ApprovalRequest, ctx) -> None:
    """Write what was approved; void the request when the record is no longer the one that was looked at."""
    from . import approvals

    model, sent, record = request.record_model, dict(request.inputs), None
    if request.verb != "create":
        rows = model._default_manager.select_for_update(of=("self",)) if model else None
        record = rows.filter(pk=request.record_id).first() if rows is not None else None
        if record is None or _digest(record, request.inputs, request.route["free_fields"]) != request.digest:
            request.state, request.failure = "voided", _("The record changed after approval was asked for.")
            return
    doing = replace(ctx, user=request.created_by, company_id=request.company_id or ctx.company_id)
    more = {"lines": sent["lines"]} if sent.get("lines") is not None else {}
    try:
        with transaction.atomic(), _carrying_out(request):
            if request.verb == "delete":
                commands.delete(record, doing)
            elif request.verb == "change":
                commands.change(record, doing, custom_values=sent.get("custom"), **more, **sent["values"])
            else:
                record = commands.create(model, doing, custom_values=sent.get("custom"), **more, **sent["values"])
                for name, value in About.about(record).items():
                    setattr(request, name, value)
        request.performed_at = timezone.now()
    except approvals.REFUSALS as error:
        approvals.note_failure(request, ctx, error)


@contextmanager
def _carrying_out(request):
    token = _performing.set((*_performing.get(), request.pk))
    try:
        yield
    finally:
        _performing.reset(token)


def _changes(before, after) -> list[dict]:
    """Header fields a change alters: [{name, before, after}] as plain data."""
    found = []
    for f in after._meta.concrete_fields:
        if f.editable and f.name != "custom" and getattr(before, f.attname) != getattr(after, f.attname):
            name = f.name if f.is_relation else f.attname
            was, now = (audit.plain(getattr(one, name)) for one in (before, after))
            found.append({"name": f.name, "before": was, "after": now})
    was, is_now = getattr(before, "custom", {}) or {}, getattr(after, "custom", {}) or {}
    found += [
        {"name": f"custom.{k}", "before": was.get(k), "after": is_now.get(k)}
        for k in sorted(was.keys() | is_now.keys())
        if was.get(k) != is_now.get(k)
    ]
    return found


def _digest(stored, packed: dict, free: list[str]) -> str:
    """Fingerprint of the record that was looked at and of what was sent."""
    from . import approvals

    if stored is not None:
        return approvals._digest(stored, packed, free)
    return hashlib.sha256(json.dumps(packed, sort_keys=True, default=str).encode()).hexdigest()


def _pack(value):
    """What was sent, as JSON that the commands read back."""
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, dict):
        return {k: _pack(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | models.QuerySet):
        return [_pack(v) for v in value]
    return audit.plain(value)
