"""The board as one compact answer: lanes, open time, bars and orders of a site (CAP-08)."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from mainspring.kernel import database
from mainspring.modules.engineering.models import Machine

from . import moving, shop
from .clock import Clock
from .models import Schedule, ScheduledOperation

WINDOW_DAYS = 60
"""So many days of bars from the first one on are sent at once."""
BARS_MAX = 6000

BARS = """
SELECT r.id, r.order_id::text AS order_id, r.sequence, r.name, r.work_center_id, r.machine_id, r.place, r.person_id,
       (EXTRACT(EPOCH FROM r.starts_at) / 60)::bigint AS starts, (EXTRACT(EPOCH FROM r.ends_at) / 60)::bigint AS ends,
       r.setup_minutes, r.is_pinned, r.is_started, r.is_outside
FROM scheduling_scheduledoperation r
LEFT JOIN production_productionoperation op ON op.id = r.operation_id
WHERE r.schedule_id = %(schedule)s AND r.starts_at < %(until)s AND r.ends_at >= %(since)s
  AND (op.id IS NULL OR op.progress <> 'done')
ORDER BY r.starts_at, r.id LIMIT %(limit)s"""

ORDERS = """
SELECT k.order_id::text AS id, COALESCE(NULLIF(o.number, ''), '') AS number, i.code, i.name, k.late_minutes, o.state,
       (EXTRACT(EPOCH FROM k.late_from) / 60)::bigint AS due, trim_scale(o.quantity)::text AS quantity
FROM scheduling_scheduledorder k JOIN production_productionorder o ON o.id = k.order_id
JOIN items_item i ON i.id = o.item_id
WHERE k.schedule_id = %(schedule)s AND k.order_id = ANY(%(orders)s::uuid[]) AND o.id = ANY(%(orders)s::uuid[])"""
"""Asked of both tables: else the larger one is read from end to end."""


def picture(schedule: Schedule, ctx, *, since: datetime | None = None) -> dict[str, Any]:
    """Everything the board draws; minutes count from the epoch. A fixed number of queries.

    bars   [key, order, sequence, name, lane, start, end, set-up, flags, person, seen]; flags: 1 pinned, 2 started,
           4 at a supplier
    lanes  [{id, label, note, calendar, center, machine, place}], calendars [[open, close, …]]
    """
    clock = Clock.of(ctx, schedule.site)
    first = since or min(schedule.starts_at or clock.zero, clock.zero)
    until = first + timedelta(days=WINDOW_DAYS)
    rows = database.rows(BARS, schedule=schedule.pk, since=first, until=until, limit=BARS_MAX + 1)
    orders = database.rows(ORDERS, schedule=schedule.pk, orders=list({row["order_id"] for row in rows}))
    place = {order["id"]: n for n, order in enumerate(orders)}
    found = shop.read(schedule.site, Clock(first, clock.zone), schedule.pk, until_days=WINDOW_DAYS)
    lanes = _lanes(found, rows)
    lane = {one["id"]: n for n, one in enumerate(lanes)}
    return {
        "revision": schedule.revision,
        "now": int(clock.zero.timestamp()) // 60,
        "zone": str(clock.zone),
        "first": int(first.timestamp()) // 60,
        "last": int(until.timestamp()) // 60,
        "more": len(rows) > BARS_MAX,
        "lanes": lanes,
        "calendars": [_open_time(one, int(first.timestamp()) // 60) for one in found.calendars.all],
        "people": [
            {"id": key, "label": str(found.persons[key]), "calendar": found.person_calendar[n]}
            for n, key in enumerate(found.people)
        ],
        "orders": [
            [o["id"], o["number"] or _("Proposal"), o["code"], o["name"], o["late_minutes"], o["due"], o["state"],
             o["quantity"]]
            for o in orders
        ],
        "bars": [_bar(row, lane, place) for row in rows[:BARS_MAX] if row["order_id"] in place],
    }  # fmt: skip


def _bar(row: dict, lane: dict, place: dict) -> list:
    flags = row["is_pinned"] * 1 + row["is_started"] * 2 + row["is_outside"] * 4
    seen = f"{row['starts']}.{row['work_center_id']}.{row['machine_id'] or 0}"
    return [
        row["id"], place[row["order_id"]], row["sequence"], row["name"], lane[_lane_of(row)], row["starts"],
        row["ends"], row["setup_minutes"], flags, row["person_id"], seen,
    ]  # fmt: skip


def _lane_of(row: dict) -> str:
    if row["is_outside"]:
        return f"s{row['work_center_id']}"
    if row["machine_id"]:
        return f"m{row['machine_id']}"
    return f"c{row['work_center_id']}.{row['place']}"


def _lanes(found: shop.Shop, rows: list[dict]) -> list[dict]:
    """Machines by work center, the places of centers without named ones, and a lane for suppliers where they work."""
    wanted = {_lane_of(row) for row in rows}
    left_over = _left_over(found, wanted)
    place = _("place %(n)s")
    lanes = []
    for center in sorted(found.centers.values(), key=lambda c: c.code):
        for row in found.machines_of.get(center.pk, []):
            machine = found.named.get(found.machine_ids[row])
            for n in range(found.machine_size[row]):
                key = f"m{machine.pk}" if machine else f"c{center.pk}.{n}"
                note = machine.name if machine else (place % {"n": n + 1} if center.size > 1 else "")
                wanted.discard(key)
                lanes.append(
                    {"id": key, "label": machine.code if machine else center.code, "note": note, "place": n,
                     "calendar": found.machine_calendar[row], "center": center.pk,
                     "group": f"{center.code} {center.name}", "machine": machine.pk if machine else None}
                )  # fmt: skip
        own = [key for key in wanted if key[0] in "sc" and key[1:].split(".")[0] == str(center.pk)]
        for key in [*sorted(own), *sorted(left_over.get(center.pk, ()))]:
            note = _("at the supplier") if key[0] == "s" else _("no longer there")
            lanes.append(
                {"id": key, "label": left_over.get(center.pk, {}).get(key, center.code), "note": note, "place": 0,
                 "calendar": None, "center": center.pk, "group": f"{center.code} {center.name}", "machine": None}
            )  # fmt: skip
    return lanes


def _left_over(found: shop.Shop, wanted: set[str]) -> dict[int, dict[str, str]]:
    """{work center: {lane: code}} of machines that bars stand on and that are no longer active."""
    gone = [int(key[1:]) for key in wanted if key[0] == "m" and int(key[1:]) not in found.named]
    lanes: dict[int, dict[str, str]] = {}
    for machine in Machine.objects.filter(pk__in=gone) if gone else ():
        lanes.setdefault(machine.work_center_id, {})[f"m{machine.pk}"] = machine.code
    return lanes


def _open_time(calendar, zero: int) -> list[int]:
    pairs = [0] * (2 * len(calendar.opens))
    pairs[::2] = (calendar.opens + zero).tolist()
    pairs[1::2] = (calendar.closes + zero).tolist()
    return pairs


def listed(schedule: Schedule, ctx, *, day, center: int | None = None) -> list[dict]:
    """The operations of a day by work center, as people read them: the board as a table, and for the phone."""
    clock = Clock.of(ctx, schedule.site)
    first = clock.moment(clock.morning(day))
    rows = (
        ScheduledOperation.objects.filter(
            schedule=schedule, starts_at__lt=first + timedelta(days=1), ends_at__gt=first
        )
        .exclude(operation__progress="done")
        .select_related("order__item", "work_center", "machine", "person")
        .order_by("work_center__code", "machine__code", "starts_at", "pk")
    )  # fmt: skip
    if center:
        rows = rows.filter(work_center=center)
    late = dict(schedule.orders.filter(late_minutes__gt=0).values_list("order", "late_minutes"))
    return [
        {
            "row": row,
            "number": row.order.number or _("Proposal"),
            "starts": row.starts_at.astimezone(clock.zone),
            "ends": row.ends_at.astimezone(clock.zone),
            "late": late.get(row.order_id, 0),
            "seen": moving.seen_of(row),
            "is_past": row.ends_at < timezone.now(),
        }
        for row in rows[:500]
    ]
