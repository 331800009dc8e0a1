"""Split an order in two, or take another one in; material kept and work planned follow the quantities."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _

from mainspring.kernel import commands, database
from mainspring.kernel.workflow import effect
from mainspring.modules.stock import commands as stock

from . import confirming, ordering, preparing, releasing, reporting
from .models import ProductionOrder, ProductionOutput, ProductionReport
from .models.verbs import WORKED_ON

ZERO = Decimal(0)
MERGED = ("confirmed", "released")
QUANTITY_MAX = Decimal(10) ** 13


@effect(ProductionOrder, "split")
def split(order, ctx, quantity):
    """A part of the quantity on which nothing was done yet goes into an order of its own, in the same state."""
    begun = max(
        order.completed_quantity,
        order.operations.filter(rework_of=None).aggregate(m=Max("good_quantity"))["m"] or ZERO,
    )
    free = order.quantity - begun
    if not 0 < quantity < order.quantity or quantity > free:
        raise ValidationError(
            {
                "quantity": _("Above zero, below %(all)s, and at most %(free)s, on which nothing was done yet.")
                % {"all": ordering.plain(order.quantity), "free": ordering.plain(max(free, ZERO))}
            }
        )
    state = order.state
    resize(order, ctx, order.quantity - quantity)
    made = commands.create(
        ProductionOrder, ctx, item=order.item, site=order.site, quantity=quantity, starts_on=order.starts_on,
        due_on=order.due_on, bom=order.bom, routing=order.routing, backflush=order.backflush,
        responsible=order.responsible, priority=order.priority, note=order.note, links=[order],
    )  # fmt: skip
    ProductionOrder.objects.filter(pk=made.pk).update(
        demand=order.demand_id,
        is_dedicated=order.is_dedicated,
        is_planned=order.is_planned,
        reason=order.reason,
        reason_text=order.reason_text,
    )
    if state in ordering.OPEN:
        made = commands.perform(made, "confirm", ctx)
    if state in WORKED_ON:
        made = commands.perform(made, "release", ctx, despite_shortages=True)
    return made


@effect(ProductionOrder, "merge")
def merge(order, ctx, other):
    """The other order's quantity comes into this one; nothing may be reported on it, and it is cancelled."""
    other = ProductionOrder.objects.select_for_update(of=("self",)).get(pk=other.pk)
    if other.pk == order.pk:
        raise ValidationError({"other": _("An order cannot take itself in.")})
    same = all(getattr(order, name) == getattr(other, name) for name in ("item_id", "site_id", "bom_id", "routing_id"))
    if not same:
        raise ValidationError({"other": _("Only an order of the same item, site, bill and routing can be taken in.")})
    if (order.is_dedicated or other.is_dedicated) and order.demand_id != other.demand_id:
        raise ValidationError({"other": _("What is made for one document alone is not put together with other work.")})
    if other.state not in MERGED:
        raise ValidationError(
            {"other": _("%(order)s is %(state)s.") % {"order": other, "state": other.state_label.lower()}}
        )
    if ProductionReport.objects.filter(order=other.pk, state="posted").exists():
        raise ValidationError({"other": _("Work was reported on %(order)s.") % {"order": other}})
    commands.perform(other, "cancel", ctx)
    order.due_on = min(order.due_on, other.due_on)
    order.starts_on = min(order.starts_on, other.starts_on, order.due_on)
    resize(order, ctx, order.quantity + other.quantity)
    commands.link(other, order)


def resize(order, ctx, quantity: Decimal) -> None:
    """Another quantity: components, targets of operations, outputs, plan and reservations follow it."""
    if quantity >= QUANTITY_MAX:
        raise ValidationError({"quantity": _("The quantity becomes too large.")})
    before, order.quantity = order.quantity, quantity
    lines = list(order.lines.select_related("item__unit").order_by("position"))
    if lines and order.bom_id:
        preparing.explode(order, lines)
        for line in lines:
            line.required_quantity = max(line.required_quantity, line.issued_quantity - line.returned_quantity)
        _scale_the_rest(lines, quantity / before)
        database.update(lines, ["required_quantity", "position"])
    operations = list(order.operations.select_related("work_center"))
    if operations and order.routing_id:
        for operation in operations:
            if operation.rework_of_id is None:
                operation.quantity = confirming.target(order, operation.sequence)
        database.update(operations, ["quantity"])
    for output in order.outputs.select_related("item__unit"):
        output.quantity = max((output.quantity * quantity / before).quantize(Decimal("0.000001")), Decimal("0.000001"))
        ProductionOutput.objects.filter(pk=output.pk).update(quantity=output.quantity)
    if order.state in ordering.OPEN:
        ProductionOrder.objects.filter(pk=order.pk).update(quantity=quantity)
        reporting.refresh(order)
        ordering.replan(order, ctx)
        stock.release(ctx, order)
        if order.state != "confirmed":
            releasing.keep(order, ctx)


def _scale_the_rest(lines, factor: Decimal) -> None:
    """Lines that do not come from the bill (added by hand, alternates) in proportion."""
    for line in lines:
        if line.bom_line_id is None:
            scaled = (line.required_quantity * factor).quantize(Decimal(1).scaleb(-line.item.unit.digits))
            taken = line.issued_quantity - line.returned_quantity
            line.required_quantity = max(scaled, taken, Decimal(1).scaleb(-line.item.unit.digits))
