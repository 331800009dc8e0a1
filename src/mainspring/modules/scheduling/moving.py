"""Moving a bar by hand: refused with the reason, or done with everything behind it pushed later (CAP-08, U11)."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from mainspring.engines import problem
from mainspring.engines.scheduling import plant
from mainspring.kernel import errors, formats
from mainspring.kernel.workflow import effect
from mainspring.modules.items.models import Item

from . import keeping, situation, solving
from .clock import Clock
from .models import Schedule, ScheduledOperation, ScheduledOrder

MARGIN_DAYS = 120
"""Calendars reach so far behind the last bar: pushing never runs out of open time."""


@dataclass
class Moved:
    """What a move would do: the rows that differ, each with its old one, and the orders it makes late or later.

    late  [(number, minutes late before, after)]
    """

    rows: list[tuple[ScheduledOperation, ScheduledOperation]] = field(default_factory=list)
    late: list[tuple[str, int, int]] = field(default_factory=list)
    ends: dict[Any, tuple[datetime, datetime]] = field(default_factory=dict)


@effect(Schedule, "move")
def move(schedule: Schedule, ctx, row: int, starts_at: str, machine, work_center, seen: str | None) -> None:
    """Put an operation on a machine at a minute; it is pinned there, what is in its way moves later."""
    one = row_of(schedule, row)
    refuse_unseen(one, seen)
    center = machine.work_center_id if machine else (work_center.pk if work_center else one.work_center_id)
    if machine is None and center == one.work_center_id:
        machine = one.machine
    done = planned(schedule, ctx, one, read_moment(starts_at, schedule), center, machine.pk if machine else None)
    text = _("%(operation)s of %(order)s moved to %(moment)s") % {
        "operation": one, "order": one.order, "moment": told(schedule, done.rows[0][1].starts_at)
    } if done.rows else ""  # fmt: skip
    keeping.write(schedule, ctx, done, text)


@effect(Schedule, "pin")
def pin(schedule: Schedule, ctx, row: int) -> None:
    """Keep an operation where it is, whatever is computed."""
    _set_pin(schedule, ctx, row, is_pinned=True)


@effect(Schedule, "unpin")
def unpin(schedule: Schedule, ctx, row: int) -> None:
    """Let the next computation move it."""
    _set_pin(schedule, ctx, row, is_pinned=False)


def _set_pin(schedule: Schedule, ctx, row: int, *, is_pinned: bool) -> None:
    one = row_of(schedule, row)
    if one.is_started or one.is_outside:
        raise ValidationError({"row": _("Work on this operation has begun; it stays where it is.")})
    if one.is_pinned == is_pinned:
        return
    new = keeping.copy(one)
    new.is_pinned = is_pinned
    words = _("%(operation)s of %(order)s pinned") if is_pinned else _("%(operation)s of %(order)s no longer pinned")
    keeping.write(schedule, ctx, Moved([(one, new)]), words % {"operation": one, "order": one.order})


def row_of(schedule: Schedule, key: int) -> ScheduledOperation:
    """A row of this schedule; ValidationError when it left it."""
    found = (
        ScheduledOperation.objects.filter(schedule=schedule, pk=key).select_related("order__item", "machine").first()
    )
    if found is None:
        raise errors.Conflict(_("This operation is no longer there; the board was computed anew."))
    return found


def seen_of(row: ScheduledOperation) -> str:
    """Where a row stands, as a text to send along with a change of it."""
    return f"{int(row.starts_at.timestamp()) // 60}.{row.work_center_id}.{row.machine_id or 0}"


def refuse_unseen(row: ScheduledOperation, seen: str | None) -> None:
    """Two planners: whoever comes second learns that the bar stands elsewhere now."""
    if seen and seen != seen_of(row):
        raise errors.Conflict(
            _("%(operation)s of %(order)s was moved by somebody else meanwhile; look again.")
            % {"operation": row, "order": row.order}
        )


def read_moment(text: str, schedule: Schedule) -> datetime:
    """A date and time as it was sent; without a zone it is the site's."""
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=Clock.since(timezone.now(), schedule.site).zone)
        if not 2000 <= moment.year <= 2200:
            raise ValueError
    except ValueError:
        raise ValidationError({"starts_at": _("“%(value)s” is not a valid value.") % {"value": text[:40]}}) from None
    return moment.replace(second=0, microsecond=0)


def told(schedule: Schedule, moment: datetime) -> str:
    """Day and time of the site in words."""
    local = moment.astimezone(Clock.since(moment, schedule.site).zone)
    return f"{formats.day(local.date())} {local:%H:%M}"


# -- what would happen --------------------------------------------------------------------------------------------


def planned(
    schedule: Schedule, ctx, row: ScheduledOperation, starts_at: datetime, center: int, machine: int | None
) -> Moved:
    """What moving a row does, nothing written; ValidationError says why it cannot be."""
    solving.required(schedule)
    found, rows, steps = standing(schedule, ctx)
    step = steps.get((row.order_id, row.sequence))
    if step is None:
        raise ValidationError(_("This operation is done; the board is older than that."))
    minute = found.clock.minute(starts_at)
    if starts_at < Clock.of(ctx, schedule.site).zero:
        raise ValidationError({"starts_at": _("%(moment)s is past.") % {"moment": told(schedule, starts_at)}})
    mode = _allowed(found, step, center, machine, row)
    _refuse_early(found, step, minute, rows, schedule)
    _refuse_closed(found, mode, minute, schedule)
    step.modes, step.pin, step.is_pinned = [mode], (minute, mode.machine), True
    placed = _pushed(found, rows, step, minute, schedule)
    return _difference(found, rows, placed, step)


def standing(schedule: Schedule, ctx) -> tuple[situation.Situation, dict, dict]:
    """(the problem, {operation: its row}, {key: operation}) of what stands on the board, each held to its machine."""
    rows = {(row.order_id, row.sequence): row for row in ScheduledOperation.objects.filter(schedule=schedule)}
    last = max((row.ends_at for row in rows.values()), default=schedule.starts_at)
    days = (last - schedule.starts_at).days + MARGIN_DAYS
    found = situation.read(schedule, ctx, until_days=days, since=schedule.starts_at)
    steps = {}
    for step in found.steps:
        row = rows.get(step.key)
        if row is None:
            continue
        held = _as_it_stands(found, step, row)
        if held is None:
            continue
        steps[step.key] = step
        if step.is_started or row.is_pinned:
            step.pin = found.clock.minute(row.starts_at), held.machine
        step.all_modes, step.modes = step.modes, [held]
    return found, rows, steps


def _as_it_stands(found: situation.Situation, step, row: ScheduledOperation) -> situation.Mode | None:
    machine = (
        step.modes[0].machine if step.is_outside else situation.machine_row(found, row.work_center_id, row.machine_id)
    )
    if machine == plant.NONE:
        return None
    group = found.shop.alone(row.person_id) if row.person_id in found.shop.persons else plant.NONE
    return situation.Mode(machine, row.minutes, row.mode, row.work_center_id, group)


def _allowed(found, step, center: int, machine: int | None, row: ScheduledOperation) -> situation.Mode:
    if step.is_started or step.is_outside:
        raise ValidationError(_("Work on this operation has begun; it stays where it is."))
    wanted = situation.machine_row(found, center, machine)
    for mode in step.all_modes:
        if mode.machine == wanted:
            same = center == row.work_center_id
            return replace(mode, minutes=row.minutes) if same else mode
    places = sorted({found.shop.centers[mode.center].code for mode in step.all_modes})
    raise ValidationError(
        {"machine": _("“%(operation)s” may be done at %(places)s only; name alternates in the routing to allow more.")
         % {"operation": row, "places": ", ".join(places)}}
    )  # fmt: skip


def _refuse_early(found, step, minute: int, rows: dict, schedule: Schedule) -> None:
    """Neither before the operation before it is through, nor before its material is there."""
    for one, other, lag, part in found.links:
        if other != step.row or part < plant.WHOLE:
            continue
        before = found.steps[one]
        row = rows.get(before.key)
        if row is None:
            continue
        ready = found.clock.minute(row.ends_at) + lag
        if minute < ready:
            raise ValidationError(
                {"starts_at": _("“%(operation)s” of %(order)s comes first and is through on %(moment)s.")
                 % {"operation": row, "order": found.orders[before.order]["number"] or row.order,
                    "moment": told(schedule, found.clock.moment(ready))}}
            )  # fmt: skip
    if step.ready > minute:
        item = Item.objects.filter(pk=step.material[0]).first() if step.material else None
        raise ValidationError(
            {"starts_at": _("Its material %(item)s is expected on %(day)s only.")
             % {"item": item.code if item else "", "day": formats.day(found.clock.day(step.ready))}}
        )  # fmt: skip


def _refuse_closed(found, mode, minute: int, schedule: Schedule) -> None:
    calendar = found.shop.calendars.all[found.shop.machine_calendar[mode.machine]]
    n = int(np.searchsorted(calendar.closes, minute, side="right"))
    if n < len(calendar.opens) and calendar.opens[n] <= minute:
        return
    label = label_of(found, mode.machine)
    if n >= len(calendar.opens):
        raise ValidationError({"starts_at": _("%(place)s is closed then.") % {"place": label}})
    opens = told(schedule, found.clock.moment(int(calendar.opens[n])))
    raise ValidationError(
        {"starts_at": _("%(place)s is closed then; it opens on %(moment)s.") % {"place": label, "moment": opens}}
    )


def label_of(found: situation.Situation, machine: int) -> str:
    """A machine, or the work center that has no named ones."""
    named = found.shop.named.get(found.shop.machine_ids[machine])
    return named.code if named else found.shop.centers[found.shop.machine_centers[machine]].code


def _pushed(found, rows: dict, moved, minute: int, schedule: Schedule) -> dict:
    """{operation: (start, end, unit, person, piece, set-up)} after everything in the way moved later."""
    chosen = [step for step in found.steps if step.all_modes]
    starts = {step.row: found.clock.minute(rows[step.key].starts_at) for step in chosen}
    starts[moved.row] = minute
    chosen.sort(key=lambda step: (starts[step.row], step.row != moved.row, step.row))
    numbers = [step.row for step in chosen]
    floor = np.array([0 if step is moved else max(0, starts[step.row]) for step in chosen], np.int64)
    for step in chosen:
        # What stands on the board was ready when it was put there; only the links may push it now.
        step.earliest = step.ready = 0
    try:
        placed, _plan = solving.built(found, numbers, floor=floor, strict=True)
    except problem.InvalidProblem as refused:
        raise ValidationError(_why_not(found, numbers, moved, refused, rows, schedule)) from None
    places = {row: placed[:, n] for n, row in enumerate(numbers)}
    _refuse_overrun_pins(found, places)
    return places


def _why_not(found, numbers: list[int], moved, refused: problem.InvalidProblem, rows: dict, schedule) -> dict | str:
    """The reason in words: nobody there, a tool in use, or a pinned operation in the way."""
    stuck = found.steps[numbers[int(refused.defects[0].row)]]
    mode = moved.modes[0]
    minute = moved.pin[0]
    if stuck is moved and mode.group != plant.NONE and not _somebody(found, mode.group, minute):
        return {"starts_at": _("Nobody who may do this is at work then.")}
    ends = minute + mode.minutes
    for key, row in rows.items():
        start, end = found.clock.minute(row.starts_at), found.clock.minute(row.ends_at)
        held = row.is_pinned or row.is_started
        if not held or key == moved.key or end <= minute or start >= ends:
            continue
        same = found.shop.machine_ids[mode.machine] == row.machine_id and mode.center == row.work_center_id
        if same:
            return {"machine": _("“%(operation)s” of %(order)s is pinned there until %(moment)s.")
                    % {"operation": row, "order": row.order, "moment": told(schedule, row.ends_at)}}  # fmt: skip
    if moved.tool != plant.NONE:
        return {"starts_at": _("The tool or the people for it are held by pinned operations then.")}
    if mode.group != plant.NONE:
        return {"starts_at": _("Everybody who may do this is held by pinned operations then.")}
    if stuck is not moved:
        return _("“%(operation)s” would find no place any more.") % {"operation": stuck.facts["name"]}
    return {"starts_at": _("%(place)s has no room there.") % {"place": label_of(found, mode.machine)}}


def _somebody(found, group: int, minute: int) -> bool:
    center, skill = next(key for key, row in found.shop.groups.items() if row == group)
    for n, person in enumerate(found.shop.people):
        if person not in found.shop.able(center, skill):
            continue
        calendar = found.shop.calendars.all[found.shop.person_calendar[n]]
        at = int(np.searchsorted(calendar.closes, minute, side="right"))
        if at < len(calendar.opens) and calendar.opens[at] <= minute:
            return True
    return False


def _refuse_overrun_pins(found, places: dict) -> None:
    """A pinned operation never moves silently (C11): when what comes before it would end too late, nothing moves."""
    for one, other, lag, part in found.links:
        if one not in places or other not in places or part < plant.WHOLE:
            continue
        step = found.steps[other]
        if step.pin and places[other][0] < places[one][1] + lag:
            order = found.orders[step.order]["number"]
            raise ValidationError(
                _("“%(operation)s” of %(order)s is pinned and would begin before the step before it is through; "
                  "unpin it first.") % {"operation": step.facts["name"], "order": order}
            )  # fmt: skip


def _difference(found, rows: dict, places: dict, moved) -> Moved:
    """The rows that differ, the moved one first, and the orders that end at another time."""
    done = Moved()
    for number, place in places.items():
        step = found.steps[number]
        old = rows[step.key]
        start, end, unit, person, piece, setup = (int(place[n]) for n in (0, 1, 2, 3, 4, 5))
        first_person = int(sum(found.shop.machine_size))
        new = solving.row_of(
            found, step, step.modes[0], start, end, unit=unit,
            person=person - first_person if person >= 0 else plant.NONE, piece=piece, setup=setup,
        )  # fmt: skip
        new.is_pinned = True if step is moved else old.is_pinned
        if keeping.differs(old, new):
            new.pk = old.pk
            done.rows.append((old, new))
    done.rows.sort(key=lambda pair: (pair[1].order_id, pair[1].sequence) != moved.key)
    _orders(found, places, rows, done)
    return done


def _orders(found, places: dict, rows: dict, done: Moved) -> None:
    touched = {new.order_id for _old, new in done.rows}
    spans: dict[Any, list[tuple[datetime, datetime]]] = {key: [] for key in touched}
    changed = {(new.order_id, new.sequence): new for _old, new in done.rows}
    for key, row in rows.items():
        if key[0] in touched:
            now = changed.get(key, row)
            spans[key[0]].append((now.starts_at, now.ends_at))
    for scheduled in ScheduledOrder.objects.filter(schedule=found.schedule, order__in=touched).select_related("order"):
        own = spans[scheduled.order_id]
        starts, ends = min(s for s, _e in own), max(e for _s, e in own)
        done.ends[scheduled.order_id] = (starts, ends)
        late = max(timedelta(), ends - scheduled.late_from) // timedelta(minutes=1)
        if late != scheduled.late_minutes:
            done.late.append((scheduled.order.number or str(scheduled.order.item), scheduled.late_minutes, late))
