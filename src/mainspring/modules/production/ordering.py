"""What open production orders plan in material, output and time; and their end."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import database
from mainspring.kernel.prepared import Prepared
from mainspring.kernel.workflow import effect, guard
from mainspring.modules.stock import commands as stock

from . import scheduling
from .models import (
    CapacityBooking,
    ProductionComponent,
    ProductionOperation,
    ProductionOrder,
    ProductionOutput,
    ProductionReport,
)
from .models.verbs import OPEN

ZERO = Decimal(0)


def replan(order, ctx) -> None:
    """Write what is still to be taken, made and worked of one order; see `replan_all`."""
    components, operations = _components(order.pk), _operations(order.pk)
    for line in components:
        line.document = order
    for operation in operations:
        operation.order = order
    replan_all([(order, components, operations)], ctx)


_components = Prepared(
    lambda key: ProductionComponent.objects.filter(document=key).select_related("item").order_by("position", "id")
)
_operations = Prepared(
    lambda key: ProductionOperation.objects.filter(order=key).select_related("work_center").order_by("sequence")
)


def replan_all(work: list[tuple], ctx) -> None:
    """Write what is still to be taken, made and worked as planned rows; nothing for orders that are not open.

    work  (order, components, operations) of each order
    A start in the past counts from today (C06); components are due when their operation starts (P16).
    """
    calendars = scheduling.calendars_of([operation for _order, _lines, operations in work for operation in operations])
    places: dict[int, dict] = {}
    outputs = _outputs_of([order for order, _lines, _operations in work])
    plans: dict = {order.pk: [] for order, _lines, _operations in work}
    slots, changed = [], []
    agreed = scheduling.agreed([order for order, _lines, _operations in work], ctx.business_date)
    for order, components, operations in work:
        if order.state not in OPEN:
            continue
        starts_on = max(order.starts_on, ctx.business_date)
        found = scheduling.forward(
            operations, {o.pk: (o.left, not o.done_hours) for o in operations}, starts_on, calendars
        )
        found = [scheduling.held(slot, agreed.get(slot.operation.pk)) for slot in found]
        order.expected_on = max([starts_on, *(slot.ends_on for slot in found)])
        slots += [(order, slot) for slot in found]
        starts = {slot.operation.sequence: slot.starts_on for slot in found}
        begins_on = found[0].starts_on if found and found[0].operation.pk in agreed else starts_on
        for component in components:
            needed_on = starts.get(component.operation_sequence, begins_on)
            if component.needed_on != needed_on:
                component.needed_on = needed_on
                changed.append(component)
        if order.site_id not in places:
            places[order.site_id] = stock.ensure_locations(order.site, ctx)
        plans[order.pk] = _moves(order, components, outputs.get(order.pk, ()), places[order.site_id])
    _book([order.pk for order, _lines, _operations in work], slots)
    database.update(changed, ["needed_on"])
    stock.replan_all(ctx, plans)


def replan_orders(order_ids: list, ctx) -> int:
    """Plan many orders anew in a fixed number of statements, after something they follow was changed; how many."""
    orders = list(
        ProductionOrder.objects.select_for_update(of=("self",))
        .filter(pk__in=order_ids, state__in=OPEN)
        .select_related("item__unit", "site", "company")
        .order_by("pk")
    )
    lines: dict = {order.pk: [] for order in orders}
    steps: dict = {order.pk: [] for order in orders}
    own = {order.pk: order for order in orders}
    found = ProductionComponent.objects.filter(document__in=own).select_related("item").order_by("position", "id")
    for line in found:
        line.document = own[line.document_id]
        lines[line.document_id].append(line)
    for operation in (
        ProductionOperation.objects.filter(order__in=own).select_related("work_center").order_by("sequence")
    ):
        operation.order = own[operation.order_id]
        steps[operation.order_id].append(operation)
    replan_all([(order, lines[order.pk], steps[order.pk]) for order in orders], ctx)
    database.update(orders, ["expected_on"])
    return len(orders)


def give_to(places: dict[int, tuple[int | None, int | None]]) -> None:
    """{operation: (machine, person)}: write who does operations nobody has begun, and on which machine."""
    found = list(ProductionOperation.objects.filter(pk__in=places, progress=ProductionOperation.State.OPEN))
    for operation in found:
        operation.machine_id, operation.person_id = places[operation.pk]
    database.update(found, ["machine", "person"])


def _outputs_of(orders) -> dict:
    """{order: what still comes out of it beside its item}."""
    found: dict = {}
    for output in _outputs([order.pk for order in orders]):
        found.setdefault(output.order_id, []).append(output)
    return found


_outputs = Prepared(lambda keys: ProductionOutput.objects.filter(order_id__any_of=keys).order_by("pk"))


def _moves(order, components, outputs, places: dict) -> list[stock.MoveSpec]:
    """Planned moves of an order: components into production, output into stock; by-products come with it (P07)."""
    here, there = places["internal"], places["production"]
    specs = [
        stock.MoveSpec(c.item_id, c.open_quantity, here, there, order, c.pk, planned_on=c.needed_on)
        for c in components
        if c.open_quantity > 0
    ]
    if order.open_quantity > 0:
        ready_on = max(order.due_on, order.expected_on)
        specs.append(stock.MoveSpec(order.item_id, order.open_quantity, there, here, order, planned_on=ready_on))
        specs += [
            stock.MoveSpec(o.item_id, o.open_quantity, there, here, order, planned_on=ready_on)
            for o in outputs
            if o.open_quantity > 0
        ]
    return specs


def _book(order_ids: list, slots: list[tuple]) -> None:
    """Replace the planned hours of orders and note when their operations run."""
    database.planned_rows(
        """DELETE FROM production_capacitybooking b USING production_productionoperation o
           WHERE o.id = b.operation_id AND o.order_id = ANY(%(orders)s::uuid[]) AND b.state = 'planned'""",
        orders=order_ids,
    )
    database.insert(
        [
            CapacityBooking(
                company_id=order.company_id,
                work_center_id=slot.operation.work_center_id,
                operation=slot.operation,
                state="planned",
                on_date=day,
                hours=hours,
                origin_id=order.pk,
            )
            for order, slot in slots
            for day, hours in slot.days
            if hours > 0
        ]
    )
    moved = []
    for _order, slot in slots:
        if (slot.operation.starts_on, slot.operation.ends_on) != (slot.starts_on, slot.ends_on):
            slot.operation.starts_on, slot.operation.ends_on = slot.starts_on, slot.ends_on
            if slot.operation.planned_start_on is None:  # what was planned first is what progress is measured against
                slot.operation.planned_start_on, slot.operation.planned_end_on = slot.starts_on, slot.ends_on
            moved.append(slot.operation)
    database.update(moved, ["starts_on", "ends_on", "planned_start_on", "planned_end_on"])


@effect(ProductionOrder, "reschedule")
def reschedule(order, ctx, due_on: date):
    """Move the order to another day; one that is under way keeps its start."""
    if due_on < ctx.business_date:
        raise ValidationError({"due_on": _("Nothing can be planned for a day that is past.")})
    if order.state != "in_progress":
        begins = order.starts_on + (due_on - order.due_on)
        order.starts_on = max(begins, min(ctx.business_date, due_on))
    order.starts_on = min(order.starts_on, due_on)
    order.due_on = due_on
    replan(order, ctx)


# -- the end ---------------------------------------------------------------------------------------------------------


@guard(ProductionOrder, "cancel")
def nothing_was_reported(order, ctx):
    if ProductionReport.objects.filter(order=order.pk, state="posted").exists():
        raise ValidationError(_("Work was reported on this order; reverse the reports or complete and close it."))


@effect(ProductionOrder, "cancel")
def cancel(order, ctx):
    """Nothing is planned or kept for the order any more."""
    order.state = "cancelled"
    let_go(order, ctx)


def let_go(order, ctx) -> None:
    """Release what is reserved and planned for an order that takes no more."""
    stock.release(ctx, order)
    replan(order, ctx)


@guard(ProductionOrder, "complete")
def no_draft_reports(order, ctx):
    if ProductionReport.objects.filter(order=order.pk, state="draft").exists():
        raise ValidationError(_("There is a draft shop report of this order; post or cancel it first."))


@effect(ProductionOrder, "complete")
def complete(order, ctx):
    """No more is made; material kept for it is free."""
    order.state = "completed"
    let_go(order, ctx)


@effect(ProductionOrder, "reopen")
def reopen(order, ctx):
    """There is more to do after all."""
    order.state = "in_progress"
    replan(order, ctx)


def plain(quantity: Decimal) -> str:
    """A quantity without trailing zeros."""
    return f"{quantity.normalize():f}"
