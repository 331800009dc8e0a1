"""How soon are 50,000 operations scheduled from the database and back, and how quick is the board beside them?

The demo company gets work centers of two shifts with four machines each and orders of five operations on them, until
as many operations are open as asked for. The job runs as a worker runs it, while somebody changes orders; then the
board is asked for.
"""

import random
import threading
import time
from datetime import timedelta
from decimal import Decimal

from harness import Answer, context, main, median, signed_in, timed

STEPS, MACHINES = 5, 4
HOURS_A_WEEK = 64


def arguments(parser) -> None:
    parser.add_argument("--operations", type=int, default=50_000)
    parser.add_argument("--seconds", type=int, default=60)


def measure(options) -> list[Answer]:
    from mainspring.kernel import commands, jobs
    from mainspring.modules.scheduling import situation
    from mainspring.modules.scheduling.models import Schedule, ScheduledOperation

    ctx = context()
    schedule = fill(ctx, options.operations)
    commands.change(schedule, ctx, seconds=options.seconds, proposal_weeks=0)
    schedule = Schedule.objects.select_related("site__company").get(pk=schedule.pk)
    _found, read_ms = timed(lambda: situation.read(schedule, ctx))
    asked = commands.perform(schedule, "solve", ctx)
    waits: list[float] = []
    stop = threading.Event()
    watcher = threading.Thread(target=_others_work, args=(stop, waits))
    watcher.start()
    began = time.perf_counter()
    jobs.execute(asked.job_id)
    whole = time.perf_counter() - began
    stop.set()
    watcher.join()
    schedule.refresh_from_db()
    if schedule.job.state != "done":
        raise SystemExit(f"the job ended as {schedule.job.state}: {schedule.job.error}")
    client = signed_in("planner")
    spent = []
    for n in range(6):
        answer, ms = timed(lambda: client.get(f"/scheduling/board/{schedule.pk}/bars/"))
        assert answer.status_code == 200
        if n:
            spent.append(ms)
    cheaper = 100 * (1 - schedule.cost["total"] / schedule.due_date_cost["total"])
    return [
        Answer("operations", ScheduledOperation.objects.filter(schedule=schedule).count(), "operations"),
        Answer("reading the problem", round(read_ms / 1000, 2), "s"),
        Answer("job, from read to written", round(whole, 1), "s", 300),
        Answer("of it searching", options.seconds, "s"),
        Answer("cheaper than due-date order", round(cheaper, 2), "%", 0, True),
        Answer("late orders, and by due-date order", schedule.late_count, "orders"),
        Answer("late orders by due-date order", schedule.due_date_cost["late_orders"], "orders"),
        Answer("another command meanwhile, longest", round(max(waits, default=0)), "ms", 1000),
        Answer("bars in one answer", len(answer.json()["bars"]), "bars"),
        Answer("board, median", median(spent), "ms", 500),
    ]


def _others_work(stop: threading.Event, waits: list[float]) -> None:
    """Somebody changes an order every half second while the schedule is computed."""
    from django.db import connection

    from mainspring.kernel import commands
    from mainspring.modules.production.models import ProductionOrder

    ctx = context()
    key = ProductionOrder.objects.filter(number__startswith="BENCH").values_list("pk", flat=True).first()
    while not stop.wait(0.5):
        began = time.perf_counter()
        commands.change(ProductionOrder.objects.get(pk=key), ctx, note=f"{began}")
        waits.append((time.perf_counter() - began) * 1000)
    connection.close()


def fill(ctx, wanted: int):
    """The schedule of the first plant, with so many open operations."""
    from mainspring.kernel import bulk
    from mainspring.kernel.models import Site
    from mainspring.modules.engineering.models import Machine, WorkCenter
    from mainspring.modules.items.models import Item
    from mainspring.modules.organization.models import WorkCalendar
    from mainspring.modules.production.models import ProductionOperation, ProductionOrder
    from mainspring.modules.scheduling.models import Schedule

    site = Site.objects.get(code="VNO")
    schedule, _made = Schedule.objects.get_or_create(site=site)
    there = ProductionOperation.objects.filter(order__number__startswith="BENCH").count()
    missing = max(0, wanted - there) // STEPS
    if not missing:
        return schedule
    random.seed(7)
    calendar = WorkCalendar.objects.get(code="LT-2S")
    count = max(10, wanted // 1250)
    centers = [
        WorkCenter.objects.get_or_create(
            site=site, code=f"B{n:03}", defaults={"name": f"Bench {n}", "calendar": calendar, "size": MACHINES}
        )[0]
        for n in range(count)
    ]
    Machine.objects.bulk_create(
        [Machine(work_center=c, code=f"{c.code}.{n}", name="x") for c in centers for n in range(MACHINES)],
        ignore_conflicts=True,
    )
    item = Item.objects.filter(kind="stock", make_or_buy="make", active=True).order_by("code").first()
    span = int(wanted * 2 / (count * MACHINES * HOURS_A_WEEK) * 7) + 14
    rows = [
        {
            "item": item.pk, "site": site.pk, "quantity": Decimal(10),
            "starts_on": ctx.business_date + timedelta(days=(begins := random.randrange(span))),
            "due_on": ctx.business_date + timedelta(days=begins + random.randrange(3, 15)),
        }
        for _n in range(missing)
    ]  # fmt: skip
    made = []
    for first in range(0, len(rows), 1000):
        made += bulk.create_many(ProductionOrder, ctx, rows[first : first + 1000])
    for n, order in enumerate(made):
        order.number, order.state = f"BENCH{there + n:06}", "confirmed"
    ProductionOrder.objects.bulk_update(made, ["number", "state"], batch_size=2000)
    ProductionOperation.objects.bulk_create(
        [
            ProductionOperation(
                order=order, sequence=10 * (k + 1), work_center=random.choice(centers), name=f"Step {k + 1}",
                setup_hours=Decimal("0.25"), run_hours_per_unit=Decimal(random.randrange(5, 25)) / 100,
            )
            for order in made
            for k in range(STEPS)
        ],
        batch_size=2000,
    )  # fmt: skip
    return schedule


if __name__ == "__main__":
    main("How soon are 50,000 operations scheduled from the database and back?", measure, arguments=arguments)
