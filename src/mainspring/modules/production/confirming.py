"""Confirm production orders, one or many: freeze components, operations and outputs, plan material, output and work."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from mainspring import rounding
from mainspring.kernel import database, money, sets
from mainspring.kernel.models import DocumentLink
from mainspring.kernel.workflow import effect, guard
from mainspring.modules.engineering import queries as engineering
from mainspring.modules.engineering.models import OperationAlternate, RoutingOperation

from . import costing, ordering, preparing
from .models import ProductionComponent, ProductionOperation, ProductionOrder, ProductionOutput

ZERO = Decimal(0)
COPIED = (
    "sequence", "name", "setup_hours", "queue_hours", "move_hours", "is_parallel", "overlap_quantity",
    "skill", "tool", "supplier", "service", "instruction",
)  # fmt: skip


@guard(ProductionOrder, "confirm")
def order_can_be_made(order, ctx):
    if not order.item.active:
        raise ValidationError(_("%(item)s is no longer active.") % {"item": order.item})


def confirm_orders(orders: Iterable[ProductionOrder], ctx) -> list[ProductionOrder]:
    """Confirm any number of orders in one transaction and a fixed number of statements; one refusal refuses all."""
    chosen = {order.pk: order for order in orders}
    return sets.perform([chosen[key] for key in sorted(chosen)], "confirm", ctx)


@effect(ProductionOrder, "confirm", many=True)
def confirm(orders: list[ProductionOrder], ctx) -> None:
    """Freeze components, operations and outputs, plan material, output and work, and what a unit should cost."""
    prefetch_related_objects(orders, "item__unit", "site", "company", "bom", "routing")
    known: dict = {}
    for order in orders:
        preparing.order(order, ctx, None)
        preparing.choose_versions(order, ctx, known)
    bills = {o.bom_id: o.bom for o in orders if o.bom_id}
    routings = {o.routing_id: o.routing for o in orders if o.routing_id}
    prefetch_related_objects(list(bills.values()), "lines__component__unit", "lines__unit")
    prefetch_related_objects(list(routings.values()), "lines__work_center")
    for order in orders:
        order.bom, order.routing = bills.get(order.bom_id), routings.get(order.routing_id)
    preparing.refuse_without_means(orders)
    components = _components(orders, ctx, known)
    operations = _operations(orders)
    for order in orders:
        if not components[order.pk] and not operations[order.pk]:
            raise ValidationError(
                _("%(item)s has neither a bill of material nor a routing for %(date)s; there is nothing to do.")
                % {"item": order.item, "date": order.starts_on}
            )
    outputs = _outputs(orders)
    costs = costing.unit_costs(ctx.company_id, {c.item_id for found in components.values() for c in found})
    for order in orders:
        order.state = "confirmed"
        cost = costing.planned_cost(order, components[order.pk], operations[order.pk], costs)
        order.planned_unit_cost = _share_out(order, cost, outputs[order.pk])
    ProductionOutput.objects.bulk_create([o for found in outputs.values() for o in found], batch_size=1000)
    ordering.replan_all([(order, components[order.pk], operations[order.pk]) for order in orders], ctx)
    DocumentLink.objects.bulk_create(
        [DocumentLink(source_id=o.demand_id, target_id=o.pk) for o in orders if o.demand_id], ignore_conflicts=True
    )


def _components(orders, ctx, known: dict) -> dict:
    """{order: its components}, written now when a proposal is confirmed or the quantity changed."""
    found = defaultdict(list)
    for line in (
        ProductionComponent.objects.filter(document__in=orders).select_related("item__unit").order_by("position")
    ):
        found[line.document_id].append(line)
    new, changed = [], []
    for order in orders:
        if order.exploded_quantity == order.quantity:
            continue
        lines = found[order.pk]
        preparing.explode(order, lines, known)
        for line in lines:
            line.document = order
        new += [line for line in lines if not line.pk]
        changed += [line for line in lines if line.pk]
    ProductionComponent.objects.bulk_create(new, batch_size=1000)
    database.update(changed, ["required_quantity", "position"])
    return found


def _operations(orders) -> dict:
    """{order: its operations}, copied from the routings of those that have none yet."""
    found = defaultdict(list)
    for operation in (
        ProductionOperation.objects.filter(order__in=orders).select_related("work_center").order_by("sequence")
    ):
        found[operation.order_id].append(operation)
    new = []
    for order in orders:
        if order.routing_id and order.pk not in found:
            for operation in frozen(order):
                found[order.pk].append(operation)
                new.append(operation)
        for operation in found[order.pk]:
            operation.order = order
    if new:
        ProductionOperation.objects.bulk_create(new, batch_size=1000)
    return found


def frozen(order) -> list[ProductionOperation]:
    """The order's operations as its routing says today, unsaved; yields raise what each has to deliver (P02)."""
    steps: list[RoutingOperation] = sorted(order.routing.lines.all(), key=lambda step: step.sequence)
    away = [s.sequence for s in steps if s.work_center.site_id != order.site_id and not s.supplier_id]
    instead = _alternates_here(order, away) if away else {}
    return [_frozen_step(order, step, instead.get(step.sequence)) for step in steps]


def _frozen_step(order, step: RoutingOperation, instead: OperationAlternate | None) -> ProductionOperation:
    """The operation of an order, at the alternate of its site where the work center stands elsewhere (C08)."""
    values = {f"{name}_id" if hasattr(step, f"{name}_id") else name: _value(step, name) for name in COPIED}
    if instead is not None:
        values["setup_hours"], values["skill_id"] = instead.setup_hours, instead.skill_id or values["skill_id"]
    run = Fraction((instead or step).run_hours_per_unit) * 100 / Fraction(step.yield_pct)
    return ProductionOperation(
        order=order,
        work_center=(instead or step).work_center,
        quantity=target(order, step.sequence),
        run_hours_per_unit=rounding.from_fraction(run, 6),
        **values,
    )


def _alternates_here(order, sequences: list[int]) -> dict[int, OperationAlternate]:
    found = OperationAlternate.objects.filter(
        routing=order.routing_id, sequence__in=sequences, work_center__site=order.site_id, work_center__active=True
    )
    return {row.sequence: row for row in found.select_related("work_center").order_by("-priority", "-id")}


def target(order, sequence: int) -> Decimal | None:
    """Good units an operation delivers so that the order's quantity is left after the later ones; None: as many."""
    factor = engineering.yield_factor(order.routing, sequence, after=True)
    return None if factor == 1 else rounding.raised(Fraction(order.quantity) * factor, order.item.unit.digits)


def _value(step, name: str):
    return getattr(step, f"{name}_id") if hasattr(step, f"{name}_id") else getattr(step, name)


def _outputs(orders) -> dict:
    """{order: what comes out beside its item}, from the bills of those that have none yet (P07)."""
    found: dict = {order.pk: [] for order in orders}
    of_bill = engineering.outputs_of({o.bom_id for o in orders if o.bom_id})
    wanted = [o for o in orders if o.bom_id in of_bill]
    there = set(ProductionOutput.objects.filter(order__in=wanted).values_list("order_id", flat=True)) if wanted else ()
    for order in wanted:
        if order.pk in there:
            continue
        for row in of_bill[order.bom_id]:
            quantity = Fraction(row.quantity) * Fraction(order.quantity) / Fraction(order.bom.batch_quantity)
            found[order.pk].append(
                ProductionOutput(
                    order=order,
                    item=row.item,
                    quantity=rounding.from_fraction(quantity, row.item.unit.digits),
                    cost_share_pct=row.cost_share_pct,
                )
            )
        found[order.pk] = [o for o in found[order.pk] if o.quantity > 0]
    return found


def _share_out(order, cost: Decimal, outputs: list[ProductionOutput]) -> Decimal:
    """Cost of one unit of the order's item, after what the others bear; sets theirs."""
    left = cost
    for output in outputs:
        share = cost * output.cost_share_pct / 100
        output.unit_cost = money.rounded(share / output.quantity, 6)
        left -= share
    return money.rounded(left / order.quantity, 6)
