"""Verbs on pages: buttons with the reason they are locked, dialogs that ask; deletion and its undoing."""

import json
import uuid

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mainspring.kernel import access, commands, errors, restoring, sight, workflow
from mainspring.kernel.ids import uuid7
from mainspring.kernel.models import Document
from mainspring.web import addresses, forms
from mainspring.web.views import base


def buttons(request, record) -> dict:
    """{primary, beside, quiet, more}: the first step that is free stands out, and beside it what is noted every day;
    the rare and the locked ones are under "more"."""
    primary, beside, quiet, more = None, None, [], []
    flow = getattr(record, "workflow", None)
    over = flow is not None and record.state in flow.closed  # then another state is a step back, not the next one
    for verb, why in commands.verbs_for(record, request.ctx):
        button = _button(record, verb, why)
        fits = not verb.sources or record.state in verb.sources
        if why and not fits:
            more.append(button)
        elif verb.adds and not why and beside is None:
            beside = button
        elif verb.danger:
            more.insert(0, button)
        elif not why and primary is None and (verb.target or verb.sources) and not over and not _is_back(flow, verb):
            primary = button
        elif not verb.target and len(quiet) >= 2:
            more.append(button)
        else:
            quiet.append(button)
    if primary is None and quiet and not quiet[0]["locked"] and flow:
        # a step without a state of its own is the next one
        primary = quiet.pop(0)
    return {"primary": primary, "beside": beside, "quiet": quiet[:3], "more": quiet[3:] + more}


def _is_back(flow, verb) -> bool:
    """Whether a verb begins a record's way anew: seldom what is to be done next."""
    return flow is not None and verb.target == flow.initial


def _button(record, verb, why: str) -> dict:
    asks = bool(verb.ask)
    button = {
        "name": verb.name,
        "label": verb.title,
        "danger": verb.danger,
        "locked": bool(why),
        "why": why,
        "url": addresses.of_record(record, "do", verb.name),
        "dialog": asks,
        "values": json.dumps({"version": getattr(record, "version", None), "idempotency_key": str(uuid7())}),
    }
    if verb.danger and not asks:
        button["confirm"] = _("%(verb)s %(record)s?") % {"verb": verb.title, "record": record}
    return button


def find(model, name: str) -> workflow.Verb:
    try:
        return workflow.verb_of(model, name)
    except KeyError:
        raise Http404 from None


@require_http_methods(["GET", "POST"])
@base.of_record
def do(request, res, record, name):
    """GET: the dialog that asks for the verb's inputs. POST: perform it."""
    verb = find(res.model, name)
    access.require(request.ctx, res.model, name)
    if request.method == "GET":
        commands.check_possible(record, verb, request.ctx)
        return dialog(request, verb, record, forms.input_form(verb, record, request.ctx))
    form = forms.input_form(verb, record, request.ctx, data=request.POST)
    try:
        inputs, _custom = form.raw()
        version = None if verb.adds else base.version_of(request)
        fresh = commands.perform(record, name, base.with_key(request), version=version, **inputs)
    except errors.ApprovalRequired:
        return waiting(record)
    except errors.Conflict:
        raise
    except ValidationError as error:
        if not verb.ask:
            raise
        form.show_errors(error)
        return dialog(request, verb, record, form, status=422)
    return performed(request, verb, fresh)


def waiting(record) -> HttpResponse:
    """Say that the verb waits for approval, and show the record with its banner."""
    return base.done(text=_("This now waits for approval."), tone="info", topics=("inbox", f"record:{record.pk}"))


def performed(request, verb, record) -> HttpResponse:
    """Say what was done; go to the document the verb made, if it made one."""
    made = getattr(record, "outcome", None)
    text = _("%(record)s: %(verb)s") % {"record": record, "verb": verb.title}
    if isinstance(made, Document) and addresses.of_record(made) and made.pk != record.pk:
        return base.done(redirect=addresses.of_record(made), text=text)
    if request.headers.get("HX-Current-URL", "").partition("?")[0].endswith(addresses.of_record(record)):
        return base.done(refresh=True)
    return base.done(text=text, topics=("table", f"table:{record._meta.label_lower}", f"record:{record.pk}"))


def dropped(request, record, verb: workflow.Verb, **inputs):
    """Perform the verb a card was dropped for, and say so."""
    try:
        fresh = commands.perform(record, verb.name, request.ctx, version=base.version_of(request), **inputs)
    except errors.ApprovalRequired as error:
        raise errors.Conflict(_("This now waits for approval.")) from error
    return base.done(text=_("%(record)s: %(verb)s") % {"record": fresh, "verb": verb.title})


def dialog(request, verb, record, form, *, status: int = 200, **extra) -> HttpResponse:
    context = {
        "title": f"{verb.title}: {sight.label(request.ctx, record)}" if record is not None else verb.title,
        "text": str(verb.help),
        "form": form,
        "url": addresses.of_record(record, "do", verb.name) if record is not None else "",
        "submit": verb.title,
        "danger": verb.danger,
        "version": getattr(record, "version", None),
        "hidden": [("idempotency_key", request.POST.get("idempotency_key") or str(uuid7()))],
    } | extra
    return render(request, "web/dialog.html", context, status=status)


@require_POST
@base.of_record
def delete(request, res, record):
    """Delete a record nothing refers to and go back to its list, where it can be taken back."""
    label = str(record)
    try:
        command = commands.delete(record, request.ctx, version=base.version_of(request))
    except errors.ApprovalRequired:
        return waiting(record)
    undo = addresses.of_resource(res, "restore", command=command) if restoring.can_restore(res.model) else ""
    text = _("%(record)s was deleted.") % {"record": label}
    return base.done(redirect=addresses.of_resource(res), text=text, undo=undo)


@require_POST
@base.of_resource()
def restore(request, res):
    """Take deletions back: ?command=, or `deleted` with a JSON list of commands."""
    try:
        sent = [request.GET["command"]] if "command" in request.GET else json.loads(request.POST.get("deleted") or "[]")
        commands_to_undo = [uuid.UUID(str(command)) for command in sent]
    except (ValueError, TypeError):
        raise Http404 from None
    records = [restoring.restore(command, request.ctx) for command in commands_to_undo]
    if len(records) == 1:
        return base.done(redirect=addresses.of_record(records[0]))
    return base.done(text=_("%(n)s records are back.") % {"n": len(records)}, topics=("table",))
