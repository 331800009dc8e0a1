"""Background jobs: what runs, how far it is, how it ended; cancel and try again."""

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.http import Http404
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mainspring.kernel import access, commands, jobs
from mainspring.kernel.models import JobRun
from mainspring.web.views import base, bulk

PAGE = 40
TONES = {"running": "progress", "done": "success", "failed": "danger", "cancelled": "neutral", "queued": "info"}
TABS = {"": ("running", "queued", "failed"), "done": ("done", "cancelled"), "all": ()}


@require_GET
@base.signed_in
def page(request):
    """Jobs under way and those that need a look; finished ones behind a tab."""
    chosen = request.GET.get("show", "")
    if chosen not in TABS:
        chosen = ""
    rows = access.rows(request.ctx, JobRun).select_related("created_by")
    if TABS[chosen]:
        rows = rows.filter(state__in=TABS[chosen])
    labels = {"": _("Under way"), "done": _("Finished"), "all": _("All")}
    return render(
        request,
        "web/jobs.html",
        {
            "page": {"title": _("Background jobs")},
            "tabs": [
                {"label": label, "href": f"/jobs/?show={key}" if key else "/jobs/", "active": key == chosen}
                for key, label in labels.items()
            ],
            "jobs": [card(run, request) for run in rows.order_by("-pk")[:PAGE]],
            "empty": {"title": _("No background job is under way."), "icon": "circle-check"},
        },
    )


@require_GET
@base.signed_in
def one(request, pk):
    """One job's card, asked for again while it runs."""
    run = access.rows(request.ctx, JobRun).filter(pk=pk).select_related("created_by").first()
    if run is None:
        raise Http404
    return render(request, "web/parts/job.html", {"job": card(run, request)})


def card(run: JobRun, request) -> dict:
    """A run as parts/job.html shows it."""
    free = {
        verb.name: {
            "name": verb.name,
            "label": verb.title,
            "url": f"/kernel/background-jobs/{run.pk}/do/{verb.name}/",
            "danger": verb.danger,
        }
        for verb, reason in commands.verbs_for(run, request.ctx)
        if not reason
    }
    found = jobs.registry.get(run.name)
    result = (
        {"href": run.result["href"], "label": run.result.get("label", _("Result"))} if run.result.get("href") else None
    )
    words = [str(run.created_by)] if run.created_by else [_("Scheduled")]
    words.append(str(naturaltime(run.started_at or run.due_at)))
    return {
        "id": run.pk,
        "title": _title(run, found),
        "url": f"/jobs/{run.pk}/",
        "state": {"label": run.workflow.label(run.state), "tone": TONES.get(run.state, "neutral")},
        "running": run.state in ("running", "queued"),
        "percent": run.percent,
        "text": run.message or _outcome(run),
        "started_text": " · ".join(words),
        "result": result,
        "error": run.error,
        "refused": bulk.job_refusals(run),
        "cancel": free.get("cancel"),
        "retry": free.get("retry"),
    }


def _outcome(run: JobRun) -> str:
    """How a verb on many records ended, in words."""
    if "refused" not in run.result:
        return ""
    return _("%(done)s done, %(refused)s refused") % run.result


def _title(run, found) -> str:
    """The job's name in the reader's language, whoever queued it; a title of the run's own stays as it is."""
    if found is None:
        return run.title or run.name
    known = {""}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            known.add(str(found.title))
    return str(found.title) if run.title in known else run.title
