"""A process to be killed: a worker, or a request, on the database DATABASE_URL names. Not a test itself.

python interrupted.py worker        works on jobs; "faults.count" writes twenty vehicles, one command each
python interrupted.py request KEY   creates an inspection and submits it, and waits in the middle of the submission
"""

import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests" / "plugin")]
os.environ["DJANGO_SETTINGS_MODULE"] = "mainspring.site.settings"

import django  # noqa: E402

django.setup()

from mainspring_fleet.models import Inspection, Vehicle  # noqa: E402

from mainspring.kernel import commands, events, jobs  # noqa: E402
from mainspring.kernel.context import Context  # noqa: E402
from mainspring.kernel.models import Company, User  # noqa: E402

VEHICLES = 20


@jobs.job("faults.count")
def count(run, ctx):
    """Idempotent: what an earlier attempt wrote is there already and is not written again."""
    for n in range(VEHICLES):
        run.progress(n, VEHICLES)
        if not Vehicle.objects.filter(plate=f"JOB{n:02}").exists():
            commands.create(Vehicle, ctx, plate=f"JOB{n:02}")
            time.sleep(0.1)
    return {"vehicles": VEHICLES}


def work() -> None:
    jobs.BACK_OFF_SECONDS = 1
    jobs.TICK_SECONDS = 1
    jobs.work(concurrency=1)


def request(key: str) -> None:
    user, company = User.objects.get(username="boss"), Company.objects.get()
    ctx = Context(user, Vehicle.objects.get().created_at.date(), company.pk, idempotency_key=key)
    draft = commands.create(
        Inspection, ctx, vehicle=Vehicle.objects.get(), done_on=ctx.business_date, lines=[{"finding": "f", "price": 1}]
    )

    @events.on(events.CommandDone)
    def stay(event, ctx):
        if event.verb == "submit":
            print("in the middle", flush=True)
            time.sleep(60)

    commands.perform(draft, "submit", Context(user, ctx.business_date, company.pk))


if __name__ == "__main__":
    work() if sys.argv[1] == "worker" else request(sys.argv[2])
