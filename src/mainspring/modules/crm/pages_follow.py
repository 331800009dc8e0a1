"""My day, and the quick record: what is to be done, done with one tap; a follow-up in three inputs (CRM-07, CRM-20)."""

import json
from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.db.models import F
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from mainspring.kernel import access, collaboration, commands, errors, notifications, resource
from mainspring.kernel.ids import uuid7
from mainspring.web import menus
from mainspring.web.views import base

from . import queries, reminding, tasks
from .cadencing import MODELS
from .models import HELD, STAGES, Activity, CadenceRun, FollowUpTask, Lead, Method, Opportunity

SHOWN_MAX = 60
OFFERED_MAX = 40
FILES_MAX = 6
FILE_BYTES_MAX = 12_000_000
KINDS = ("audio/", "image/")
ICONS = {"call": "phone", "mail": "mail", "visit": "map-pin", "meeting": "users", "message": "message", "other": "dots"}


# -- my day -----------------------------------------------------------------------------------------------------------


@require_GET
@base.signed_in
def my_day(request):
    """What is overdue, due today, this week and later; each done, noted or put off in place."""
    ctx = request.ctx
    if not access.can(ctx, FollowUpTask, "finish"):
        raise Http404
    day = tasks.day_of(ctx.user, ctx)
    found = list(queries.open_tasks(ctx)[:SHOWN_MAX])
    week = day + timedelta(days=7)
    parts = [
        (_("Overdue"), [t for t in found if t.due_on < day]),
        (_("Today"), [t for t in found if t.due_on == day]),
        (_("This week"), [t for t in found if day < t.due_on < week]),
        (_("Later"), [t for t in found if t.due_on >= week]),
    ]
    return render(
        request,
        "crm/my_day.html",
        {
            "page": {
                "title": _("My day"),
                "subtitle": date_format(day, "DATE_FORMAT"),
                "primary": {"label": _("Log a follow-up"), "href": "/crm/follow-up/", "key": "new", "icon": "plus"},
                "quiet": [
                    {"label": _("Calendar"), "href": f"/crm/follow-up-tasks/calendar/?owner={ctx.user.pk}"},
                    {"label": _("Reminders and calendar"), "href": "/crm/reminders/"},
                ],
            },
            "parts": [
                {"title": title, "late": n == 0, "tasks": [_shown(t, day, ctx) for t in some]}
                for n, (title, some) in enumerate(parts)
                if some
            ],
            "more": f"/crm/follow-up-tasks/?state=open&owner={ctx.user.pk}" if len(found) == SHOWN_MAX else "",
        },
    )


def panel(record, ctx) -> dict:
    """Context of the tab "Next steps" of a lead, a deal or a customer: what is planned, by which plan, why."""
    name = _name_of(record)
    rows = access.rows(ctx, FollowUpTask).filter(state="open", **{name: record})
    rows = rows.select_related("lead", "opportunity__party", "party", "owner", "run__cadence", "escalated_to")
    day = tasks.day_of(ctx.user, ctx)
    runs = access.rows(ctx, CadenceRun).filter(state__in=("active", "paused"), **{name: record})
    mine = access.rows(ctx, FollowUpTask, "finish").filter(state="open", **{name: record}).values_list("pk", flat=True)
    return {
        "tasks": [_shown(t, day, ctx) | {"owner": str(t.owner or "")} for t in rows.order_by("due_on", "pk")[:20]],
        "mine": set(mine),
        "runs": [
            {"name": str(run.cadence), "state": run.state_label, "href": f"/crm/cadence-runs/{run.pk}/"}
            for run in runs.select_related("cadence")
        ],
        "log": f"/crm/follow-up/?{name}={record.pk}" if access.can(ctx, type(record), "log") else "",
    }


def _shown(task: FollowUpTask, day, ctx) -> dict:
    """A task as the page shows it, with what can be done about it."""
    subject = task.subject
    url = f"/crm/follow-up-tasks/{task.pk}/do"
    when = date_format(task.due_on, "SHORT_DATE_FORMAT") if task.due_on != day else ""
    at = time_format(task.due_at, "TIME_FORMAT") if task.due_at else ""
    return {
        "id": task.pk,
        "title": str(task),
        "icon": ICONS.get(task.method, "point"),
        "method": task.get_method_display(),
        "subject": str(subject),
        "href": notifications.page_of(subject._meta.label_lower, subject.pk),
        "late": task.due_on < day,
        "due": f"{when} {at}".strip(),
        "plan": str(task.run.cadence) if task.run_id else "",
        "why": task.why if task.why != task.title else "",
        "escalated": reminding.why_escalated(task),
        "finish": f"{url}/finish/",
        "log": f"/crm/follow-up/?task={task.pk}",
        "snooze": f"{url}/snooze/",
        "values": json.dumps({"version": task.version, "idempotency_key": str(uuid7())}),
        "days": [
            {"label": label, "on": date_format(on, "D j"), "value": on.isoformat()}
            for label, on in tasks.suggestions(None, ctx)
        ],
    }


# -- the quick record -------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@base.signed_in
def record(request):
    """A follow-up in three inputs: what was said, how, what comes next; with a voice note or pictures if wanted."""
    ctx = request.ctx
    task, subject = _asked_for(request)
    problems: dict[str, list] = {}
    if request.method == "POST":
        try:
            return _write(request, task, subject)
        except errors.Conflict:
            raise
        except ValidationError as error:
            problems = errors.by_field(error)
    return render(
        request,
        "crm/follow_up.html",
        _form(request, ctx, task, subject, problems),
        status=422 if problems else 200,
    )


def _asked_for(request):
    """(the task it answers or None, whom it is about or None); Http404 for what is out of sight."""
    ctx, given = request.ctx, {**request.GET.dict(), **request.POST.dict()}
    try:
        if given.get("task"):
            task = access.get(ctx, FollowUpTask, int(given["task"]))
            return task, task.subject
        about = given.get("about", "")
        name, _sep, key = about.partition(":") if about else next(
            ((name, ":", given[name]) for name in MODELS if given.get(name)), ("", "", "")
        )  # fmt: skip
        if not key:
            if not any(access.can(ctx, model, "log") for model in MODELS.values()):
                raise Http404
            return None, None
        model = MODELS[name]
        return None, access.get(ctx, model, model._meta.pk.to_python(key))
    except (KeyError, ValueError, OverflowError, ValidationError, ObjectDoesNotExist):
        raise Http404 from None


def _write(request, task, subject):
    """Perform the verb, keep the files with the follow-up, and go back to whom it was about."""
    sent = request.POST
    if subject is None:
        raise ValidationError({"about": _("Say whom it is about.")})
    files = _checked(request.FILES.getlist("files"))
    content = sent.get("content", "").strip()
    if not content and files:
        content = _("Voice note") if files[0].content_type.startswith("audio/") else _("Picture")
    said = {
        "content": content,
        "method": sent.get("method", ""),
        "next_on": sent.get("other_day", "") if sent.get("next_on") == "other" else sent.get("next_on", ""),
        "next_step": sent.get("next_step", ""),
    }
    if not content:
        raise ValidationError({"content": _("Say what happened, or speak it.")})
    with transaction.atomic():  # words and files are kept together or not at all
        done = commands.perform(task or subject, "finish" if task else "log", base.with_key(request), **said)
        made = getattr(done, "outcome", None)
        for file in files if isinstance(made, Activity) else ():
            kind = file.content_type.partition(";")[0]
            collaboration.attach(made, request.ctx, name=file.name, content=file.file, content_type=kind)
    messages.success(request, _("%(record)s: follow-up noted.") % {"record": subject})
    back = notifications.page_of(subject._meta.label_lower, subject.pk)
    return redirect("/crm/my-day/" if task else back)


def _checked(files: list) -> list:
    """Voice notes and pictures of a bearable size; ValidationError for anything else."""
    if len(files) > FILES_MAX:
        raise ValidationError({"files": _("At most %(n)s files.") % {"n": FILES_MAX}})
    for file in files:
        if not (file.content_type or "").startswith(KINDS):
            raise ValidationError({"files": _("Only voice notes and pictures are kept here.")})
        if file.size > FILE_BYTES_MAX:
            limit = FILE_BYTES_MAX // 1_000_000
            raise ValidationError({"files": _("“%(name)s” is larger than %(n)s MB.") % {"name": file.name, "n": limit}})
        collaboration.clean_name(file.name)
    return files


def _form(request, ctx, task, subject, problems: dict) -> dict:
    sent = request.POST
    method = sent.get("method") or (task.method if task else last_method(ctx))
    days = [
        {"label": label, "on": date_format(on, "D j"), "value": on.isoformat()}
        for label, on in tasks.suggestions(subject, ctx)
    ]
    planned = bool(days) and len(days) == 4
    return {
        "page": {
            "title": _("Log a follow-up"),
            "subtitle": str(subject or ""),
            "trail": [{"label": _("My day"), "href": "/crm/my-day/"}],
        },
        "task": task,
        "about": f"{_name_of(subject)}:{subject.pk}" if subject is not None else "",
        "offered": [] if subject is not None else offered(ctx),
        "methods": [
            {"value": value, "label": label, "icon": ICONS[value], "on": value == method}
            for value, label in Method.choices
        ],
        "days": days,
        "chosen": sent.get("next_on") or (days[0]["value"] if planned and not sent else ""),
        "sent": sent,
        "problems": problems,
        "general": [m for name, found in problems.items() if name not in ("content", "files") for m in found],
        "key": sent.get("idempotency_key") or str(uuid7()),
        "bytes_max": FILE_BYTES_MAX,
        "cancel": notifications.page_of(subject._meta.label_lower, subject.pk)
        if subject is not None
        else "/crm/my-day/",
    }


def _name_of(subject) -> str:
    return next(name for name, model in MODELS.items() if isinstance(subject, model))


def last_method(ctx) -> str:
    """How this person followed up last: the likeliest way again."""
    found = Activity.objects.filter(user=ctx.user, automatic=False).order_by("-pk").values_list("method", flat=True)
    return found.first() or Method.CALL


def offered(ctx) -> list[dict]:
    """Whom a follow-up may be about: what is due first, then own leads, deals and customers by what moved last."""
    found: dict[tuple, str] = {}
    for task in queries.open_tasks(ctx)[: OFFERED_MAX // 2]:
        found[_name_of(task.subject), str(task.subject.pk)] = str(task.subject)
    sources = (
        ("lead", Lead, {"state__in": HELD}),
        ("opportunity", Opportunity, {"state__in": STAGES}),
        ("party", MODELS["party"], {"is_customer": True, "active": True}),
    )
    for name, model, wanted in sources:
        if access.can(ctx, model, "log"):
            rows = access.rows(ctx, model, "log").filter(owner=ctx.user, **wanted)
            for one in rows.order_by(F("updated_at").desc())[:OFFERED_MAX]:
                found.setdefault((name, str(one.pk)), str(one))
    kinds = {name: resource.of(model).singular for name, model in MODELS.items()}
    return [{"value": f"{n}:{key}", "label": label, "kind": kinds[n]} for (n, key), label in found.items()]


def at_the_top(record, ctx) -> dict | None:
    """What is planned with a lead or a deal, at the head of its page; nothing where nothing is."""
    planned = panel(record, ctx)
    tasks_here = [task | {"subject": task["title"], "title": task["method"]} for task in planned["tasks"][:2]]
    return planned | {"tasks": tasks_here, "runs": [], "log": ""} if tasks_here else None


for _name in ("lead", "opportunity"):
    resource.amend(MODELS[_name]._meta.label_lower, panel="crm/next_top.html", context=at_the_top, place="top")
for _model in MODELS.values():
    resource.amend(
        _model._meta.label_lower, panel="crm/next_steps.html", title=gettext_lazy("Next steps"), context=panel
    )


@menus.extra.fill
def menu(ctx):
    """My day, for those who have follow-ups to do."""
    if not access.can(ctx, FollowUpTask, "finish"):
        return []
    return [("Customers", _("My day"), "/crm/my-day/"), ("Customers", _("Log a follow-up"), "/crm/follow-up/")]


urlpatterns = [
    path("my-day/", my_day, name="my-day"),
    path("follow-up/", record, name="follow-up"),
]
