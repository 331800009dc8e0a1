"""Computing the schedule of a site in the background, and keeping it as rows (CAP-04, CAP-11)."""

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import numpy as np
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainspring.engines import problem
from mainspring.engines.scheduling import plant, plant_result, result
from mainspring.kernel import access, commands, errors, jobs
from mainspring.kernel.workflow import effect

from . import causes, changes, shop, situation
from .models import Schedule, ScheduleChange, ScheduledOperation, ScheduledOrder

if TYPE_CHECKING:
    from mainspring.engines.scheduling import plant_model

ATTEMPTS = 3
AGAIN_SECONDS = 3
BATCH = 2000


@effect(Schedule, "solve")
def solve(schedule: Schedule, ctx) -> None:
    """Queue the computation; one that waits already will see what changed since."""
    run = jobs.defer(work, ctx, key=f"schedule-{schedule.pk}", title=str(work.title), schedule_id=schedule.pk)
    if run is not None:
        schedule.job = run


@jobs.job("scheduling.solve", title=gettext_lazy("Compute the schedule"), retries=0)
def work(run: jobs.Run, ctx, *, schedule_id: int) -> dict:
    """Read, solve, write; when somebody moved a bar meanwhile, that is kept and the rest found anew."""
    seconds = None
    for _attempt in range(ATTEMPTS):
        schedule = access.rows(ctx, Schedule, "solve").select_related("site__company").filter(pk=schedule_id).first()
        if schedule is None:
            raise ValidationError(_("There is no such schedule any more."))
        began = timezone.now()
        found = situation.read(schedule, ctx)
        plan = computed(found, seconds=seconds or schedule.seconds, run=run)
        if keep(schedule, found, plan, ctx, read_at=began):
            return {"operations": len(found.steps), "late": plan.cost.late_orders if plan else 0}
        seconds = AGAIN_SECONDS
    raise ValidationError(_("The board was changed again and again while the schedule was computed; start once more."))


def computed(found: situation.Situation, *, seconds: float, run: jobs.Run | None = None):
    """The engine's answer for a situation; None when there is nothing to do.

    What does not fit (a pin on closed time, a skill nobody has in the hours of the machine) is let go of and listed.
    """
    from mainspring.engines.scheduling import plant_solve  # loads the compiler

    if not found.steps:
        return None
    hold(found)
    stopped = []

    def cancelled() -> bool:
        return bool(stopped)

    def progress(at: result.Progress) -> None:
        try:
            if run is not None:
                run.progress(min(int(at.seconds), int(seconds)), int(seconds), at.note)
        except jobs.Cancelled as asked:
            stopped.append(asked)

    for _attempt in range(len(found.steps) + 1):
        plan = found.plan()
        try:
            answer = plant_solve.solve(
                found.resources, plan, weights=found.weights(), seconds=seconds,
                backward=found.schedule.is_backward, progress=progress, cancelled=cancelled,
            )  # fmt: skip
        except problem.InvalidProblem as refused:
            if not _let_go(found, list(range(len(found.steps))), refused) and not _bend(found):
                raise ValidationError([str(defect) for defect in refused.defects]) from None
            continue
        except result.Cancelled:
            raise jobs.Cancelled from None
        if stopped:
            raise jobs.Cancelled
        _list_forbidden(found, answer)
        return answer
    raise ValidationError(_("The orders of this site cannot be scheduled."))


def _bend(found: situation.Situation) -> bool:
    """Let change-overs that are not allowed take a week instead; whether that was still to be tried."""
    if found.shop.forbidden > 0:
        return False
    found.shop.forbidden = shop.FORBIDDEN_MINUTES
    found._resources = None
    return bool((found.resources.changeover >= shop.FORBIDDEN_MINUTES).any())


def _list_forbidden(found: situation.Situation, answer: plant_result.PlantPlan) -> None:
    for step in found.steps:
        if answer.schedule.setup[step.row] >= shop.FORBIDDEN_MINUTES:
            order = found.orders[step.order]
            told = {"order": order["number"], "order_id": str(order["id"]), "subject": step.facts["name"]}
            found.problems.append({"kind": "changeover", **told})


def hold(found: situation.Situation) -> None:
    """Fix started operations at the first minute they can go on; keep the pins that do not contradict them (C07)."""
    started = [step.row for step in found.steps if step.is_started and not step.is_outside]
    _seat(found, started)
    _seat(found, sorted(step.row for step in found.steps if step.pin))


def _seat(found: situation.Situation, rows: list[int]) -> None:
    if not rows:
        return
    placed, plan = built(found, rows)
    for n, row in enumerate(rows):
        step = found.steps[row]
        if step.pin is None and step.is_started:
            mode = step.offered[int(placed[6, n]) - int(plan.mode_start[n])]
            step.modes, step.pin = [mode], (int(placed[0, n]), mode.machine)


def built(
    found: situation.Situation,
    rows: list[int],
    *,
    key: np.ndarray | None = None,
    floor: np.ndarray | None = None,
    strict: bool = False,
):
    """(places, plan) of some operations built once, in the order of `key`, none before `floor`.

    strict  raise InvalidProblem instead of letting go of what does not fit
    """
    model, plan = modelled(found, rows, strict=strict)
    for _attempt in range(len(rows) + 1):
        placed, waits = model.fresh()
        order = np.arange(len(rows), dtype=np.float64) if key is None else key
        least = np.zeros(len(rows), np.int64) if floor is None else floor
        stuck = model.build(order, least, placed, waits, np.zeros(2, np.int64))
        if stuck < 0:
            return placed, plan
        try:
            model.refuse(int(stuck))
        except problem.InvalidProblem as refused:
            if strict or not _let_go(found, rows, refused):
                raise
        model, plan = modelled(found, rows)
    raise ValidationError(_("The orders of this site cannot be scheduled."))


def modelled(
    found: situation.Situation, rows: list[int], *, strict: bool = False
) -> "tuple[plant_model.Model, plant.Plan]":
    """The engine's model of some operations; what contradicts is let go of and listed, unless `strict`."""
    from mainspring.engines.scheduling import plant_model  # loads the compiler

    for _attempt in range(len(rows) + 2):
        plan = found.plan(rows=rows)
        try:
            return plant_model.Model(found.resources, plan), plan
        except problem.InvalidProblem as refused:
            if strict or not _let_go(found, rows, refused):
                raise
    raise ValidationError(_("The orders of this site cannot be scheduled."))


def _let_go(found: situation.Situation, rows: list[int], refused: problem.InvalidProblem) -> bool:
    """Give way where the engine named what does not fit; whether anything gave way (C10)."""
    gave = False
    for defect in refused.defects:
        if defect.array == "before":
            own = {(a, b) for a, b, *_rest in found.links if found.steps[a].order == found.steps[b].order}
            found.links, gave = [link for link in found.links if link[:2] in own], True
            continue
        step = found.steps[rows[int(defect.row)]]
        told = {
            "order": found.orders[step.order]["number"], "order_id": str(found.orders[step.order]["id"]),
            "subject": step.facts["name"], "rule": defect.rule,
        }  # fmt: skip
        if step.pin and step.is_pinned and defect.array in ("pin_start", "pin_machine", "start"):
            step.pin, step.is_pinned = None, False
            found.problems.append({"kind": "pin", **told})
            gave = True
        elif step.pin and step.is_started:
            step.pin = None
            gave = True
        elif step.group != plant.NONE:
            step.modes = [replace(mode, group=plant.NONE) for mode in step.modes]
            found.problems.append({"kind": "no_hour", **told})
            gave = True
    return gave


# -- keeping it ---------------------------------------------------------------------------------------------------


def keep(schedule: Schedule, found: situation.Situation, plan, ctx, *, read_at) -> bool:
    """Write the schedule in one transaction; False, and nothing written, when a bar was moved meanwhile."""
    with commands.batch(Schedule, ctx, "solve", schedule=schedule.pk):
        locked = Schedule.objects.select_for_update(of=("self",)).get(pk=schedule.pk)
        if locked.revision != found.revision:
            return False
        ScheduledOperation.objects.filter(schedule=locked).delete()
        ScheduledOrder.objects.filter(schedule=locked).delete()
        ScheduleChange.objects.filter(schedule=locked).delete()
        rows = operations(found, plan) if plan else []
        ScheduledOperation.objects.bulk_create(rows, batch_size=BATCH)
        ScheduledOrder.objects.bulk_create(_orders(found, plan) if plan else [], batch_size=BATCH)
        locked.starts_at, locked.solved_at = found.clock.zero, read_at
        locked.revision += 1
        locked.version += 1
        locked.operations_count = len(rows)
        locked.late_count = plan.cost.late_orders if plan else 0
        locked.cost = asdict(plan.cost) if plan else {}
        locked.due_date_cost = asdict(plan.dispatched) if plan else {}
        locked.problems = unique(found.problems)
        locked.facts = changes.of_resources(locked.site)
        locked.save()
    return True


def unique(found: list[dict]) -> list[dict]:
    """Each problem once, in the order they were met."""
    seen: dict = {}
    for one in found:
        seen.setdefault(tuple(sorted((name, str(value)) for name, value in one.items())), one)
    return list(seen.values())


def operations(found: situation.Situation, plan: plant_result.PlantPlan) -> list[ScheduledOperation]:
    """The rows of an answer of the engine."""
    answer, arrays = plan.schedule, found.plan()
    rows = []
    for step in found.steps:
        n = step.row
        mode = step.offered[int(answer.mode[n]) - int(arrays.mode_start[n])]
        rows.append(
            row_of(
                found, step, mode, int(answer.start[n]), int(answer.end[n]), unit=int(answer.unit[n]),
                person=int(answer.person[n]), piece=int(answer.piece[n]), setup=int(answer.setup[n]),
            )
        )  # fmt: skip
    return rows


def row_of(found, step, mode, start: int, end: int, *, unit: int, person: int, piece: int, setup: int):
    """One operation as it is kept."""
    places = found.shop
    first = int(sum(places.machine_size[: mode.machine]))
    tool = places.tools[step.tool] if step.tool != plant.NONE else None
    return ScheduledOperation(
        schedule=found.schedule,
        order_id=step.facts["order_id"],
        operation_id=step.facts["id"],
        sequence=step.facts["sequence"],
        name=step.facts["name"],
        work_center_id=mode.center,
        machine_id=places.machine_ids[mode.machine],
        place=0 if step.is_outside else unit - first,
        person_id=places.people[person] if person != plant.NONE else None,
        tool=tool,
        piece=piece - _first_piece(places, step.tool) if tool else None,
        starts_at=found.clock.moment(start),
        ends_at=found.clock.moment(end),
        minutes=mode.minutes,
        setup_minutes=setup,
        mode=mode.number,
        is_pinned=step.is_pinned,
        is_started=step.is_started,
        is_outside=step.is_outside,
    )


def _first_piece(places: shop.Shop, tool: int) -> int:
    return int(sum(places.machine_size)) + len(places.people) + sum(t.pieces for t in places.tools[:tool])


def _orders(found: situation.Situation, plan: plant_result.PlantPlan) -> list[ScheduledOrder]:
    starts = np.full(len(found.orders), 2**40)
    np.minimum.at(starts, [step.order for step in found.steps], plan.schedule.start)
    digests = changes.digests(found.schedule.site_id)
    rows = []
    for n, order in enumerate(found.orders):
        due, ends = found.due(n), int(plan.order_end[n])
        rows.append(
            ScheduledOrder(
                schedule=found.schedule,
                order_id=order["id"],
                starts_at=found.clock.moment(int(starts[n])),
                ends_at=found.clock.moment(ends),
                late_from=found.clock.moment(due),
                late_minutes=max(0, ends - due),
                value=found.values[n],
                causes=causes.kept(found, plan.late.get(n, [])),
                facts=digests.get(order["id"], ""),
            )
        )
    return rows


def required(schedule: Schedule) -> None:
    """Raise when nothing was computed yet."""
    if schedule.solved_at is None:
        raise errors.Conflict(_("No schedule was computed yet; compute it first."))
