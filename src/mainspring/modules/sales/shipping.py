"""Goods out and back: shipments with partial delivery, returns at the cost the goods left with."""

from collections import defaultdict
from decimal import ROUND_DOWN, Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import commands, errors, events, preferences
from mainspring.kernel.workflow import effect, guard
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock import queries as shelves
from mainspring.modules.stock.models import StockMove

from . import ordering, queries
from .events import ReturnReceived, ShipmentPosted
from .models import Return, SalesOrder, Shipment, ShipmentLine

ZERO = Decimal(0)


# -- out --------------------------------------------------------------------------------------------------------------


@effect(SalesOrder, "ship")
def ship(order, ctx):
    return ship_order(order, ctx)


@guard(SalesOrder, "ship")
def has_something_to_ship(order, ctx):
    waiting = commands.once(order, queries.drafted)
    if not any(line.remaining > waiting.get(line.pk, ZERO) for line in commands.once(order, queries.lines_of)):
        raise ValidationError(_("Everything is shipped or on a shipment already."))


def ship_order(order, ctx, quantities: dict[int, Decimal] | None = None) -> Shipment:
    """Draft a shipment of the quantities given by order line; else what is kept in stock, or all that is left."""
    lines = {line.pk: line for line in commands.once(order, queries.lines_of)}
    quantities = _what_can_leave(order, lines.values()) if quantities is None else quantities
    return commands.create(
        Shipment,
        ctx,
        order=order,
        links=[order],
        lines=[
            {"order_line": lines[key], "quantity": quantity} for key, quantity in quantities.items() if quantity > 0
        ],
    )


def _what_can_leave(order, lines) -> dict[int, Decimal]:
    """{order line: quantity}: what is kept for the order; all that is left when nothing is kept yet."""
    waiting, kept = commands.once(order, queries.drafted), queries.reserved(order)
    left = {line.pk: line.remaining - waiting.get(line.pk, ZERO) for line in lines}
    here = {
        line.pk: min(left[line.pk], _in_order_unit(line, kept[line.pk]) - waiting.get(line.pk, ZERO))
        for line in lines
        if line.pk in kept
    }
    return here if any(quantity > 0 for quantity in here.values()) else left


def _in_order_unit(line, quantity: Decimal) -> Decimal:
    """A quantity in stocking units in the unit of the line, rounded down to what can be shipped."""
    if quantity >= line.stock_quantity:
        return line.quantity
    exact = quantity * line.quantity / line.stock_quantity
    return exact.quantize(Decimal(1).scaleb(-line.unit.digits), ROUND_DOWN)


@guard(Shipment, "post")
def can_leave(shipment, ctx):
    if commands.once(shipment, queries.order_of).state != "confirmed":
        raise errors.Conflict(
            _("%(order)s is %(state)s; only confirmed orders are shipped.")
            % {"order": shipment.order, "state": shipment.order.state_label},
            code="state",
        )
    if not commands.once(shipment, queries.shipped_lines):
        raise ValidationError({"lines": _("It has no lines yet.")}, code="lines")


@effect(Shipment, "post")
def post(shipment, ctx):
    """The goods leave: within tolerance, from what is kept for the order, at their cost; the rest stays planned."""
    order = queries.locked_order.one(shipment.order_id)
    lines = commands.once(shipment, queries.shipped_lines)
    known = {line.pk: line for line in queries.lines_of(order)}
    shipment.order = order
    can_leave(shipment, ctx)  # again, now that nobody else can cancel the order
    _refuse_over_delivery(order, lines, known)
    shipment.ship_on = min(shipment.ship_on, ctx.business_date)
    leaving = defaultdict(Decimal)
    for line in lines:
        leaving[line.order_line_id] += line.stock_quantity
    stock.release_lines(ctx, order.identity_id, leaving)
    here, there = shelves.location(shipment.site_id), shelves.location(shipment.site_id, "customer")
    stock.post_moves(
        ctx,
        [
            stock.MoveSpec(
                line.item, line.stock_quantity, here, there, shipment.identity_id, line.pk, reference=order.number
            )
            for line in lines
        ],
        effective_on=shipment.ship_on,
    )
    for line in lines:
        known[line.order_line_id].shipped += line.quantity
    ordering.replan(order, ctx, list(known.values()))
    events.publish(ShipmentPosted(shipment.pk), ctx)


def _refuse_over_delivery(order, lines, known) -> None:
    """Cumulative delivery may exceed the order by the tolerance, compared at the unit's precision (D03)."""
    tolerance = preferences.get(order.company_id, "sales.over_delivery_pct")
    shipped = {key: line.shipped for key, line in known.items()}
    wrong = {}
    for position, line in enumerate(lines):
        ordered = known[line.order_line_id]
        shipped[ordered.pk] += line.quantity
        most = ordered.quantity * (100 + tolerance) / 100
        if round(shipped[ordered.pk], 6) > most:
            wrong[f"lines.{position}.quantity"] = _(
                "%(item)s: %(shipped)s %(unit)s would be shipped of %(ordered)s ordered; at most %(most)s may be."
            ) % {
                "item": line.item.code,
                "shipped": f"{shipped[ordered.pk].normalize():f}",
                "unit": line.unit,
                "ordered": f"{ordered.quantity.normalize():f}",
                "most": f"{most.normalize():f}",
            }
    if wrong:
        raise ValidationError(wrong, code="over_delivery")


# -- back -------------------------------------------------------------------------------------------------------------


@effect(Shipment, "return_goods")
def return_goods(shipment, ctx, reason):
    return commands.create(Return, ctx, shipment=shipment, reason=reason or "", links=[shipment])


@guard(Shipment, "return_goods")
def has_something_to_return(shipment, ctx):
    back = queries.returned_of(shipment)
    if not any(line.quantity > back.get(line.pk, ZERO) for line in shipment.lines.all()):
        raise ValidationError(_("Everything is returned or on a return already."))


@effect(Return, "receive")
def receive(document, ctx):
    """Back to stock at the cost each line left with (I07); never more than was delivered and not yet returned."""
    Shipment.objects.select_for_update(of=("self",)).get(pk=document.shipment_id)
    lines = list(document.lines.select_related("item__unit", "shipment_line"))
    if not lines:
        raise ValidationError({"lines": _("It has no lines yet.")}, code="lines")
    _refuse_more_than_delivered(document, lines)
    document.returned_on = min(document.returned_on, ctx.business_date)
    left = {
        move.origin_line: move
        for move in StockMove.objects.filter(origin_id=document.shipment.identity_id, state="done", of_move=None)
    }
    to = shelves.location(document.site_id, "quarantine" if document.to_quarantine else "internal")
    stock.post_moves(
        ctx,
        [
            stock.MoveSpec(
                line.item,
                line.stock_quantity,
                left[line.shipment_line_id].to_location_id,
                to,
                document.identity_id,
                line.pk,
                of_move=left[line.shipment_line_id].pk,
                reference=document.shipment.number,
            )
            for line in lines
        ],
        effective_on=document.returned_on,
    )
    events.publish(ReturnReceived(document.pk), ctx)


def _refuse_more_than_delivered(document, lines) -> None:
    back = queries.returned_of(document.shipment)  # with this return
    delivered = dict(ShipmentLine.objects.filter(document=document.shipment).values_list("pk", "quantity"))
    wrong = {
        f"lines.{n}.quantity": _("%(item)s: only %(left)s were delivered and not returned yet.")
        % {
            "item": line.item.code,
            "left": f"{(delivered[line.shipment_line_id] - back[line.shipment_line_id] + line.quantity).normalize():f}",
        }
        for n, line in enumerate(lines)
        if back[line.shipment_line_id] > delivered[line.shipment_line_id]
    }
    if wrong:
        raise ValidationError(wrong, code="returned")
