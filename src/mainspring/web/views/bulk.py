"""A verb on a selection of a list: some records at a time while one watches, in the background when they are many."""

import json
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from mainspring.kernel import access, bulk_verbs, jobs, query, resource, workflow
from mainspring.web import addresses, forms
from mainspring.web.views import base, verbs

AT_ONCE_MAX = 500
STEP = 25
DELETE = workflow.Verb("delete", label="", danger=True)


def offered(request, res) -> list[dict]:
    """Verbs a selection of a list may be given."""
    found = []
    for verb in workflow.verbs_of(res.model):
        if verb.bulk and not verb.hidden and access.can(request.ctx, res.model, verb.name):
            found.append(_button(res, verb.name, verb.title, verb.danger))
    if access.can(request.ctx, res.model, "delete"):
        found.append(_button(res, "delete", _("Delete"), True) | {"icon": "trash"})
    return found


def _button(res, name: str, label: str, danger: bool) -> dict:
    url = addresses.of_resource(res, "bulk", name)
    return {"name": name, "label": label, "danger": danger, "dialog": True, "url": url}


@require_http_methods(["GET", "POST"])
@base.of_resource()
def do(request, res, name):
    """GET ?id=…: ask once for all. POST: perform step by step, or as a job; refusals are listed."""
    verb = DELETE if name == "delete" else verbs.find(res.model, name)
    access.require(request.ctx, res.model, name)
    form = forms.input_form(_plain(verb), None, request.ctx, data=request.POST if request.method == "POST" else None)
    keys = chosen(request, res)
    title = _("Delete") if name == "delete" else verb.title
    if request.method == "GET":
        return _dialog(request, res, verb, form, keys, title)
    try:
        inputs, _custom = form.raw()
        if name != "delete":
            verb.clean(inputs, request.ctx)
    except ValidationError as error:
        form.show_errors(error)
        return _dialog(request, res, verb, form, keys, title, status=422)
    if len(keys) > AT_ONCE_MAX and "started" not in request.POST:
        return _as_job(request, res, name, keys, inputs, title)
    return _step(request, res, name, keys, inputs, title, form)


def _dialog(request, res, verb, form, keys, title, status=200):
    count = ngettext("%(n)s record", "%(n)s records", len(keys)) % {"n": len(keys)}
    return verbs.dialog(
        request,
        verb,
        None,
        form,
        status=status,
        url=addresses.of_resource(res, "bulk", verb.name),
        title=f"{title}: {count}",
        submit=title,
        text=str(verb.help),
        hidden=[("ids", json.dumps(keys)), ("total", len(keys))],
    )


def _as_job(request, res, name: str, keys, inputs, title: str):
    """Queue the whole selection and show how far it is; the dialog may be closed meanwhile."""
    from mainspring.web.views_collab import jobs as job_pages

    run = jobs.defer(
        "kernel.bulk_verb",
        request.ctx,
        title=f"{title}: {res.plural} ({len(keys)})",
        resource_key=res.key,
        verb=name,
        keys=keys,
        inputs=inputs,
    )
    return render(request, "web/parts/bulk_job.html", {"title": title, "job": job_pages.card(run, request)})


def _step(request, res, name: str, keys, inputs, title: str, form):
    before = bulk_verbs.Outcome(
        refused=[said for said in _list(request.POST.get("refused", "")) if _is_said(said)][: bulk_verbs.RECORDS_MAX],
        deleted=_list(request.POST.get("deleted", "")),
    )
    step = AT_ONCE_MAX if workflow.works_on_sets(res.model, name) else STEP
    outcome = bulk_verbs.perform(res.model, keys[:step], name, request.ctx, inputs, before)
    rest, total = keys[step:], max(len(keys), base.version_from(request.POST.get("total")) or 0)
    answer = render(
        request,
        "web/parts/bulk.html",
        {
            "title": title,
            "total": total,
            "left": len(rest),
            "percent": 100 * (total - len(rest)) // max(total, 1),
            "finished": total - len(rest) - len(outcome.refused),
            "refused": refusals(res, outcome.refused),
            "url": addresses.of_resource(res, "bulk", name),
            "kept": [
                ("started", "1"),
                ("ids", json.dumps(rest)),
                ("total", total),
                ("refused", json.dumps(outcome.refused)),
                ("deleted", json.dumps(outcome.deleted)),
                *((k, v) for k, v in request.POST.items() if k in form.fields),
            ],
            "undo": addresses.of_resource(res, "restore") if outcome.deleted and not rest else "",
            "deleted": json.dumps(outcome.deleted),
        },
    )
    if not rest:
        answer["HX-Trigger"] = json.dumps({"live:table": None})
    return answer


def refusals(res, refused: list) -> list[tuple[str, str, str]]:
    """(name, address, reason) of each refusal."""
    return [(name, addresses.of_resource(res, key), reason) for key, name, reason in refused]


def chosen(request, res) -> list[str]:
    """Keys of the selection: "ids" as JSON, "id" once a row, or "all=1" with the list's parameters."""
    from mainspring.web.views import lists

    source = request.POST if request.method == "POST" else request.GET
    if source.get("ids"):
        keys = [str(pk) for pk in _list(source["ids"])]
    elif source.get("all"):
        spec = query.parse(source, ignore=lists.NOT_FILTERS | {"all", "csrfmiddlewaretoken"})
        found = query.Query(res, request.ctx, spec).ordered()
        keys = [str(pk) for pk in found.values_list("pk", flat=True)[: bulk_verbs.RECORDS_MAX + 1]]
    else:
        keys = source.getlist("id")
    if len(keys) > bulk_verbs.RECORDS_MAX:
        raise ValidationError(_("Choose at most %(n)s records.") % {"n": bulk_verbs.RECORDS_MAX})
    return keys


def _is_said(entry) -> bool:
    """Whether an earlier step wrote this refusal: [key, name, reason]."""
    return isinstance(entry, list) and len(entry) == 3 and all(isinstance(part, str) and part for part in entry)


def _list(text: str) -> list:
    try:
        found = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list) else []


def _plain(verb):
    """The verb with nothing proposed from a record, for there are many."""
    return replace(verb, ask=tuple(replace(i, initial=None) if callable(i.initial) else i for i in verb.ask))


def job_refusals(run) -> list[tuple[str, str, str]]:
    """What a finished bulk job could not do, with addresses; empty for other jobs."""
    res = resource.registry.get(run.arguments.get("resource_key", "")) if run.name == "kernel.bulk_verb" else None
    return refusals(res, run.result.get("refusals", [])) if res else []
