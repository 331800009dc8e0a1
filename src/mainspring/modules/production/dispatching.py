"""What to do next in the workshop, in order, with why (DSS-05)."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from mainspring.kernel import access, database, formats
from mainspring.modules.engineering import queries as engineering

from .models import ProductionOperation, ProductionOrder, WorkSession
from .models.verbs import WORKED_ON

State = ProductionOperation.State
SHOWN_MAX = 60


@dataclass
class Job:
    """An operation on the list. `ready` when nothing stands against starting it; `why` says its place and what does."""

    operation: Any
    ready: bool = True
    mine: bool = False
    running: bool = False
    tone: str = ""
    why: list[str] = field(default_factory=list)
    rank: tuple = ()
    others: list[str] = field(default_factory=list)


def jobs(
    ctx, *, work_center: int | None = None, person: int | None = None, machine: int | None = None, text=""
) -> list:
    """The open operations of orders in the workshop in the order they should be done; a fixed number of queries.

    First what I am working on, then what can be started: urgent, late and due first; then what waits, and for what.
    person  only what is given to them or to nobody, and needs no skill they lack
    """
    found = (
        ProductionOperation.objects.filter(order__in=access.rows(ctx, ProductionOrder).filter(state__in=WORKED_ON))
        .exclude(progress=State.DONE)
        .select_related("order__item__unit", "work_center", "machine", "person", "skill", "tool", "supplier")
    )
    if work_center:
        found = found.filter(work_center=work_center)
    if machine:
        found = found.filter(machine=machine)
    if text:
        number, _slash, sequence = text.partition("/")
        found = found.filter(order__number__iexact=number.strip())
        if sequence.strip().isdigit():
            found = found.filter(sequence=int(sequence))
    operations = list(found.order_by("order__priority", "order__due_on", "order_id", "sequence")[:400])
    skills = engineering.skills_of(person or (ctx.user.pk if ctx.user else 0), ctx.business_date)
    if person:
        operations = [
            o for o in operations
            if o.person_id in (None, person) and (o.skill_id is None or o.skill_id in skills)
        ]  # fmt: skip
    before = _unfinished_before(operations)
    missing = _missing(operations)
    running = _running(operations)
    listed = [_job(o, ctx, before.get(o.pk), missing.get(o.pk), running.get(o.pk, ()), skills) for o in operations]
    return sorted(listed, key=lambda job: job.rank)[:SHOWN_MAX]


def _unfinished_before(operations) -> dict[int, ProductionOperation]:
    """{operation: the one before it that has nothing for it yet}."""
    rows = ProductionOperation.objects.filter(order__in={o.order_id for o in operations}).order_by("order", "sequence")
    by_order: dict[Any, list] = {}
    for row in rows:
        by_order.setdefault(row.order_id, []).append(row)
    found = {}
    for steps in by_order.values():
        for n, step in enumerate(steps):
            first = n
            while first and steps[first].is_parallel:
                first -= 1
            for earlier in steps[:first]:
                if earlier.progress != State.DONE and earlier.good_quantity <= step.good_quantity:
                    found[step.pk] = earlier
    return found


def _missing(operations) -> dict[int, list[str]]:
    """{operation: codes of its components that are neither issued nor free at the site}."""
    if not operations:
        return {}
    rows = database.rows(
        """
        SELECT o.id, array_agg(DISTINCT i.code ORDER BY i.code) AS codes
        FROM production_productionoperation o
        JOIN production_productionorder ord ON ord.id = o.order_id
        JOIN production_productioncomponent c ON c.document_id = o.order_id
             AND o.sequence = COALESCE(c.operation_sequence, (
                 SELECT MIN(f.sequence) FROM production_productionoperation f WHERE f.order_id = o.order_id))
        JOIN items_item i ON i.id = c.item_id
        WHERE o.id = ANY(%(operations)s) AND c.required_quantity > c.issued_quantity - c.returned_quantity
          AND c.required_quantity - c.issued_quantity + c.returned_quantity > COALESCE((
              SELECT SUM(b.quantity - b.reserved) FROM stock_stockbalance b
              JOIN stock_location l ON l.id = b.location_id AND l.kind = 'internal' AND l.active
              WHERE b.item_id = c.item_id AND l.site_id = ord.site_id), 0)
            + COALESCE((SELECT SUM(r.quantity) FROM stock_reservation r
                        WHERE r.origin_id = o.order_id AND r.item_id = c.item_id), 0)
        GROUP BY o.id""",
        operations=[o.pk for o in operations],
    )
    return {row["id"]: row["codes"] for row in rows}


def _running(operations) -> dict[int, list]:
    found: dict[int, list] = {}
    for session in WorkSession.objects.filter(operation__in=operations, stopped_at=None).select_related("person"):
        found.setdefault(session.operation_id, []).append(session)
    return found


def _job(operation, ctx, before, missing, sessions, skills) -> Job:
    order, today = operation.order, ctx.business_date
    me = ctx.user.pk if ctx.user else None
    job = Job(
        operation,
        mine=operation.person_id == me,
        running=any(s.person_id == me for s in sessions),
        others=[str(s.person) for s in sessions if s.person_id != me],
    )
    if operation.progress == State.OUTSIDE:
        job.ready, job.why = False, [_("At %(supplier)s.") % {"supplier": operation.supplier}]
    elif before is not None:
        job.ready, job.why = False, [_("Waits for operation %(operation)s.") % {"operation": before}]
    elif missing:
        job.ready, job.why = False, [_("Material is missing: %(items)s.") % {"items": ", ".join(missing[:3])}]
    if operation.skill_id and operation.skill_id not in skills:
        job.why.append(_("Needs the skill “%(skill)s”.") % {"skill": operation.skill})
    late = (today - order.due_on).days if order.due_on else 0
    starts = operation.starts_on or order.starts_on
    if late > 0:
        job.tone = "danger"
        job.why.append(_("The order is late since %(day)s.") % {"day": formats.day(order.due_on)})
    elif order.expected_on and order.due_on and order.expected_on > order.due_on:
        job.tone = "warning"
        job.why.append(_("Due on %(day)s; as it goes it will be late.") % {"day": formats.day(order.due_on)})
    elif starts and starts <= today:
        job.why.append(_("Planned to start by today, due on %(day)s.") % {"day": formats.day(order.due_on)})
    else:
        job.why.append(_("Starts on %(day)s.") % {"day": formats.day(starts)})
    if order.priority < 5:
        job.why.insert(0, _("Priority %(n)s.") % {"n": order.priority})
    progress = operation.progress in (State.RUNNING, State.PAUSED)
    job.rank = (
        not job.running, not job.ready, order.priority, not progress, order.due_on or date.max, starts or date.max,
        order.number, operation.sequence,
    )  # fmt: skip
    return job
