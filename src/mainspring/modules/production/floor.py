"""What people do in the workshop: start, pause, report, pick, receive, undo, and who does what (MFG-06)."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from mainspring.kernel import commands, database, errors, money, stored
from mainspring.kernel.workflow import effect
from mainspring.modules.engineering import queries as engineering
from mainspring.modules.engineering.models import OperationAlternate
from mainspring.modules.items import queries as items

from . import measuring, ordering
from .models import ProductionOperation, ProductionOrder, ProductionReport, WorkSession

ZERO = Decimal(0)
State = ProductionOperation.State


def operation_of(order, sequence: int) -> ProductionOperation:
    """The operation of an order by its sequence number; ValidationError when it has none."""
    found = order.operations.filter(sequence=sequence).select_related("work_center").first()
    if found is None:
        raise ValidationError({"operation": _("The order has no operation %(sequence)s.") % {"sequence": sequence}})
    found.order = order
    return found


# -- time -------------------------------------------------------------------------------------------------------------


@effect(ProductionOrder, "start")
def start(order, ctx, operation, machine):
    """The person works on the operation from now on; nobody is at two places at once (CAP-05)."""
    found = operation_of(order, operation)
    if found.progress == State.DONE:
        raise ValidationError({"operation": _("This operation is done.")})
    if found.progress == State.OUTSIDE or found.supplier_id:
        raise ValidationError({"operation": _("A supplier does this operation.")})
    if machine and machine.work_center_id != found.work_center_id:
        raise ValidationError({"machine": _("%(machine)s belongs to another work center.") % {"machine": machine}})
    _refuse_without_skill(found, ctx)
    busy = WorkSession.objects.filter(person=ctx.user, stopped_at=None).select_related("operation__order").first()
    if busy and busy.operation_id == found.pk:
        raise ValidationError(_("You work on it already."))
    if busy:
        raise ValidationError(
            _("You work on %(order)s, operation %(operation)s; pause or report that first.")
            % {"order": busy.operation.order, "operation": busy.operation}
        )
    machine = machine or found.machine
    now = timezone.now()
    WorkSession.objects.create(operation=found, person=ctx.user, machine=machine, started_at=now)
    found.progress = State.RUNNING
    found.started_at = found.started_at or now
    found.machine = machine
    found.person_id = found.person_id or ctx.user.pk
    found.save(update_fields=["progress", "started_at", "machine", "person"])


def _refuse_without_skill(operation, ctx) -> None:
    if operation.skill_id and operation.skill_id not in engineering.skills_of(ctx.user.pk, ctx.business_date):
        raise ValidationError(
            _("This operation needs the skill “%(skill)s”; ask for somebody who has it.") % {"skill": operation.skill}
        )


@effect(ProductionOrder, "pause")
def pause(order, ctx, operation, reason):
    """Nobody works on the operation from now on; the reason says what held it up."""
    found = operation_of(order, operation)
    if found.progress != State.RUNNING:
        raise ValidationError({"operation": _("Nobody works on this operation.")})
    if reason and reason.kind != "pause":
        raise ValidationError({"reason": _("“%(reason)s” is not a reason to pause.") % {"reason": reason}})
    stop(found, reason=reason)
    found.progress = State.PAUSED
    found.save(update_fields=["progress"])


def stop(operation, *, reason=None) -> None:
    """End the running times of an operation."""
    WorkSession.objects.filter(operation=operation, stopped_at=None).update(
        stopped_at=timezone.now(), pause_reason=reason
    )


def hours_unreported(operation) -> Decimal | None:
    """Hours worked since the last report, to a hundredth; None when nobody started the operation."""
    sessions = list(WorkSession.objects.filter(operation=operation, report=None))
    if not sessions:
        return None
    now = timezone.now()
    seconds = sum(((s.stopped_at or now) - s.started_at).total_seconds() for s in sessions)
    return max((Decimal(seconds) / 3600).quantize(Decimal("0.01")), Decimal("0.01"))


# -- reports ----------------------------------------------------------------------------------------------------------


@effect(ProductionOrder, "report")
def report_work(order, ctx, operation, good, scrap, rework, reason, scrap_reason, hours, finish, measured=None):
    """Book quantity and time of an operation, by its sequence number, and what was measured at it."""
    found = operation_of(order, operation)
    if found.progress == State.OUTSIDE:
        raise ValidationError({"operation": _("It is at the supplier; take it back first.")})
    seen = measuring.read(found, measured or "")
    if finish or found.good_quantity + (good or ZERO) >= found.target:
        measuring.refuse_unmeasured(found, seen)
    if finish and not (good or scrap or rework or hours or seen or hours_unreported(found)):
        close_operation(found)
        return None
    report = commands.create(
        ProductionReport,
        ctx,
        order=order,
        kind="work",
        operation=found,
        good=good or ZERO,
        scrap=scrap or ZERO,
        rework=rework or ZERO,
        reason=reason,
        scrap_reason=scrap_reason or "",
        hours=hours if hours is not None else hours_unreported(found),
        machine=found.machine,
        links=[order],
    )
    measuring.keep(report, seen, ctx.user if getattr(ctx.user, "pk", None) else None)
    report = _posted(report, order, ctx)
    if finish:
        found.refresh_from_db()
        close_operation(found)
        ordering.replan(order, ctx)
    return report


def close_operation(operation) -> None:
    """No more is done at the operation."""
    stop(operation)
    operation.progress, operation.finished_at, operation.is_closed = State.DONE, timezone.now(), True
    operation.save(update_fields=["progress", "finished_at", "is_closed"])


@effect(ProductionOrder, "undo")
def undo(order, ctx, operation):
    """Reverse the last work reported on the operation."""
    found = operation_of(order, operation)
    if found.is_closed:
        found.is_closed = False
        found.save(update_fields=["is_closed"])
    last = found.reports.filter(kind="work", state="posted").order_by("-number").first()
    if last is None:
        raise ValidationError({"operation": _("Nothing was reported on this operation.")})
    commands.perform(last, "reverse", ctx, why=_("Undone"))
    order.refresh_from_db()


@effect(ProductionOrder, "issue")
def issue(order, ctx, draft):
    """Take what every component still needs, at once or as a draft to edit."""
    report = commands.create(ProductionReport, ctx, order=order, kind="issue", links=[order])
    if not report.lines.exists():
        raise ValidationError(_("Every component was issued already."))
    return report if draft else _posted(report, order, ctx)


@effect(ProductionOrder, "pick")
def pick(order, ctx, item, quantity):
    """Take one component out of stock, found by the code scanned; never the same need twice."""
    found = items.by_code(item)
    lines = list(order.lines.filter(item=found).select_related("item__unit").order_by("position")) if found else []
    if not lines:
        raise ValidationError({"item": _("%(code)s is not a component of this order.") % {"code": item}})
    needed = sum((line.open_quantity for line in lines), ZERO)
    if needed <= 0:
        raise ValidationError({"item": _("%(item)s was issued already.") % {"item": found.code}})
    wanted = needed if quantity is None else quantity
    if wanted <= 0:
        raise ValidationError({"quantity": _("The quantity must be above zero.")})
    if wanted > needed:
        raise ValidationError({"quantity": _("Only %(needed)s more are needed.") % {"needed": ordering.plain(needed)}})
    specs = []
    for line in lines:
        part = min(wanted, line.open_quantity)
        if part > 0:
            specs.append({"component": line, "quantity": part})
            wanted -= part
    report = commands.create(ProductionReport, ctx, order=order, kind="issue", lines=specs, links=[order])
    return _posted(report, order, ctx)


@effect(ProductionOrder, "receive")
def receive(order, ctx, quantity):
    """Put finished goods into stock."""
    try:
        report = commands.create(ProductionReport, ctx, order=order, kind="output", good=quantity, links=[order])
        return _posted(report, order, ctx)
    except ValidationError as error:
        raise errors.renamed(error, good="quantity") from error


def _posted(report: ProductionReport, order: ProductionOrder, ctx) -> ProductionReport:
    """The posted report; it changed the order's row, so the order is read again."""
    report = commands.perform(report, "post", ctx)
    stored.read_again(order)
    return report


# -- who and where ----------------------------------------------------------------------------------------------------


@effect(ProductionOrder, "assign")
def assign(order, ctx, operation, person, machine):
    """Who is responsible for an operation (or for all that are open) and on which machine."""
    if person is None and machine is None:
        raise ValidationError(_("Name a person or a machine."))
    chosen = (
        [operation_of(order, operation)]
        if operation is not None
        else list(order.operations.exclude(progress=State.DONE).select_related("work_center"))
    )
    if machine and operation is not None and machine.work_center_id != chosen[0].work_center_id:
        raise ValidationError({"machine": _("%(machine)s belongs to another work center.") % {"machine": machine}})
    skills = engineering.skills_of(person.pk, ctx.business_date) if person else set()
    for one in chosen:
        if person and one.skill_id and one.skill_id not in skills:
            raise ValidationError(
                {"person": _("%(person)s lacks the skill “%(skill)s”.") % {"person": person, "skill": one.skill}}
            )
        if person:
            one.person = person
        if machine and machine.work_center_id == one.work_center_id:
            one.machine = machine
    database.update(chosen, ["person", "machine"])
    if person and operation is None:
        order.responsible = person


@effect(ProductionOrder, "move_operation")
def move_operation(order, ctx, operation, work_center):
    """Do an operation at an alternate work center, with the set-up and run time it has there (C08)."""
    found = operation_of(order, operation)
    if found.progress != State.OPEN or found.done_hours:
        raise ValidationError({"operation": _("Work on this operation has begun; it stays where it is.")})
    allowed = OperationAlternate.objects.filter(routing=order.routing_id, sequence=operation)
    row = allowed.filter(work_center=work_center).first() if work_center else allowed.first()
    if row is None:
        raise ValidationError(
            {"work_center": _("The routing names no such alternate for operation %(n)s.") % {"n": operation}}
        )
    found.work_center, found.machine = row.work_center, None
    found.setup_hours, found.run_hours_per_unit = row.setup_hours, row.run_hours_per_unit
    found.skill_id = row.skill_id or found.skill_id
    found.save(update_fields=["work_center", "machine", "setup_hours", "run_hours_per_unit", "skill"])
    ordering.replan(order, ctx)


def add_rework(report, operation) -> None:
    """An operation of its own for what has to be done again; what was open on an earlier one is added to."""
    there = operation.order.operations.filter(rework_of=operation).exclude(progress=State.DONE).first()
    if there:
        there.quantity = money.rounded(there.target + report.rework, operation.order.item.unit.digits)
        there.save(update_fields=["quantity"])
        return
    taken = set(operation.order.operations.values_list("sequence", flat=True))
    sequence = next(n for n in range(operation.sequence + 1, operation.sequence + 1000) if n not in taken)
    ProductionOperation.objects.create(
        order=operation.order, sequence=sequence, work_center=operation.work_center,
        name=(_("Rework: %(name)s") % {"name": operation.name})[:120], quantity=report.rework,
        run_hours_per_unit=operation.run_hours_per_unit, rework_of=operation, skill=operation.skill,
    )  # fmt: skip
