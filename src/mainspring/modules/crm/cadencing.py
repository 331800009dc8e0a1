"""Follow-up plans under way: started by a person or by a state, each step after the one before, ended with the deal.

One plan may be under way once with each lead, deal or customer, and has one open task at most; the database holds both.
"""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainspring.engines.calendar import cadences
from mainspring.kernel import commands, database, errors, events, remembered, workflow
from mainspring.kernel.prepared import Prepared
from mainspring.kernel.workflow import Input, Verb, effect, guard
from mainspring.modules.organization import queries as organization
from mainspring.modules.parties.models import Party

from . import tasks
from .models import HELD, STAGES, Cadence, CadenceRun, CadenceStep, FollowUpTask, Lead, Opportunity, Origin, Outcome
from .models.cadences import OnReturn

MODELS = {"lead": Lead, "opportunity": Opportunity, "party": Party}
ALIVE = {"lead": HELD, "opportunity": STAGES}
"""States of records a plan may be under way with; customers have none."""

TAKING = ("claim", "assign", "give")
"""Verbs that give a record an owner."""

FOLLOW = Verb(
    "follow_plan",
    label=gettext_lazy("Start follow-up plan"),
    help=gettext_lazy("Its steps become tasks, one after another, until the deal is decided."),
    ask=(Input("cadence", "link", gettext_lazy("Follow-up plan"), to="crm.cadence"),),
)

for _model in MODELS.values():
    workflow.extend(_model, FOLLOW)


def start(cadence: Cadence, record, ctx) -> CadenceRun:
    """Put a plan under way and make its first task. Raises ValidationError when it is not for this record."""
    about = tasks.about_of(record)
    name = next(iter(about))
    if cadence.about != name or cadence.company_id != ctx.company_id or not cadence.active:
        raise ValidationError({"cadence": _("%(plan)s is not for this record.") % {"plan": cadence}})
    if not _is_alive(record):
        raise errors.Conflict(_("%(record)s has no owner or is closed.") % {"record": record}, code="state")
    if CadenceRun.objects.filter(cadence=cadence, state__in=("active", "paused"), **about).exists():
        raise errors.Conflict(_("%(plan)s is under way here already.") % {"plan": cadence}, code="running")
    day = tasks.day_of(record.owner, ctx)
    run = commands.create(CadenceRun, ctx, cadence=cadence, started_on=day, **about)
    _begin(run, day, ctx)
    return run


def go_on(run_ids, ctx, done_on: date, next_on: date | None = None, next_step: str = "") -> list[FollowUpTask]:
    """The next task of each of these plans after its last one ended; plans without a next step end.

    next_on, next_step  day and words a person wants instead of the plan's own
    """
    made = []
    for run in _active(list(run_ids)) if run_ids else ():
        run.done += 1
        task = _continue(run, done_on, ctx, next_on, next_step)
        made += [task] if task else []
    return made


_active = Prepared(
    lambda keys: (
        CadenceRun.objects.select_for_update(of=("self",))
        .select_related("cadence")
        .filter(pk__any_of=keys, state="active")
        .order_by("pk")
    )
)


def planned_after(record, ctx, done_on: date) -> date | None:
    """The day the plan under way would choose, were this step done on a day; None without such a plan."""
    about = tasks.about_of(record)
    run = CadenceRun.objects.filter(state="active", **about).select_related("cadence").order_by("pk").first()
    due = _following(run, done_on) if run else None
    return due.due_on if due else None


def _begin(run: CadenceRun, day: date, ctx) -> None:
    steps = _steps(run.cadence)
    due = cadences.first([s.rule for s in steps], day, calendar=_calendar(run.cadence), shift=run.cadence.shift)
    _plan(run, steps, due, ctx)


def _continue(run: CadenceRun, done_on: date, ctx, next_on=None, next_step: str = "") -> FollowUpTask | None:
    due = _following(run, done_on)
    if due is None:
        run.state, run.ending, run.ended_at = "ended", Outcome.DONE, timezone.now()
        run.save(update_fields=["state", "ending", "ended_at", "done"])
        return None
    return _plan(run, _steps(run.cadence), due, ctx, next_on, next_step)


def _following(run: CadenceRun, done_on: date) -> cadences.Due | None:
    rules = [s.rule for s in _steps(run.cadence)]
    if run.planned_on is None or run.position >= len(rules):  # the plan was shortened meanwhile
        return None
    return cadences.following(
        rules,
        cadences.Due(run.position, run.time, run.planned_on, run.planned_on),
        starts_on=run.started_on,
        done_on=done_on,
        count_from=run.cadence.count_from,
        calendar=_calendar(run.cadence),
        shift=run.cadence.shift,
    )


def _plan(run: CadenceRun, steps: list[CadenceStep], due, ctx, next_on=None, next_step: str = "") -> FollowUpTask:
    run.position, run.time, run.planned_on = due.position, due.time, due.planned_on
    database.write(run, ["position", "time", "planned_on", "done", "state", "started_on"])
    step = steps[due.position]
    subject = run.subject
    return commands.create(
        FollowUpTask,
        ctx,
        title=next_step or step.title,
        method=step.method,
        due_on=next_on or due.due_on,
        due_at=step.at,
        owner=subject.owner_id or getattr(ctx.user, "pk", None),
        origin=Origin.STEP if next_step else Origin.PLAN,  # one's own words outlive the plan
        run=run,
        position=due.position,
        **tasks.about_of(subject),
    )


_known_steps = remembered.Remembered(
    lambda cadence_id: list(CadenceStep.objects.filter(document=cadence_id)), Cadence, CadenceStep
)
_by_state = remembered.Remembered(
    lambda company_id, about, state: list(
        Cadence.objects.filter(company=company_id, about=about, enters=state, active=True)
    ),
    Cadence,
    CadenceStep,
)


def _steps(cadence: Cadence) -> list[CadenceStep]:
    return _known_steps.get(cadence.pk)


def _calendar(cadence: Cadence):
    """Working days of the plan's site, else of its company."""
    return organization.site_days(cadence.site) if cadence.site_id else organization.company_days(cadence.company_id)


def _is_alive(record) -> bool:
    """Whether somebody looks after the record and it is still to be won."""
    name = next(iter(tasks.about_of(record)))
    return record.owner_id is not None and (name not in ALIVE or record.state in ALIVE[name])


# -- verbs ------------------------------------------------------------------------------------------------------------


def _bind(model) -> None:
    @guard(model, "follow_plan")
    def has_owner(record, ctx):
        if not _is_alive(record):
            raise errors.Conflict(_("%(record)s has no owner or is closed.") % {"record": record}, code="state")

    @effect(model, "follow_plan")
    def follow(record, ctx, cadence):
        start(cadence, record, ctx)
        if hasattr(record, "next_on"):
            record.refresh_from_db(fields=["next_on"])


for _model in MODELS.values():
    _bind(_model)


@effect(CadenceRun, "pause")
def pause(run, ctx):
    """Nothing falls due until it goes on."""
    run.paused_at = timezone.now()
    _end_task(run, Outcome.DROPPED)


@effect(CadenceRun, "resume")
def resume(run, ctx):
    """Go on with the step it stopped at, due from today."""
    if not _is_alive(run.subject):
        raise errors.Conflict(_("%(record)s has no owner or is closed.") % {"record": run.subject}, code="state")
    run.paused_at, run.state = None, "active"
    _again(run, tasks.day_of(run.subject.owner, ctx), ctx)


@effect(CadenceRun, "stop")
def stop(run, ctx, reason):
    run.ended_at, run.ending, run.why_ended = timezone.now(), Outcome.DROPPED, reason[:240]
    _end_task(run, Outcome.DROPPED)


def _end_task(run: CadenceRun, ending: str) -> None:
    FollowUpTask.objects.filter(run=run, state="open").update(state="dropped", ending=ending, done_at=timezone.now())


def _again(run: CadenceRun, day: date, ctx) -> None:
    """The step a plan stopped at, not before today."""
    steps = _steps(run.cadence)
    position = min(run.position, len(steps) - 1)
    planned = max(run.planned_on or day, day + timedelta(days=1))
    moved = cadences.shifted(planned, _calendar(run.cadence), run.cadence.shift, day)
    _plan(run, steps, cadences.Due(position, run.time, planned, moved), ctx)


# -- by itself --------------------------------------------------------------------------------------------------------


@events.on(events.CommandDone)
def follow_state(event, ctx) -> None:
    """A record that enters a state starts the plans of that state; a lead taken from the pool goes on with its own."""
    record = event.record
    if event.verb in TAKING and isinstance(record, tuple(MODELS.values())) and record.owner_id:
        take_over([record], ctx)
    if isinstance(record, Lead | Opportunity) and event.verb != "log":
        enter([record], ctx)


@events.on(events.BatchDone)
def follow_states(event, ctx) -> None:
    """The same for records brought in together."""
    if event.records and isinstance(event.records[0], Lead | Opportunity):
        enter(event.records, ctx)


def _standing(record) -> tuple[str, ...]:
    """The state of a record, and the stage of a deal on its way."""
    stage = getattr(record, "stage", None)
    return (record.state,) if stage is None or record.state not in STAGES else (record.state, stage.code)


def enter(records: list, ctx) -> None:
    """Start the plans of the state these records (of one model) are in, each once in the life of a record."""
    name = next(iter(tasks.about_of(records[0])))
    wanted = [
        (record, plan)
        for record in records
        if _is_alive(record)
        for where in _standing(record)
        for plan in _by_state.get(record.company_id, name, where)
    ]
    if not wanted:
        return
    runs = CadenceRun.objects.filter(**{f"{name}__in": {record.pk for record, _plan in wanted}})
    had = set(runs.values_list(name, "cadence"))
    for record, cadence in wanted:
        worth = getattr(record, "value" if name == "lead" else "amount", None) or 0
        if (record.pk, cadence.pk) not in had and (cadence.value_min is None or worth >= cadence.value_min):
            start(cadence, record, ctx)


PAUSED = "SELECT EXISTS (SELECT FROM crm_cadencerun WHERE {name}_id = ANY(%s) AND state = 'paused')"
"""Whether there is any to go on with: what nearly every claim asks and nearly none has."""


def take_over(records: list, ctx) -> int:
    """Plans that paused when their record (all of one model) lost its owner go on with the new one, or start anew."""
    name = next(iter(tasks.about_of(records[0])))
    if not database.planned(PAUSED.format(name=name), [[record.pk for record in records]])[0][0]:
        return 0
    paused = CadenceRun.objects.filter(state="paused", ending=Outcome.POOL, **{f"{name}__in": records})
    paused = paused.select_related("cadence", f"{name}__owner").select_for_update(of=("self",)).order_by("pk")
    count = 0
    for run in paused.exclude(**{f"{name}__owner": None}):
        day = tasks.day_of(run.subject.owner, ctx)
        run.paused_at, run.state, run.ending = None, "active", ""
        run.save(update_fields=["paused_at", "state", "ending"])
        if run.cadence.on_return == OnReturn.RESTART:
            run.started_on, run.done = day, 0
            _begin(run, day, ctx)
        else:
            _again(run, day, ctx)
        count += 1
    return count


def keep_up(ctx) -> dict:
    """What sets of records moved without a command each: plans of leads with an owner again, plans without a task,
    tasks left behind."""
    company = ctx.company_id
    # A task somebody was just changing when its lead went back to the pool was passed over then.
    left = FollowUpTask.objects.filter(company=company, state="open", lead__owner=None, lead__isnull=False)
    left.update(state="dropped", ending=Outcome.POOL, done_at=timezone.now())
    paused = CadenceRun.objects.filter(company=company, state="paused", ending=Outcome.POOL)
    back = [
        list(model.objects.filter(pk__in=paused.values(name), owner__isnull=False)) for name, model in MODELS.items()
    ]
    idle = CadenceRun.objects.filter(company=company, state="active").exclude(
        Exists(FollowUpTask.objects.filter(run=OuterRef("pk"), state="open"))
    )
    stuck = list(idle.values_list("pk", flat=True))
    if not any(back) and not stuck:
        return {"taken_over": 0, "continued": 0}
    with commands.batch(CadenceRun, ctx, "resume") as inner:
        taken = sum(take_over(records, inner) for records in back if records)
        return {"taken_over": taken, "continued": len(go_on(stuck, inner, ctx.business_date))}
