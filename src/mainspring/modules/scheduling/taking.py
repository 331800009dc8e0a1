"""Taking a schedule over: orders get its dates, machines and people, and follow them from then on."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from mainspring.kernel import commands
from mainspring.kernel.workflow import effect
from mainspring.modules.organization import queries as organization
from mainspring.modules.production import commands as production
from mainspring.modules.production import queries as of_production

from .clock import Clock
from .models import AgreedTime, Schedule, ScheduledOperation
from .solving import required

OPEN = ("confirmed", "released", "in_progress")


@effect(Schedule, "take_over")
def take_over(schedule: Schedule, ctx) -> None:
    """Give the operations of confirmed orders the time, machine and person of the schedule; proposals stay the plan's.

    What is done elsewhere than the routing says moves there with its own hours (C08). One transaction; the dates of
    orders, their material and the load of work centers follow.
    """
    required(schedule)
    rows = list(
        ScheduledOperation.objects.filter(schedule=schedule, operation__isnull=False, order__state__in=OPEN)
        .exclude(operation__progress="done")
        .select_related("order", "operation")
        .order_by("order", "sequence")
    )
    for row in rows:
        if row.work_center_id != row.operation.work_center_id and not row.is_started:
            commands.perform(row.order, "move_operation", ctx, operation=row.sequence, work_center=row.work_center_id)
    AgreedTime.objects.filter(schedule=schedule).delete()
    AgreedTime.objects.filter(operation__in=[row.operation_id for row in rows]).delete()
    AgreedTime.objects.bulk_create(
        [
            AgreedTime(
                operation_id=row.operation_id, schedule=schedule, work_center_id=row.work_center_id,
                starts_at=row.starts_at, ends_at=row.ends_at, due_on=row.order.due_on, quantity=row.order.quantity,
            )
            for row in rows
        ],
        batch_size=2000,
    )  # fmt: skip
    production.give_to(
        {row.operation_id: (row.machine_id, row.person_id) for row in rows if not row.is_started and not row.is_outside}
    )
    production.replan_orders(sorted({row.order_id for row in rows}), ctx)
    schedule.taken_over_at, schedule.taken_over_revision = timezone.now(), schedule.revision


@of_production.agreed.fill
def agreed_days(orders, today: date) -> dict[int, list[tuple[date, Decimal]]]:
    """{operation: [(day, minutes)]} of what was taken over and still fits: same due day, quantity and work center."""
    dates = {order.pk: (order.due_on, order.quantity) for order in orders}
    rows = AgreedTime.objects.filter(operation__order__in=dates).exclude(operation__progress="done").select_related(
        "operation", "work_center", "schedule__site"
    )  # fmt: skip
    kept = [
        row for row in rows
        if dates[row.operation.order_id] == (row.due_on, row.quantity)
        and row.work_center_id == row.operation.work_center_id
    ]  # fmt: skip
    calendars = organization.calendars({row.work_center.calendar_id for row in kept})
    found = {}
    for row in kept:
        days = _days(row, calendars[row.work_center.calendar_id], today)
        if days:
            found[row.operation_id] = days
    return found


def _days(row: AgreedTime, calendar, today: date) -> list[tuple[date, Decimal]]:
    """Open minutes of each day the operation lies on, today's first; none when it is past."""
    clock = Clock.since(row.starts_at, row.schedule.site)
    first, last = clock.today, clock.day(clock.minute(row.ends_at) - 1)
    if last < today:
        return []
    shares: dict[date, int] = defaultdict(int)
    end = clock.minute(row.ends_at)
    day = first - timedelta(days=1)
    while day <= last:
        morning = clock.morning(day)
        for opens, closes in calendar.intervals(day):
            minutes = min(end, morning + closes) - max(0, morning + opens)
            if minutes > 0:
                shares[max(day, today, first)] += minutes
        day += timedelta(days=1)
    return [(day, Decimal(minutes)) for day, minutes in sorted(shares.items())] or [(max(first, today), Decimal(1))]
