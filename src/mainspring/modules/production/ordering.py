"""Confirm, release and end production orders; what they plan in material and time."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import commands, database, money
from mainspring.kernel.workflow import effect, guard
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
    preparing.order(order, ctx, None)
    components = complete_components(order, ctx)
    operations = freeze_operations(order)
    if not components and not operations:
        raise ValidationError(
            _("%(item)s has neither a bill of material nor a routing for %(date)s; there is nothing to do.")
            % {"item": order.item, "date": order.starts_on}
        )
    order.state = "confirmed"
    replan(order, ctx, components, operations)
    cost = costing.planned_cost(order, components, operations)
    order.planned_unit_cost = money.rounded(cost / order.quantity, 6)


def complete_components(order, ctx) -> list[ProductionComponent]:
    """The order's components; written now when a proposal is confirmed or the quantity changed."""
    lines = list(order.lines.select_related("item__unit"))
    if order.exploded_quantity == order.quantity:
        return lines
    if order.bom_id is None or order.routing_id is None:
        preparing.order(order, ctx, lines)
    preparing.explode(order, lines)
    for line in lines:
        line.document = order
    ProductionComponent.objects.bulk_create([line for line in lines if not line.pk])
    ProductionComponent.objects.bulk_update([line for line in lines if line.pk], ["required_quantity", "position"])
    return lines


def freeze_operations(order) -> list[ProductionOperation]:
    """Copy the operations of the order's routing, once."""
    found = list(order.operations.select_related("work_center"))
    if found or not order.routing_id:
        return found
    return ProductionOperation.objects.bulk_create(
        [
            ProductionOperation(
                order=order,
                sequence=o.sequence,
                work_center=o.work_center,
                name=o.name,
                setup_hours=o.setup_hours,
                run_hours_per_unit=o.run_hours_per_unit,
                queue_hours=o.queue_hours,
            )
            for o in order.routing.lines.select_related("work_center")
        ]
    )


def replan(order, ctx, components=None, operations=None) -> None:
    """Write what is still to be taken, made and worked as planned rows; nothing for an order that is not open.

    A start in the past counts from today (C06); components are due when their operation starts (P16).
    """
    if order.state not in OPEN:
        stock.replan(ctx, order, [])
        CapacityBooking.objects.filter(operation__order=order.pk, state="planned").delete()
        return
    components = list(order.lines.select_related("item__unit")) if components is None else components
    operations = list(order.operations.select_related("work_center")) if operations is None else operations
    starts_on = max(order.starts_on, ctx.business_date)
    slots = scheduling.forward(
        operations, {o.pk: _left(order, o) for o in operations}, starts_on, scheduling.calendars_of(operations)
    )
    order.expected_on = max([starts_on, *(slot.ends_on for slot in slots)])
    _book(order, slots, ctx)
    starts = {slot.operation.sequence: slot.starts_on for slot in slots}
    for component in components:
        component.needed_on = starts.get(component.operation_sequence, starts_on)
    ProductionComponent.objects.bulk_update(components, ["needed_on"])
    places = stock.ensure_locations(order.site, ctx)
    specs = [
        stock.MoveSpec(
            c.item, c.open_quantity, places["internal"], places["production"], order, c.pk, planned_on=c.needed_on
        )
        for c in components
        if c.open_quantity > 0
    ]
    if order.open_quantity > 0:
        specs.append(
            stock.MoveSpec(
                order.item,
                order.open_quantity,
                places["production"],
                places["internal"],
                order,
                planned_on=max(order.due_on, order.expected_on),
            )
        )
    stock.replan(ctx, order, specs)


def _left(order, operation) -> tuple[Decimal, bool]:
    """(quantity an operation still has to do, whether its set-up is still to do) (C07)."""
    return max(order.quantity - operation.good_quantity, ZERO), not operation.done_hours


def _book(order, slots, ctx) -> None:
    CapacityBooking.objects.filter(operation__in=[slot.operation.pk for slot in slots], state="planned").delete()
    CapacityBooking.objects.bulk_create(
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
            for slot in slots
            for day, hours in slot.days
            if hours > 0
        ]
    )
    for slot in slots:
        slot.operation.starts_on, slot.operation.ends_on = slot.starts_on, slot.ends_on
    ProductionOperation.objects.bulk_update([slot.operation for slot in slots], ["starts_on", "ends_on"])


# -- release ----------------------------------------------------------------------------------------------------------


def shortages(order) -> list[dict]:
    """One row per component of which less is free at the site than the order still needs: item, needed, free."""
    return database.rows(
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
    for component in order.lines.select_related("item").order_by("item_id"):
        if component.open_quantity > 0:
            stock.reserve(ctx, component.item, order.site, component.open_quantity, order, component.pk)


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
    report = commands.create(ProductionReport, ctx, order=order, kind="output", good=quantity, links=[order])
    return _posted(report, order, ctx)


def _posted(report: ProductionReport, order: ProductionOrder, ctx) -> ProductionReport:
    """The posted report; it changed the order's row, so the order is read again."""
    report = commands.perform(report, "post", ctx)
    order.refresh_from_db()
    return report


def plain(quantity: Decimal) -> str:
    """A quantity without trailing zeros."""
    return f"{quantity.normalize():f}"
