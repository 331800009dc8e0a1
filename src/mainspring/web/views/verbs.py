"""Verbs on pages: buttons with the reason they are locked, dialogs that ask, bulk runs with a result each."""

import json
import re

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from mainspring.kernel import access, commands, errors, query, workflow
from mainspring.kernel.ids import uuid7
from mainspring.kernel.models import Document
from mainspring.web import addresses, forms, middleware
from mainspring.web.views import base

BULK_MAX = 2000
BULK_STEP = 25


def buttons(request, record) -> dict:
    """{primary, quiet, more}: free verbs first, the rare and the locked ones under "more"."""
    primary, quiet, more = None, [], []
    for verb, why in commands.verbs_for(record, request.ctx):
        button = _button(record, verb, why)
        fits = not verb.sources or record.state in verb.sources
        if why and not fits:
            more.append(button)
        elif verb.danger:
            more.insert(0, button)
        elif not why and primary is None and verb.target:
            primary = button
        elif not verb.target and len(quiet) >= 2:
            more.append(button)
        else:
            quiet.append(button)
    return {"primary": primary, "quiet": quiet[:3], "more": quiet[3:] + more}


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
        fresh = commands.perform(record, name, base.with_key(request), version=base.version_of(request), **inputs)
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


def dialog(request, verb, record, form, *, status: int = 200, **extra) -> HttpResponse:
    context = {
        "title": f"{verb.title}: {query.label(request.ctx, record)}" if record is not None else verb.title,
        "text": str(verb.help),
        "form": form,
        "url": addresses.of_record(record, "do", verb.name) if record is not None else "",
        "submit": verb.title,
        "danger": verb.danger,
        "version": getattr(record, "version", None),
        "hidden": [("idempotency_key", request.POST.get("idempotency_key") or str(uuid7()))],
    } | extra
    return render(request, "web/dialog.html", context, status=status)


# -- many records at once --------------------------------------------------------------------------------------------


def bulk(request, res) -> list[dict]:
    """Verbs a selection of a list may be given."""
    found = []
    for verb in workflow.verbs_of(res.model):
        if verb.bulk and not verb.hidden and access.can(request.ctx, res.model, verb.name):
            found.append(
                {
                    "name": verb.name,
                    "label": verb.title,
                    "danger": verb.danger,
                    "dialog": True,
                    "url": addresses.of_resource(res, "bulk", verb.name),
                }
            )
    if access.can(request.ctx, res.model, "delete"):
        found.append(
            {
                "name": "delete",
                "label": _("Delete"),
                "danger": True,
                "dialog": True,
                "icon": "trash",
                "url": addresses.of_resource(res, "bulk", "delete"),
            }
        )
    return found


DELETE = workflow.Verb("delete", label="", danger=True)


@require_http_methods(["GET", "POST"])
@base.of_resource()
def bulk_do(request, res, name):
    """GET ?id=…: ask once for all. POST: perform step by step, each record for itself; refusals are listed."""
    verb = DELETE if name == "delete" else find(res.model, name)
    access.require(request.ctx, res.model, name)
    data = request.POST if request.method == "POST" else None
    form = (
        forms.input_form(verb, None, request.ctx, data=data)
        if not _asks_of_record(verb)
        else forms.input_form(_plain(verb), None, request.ctx, data=data)
    )
    ids = _chosen(request, res)
    title = _("Delete") if name == "delete" else verb.title
    count = ngettext("%(n)s record", "%(n)s records", len(ids)) % {"n": len(ids)}
    url = addresses.of_resource(res, "bulk", name)
    if request.method == "GET":
        return dialog(
            request,
            verb,
            None,
            form,
            url=url,
            title=f"{title}: {count}",
            submit=title,
            text=str(verb.help),
            hidden=[("ids", json.dumps(ids)), ("total", len(ids))],
        )
    try:
        inputs, _custom = form.raw()
        if name != "delete":
            verb.clean(inputs, request.ctx)
    except ValidationError as error:
        form.show_errors(error)
        return dialog(
            request,
            verb,
            None,
            form,
            url=url,
            title=f"{title}: {count}",
            submit=title,
            status=422,
            hidden=[("ids", json.dumps(ids)), ("total", len(ids))],
        )
    refused = [said for said in _list(request.POST.get("refused", "")) if _is_said(said)][:BULK_MAX]
    for pk in ids[:BULK_STEP]:
        if said := _one(request, res, pk, name, inputs):
            refused.append(said)
    rest, total = ids[BULK_STEP:], max(len(ids), base.version_from(request.POST.get("total")) or 0)
    answer = render(
        request,
        "web/parts/bulk.html",
        {
            "title": title,
            "total": total,
            "left": len(rest),
            "percent": 100 * (total - len(rest)) // max(total, 1),
            "finished": total - len(rest) - len(refused),
            "refused": refused,
            "url": url,
            "ids": json.dumps(rest),
            "refused_json": json.dumps(refused),
            "inputs": [(k, v) for k, v in request.POST.items() if k in form.fields],
        },
    )
    if not rest:
        answer["HX-Trigger"] = json.dumps({"live:table": None})
    return answer


def _one(request, res, pk, name: str, inputs: dict) -> list | None:
    """Do it to one record; [name, address, reason] when it was refused."""
    label, address = str(pk), ""
    try:
        record = base.get(request.ctx, res, pk)
        label, address = str(record), addresses.of_record(record)
        if name == "delete":
            commands.delete(record, request.ctx)
        else:
            commands.perform(record, name, request.ctx, **inputs)
    except errors.ApprovalRequired:
        return [label, address, _("This now waits for approval.")]
    except ValidationError as error:
        return [label, address, middleware.worded(error)]
    except PermissionDenied as error:
        return [label, address, str(error)]
    except Http404:
        return [label, address, _("The record was removed or moved, or you may not see it.")]
    return None


def _chosen(request, res) -> list[str]:
    """Keys of the selection: "ids" as JSON, "id" once a row, or "all=1" with the list's parameters."""
    from mainspring.web.views import lists

    source = request.POST if request.method == "POST" else request.GET
    if source.get("ids"):
        return [str(pk) for pk in _list(source["ids"])][:BULK_MAX]
    if source.get("all"):
        spec = query.parse(source, ignore=lists.NOT_FILTERS | {"all", "csrfmiddlewaretoken"})
        found = query.Query(res, request.ctx, spec).ordered()
        return [str(pk) for pk in found.values_list("pk", flat=True)[:BULK_MAX]]
    return source.getlist("id")[:BULK_MAX]


def _is_said(entry) -> bool:
    """Whether an earlier step wrote this refusal: [name, address on this site, reason]."""
    return (
        isinstance(entry, list)
        and len(entry) == 3
        and all(isinstance(part, str) for part in entry)
        and (not entry[1] or bool(re.fullmatch(r"/[\w-]+/[\w-]+/[^/]+/", entry[1])))
    )


def _list(text: str) -> list:
    try:
        found = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list) else []


def _asks_of_record(verb) -> bool:
    return any(callable(i.initial) for i in verb.ask)


def _plain(verb):
    """The verb with nothing proposed from a record, for there are many."""
    from dataclasses import replace

    return replace(verb, ask=tuple(replace(i, initial=None) if callable(i.initial) else i for i in verb.ask))


@require_POST
@base.of_record
def delete(request, res, record):
    """Delete a record nothing refers to and go back to its list."""
    label = str(record)
    commands.delete(record, request.ctx, version=base.version_of(request))
    return base.done(redirect=addresses.of_resource(res), text=_("%(record)s was deleted.") % {"record": label})
