"""Writing a change of the board, and taking the last one back."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from mainspring.kernel import errors
from mainspring.kernel.workflow import effect

from .models import Schedule, ScheduleChange, ScheduledOperation, ScheduledOrder

if TYPE_CHECKING:
    from .moving import Moved

FIELDS = (
    "work_center_id", "machine_id", "place", "person_id", "tool_id", "piece", "starts_at", "ends_at", "minutes",
    "setup_minutes", "mode", "is_pinned",
)  # fmt: skip
KEPT_MAX = 50
"""So many changes can be taken back."""


def copy(row: ScheduledOperation) -> ScheduledOperation:
    """The same row as another object."""
    names = [f.attname for f in ScheduledOperation._meta.concrete_fields]
    return ScheduledOperation(**{name: getattr(row, name) for name in names})


def differs(old: ScheduledOperation, new: ScheduledOperation) -> bool:
    """Whether two rows of an operation stand elsewhere."""
    return any(getattr(old, name) != getattr(new, name) for name in FIELDS)


def write(schedule: Schedule, ctx, moved: "Moved", text: str) -> None:
    """Write the rows of a change, what it does to orders, and the rows before it."""
    if not moved.rows:
        return
    _replace([new for _old, new in moved.rows])
    _update_orders(schedule, [new.order_id for _old, new in moved.rows], by_hand=moved.rows[0][1])
    schedule.revision += 1
    schedule.late_count = ScheduledOrder.objects.filter(schedule=schedule, late_minutes__gt=0).count()
    ScheduleChange.objects.create(
        schedule=schedule, revision=schedule.revision, text=text[:300], person=ctx.user,
        before=[_as_data(old) for old, _new in moved.rows],
    )  # fmt: skip
    older = ScheduleChange.objects.filter(schedule=schedule).values_list("pk", flat=True)[KEPT_MAX:]
    ScheduleChange.objects.filter(pk__in=list(older)).delete()


def _replace(rows: list[ScheduledOperation]) -> None:
    """Rows swap places: all are taken out before any is put back, or they would seem to collide on the way."""
    ScheduledOperation.objects.filter(pk__in=[row.pk for row in rows]).delete()
    ScheduledOperation.objects.bulk_create(rows, batch_size=2000)


def _as_data(row: ScheduledOperation) -> dict:
    values = {name: getattr(row, name) for name in FIELDS}
    values |= {name: values[name].isoformat() for name in ("starts_at", "ends_at")}
    return {"id": row.pk, **values}


@effect(Schedule, "undo")
def undo(schedule: Schedule, ctx, change: int | None) -> None:
    """Put back what the last change moved; an earlier one only after those that came later."""
    last = ScheduleChange.objects.filter(schedule=schedule, is_undone=False).first()
    if last is None:
        raise errors.Conflict(_("There is nothing to undo since the schedule was computed."))
    if change and change != last.pk:
        raise errors.Conflict(_("Something was changed after that: %(text)s. Undo it first.") % {"text": last.text})
    there = ScheduledOperation.objects.in_bulk([row["id"] for row in last.before])
    rows = []
    for data in last.before:
        row = there.get(data["id"])
        if row is None:
            raise errors.Conflict(_("The board was computed anew; this can no longer be undone."))
        for name in FIELDS:
            value = data[name]
            setattr(row, name, datetime.fromisoformat(value) if name in ("starts_at", "ends_at") else value)
        rows.append(row)
    _replace(rows)
    _update_orders(schedule, [row.order_id for row in rows])
    schedule.revision += 1
    schedule.late_count = ScheduledOrder.objects.filter(schedule=schedule, late_minutes__gt=0).count()
    last.is_undone = True
    last.save(update_fields=["is_undone"])


def _update_orders(schedule: Schedule, orders: list, *, by_hand: ScheduledOperation | None = None) -> None:
    """Begin, end and lateness of orders by their rows; an order that became later says which hand it was (CAP-07)."""
    spans: dict = {}
    for row in ScheduledOperation.objects.filter(schedule=schedule, order__in=orders):
        one = spans.setdefault(row.order_id, [row.starts_at, row.ends_at])
        one[0], one[1] = min(one[0], row.starts_at), max(one[1], row.ends_at)
    changed = []
    for scheduled in ScheduledOrder.objects.filter(schedule=schedule, order__in=orders).select_related("order"):
        if scheduled.order_id not in spans:
            continue
        before = scheduled.late_minutes
        scheduled.starts_at, scheduled.ends_at = spans[scheduled.order_id]
        scheduled.late_minutes = int(max(timedelta(), scheduled.ends_at - scheduled.late_from).total_seconds() // 60)
        scheduled.causes = [cause for cause in scheduled.causes if cause["kind"] != "moved"]
        if by_hand is not None and scheduled.late_minutes > before:
            scheduled.causes.insert(0, _moved(by_hand, scheduled, scheduled.late_minutes - before))
        elif not scheduled.late_minutes:
            scheduled.causes = []
        changed.append(scheduled)
    ScheduledOrder.objects.bulk_update(changed, ["starts_at", "ends_at", "late_minutes", "causes"], batch_size=500)


def _moved(row: ScheduledOperation, scheduled: ScheduledOrder, minutes: int) -> dict:
    whole = max(minutes, int((scheduled.ends_at - scheduled.starts_at).total_seconds() // 60), 1)
    return {
        "kind": "moved",
        "order": row.order.number,
        "order_id": str(row.order_id),
        "sequence": row.sequence,
        "name": row.name,
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
        "minutes": minutes,
        "weight": round(minutes / whole, 4),
    }
