"""Background jobs: queued with the caller's transaction, reported, cancelled, retried, caught up once."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from mainspring.kernel import commands, database, jobs
from mainspring.kernel.models import JobRun, JobSchedule


@pytest.fixture
def declared():
    """Jobs declared by a test, forgotten afterwards."""
    before = dict(jobs.registry)
    yield jobs.job
    jobs.registry.clear()
    jobs.registry.update(before)


def test_a_job_runs_with_the_circumstances_of_the_person_who_started_it(cast, declared):
    ona, seen = cast.person("ona"), {}

    @declared("test.count", title="Count")
    def count(run, ctx, *, items):
        seen.update(
            user=ctx.user, company=ctx.company_id, day=ctx.business_date, trusted=ctx.trusted, source=ctx.source
        )
        run.log("counting")
        run.progress(items, items, "counted")
        return {"items": items}

    run = jobs.defer(count, cast.ctx(ona), items=3)
    assert JobRun.objects.get().state == "queued"
    assert not seen
    assert jobs.run_pending() == 1

    run.refresh_from_db()
    assert (run.state, run.percent, run.result, run.message) == ("done", 100, {"items": 3}, "counted")
    assert "counting" in run.log
    assert run.attempts == 1
    assert seen == {
        "user": ona,
        "company": cast.company.pk,
        "day": cast.ctx(ona).business_date,
        "trusted": False,
        "source": "job",
    }


def test_nothing_is_queued_when_the_caller_rolls_back(cast, declared):
    job = declared("test.mail")(lambda run, ctx: None)
    before = database.scalar("SELECT count(*) FROM procrastinate_jobs")
    with transaction.atomic():
        jobs.defer(job, cast.ctx(cast.person("ona")))
        transaction.set_rollback(True)
    assert not JobRun.objects.exists()
    assert database.scalar("SELECT count(*) FROM procrastinate_jobs") == before


def test_an_error_is_tried_again_after_growing_pauses_and_then_reported(cast, declared):
    @declared("test.flaky", retries=2)
    def flaky(run, ctx):
        raise ConnectionError("the bank does not answer")

    run = jobs.defer(flaky, cast.ctx(cast.person("ona")))
    jobs.run_pending(until=timezone.now() + timedelta(days=1))
    run.refresh_from_db()
    assert run.state == "failed"
    assert run.attempts == 3
    assert run.error == "ConnectionError: the bank does not answer"
    assert run.log.count("Traceback") == 3


def test_the_pause_grows_with_each_attempt(cast, declared):
    @declared("test.slow_bank")
    def slow_bank(run, ctx):
        raise ConnectionError

    run = jobs.defer(slow_bank, cast.ctx(cast.person("ona")))
    pauses = []
    for _attempt in range(3):
        JobRun.objects.update(due_at=timezone.now())
        assert jobs.run_pending() == 1
        run.refresh_from_db()
        pauses.append(round((run.due_at - timezone.now()).total_seconds()))
    assert pauses == [30, 120, 480]
    assert run.state == "queued"


def test_a_refusal_is_final_and_can_be_tried_again_by_hand(cast, declared):
    ona, answers = cast.person("ona", superuser=True), [ValidationError("The period is locked."), None]

    @declared("test.close")
    def close(run, ctx):
        answer = answers.pop(0)
        if answer:
            raise answer

    run = jobs.defer(close, cast.ctx(ona))
    jobs.run_pending()
    run.refresh_from_db()
    assert (run.state, run.error, run.attempts) == ("failed", "The period is locked.", 1)
    commands.perform(run, "retry", cast.ctx(ona))
    jobs.run_pending()
    run.refresh_from_db()
    assert run.state == "done"
    assert run.error == ""


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_at_its_next_report(cast, declared):
    ona, steps = cast.person("ona", superuser=True), []

    @declared("test.long")
    def long(run, ctx):
        for step in range(3):
            steps.append(step)
            if step == 1:
                commands.perform(JobRun.objects.get(pk=run.id), "cancel", cast.ctx(ona))
            run._reported = 0  # as if half a second had passed
            run.progress(step, 3)

    waiting = jobs.defer(long, cast.ctx(ona))
    commands.perform(waiting, "cancel", cast.ctx(ona))
    assert jobs.run_pending() == 0
    assert steps == []

    running = jobs.defer(long, cast.ctx(ona))
    jobs.run_pending()
    running.refresh_from_db()
    assert running.state == "cancelled"
    assert steps == [0, 1]


def test_a_run_with_a_key_waits_once(cast, declared):
    ona = cast.person("ona")
    job = declared("test.reindex")(lambda run, ctx, field: None)
    assert jobs.defer(job, cast.ctx(ona), key="color", field="color")
    assert jobs.defer(job, cast.ctx(ona), key="color", field="color") is None
    assert jobs.defer(job, cast.ctx(ona), key="size", field="size")
    assert jobs.run_pending() == 2
    assert jobs.defer(job, cast.ctx(ona), key="color", field="color")


def test_a_schedule_missed_for_three_days_is_caught_up_exactly_once(cast, declared):
    """Z04."""
    ran = []

    @declared("test.nightly", schedule="0 3 * * *")
    def nightly(run, ctx):
        ran.append(ctx.business_date.isoformat())
        assert ctx.trusted
        assert ctx.user is None

    def tick(text):
        jobs.tick(datetime.fromisoformat(text).replace(tzinfo=UTC))
        jobs.run_pending()

    tick("2026-03-01T12:00")  # seen for the first time: waits for its hour
    tick("2026-03-02T02:59")
    assert ran == []
    tick("2026-03-02T03:00")
    tick("2026-03-02T03:01")
    assert ran == ["2026-03-02"]
    tick("2026-03-05T18:00")  # the server was off for three nights
    tick("2026-03-05T18:01")
    assert ran == ["2026-03-02", "2026-03-05"]

    JobSchedule.objects.filter(name="test.nightly").update(active=False)
    tick("2026-03-06T04:00")
    assert len(ran) == 2


def test_a_scheduled_job_runs_for_each_company(cast, declared):
    ran = []

    @declared("test.depreciate", schedule="0 3 * * *", per_company=True)
    def depreciate(run, ctx):
        ran.append(ctx.company_id)

    jobs.tick(datetime(2026, 3, 1, 12, tzinfo=UTC))
    jobs.tick(datetime(2026, 3, 2, 12, tzinfo=UTC))
    jobs.run_pending()
    assert sorted(ran) == [cast.company.pk, cast.other_company.pk]


def test_what_a_dead_worker_left_is_taken_up_again(cast, declared):
    job = declared("test.import")(lambda run, ctx: None)
    run = jobs.defer(job, cast.ctx(cast.person("ona")))
    JobRun.objects.filter(pk=run.pk).update(state="running", attempts=1)  # and no session holds its lock
    assert jobs.recover() == 1
    run.refresh_from_db()
    assert run.state == "queued"
    assert "worker ended" in run.error


def test_two_workers_do_a_run_once_and_a_live_run_is_not_taken_for_dead(committed_cast, declared):
    started, go_on, ran = threading.Event(), threading.Event(), []

    @declared("test.once")
    def once(run, ctx):
        ran.append(run.id)
        started.set()
        go_on.wait(10)

    run = jobs.defer(once, committed_cast.ctx(committed_cast.person("ona")))

    def worker():
        try:
            jobs.execute(run.pk)
        finally:
            connection.close()

    first = threading.Thread(target=worker)
    first.start()
    assert started.wait(10)
    assert jobs.execute(run.pk) is False
    assert jobs.recover() == 0
    go_on.set()
    first.join(10)
    run.refresh_from_db()
    assert ran == [run.pk]
    assert run.state == "done"


def test_a_worker_takes_jobs_from_the_queue_and_what_they_queue_belongs_to_their_transaction(committed_cast, declared):
    ran = []
    second = declared("test.second")(lambda run, ctx, word: ran.append(word))

    @declared("test.first")
    def first(run, ctx):
        with transaction.atomic():
            jobs.defer(second, ctx, word="undone")
            transaction.set_rollback(True)
        with transaction.atomic():
            jobs.defer(second, ctx, word="hello")
            ran.append(database.scalar("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'"))

    database.execute("DELETE FROM procrastinate_jobs")
    jobs.defer(first, committed_cast.ctx(committed_cast.person("ona")))

    async def work():
        app = jobs.worker_app()
        async with app.open_async():
            await app.run_worker_async(wait=False, delete_jobs="always", install_signal_handlers=False)

    with ThreadPoolExecutor(1) as alone:  # a browser's loop may live in this thread
        alone.submit(asyncio.run, work()).result()
    assert ran == [1, "hello"]
    assert list(JobRun.objects.values_list("state", flat=True)) == ["done", "done"]
