"""Confirm, release and end production orders; what they plan in material and time."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import access, commands, database, errors, events, money, numbering, stored
from mainspring.kernel.models import DocumentLink
from mainspring.kernel.prepared import Prepared
from mainspring.kernel.workflow import effect, guard
from mainspring.modules.engineering.models import RoutingOperation
from mainspring.modules.stock import commands as stock

from . import costing, preparing, scheduling
from .models import CapacityBooking, ProductionComponent, ProductionOperation, ProductionOrder, ProductionReport

ZERO = Decimal(0)
OPEN = ("confirmed", "released", "in_progress")


@guard(ProductionOrder, "confirm")
def order_can_be_made(order, ctx):
    if not order.item.active:
        raise ValidationError(_("%(item)s is no longer active.") % {"item": order.item})


@effect(ProductionOrder, "confirm")
def confirm(order, ctx):
    """Freeze components and operations, plan material, output and work, and what a unit should cost."""
    _confirm_all([order], ctx)


def confirm_orders(orders: Iterable[ProductionOrder], ctx) -> list[ProductionOrder]:
    """Confirm any number of orders in one transaction and a fixed number of statements; one refusal refuses all."""
    keys = {order.pk for order in orders}
    if ctx.command_id is None:
        with commands.batch(ProductionOrder, ctx, "confirm", orders=len(keys)) as inner:
            return _confirm_locked(keys, ctx, inner)
    return _confirm_locked(keys, ctx, ctx)


def _confirm_locked(keys: set, asked, ctx) -> list[ProductionOrder]:
    """Lock and check the orders as the person who asked, confirm and number them, and announce each."""
    orders = list(
        access.rows(asked, ProductionOrder, "confirm")
        .filter(pk__in=keys)
        .select_related("item__unit", "site", "company", "bom", "routing")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    if len(orders) != len(keys):
        raise PermissionDenied(_("Some of these orders are out of your sight."))
    verb = ProductionOrder.workflow["confirm"]
    for order in orders:
        commands.check_possible(order, verb, asked)
        if not asked.trusted:
            commands.approval_gate(order, "confirm", asked, {})
    _confirm_all(orders, ctx)
    numbering.number_many([order for order in orders if not order.number], ctx.business_date.year)
    for order in orders:
        order.version += 1
    database.update(orders, CONFIRMED_FIELDS)
    for order in orders:
        events.publish(events.CommandDone(order, "confirm", True), ctx)
    return orders


CONFIRMED_FIELDS = [
    "number", "state", "version", "starts_on", "due_on", "expected_on", "bom", "routing", "exploded_quantity",
    "planned_unit_cost",
]  # fmt: skip


def _confirm_all(orders: list[ProductionOrder], ctx) -> None:
    components = defaultdict(list)
    for line in (
        ProductionComponent.objects.filter(document__in=orders).select_related("item__unit").order_by("position")
    ):
        components[line.document_id].append(line)
    for order in orders:
        preparing.order(order, ctx, None)
        _complete_components(order, ctx, components[order.pk])
    operations = _frozen_operations(orders)
    for order in orders:
        if not components[order.pk] and not operations[order.pk]:
            raise ValidationError(
                _("%(item)s has neither a bill of material nor a routing for %(date)s; there is nothing to do.")
                % {"item": order.item, "date": order.starts_on}
            )
        order.state = "confirmed"
    replan_all([(order, components[order.pk], operations[order.pk]) for order in orders], ctx)
    DocumentLink.objects.bulk_create(
        [DocumentLink(source_id=o.demand_id, target_id=o.pk) for o in orders if o.demand_id], ignore_conflicts=True
    )
    costs = costing.unit_costs(ctx.company_id, {c.item_id for found in components.values() for c in found})
    for order in orders:
        cost = costing.planned_cost(order, components[order.pk], operations[order.pk], costs)
        order.planned_unit_cost = money.rounded(cost / order.quantity, 6)


def _complete_components(order, ctx, lines: list[ProductionComponent]) -> None:
    """Write the components now when a proposal is confirmed or the quantity changed."""
    if order.exploded_quantity == order.quantity:
        return
    if order.bom_id is None or order.routing_id is None:
        preparing.order(order, ctx, lines)
    preparing.explode(order, lines)
    for line in lines:
        line.document = order
    ProductionComponent.objects.bulk_create([line for line in lines if not line.pk])
    database.update([line for line in lines if line.pk], ["required_quantity", "position"])


def _frozen_operations(orders: list[ProductionOrder]) -> dict:
    """{order: its operations}, copied from the routings of those that have none yet."""
    found = defaultdict(list)
    for operation in ProductionOperation.objects.filter(order__in=orders).select_related("work_center"):
        found[operation.order_id].append(operation)
    wanted = [order for order in orders if order.routing_id and order.pk not in found]
    steps = defaultdict(list)
    for step in RoutingOperation.objects.filter(document__in={o.routing_id for o in wanted}).select_related(
        "work_center"
    ):
        steps[step.document_id].append(step)
    new = [
        ProductionOperation(
            order=order,
            sequence=step.sequence,
            work_center=step.work_center,
            name=step.name,
            setup_hours=step.setup_hours,
            run_hours_per_unit=step.run_hours_per_unit,
            queue_hours=step.queue_hours,
        )
        for order in wanted
        for step in steps[order.routing_id]
    ]
    for operation in ProductionOperation.objects.bulk_create(new) if new else ():
        found[operation.order_id].append(operation)
    return found


def replan(order, ctx) -> None:
    """Write what is still to be taken, made and worked of one order; see `replan_all`."""
    components, operations = _components(order.pk), _operations(order.pk)
    for line in components:
        line.document = order
    for operation in operations:
        operation.order = order
    replan_all([(order, components, operations)], ctx)


_components = Prepared(
    lambda key: ProductionComponent.objects.filter(document=key).select_related("item__unit").order_by("position", "id")
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
    plans: dict = {order.pk: [] for order, _lines, _operations in work}
    slots, changed = [], []
    for order, components, operations in work:
        if order.state not in OPEN:
            continue
        starts_on = max(order.starts_on, ctx.business_date)
        found = scheduling.forward(operations, {o.pk: _left(order, o) for o in operations}, starts_on, calendars)
        order.expected_on = max([starts_on, *(slot.ends_on for slot in found)])
        slots += [(order, slot) for slot in found]
        starts = {slot.operation.sequence: slot.starts_on for slot in found}
        for component in components:
            needed_on = starts.get(component.operation_sequence, starts_on)
            if component.needed_on != needed_on:
                component.needed_on = needed_on
                changed.append(component)
        if order.site_id not in places:
            places[order.site_id] = stock.ensure_locations(order.site, ctx)
        plans[order.pk] = _moves(order, components, places[order.site_id])
    _book([order.pk for order, _lines, _operations in work], slots)
    database.update(changed, ["needed_on"])
    stock.replan_all(ctx, plans)


def _moves(order, components, places: dict) -> list[stock.MoveSpec]:
    """Planned moves of an order: components into production, output into stock."""
    here, there = places["internal"], places["production"]
    specs = [
        stock.MoveSpec(c.item_id, c.open_quantity, here, there, order, c.pk, planned_on=c.needed_on)
        for c in components
        if c.open_quantity > 0
    ]
    if order.open_quantity > 0:
        ready_on = max(order.due_on, order.expected_on)
        specs.append(stock.MoveSpec(order.item_id, order.open_quantity, there, here, order, planned_on=ready_on))
    return specs


def _left(order, operation) -> tuple[Decimal, bool]:
    """(quantity an operation still has to do, whether its set-up is still to do) (C07)."""
    return max(order.quantity - operation.good_quantity, ZERO), not operation.done_hours


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
            moved.append(slot.operation)
    database.update(moved, ["starts_on", "ends_on"])


# -- release ----------------------------------------------------------------------------------------------------------


def shortages(order) -> list[dict]:
    """One row per component of which less is free at the site than the order still needs: item, needed, free."""
    return database.planned_rows(
        """
        WITH need AS (
            SELECT c.item_id, SUM(c.required_quantity - c.issued_quantity + c.returned_quantity) AS needed
            FROM production_productioncomponent c WHERE c.document_id = %(order)s GROUP BY c.item_id),
        free AS (
            SELECT b.item_id, SUM(b.quantity - b.reserved) AS free FROM stock_stockbalance b
            JOIN stock_location l ON l.id = b.location_id
            WHERE l.site_id = %(site)s AND l.kind = 'internal' AND l.active GROUP BY b.item_id),
        own AS (
            SELECT r.item_id, SUM(r.quantity) AS own FROM stock_reservation r
            WHERE r.origin_id = %(order)s GROUP BY r.item_id)
        SELECT i.id AS item_id, i.code, i.name, u.code AS unit, need.needed,
               COALESCE(free.free, 0) + COALESCE(own.own, 0) AS free
        FROM need JOIN items_item i ON i.id = need.item_id JOIN organization_unit u ON u.id = i.unit_id
        LEFT JOIN free ON free.item_id = need.item_id LEFT JOIN own ON own.item_id = need.item_id
        WHERE need.needed > COALESCE(free.free, 0) + COALESCE(own.own, 0) ORDER BY i.code""",
        order=order.pk,
        site=order.site_id,
    )


@effect(ProductionOrder, "release")
def release(order, ctx, despite_shortages):
    """Hand the order to the workshop and keep its material; shortages are named (MFG-06)."""
    missing = shortages(order)
    if missing and not despite_shortages:
        raise ValidationError(
            [
                *(
                    _("%(item)s: %(needed)s %(unit)s needed, %(free)s free.")
                    % {
                        "item": row["code"],
                        "needed": plain(row["needed"]),
                        "unit": row["unit"],
                        "free": plain(row["free"]),
                    }
                    for row in missing
                ),
                _("Release despite the shortages, or wait for the material."),
            ],
            code="shortage",
        )
    components = list(order.lines.all())
    stock.reserve_lines(
        ctx, order.site_id, order.pk, {c.pk: (c.item_id, c.open_quantity) for c in components if c.open_quantity > 0}
    )


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


@effect(ProductionOrder, "issue")
def issue(order, ctx, draft):
    """Take what every component still needs, at once or as a draft to edit."""
    report = commands.create(ProductionReport, ctx, order=order, kind="issue", links=[order])
    if not report.lines.exists():
        raise ValidationError(_("Every component was issued already."))
    return report if draft else _posted(report, order, ctx)


@effect(ProductionOrder, "report")
def report_work(order, ctx, operation, good, scrap, scrap_reason, hours):
    """Book quantity and time of an operation, by its sequence number."""
    found = order.operations.filter(sequence=operation).first()
    if found is None:
        raise ValidationError({"operation": _("The order has no operation %(sequence)s.") % {"sequence": operation}})
    report = commands.create(
        ProductionReport,
        ctx,
        order=order,
        kind="work",
        operation=found,
        good=good or ZERO,
        scrap=scrap or ZERO,
        scrap_reason=scrap_reason or "",
        hours=hours,
        links=[order],
    )
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


def plain(quantity: Decimal) -> str:
    """A quantity without trailing zeros."""
    return f"{quantity.normalize():f}"
