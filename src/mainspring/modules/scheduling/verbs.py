"""Verbs added to modules below: an extra shift of a work center, and where and when the work of an order is done."""

from datetime import date, time, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainspring.kernel import workflow
from mainspring.kernel.workflow import Input, Verb, effect
from mainspring.modules.engineering.models import Machine, Operator, RoutingOperation, WorkCenter
from mainspring.modules.organization.models import CalendarException, CalendarShift, SiteCalendar, WorkCalendar
from mainspring.modules.production import commands as production
from mainspring.modules.production.models import ProductionOperation, ProductionOrder

OPEN = ("confirmed", "released", "in_progress")
EXTRA = "+"
"""What the name of an exception made here ends with: only such are taken back."""

workflow.extend(
    WorkCenter,
    Verb(
        "extra_shift",
        label=gettext_lazy("Extra shift"),
        ask=(
            Input("on", "date", gettext_lazy("Day")),
            Input("starts", label=gettext_lazy("From"), help="06:00"),
            Input("ends", label=gettext_lazy("Until"), help="14:00"),
        ),
        bulk=False,
        help=gettext_lazy("Opens the work center on a day, in a calendar of its own when others share it."),
    ),
)
workflow.extend(
    WorkCenter,
    Verb(
        "drop_shift",
        label=gettext_lazy("Drop an extra shift"),
        ask=(Input("on", "date", gettext_lazy("Day")),),
        bulk=False,
        help=gettext_lazy("The day is as the week says again."),
    ),
)
workflow.extend(
    ProductionOrder,
    Verb(
        "do_outside",
        OPEN,
        label=gettext_lazy("Have it done by a supplier"),
        ask=(
            Input("operation", "integer", gettext_lazy("Operation")),
            Input("supplier", "link", gettext_lazy("Supplier"), to="parties.party"),
            Input("service", "link", gettext_lazy("Service"), to="items.item"),
            Input("days", "integer", gettext_lazy("Working days it takes")),
        ),
        bulk=False,
        help=gettext_lazy("The operation takes no hours of ours; it is sent out when its turn comes."),
    ),
)
workflow.extend(
    ProductionOrder,
    Verb(
        "do_here",
        OPEN,
        label=gettext_lazy("Do it ourselves"),
        ask=(Input("operation", "integer", gettext_lazy("Operation")),),
        bulk=False,
        help=gettext_lazy("With the hours of the routing, at its work center."),
    ),
)
workflow.extend(
    ProductionOrder,
    Verb(
        "begin_on",
        ("confirmed", "released"),
        label=gettext_lazy("Begin on another day"),
        ask=(Input("starts_on", "date", gettext_lazy("Starts on")),),
        bulk=False,
        help=gettext_lazy("Its due day stays; the forecast says whether it will be late."),
    ),
)


@effect(WorkCenter, "extra_shift")
def extra_shift(center: WorkCenter, ctx, on: date, starts: str, ends: str) -> None:
    """Open a day from a time to another; night shifts end the next morning."""
    times = [_time(name, text) for name, text in (("starts", starts), ("ends", ends))]
    if on < ctx.business_date:
        raise ValidationError({"on": _("Nothing can be planned for a day that is past.")})
    own_calendar(center, ctx)
    there = CalendarException.objects.filter(calendar=center.calendar, on_date=on).first()
    if there is not None and there.name[-1:] != EXTRA:
        raise ValidationError({"on": _("This day differs already: %(name)s.") % {"name": there.name or there}})
    CalendarException.objects.update_or_create(
        calendar=center.calendar, on_date=on,
        defaults={"name": f"{_('Extra shift')} {EXTRA}", "is_working": True, "starts_at": times[0],
                  "ends_at": times[1]},
    )  # fmt: skip


def _time(name: str, text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise ValidationError({name: _("“%(value)s” is not a valid value.") % {"value": text[:20]}}) from None


@effect(WorkCenter, "drop_shift")
def drop_shift(center: WorkCenter, ctx, on: date) -> None:
    """Take back what was opened by hand; holidays and make-up days stay."""
    there = CalendarException.objects.filter(calendar=center.calendar, on_date=on, name__endswith=EXTRA).first()
    if there is None:
        raise ValidationError({"on": _("There is no extra shift on this day.")})
    there.delete()


def own_calendar(center: WorkCenter, ctx) -> None:
    """Give a work center a calendar of its own when another uses the same."""
    calendar = center.calendar
    shared = (
        WorkCenter.objects.filter(calendar=calendar).exclude(pk=center.pk).exists()
        or SiteCalendar.objects.filter(calendar=calendar).exists()
        or Machine.objects.filter(calendar=calendar).exclude(work_center=center).exists()
        or Operator.objects.filter(calendar=calendar).exclude(work_center=center).exists()
    )
    if not shared:
        return
    code = f"{center.code}-{center.pk}"[:20]
    own, _made = WorkCalendar.objects.get_or_create(
        code=code, defaults={"name": f"{calendar.name} · {center.code}"[:80], "country": calendar.country}
    )
    CalendarShift.objects.filter(document=own).delete()
    CalendarShift.objects.bulk_create(
        CalendarShift(document=own, position=s.position, weekday=s.weekday, starts_at=s.starts_at, ends_at=s.ends_at)
        for s in calendar.lines.all()
    )
    CalendarException.objects.filter(calendar=own).delete()
    CalendarException.objects.bulk_create(
        CalendarException(calendar=own, on_date=e.on_date, name=e.name, is_working=e.is_working,
                          starts_at=e.starts_at, ends_at=e.ends_at, is_holiday=e.is_holiday)
        for e in calendar.exceptions.all()
    )  # fmt: skip
    center.calendar = own


@effect(ProductionOrder, "do_outside")
def do_outside(order: ProductionOrder, ctx, operation: int, supplier, service, days: int) -> None:
    """The supplier does an operation nobody has begun."""
    found = production.operation_of(order, operation)
    if found.progress != ProductionOperation.State.OPEN or found.done_hours:
        raise ValidationError({"operation": _("Work on this operation has begun; it stays where it is.")})
    if not supplier.is_supplier:
        raise ValidationError({"supplier": _("%(party)s is no supplier.") % {"party": supplier}})
    if service.kind != "service":
        raise ValidationError({"service": _("%(item)s is not a service.") % {"item": service.code}})
    if not 1 <= days <= 365:
        raise ValidationError({"days": _("From 1 to 365.")})
    found.supplier, found.service, found.machine, found.person = supplier, service, None, None
    found.setup_hours = found.run_hours_per_unit = Decimal(0)
    found.queue_hours = Decimal(8 * days)
    found.save(
        update_fields=[
            "supplier", "service", "machine", "person", "setup_hours", "run_hours_per_unit", "queue_hours"
        ]
    )  # fmt: skip
    production.replan(order, ctx)


@effect(ProductionOrder, "do_here")
def do_here(order: ProductionOrder, ctx, operation: int) -> None:
    """An operation is done by the routing again."""
    found = production.operation_of(order, operation)
    step = RoutingOperation.objects.filter(document=order.routing_id, sequence=operation).first()
    if found.progress != ProductionOperation.State.OPEN or found.done_hours or step is None:
        raise ValidationError({"operation": _("Work on this operation has begun; it stays where it is.")})
    found.supplier, found.service, found.work_center = step.supplier, step.service, step.work_center
    found.setup_hours, found.queue_hours, found.skill = step.setup_hours, step.queue_hours, step.skill
    found.run_hours_per_unit = (step.run_hours_per_unit * 100 / step.yield_pct).quantize(Decimal("0.000001"))
    found.save(
        update_fields=[
            "supplier", "service", "work_center", "setup_hours", "run_hours_per_unit", "queue_hours", "skill"
        ]
    )  # fmt: skip
    production.replan(order, ctx)


@effect(ProductionOrder, "begin_on")
def begin_on(order: ProductionOrder, ctx, starts_on: date) -> None:
    """Begin earlier or later without another due day."""
    if starts_on < ctx.business_date:
        raise ValidationError({"starts_on": _("Nothing can be planned for a day that is past.")})
    if order.due_on and starts_on > order.due_on:
        raise ValidationError({"starts_on": _("An order cannot be due before it starts.")})
    order.starts_on = starts_on
    production.replan(order, ctx)


def week_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())
