"""Processes are killed outright in the middle of their work: nothing is lost, nothing is done twice."""

import signal
from pathlib import Path

import pytest
from mainspring_fleet.models import Inspection, Vehicle

from mainspring.kernel import commands, database, jobs, numbering, roles
from mainspring.kernel.context import Context
from mainspring.kernel.models import Company, Currency, JobRun, User

SCRIPT = Path(__file__).with_name("interrupted.py")
PATIENCE_SECONDS = 90


@pytest.fixture
def boss(transactional_db):
    numbering.forget()
    Currency.objects.get_or_create(code="EUR", defaults={"name": "Euro"})
    roles.sync_after_migrate()
    company = Company.objects.create(code="ALFA", name="Alfa", base_currency_id="EUR")
    user = User.objects.create(username="boss", is_superuser=True)
    database.execute("DELETE FROM procrastinate_jobs")
    yield Context(user, company.created_at.date(), company.pk)
    numbering.forget()


def test_a_worker_killed_in_the_middle_of_a_job_is_followed_by_one_that_finishes_it(boss, start, eventually):
    jobs.registry.setdefault("faults.count", jobs.Job("faults.count", None, "Count"))
    run = jobs.defer("faults.count", boss)
    first = start("worker")
    eventually(lambda: Vehicle.objects.count() >= 5, "the worker did not begin")
    first.send_signal(signal.SIGKILL)
    first.wait()
    written = Vehicle.objects.count()
    assert 5 <= written < 20
    assert JobRun.objects.get(pk=run.pk).state == "running"  # nobody has noticed yet

    start("worker")
    eventually(lambda: JobRun.objects.get(pk=run.pk).state == "done", "no other worker took it up")
    run.refresh_from_db()
    assert run.attempts == 2
    assert run.result == {"vehicles": 20}
    assert sorted(Vehicle.objects.values_list("plate", flat=True)) == [f"JOB{n:02}" for n in range(20)]
    del jobs.registry["faults.count"]


def test_a_request_killed_between_statements_leaves_nothing_of_its_command(boss, start):
    commands.create(Vehicle, boss, plate="VAN001")
    process = start("request", "key-1")
    assert process.stdout.readline() == b"in the middle\n"
    process.send_signal(signal.SIGKILL)
    process.wait()

    inspection = Inspection.objects.get()
    assert (inspection.state, inspection.number) == ("draft", "")  # the create was finished, the submission never was
    again = commands.perform(inspection, "submit", boss)  # its locks went with it
    assert again.state == "submitted"
    assert again.number.startswith("FI")

    retried = Context(boss.user, boss.business_date, boss.company_id, idempotency_key="key-1")
    same = commands.create(
        Inspection,
        retried,
        vehicle=Vehicle.objects.get(),
        done_on=boss.business_date,
        lines=[{"finding": "f", "price": 1}],
    )
    assert same.pk == inspection.pk  # the sender did not hear the answer and sent again
    assert Inspection.objects.count() == 1
