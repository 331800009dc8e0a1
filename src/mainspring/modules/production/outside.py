"""Operations a supplier does for us: material out, a purchase order for the service, the result back."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from mainspring.kernel import commands
from mainspring.kernel.workflow import effect
from mainspring.modules.items import queries as items
from mainspring.modules.purchasing import queries as purchasing
from mainspring.modules.purchasing.models import PurchaseOrder

from . import floor, ordering
from .models import ProductionOperation, ProductionOrder, ProductionReport

ZERO = Decimal(0)
State = ProductionOperation.State


@effect(ProductionOrder, "send_out")
def send_out(order, ctx, operation, quantity):
    """Issue the material of the operation and order the service; the buyer confirms that order."""
    found = floor.operation_of(order, operation)
    if not found.supplier_id:
        raise ValidationError({"operation": _("No supplier does this operation.")})
    if found.progress in (State.OUTSIDE, State.DONE):
        raise ValidationError({"operation": _("It was sent to the supplier already.")})
    quantity = quantity if quantity is not None else found.left
    if not 0 < quantity <= found.left:
        raise ValidationError(
            {"quantity": _("Above zero and at most %(left)s.") % {"left": ordering.plain(found.left)}}
        )
    lines = [line for line in order.lines.filter(operation_sequence=operation) if line.open_quantity > 0]
    if lines:
        specs = [{"component": line, "quantity": line.open_quantity} for line in lines]
        sent = commands.create(ProductionReport, ctx, order=order, kind="issue", lines=specs, links=[order])
        commands.perform(sent, "post", ctx)
        order.refresh_from_db()
    made = _purchase(order, found, quantity, ctx)
    found.purchase_id, found.outside_price = made.pk, made.lines.get().price * _rate(made)
    found.progress, found.started_at = State.OUTSIDE, found.started_at or timezone.now()
    found.save(update_fields=["purchase", "outside_price", "progress", "started_at"])
    return made


def _purchase(order, operation, quantity: Decimal, ctx) -> PurchaseOrder:
    line = {
        "item": operation.service,
        "quantity": quantity,
        "description": f"{operation.name}: {order.item.code}, {order}"[:200],
    }
    sources = purchasing.valid_sources(order.company_id, [operation.service_id], ctx.business_date)
    if not any(source.supplier_id == operation.supplier_id for source in sources.get(operation.service_id, ())):
        line["price"] = items.standard_cost(operation.service, order.company_id)
    return commands.create(
        PurchaseOrder, ctx, supplier=operation.supplier, site=order.site, expected_on=operation.ends_on, lines=[line],
        links=[order],
    )  # fmt: skip


def _rate(purchase: PurchaseOrder) -> Decimal:
    """Base currency for one unit of the order's currency, as the order was valued."""
    return purchase.total_base / purchase.total if purchase.total else Decimal(1)


@effect(ProductionOrder, "take_back")
def take_back(order, ctx, operation, good, scrap, reason):
    """What the supplier did is reported as the operation's work, at the price of the purchase order."""
    found = floor.operation_of(order, operation)
    if found.progress != State.OUTSIDE:
        raise ValidationError({"operation": _("It is not at a supplier.")})
    if good is None and not scrap:
        good = found.left
    report = commands.create(
        ProductionReport, ctx, order=order, kind="work", operation=found, good=good or ZERO, scrap=scrap or ZERO,
        reason=reason, hours=ZERO, links=[order, *([found.purchase] if found.purchase_id else [])],
    )  # fmt: skip
    report = commands.perform(report, "post", ctx)
    order.refresh_from_db()
    return report
