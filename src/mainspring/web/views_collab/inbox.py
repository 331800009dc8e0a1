"""The inbox: approvals to decide, tasks, news; and one approval as a page, to be decided in two taps on a phone."""

import json
from decimal import Decimal

from django.contrib.humanize.templatetags.humanize import naturaltime
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mainspring.kernel import access, formats, inbox, notifications, resource, sight, workflow
from mainspring.kernel.approvals import deciding, people, seats
from mainspring.kernel.ids import uuid7
from mainspring.kernel.models import ApprovalRequest, Notification
from mainspring.web.views import banners, base

PAGE = 30
FACTS_MAX = 8
ICONS = {"approval": "rubber-stamp", "mention": "at", "task": "checkbox", "job": "cpu"}


@require_GET
@base.signed_in
def page(request):
    """Everything that waits for me, then my news."""
    ctx = request.ctx
    waiting = (
        seats.waiting_for(ctx)
        .select_related("created_by", "rule")
        .prefetch_related("stages__seats__user", "stages__seats__decision__decided_by")[:PAGE]
    )
    before = request.GET.get("before", "")
    news = Notification.objects.filter(user=request.user)
    if before.isascii() and before.isdigit() and len(before) < 18:
        news = news.filter(pk__lt=int(before))
    news = list(news[: PAGE + 1])
    items = [] if before else [_task(t, ctx) for t in inbox.open_tasks(ctx)[:PAGE]]
    items += [_news(n) for n in news[:PAGE]]
    return render(
        request,
        "web/inbox.html",
        {
            "page": {
                "title": _("Inbox"),
                "quiet": [{"name": "read", "label": _("Mark all as read"), "url": "/inbox/read/"}]
                if any(n.read_at is None for n in news)
                else [],
            },
            "approvals": [] if before else [card(r, request) for r in waiting],
            "items": items,
            "older": f"/inbox/?before={news[PAGE - 1].pk}" if len(news) > PAGE else "",
            "empty": {"title": _("Nothing waits for you."), "icon": "circle-check"},
        },
    )


@require_POST
@base.signed_in
def read(request):
    """Mark all my news as read, or only those with the ids sent."""
    ids = [int(i) for i in request.POST.getlist("id") if i.isascii() and i.isdigit() and len(i) < 18]
    notifications.mark_read(request.user, ids or None)
    return base.done(refresh=True)


@require_GET
@base.signed_in
def approval(request, pk):
    """One request: what was asked, the facts that count, who decides and why, and the buttons."""
    found = (
        access.rows(request.ctx, ApprovalRequest)
        .filter(pk=pk)
        .select_related("created_by", "rule")
        .prefetch_related("stages__seats__user", "stages__seats__decision__decided_by")
        .first()
    )
    if found is None:
        raise Http404
    Notification.objects.filter(
        user=request.user, read_at=None, entity="kernel.approvalrequest", record_id=str(pk)
    ).update(read_at=found.updated_at)
    return render(
        request,
        "web/approval.html",
        {
            "page": {
                "title": seats.title_of(found),
                "trail": [{"label": _("Inbox"), "href": "/inbox/"}],
                "state": {
                    "label": found.workflow.label(found.state),
                    "tone": banners.TONES.get(found.state, "neutral"),
                },
            },
            "approval": card(found, request),
            "route": why(found),
        },
    )


def card(found: ApprovalRequest, request) -> dict:
    """A request as parts/approval.html shows it; facts follow the viewer's permissions on fields (rule Z06)."""
    ctx = request.ctx
    return {
        "id": found.pk,
        "title": seats.title_of(found),
        "href": f"/inbox/approvals/{found.pk}/",
        "number": "",
        "asked_by": str(found.created_by or ""),
        "asked_at_text": naturaltime(found.created_at),
        "verb": found.workflow.label(found.state),
        "rule": banners.rule_text(found),
        "amount": inbox.amount_text(found, ctx),
        "facts": facts(found, ctx),
        "changes": changes(found, ctx),
        "steps": steps(found),
        "note": found.failure or found.comment,
        "verbs": _verbs(found, request),
    }


def _verbs(found, request) -> list[dict]:
    """Approve at one tap; the others ask for a reason."""
    if found.state != "waiting":
        return []
    try:
        deciding.may_decide(found, request.ctx)
    except (ValidationError, PermissionDenied):
        return [_verb(found, "recall", dialog=False)] if found.created_by_id == request.user.pk else []
    return [_verb(found, name, dialog=name != "approve") for name in ("approve", "reject", "return", "delegate")]


def _verb(found, name: str, *, dialog: bool) -> dict:
    verb = workflow.verb_of(ApprovalRequest, name)
    return {
        "name": name,
        "label": verb.title,
        "danger": verb.danger,
        "dialog": dialog,
        "icon": {"approve": "check", "reject": "x"}.get(name, ""),
        "url": f"/kernel/approval-requests/{found.pk}/do/{name}/",
        "values": json.dumps({"idempotency_key": str(uuid7())}),
    }


def facts(found: ApprovalRequest, ctx) -> list[dict]:
    """The facts a person needs to decide, from the snapshot that was asked for."""
    model = found.record_model
    res = resource.of(model) if model else None
    if res is None:
        return []
    made = not found.record_id.startswith("new-")  # a record to be created has no page yet
    record = model._default_manager.filter(pk=found.record_id).first() if made else None
    modes = access.modes_on(ctx, record) if record else access.field_modes(ctx, model)
    header, shown = found.snapshot.get("header", {}), []
    for name in dict.fromkeys([*res.names("columns"), *res.names("form")]):
        value = header.get(name)
        if value in (None, "", {}) or name in ("number", "state") or modes.get(name, "edit") not in ("view", "edit"):
            continue
        column = resource.column_of(model, name)
        if column.is_number:
            text = formats.text(column, Decimal(str(value)), company_id=found.company_id)
        else:
            text = value.get("name", "") if isinstance(value, dict) else str(dict(column.choices).get(value, value))
        shown.append({"label": column.label, "text": text})
    lines = len(found.snapshot.get("lines", ()))
    return shown[:FACTS_MAX] + ([{"label": _("Lines"), "text": str(lines)}] if lines else [])


def changes(found: ApprovalRequest, ctx) -> list[dict]:
    """What a change would alter, as far as this person may see the fields."""
    model = found.record_model
    if resource.of(model) is None if model else True:
        return []
    fields, shown = sight.Fields(resource.of(model), ctx), []
    for one in found.snapshot.get("changes", ()):
        if fields.mode(one["name"]) in ("view", "edit"):
            column = fields.column(one["name"])
            before, after = (_said(column, one[side], found) for side in ("before", "after"))
            shown.append({"label": column.label, "before": before, "after": after})
    return shown


def _said(column, value, found) -> str:
    if value in (None, ""):
        return "–"
    if isinstance(value, dict):
        return str(value.get("name", ""))
    if column.is_number:
        return formats.text(column, Decimal(str(value)), company_id=found.company_id)
    return str(dict(column.choices).get(value, value))


def steps(found: ApprovalRequest) -> list[dict]:
    states = {"done": "done", "refused": "refused", "current": "current"}
    return [
        {
            "label": stage.name,
            "state": states.get(stage.state, "next"),
            "who": ", ".join(_seat(s) for s in stage.seats.all() if not s.gone or hasattr(s, "decision")),
        }
        for stage in found.stages.all()
    ]


def _seat(seat) -> str:
    if not hasattr(seat, "decision"):
        return str(seat.user)
    who = (
        str(seat.user)
        if seat.decision.decided_by_id == seat.user_id
        else _("%(stand_in)s for %(person)s") % {"stand_in": seat.decision.decided_by, "person": seat.user}
    )
    return f"{who} ({seat.decision.get_kind_display()})"


def why(found: ApprovalRequest) -> list[dict]:
    """Every person asked with the reason, step by step."""
    return [
        {"label": f"{stage.name}: {seat.user}", "text": people.why_text(seat.why, seat.why_of)}
        for stage in found.stages.all()
        for seat in stage.seats.all()
    ]


def _task(task, ctx) -> dict:
    late = task.due_on is not None and task.due_on < ctx.business_date
    return {
        "id": f"task-{task.pk}",
        "icon": "checkbox",
        "title": task.title,
        "text": task.record_name,
        "href": notifications.page_of(task.entity, task.record_id) or f"/kernel/tasks/{task.pk}/",
        "due": formats.formats.date_format(task.due_on, "SHORT_DATE_FORMAT") if task.due_on else "",
        "due_tone": "danger" if late else "",
        "verbs": [{"name": "finish", "label": _("Done"), "url": f"/kernel/tasks/{task.pk}/do/finish/"}],
    }


def _news(n: Notification) -> dict:
    return {
        "id": f"news-{n.pk}",
        "icon": ICONS.get(n.kind, "bell"),
        "title": n.title,
        "text": n.text,
        "href": n.href or "/inbox/",
        "due": naturaltime(n.at),
        "unread": n.read_at is None,
        "tone": "" if n.read_at else "info",
        "verbs": [],
    }
