"""Work that runs in the background: queued in the caller's transaction, done by workers after it commits.

    @jobs.job("stock.revalue", title=_("Revalue stock"), schedule="0 3 * * *", per_company=True)
    def revalue(run, ctx, *, item_id=None):
        for done, item in enumerate(items):
            run.progress(done, len(items))      # raises Cancelled when somebody asked the job to stop
            ...
        return {"items": len(items)}

    jobs.defer(revalue, ctx, item_id=7)

A job may run again after a crash or an error, so it must be idempotent. Commands inside it are transactions of their
own; the run itself is not one. A run started by a person has that person's permissions, a scheduled one is trusted.
"""

import datetime
import logging
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from croniter import croniter
from django.core.exceptions import ValidationError
from django.db import close_old_connections, connection, models, transaction
from django.db.models.functions import Concat
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from procrastinate.contrib.django import DjangoApp
from procrastinate.contrib.django import app as queue

from . import database, workflow
from .context import Context
from .models import Company
from .models.jobs import JobRun, JobSchedule

logger = logging.getLogger(__name__)

LOCK_SPACE = 7001  # advisory locks (LOCK_SPACE, run id): held while a worker is at it, gone when the worker dies
BACK_OFF_SECONDS = 30  # times 4 with each attempt: half a minute, two minutes, eight, …
REPORT_SECONDS = 0.5  # progress is written at most this often
TICK_SECONDS = 15
LOST_AFTER = datetime.timedelta(minutes=5)


class Cancelled(Exception):
    """Somebody asked the job to stop."""


@dataclass(frozen=True)
class Job:
    """A function that may run in the background.

    schedule     cron expression in UTC; "" when it runs on demand only
    per_company  a scheduled run for each company, else one for all
    retries      further attempts after an unexpected error; a refusal (ValidationError) is final
    """

    name: str
    fn: Callable
    title: Any
    schedule: str = ""
    per_company: bool = False
    retries: int = 3

    def __call__(self, *args, **kwargs):
        return self.fn(*args, **kwargs)


registry: dict[str, Job] = {}


def job(name: str, *, title: Any = "", schedule: str = "", per_company: bool = False, retries: int = 3):
    """Declare `fn(run, ctx, **arguments)` as a job; arguments and result are JSON values."""
    if schedule and not croniter.is_valid(schedule):
        raise ValueError(f"{schedule!r} of job {name} is not a cron expression")

    def bind(fn) -> Job:
        registry[name] = Job(
            name, fn, title or name.rsplit(".", 1)[-1].replace("_", " ").capitalize(), schedule, per_company, retries
        )
        return registry[name]

    return bind


def defer(what: Job | str, ctx=None, *, key: str = "", title: str = "", **arguments) -> JobRun | None:
    """Queue a run in the present transaction: when that rolls back, nothing was queued.

    key  a run of this job with the same key that still waits makes this call do nothing (answer: None)
    """
    found = registry[what] if isinstance(what, str) else what
    return _queue(
        found,
        key=key,
        due_at=timezone.now(),
        title=title,
        arguments=arguments,
        **_circumstances(ctx),
    )


class Run:
    """What a job sees of its own run."""

    def __init__(self, record: JobRun):
        self.record, self.id = record, record.pk
        self._reported = 0.0

    def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        """Note how far the job is. Raises Cancelled when somebody asked it to stop; both at most twice a second."""
        if time.monotonic() - self._reported < REPORT_SECONDS and done != total:
            return
        self._reported = time.monotonic()
        stop = database.rows(
            "UPDATE kernel_jobrun SET done = %(done)s, total = COALESCE(%(total)s, total), "
            "message = COALESCE(NULLIF(%(message)s, ''), message) WHERE id = %(id)s RETURNING cancel_requested",
            done=done,
            total=total,
            message=message[:300],
            id=self.id,
        )
        if stop and stop[0]["cancel_requested"]:
            raise Cancelled

    def log(self, text: str) -> None:
        """Add a line to the run's log."""
        line = f"{timezone.now():%H:%M:%S} {text}\n"
        JobRun.objects.filter(pk=self.id).update(log=Concat("log", models.Value(line), output_field=models.TextField()))


# -- running ----------------------------------------------------------------------------------------------------------


@queue.task(name="mainspring.run")
def _work_on(run_id: int) -> None:
    try:
        execute(run_id)
    finally:
        connection.close()  # the worker's threads come and go


def execute(run_id: int) -> bool:
    """Claim a waiting run and do it; False when it was taken, done or cancelled already."""
    if not database.scalar("SELECT pg_try_advisory_lock(%(space)s, %(id)s::int)", space=LOCK_SPACE, id=run_id):
        return False
    try:
        claimed = JobRun.objects.filter(pk=run_id, state="queued").update(
            state="running", started_at=timezone.now(), finished_at=None, attempts=models.F("attempts") + 1, error=""
        )
        if claimed:
            _do(JobRun.objects.get(pk=run_id))
        return bool(claimed)
    finally:
        database.scalar("SELECT pg_advisory_unlock(%(space)s, %(id)s::int)", space=LOCK_SPACE, id=run_id)


def _do(record: JobRun) -> None:
    found = registry.get(record.name)
    try:
        if found is None:
            raise ValidationError(_("There is no job of this name any more."))
        if record.cancel_requested:
            raise Cancelled
        with translation.override(record.language):
            result = found(Run(record), _context(record), **record.arguments)
        _end(record, "done", result=result if isinstance(result, dict) else {})
    except Cancelled:
        _end(record, "cancelled")
    except ValidationError as error:
        _end(record, "failed", error="\n".join(error.messages))
    except Exception as error:
        logger.exception("job %s failed, run %s, attempt %s", record.name, record.pk, record.attempts)
        _fail(record, found, f"{type(error).__name__}: {error}", traceback.format_exc())


def _end(record: JobRun, state: str, **values) -> None:
    JobRun.objects.filter(pk=record.pk).update(state=state, finished_at=timezone.now(), **values)


def _fail(record: JobRun, found: Job | None, error: str, details: str = "") -> None:
    """Try again later, each time after a longer pause, until the attempts are used up."""
    Run(record).log(details or error)
    if found is None or record.attempts > found.retries:
        _end(record, "failed", error=error)
        return
    due_at = timezone.now() + datetime.timedelta(seconds=BACK_OFF_SECONDS * 4 ** (record.attempts - 1))
    with transaction.atomic():
        JobRun.objects.filter(pk=record.pk).update(state="queued", due_at=due_at, error=error, key="")
        _enqueue(record.pk, due_at)


def run_pending(*, until: datetime.datetime | None = None) -> int:
    """Do every waiting run that is due, here and now; for tests and the command line. Returns how many ran."""
    count = 0
    while True:
        waiting = JobRun.objects.filter(state="queued", due_at__lte=until or timezone.now()).order_by("due_at", "pk")
        first = waiting.values_list("pk", flat=True).first()
        if first is None:
            return count
        count += execute(first)


def work(*, concurrency: int = 2) -> None:
    """Be a worker until told to stop: do queued runs, queue scheduled ones, take up what dead workers left."""
    stop = threading.Event()
    clock = threading.Thread(target=_keep_time, args=(stop,), name="schedule", daemon=True)
    clock.start()
    try:
        worker_app().run_worker(concurrency=concurrency, delete_jobs="always", shutdown_graceful_timeout=10)
    finally:
        stop.set()
        clock.join(5)


def worker_app() -> DjangoApp:
    """An app with connections of the worker's own. The shared app keeps Django's connection, so that jobs which queue
    jobs do so inside their transactions."""
    found = DjangoApp(connector=queue.connector.get_worker_connector())
    found.tasks = queue.tasks
    return found


def _keep_time(stop: threading.Event) -> None:
    while not stop.is_set():
        close_old_connections()
        try:
            recover()
            tick()
        except Exception:
            logger.exception("the schedule could not be kept")
        stop.wait(TICK_SECONDS)
    connection.close()


# -- the clock --------------------------------------------------------------------------------------------------------


def tick(now: datetime.datetime | None = None) -> int:
    """Queue every scheduled job whose time has come: once, however many of its times were missed (rule Z04)."""
    now = now or timezone.now()
    queued = 0
    for found in registry.values():
        if found.schedule:
            due = croniter(found.schedule, now + datetime.timedelta(seconds=1)).get_prev(datetime.datetime)
            queued += _queue_if_due(found, due)
    return queued


def _queue_if_due(found: Job, due: datetime.datetime) -> int:
    with transaction.atomic():
        schedule, first_seen = JobSchedule.objects.select_for_update().get_or_create(
            name=found.name, defaults={"last_due_at": due}
        )
        if first_seen or not schedule.active or due <= schedule.last_due_at:
            return 0
        JobSchedule.objects.filter(pk=schedule.pk).update(last_due_at=due)
        queued = 0
        companies: list[Company | None] = list(Company.objects.order_by("pk"))
        for company in companies if found.per_company else companies[:1] or [None]:
            day = due.astimezone(ZoneInfo(company.time_zone if company else "UTC")).date()
            queued += (
                _queue(
                    found,
                    key=f"schedule:{company.pk if company else ''}",
                    due_at=timezone.now(),
                    company_id=company.pk if company else None,
                    business_date=day,
                )
                is not None
            )
    return queued


def recover() -> int:
    """Queue again what a dead worker left behind. Returns how many runs that were."""
    found = 0
    for record in JobRun.objects.filter(state="running"):
        with transaction.atomic():
            if (
                database.scalar(
                    "SELECT pg_try_advisory_xact_lock(%(space)s, %(id)s::int)", space=LOCK_SPACE, id=record.pk
                )
                and JobRun.objects.select_for_update().filter(pk=record.pk, state="running").exists()
            ):
                _fail(record, registry.get(record.name), str(_("The worker ended before the job did.")))
                found += 1
    lost = database.rows(
        """
        SELECT run.id FROM kernel_jobrun run WHERE run.state = 'queued' AND run.due_at < %(before)s AND NOT EXISTS (
            SELECT FROM procrastinate_jobs job WHERE job.status = 'todo' AND (job.args ->> 'run_id')::bigint = run.id)
        """,
        before=timezone.now() - LOST_AFTER,
    )
    for row in lost:
        _enqueue(row["id"], timezone.now())
    return found + len(lost)


@job("kernel.tidy_jobs", title=gettext_lazy("Forget old background jobs"), schedule="45 2 * * *")
def tidy(run, ctx):
    """Scheduled runs that went well are kept for two days, all others for ninety."""
    now = timezone.now()
    old = models.Q(created_by=None, state="done", finished_at__lt=now - datetime.timedelta(days=2))
    old |= models.Q(finished_at__lt=now - datetime.timedelta(days=90))
    return {"removed": JobRun.objects.exclude(pk=run.id).filter(old).delete()[0]}


# -- verbs of a run ---------------------------------------------------------------------------------------------------


@workflow.effect(JobRun, "cancel")
def cancel(run, ctx):
    """A waiting run ends at once; a running one stops at its next report of progress."""
    run.cancel_requested = True
    if run.state == "queued":
        run.state, run.finished_at = "cancelled", timezone.now()


@workflow.effect(JobRun, "retry")
def retry(run, ctx):
    """Queue a failed or cancelled run again, as if it were new."""
    run.cancel_requested, run.attempts, run.error, run.due_at, run.done = False, 0, "", timezone.now(), 0
    _enqueue(run.pk, run.due_at)


# -- helpers ----------------------------------------------------------------------------------------------------------


def _queue(found: Job, *, due_at, key: str = "", title: str = "", arguments: dict | None = None, **circumstances):
    record = JobRun(
        name=found.name,
        title=(title or str(found.title))[:200],
        arguments=arguments or {},
        key=key,
        due_at=due_at,
        **circumstances,
    )
    if key:
        while not database.insert_unless_there(record):
            if _waits(found.name, key):
                return None
    else:
        database.insert([record])
    _enqueue(record.pk, due_at)
    return record


def _waits(name: str, key: str) -> bool:
    """Whether a run with this key still waits; it is held back until we commit, so that it sees what we changed."""
    return bool(
        database.rows(
            "SELECT id FROM kernel_jobrun WHERE name = %(name)s AND key = %(key)s AND state = 'queued' FOR SHARE",
            name=name,
            key=key,
        )
    )


def _enqueue(run_id: int, due_at) -> None:
    queue.configure_task("mainspring.run", schedule_at=due_at if due_at > timezone.now() else None).defer(run_id=run_id)


def _circumstances(ctx) -> dict:
    if ctx is None:
        return {"business_date": timezone.now().date()}
    user = ctx.user if getattr(ctx.user, "pk", None) else None
    return {
        "company_id": ctx.company_id or None,
        "company_ids": list(ctx.company_ids),
        "language": ctx.language,
        "business_date": ctx.business_date,
        "created_by": user,
    }


def _context(record: JobRun) -> Context:
    company_id = record.company_id or Company.objects.order_by("pk").values_list("pk", flat=True).first() or 0
    return Context(
        user=record.created_by,
        business_date=record.business_date,
        company_id=company_id,
        company_ids=tuple(record.company_ids),
        source="job",
        language=record.language,
        trusted=record.created_by_id is None,
    )
