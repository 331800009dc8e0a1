"""From requests to purchase orders, and what an order promises to stock."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from mainspring.engines.calendar import working
from mainspring.kernel import commands, database, events, money, sentences
from mainspring.kernel.models import DocumentLink
from mainspring.kernel.prepared import Prepared
from mainspring.kernel.workflow import effect, guard, open_lines
from mainspring.modules.accounting import commands as accounting
from mainspring.modules.organization import queries as organization
from mainspring.modules.parties import queries as parties
from mainspring.modules.stock import commands as stock

from . import progress, transferring
from .events import PurchaseOrderConfirmed
from .models import Allocation, PurchaseOrder, PurchaseOrderLine, PurchaseRequest, Receipt
from .models.sources import SupplierItem, offer, valid_sources

ZERO = Decimal(0)


# -- requests ---------------------------------------------------------------------------------------------------------


@effect(PurchaseRequest, "order")
def order_one(request, ctx, supplier):
    """Order one request; see `order_requests`."""
    return order_requests([request], ctx, supplier=supplier)[0]


def order_requests(requests: Sequence[PurchaseRequest], ctx, *, supplier=None) -> list[PurchaseOrder]:
    """Put requests into draft orders, one for each supplier and site: equal items share a line (PUR-03).

    What another site of ours gives becomes a transfer from there (MFG-11); it is among the answers.
    The quantity of a line is the sum of its needs, raised to the source's minimum and multiple (PUR-04).
    Raises ValidationError naming the requests nobody is known to supply.
    """
    if ctx.command_id is None:
        with commands.batch(PurchaseRequest, ctx, "order", requests=len(requests)) as inner:
            return order_requests(requests, inner, supplier=supplier)
    sources = valid_sources(ctx.company_id, {r.item_id for r in requests if r.item_id}, ctx.business_date)
    groups: dict[tuple, list[PurchaseRequest]] = defaultdict(list)
    errors = []
    brought = [r for r in requests if r.from_site_id and supplier is None]
    for request in requests:
        if request in brought:
            continue
        chosen = supplier or request.supplier or next((s.supplier for s in sources.get(request.item_id, ())), None)
        if chosen is None:
            errors.append(_("%(request)s: no supplier is known; name one.") % {"request": _name(request)})
        else:
            groups[chosen, request.site].append(request)
    if errors:
        raise ValidationError(errors)
    orders = [_into_order(ctx, chosen, site, found, sources) for (chosen, site), found in groups.items()]
    return [*orders, *transferring.transfers(brought, ctx)]


def _into_order(ctx, supplier, site, requests, sources) -> PurchaseOrder:
    order = (
        PurchaseOrder.objects.select_for_update(of=("self",))
        .filter(company=ctx.company_id, supplier=supplier, site=site, state="draft", created_by=ctx.user)
        .order_by("pk")
        .first()
    )
    if order is None:
        of_items = [s for r in requests for s in sources.get(r.item_id, ()) if s.supplier_id == supplier.pk]
        order = commands.create(
            PurchaseOrder,
            ctx,
            supplier=supplier,
            site=site,
            currency=of_items[0].currency if of_items else supplier.currency,
        )
    existing = list(order.lines.prefetch_related("allocations__request").order_by("position"))
    shared = {line.item_id: line for line in existing if line.item_id and line.allocations.all()}
    specs = [{"id": line.pk} for line in existing]
    by_line: list[tuple[dict, list[tuple[PurchaseRequest, Decimal]]]] = []
    by_item = defaultdict(list)
    for request in requests:
        by_item[request.item_id or request.pk].append(request)
    for found in by_item.values():
        source = next((s for s in sources.get(found[0].item_id, ()) if s.supplier_id == supplier.pk), None)
        new = [(r, r.open_quantity) for r in found]
        line = shared.get(found[0].item_id)
        spec = next(s for s in specs if s["id"] == line.pk) if line else {}
        old = [(a.request, a.quantity) for a in line.allocations.all()] if line else []
        spec.update(_line_spec(ctx, order, found[0], source, [*old, *new], site))
        if not line:
            specs.append(spec)
        by_line.append((spec, new))
    order = commands.change(order, ctx, lines=specs)
    lines = {line.position: line for line in order.lines.all()}
    at = {id(spec): position for position, spec in enumerate(specs, 1)}
    Allocation.objects.bulk_create(
        Allocation(order_line=lines[at[id(spec)]], request=r, quantity=q) for spec, new in by_line for r, q in new if q
    )
    progress.take(requests, order, ctx)
    return order


def _line_spec(ctx, order, request, source: SupplierItem | None, needs, site) -> dict:
    """Item, quantity, price and date of the line that serves these needs, with the reasons."""
    need, needed_on = sum((q for _r, q in needs), ZERO), min(r.needed_on for r, _q in needs)
    if source is None or source.currency_id != order.currency_id:
        return {
            "item": request.item,
            "description": request.description or request.item.local_name,
            "quantity": need,
            "unit": request.unit,
            "expected_on": max(needed_on, ctx.business_date),
        }
    in_unit = organization.to_unit(need, source.item.unit, source.unit, item=source.item, direction="up")
    found = offer(source, in_unit)
    earliest = working.add_working_days(organization.site_days(site), ctx.business_date, source.lead_time_days)
    return {
        "item": source.item,
        "quantity": found.quantity,
        "unit": source.unit,
        "price": found.price,
        "expected_on": max(needed_on, earliest),
        "price_reason": found.price_reason,
        "quantity_reason": found.quantity_reason,
    }


def _name(request: PurchaseRequest) -> str:
    return " ".join(filter(None, (request.number, request.item.code if request.item_id else request.description)))


@guard(PurchaseRequest, "order")
def something_is_left_to_order(request, ctx):
    if request.open_quantity <= 0:
        raise ValidationError(_("Everything asked for is already ordered."))


@guard(PurchaseRequest, "cancel")
def nothing_arrived_for_it(request, ctx):
    if request.received_quantity > 0:
        raise ValidationError(_("Some of it has arrived; the order decides what happens with the rest."))


@effect(PurchaseRequest, "cancel")
def cancel_request(request, ctx, why):
    """What was ordered for it is free for the other requests of the line, or for stock (D15)."""
    lines = [a.order_line for a in request.allocations.select_related("order_line__document")]
    request.allocations.all().delete()
    request.ordered_quantity = ZERO
    if why:
        request.reason_text = sentences.join((request.reason_text, why), "\n")
    request.state = "cancelled"
    for order in {line.document for line in lines}:
        progress.refresh(ctx, order)


# -- orders -----------------------------------------------------------------------------------------------------------


@guard(PurchaseOrder, "confirm", many=True)
def orders_are_complete(orders, ctx):
    lines: dict = {order.pk: [] for order in orders}
    for line in PurchaseOrderLine.objects.filter(document__in=lines):
        lines[line.document_id].append(line)
    prefetch_related_objects(orders, "supplier")
    for order in orders:
        _require_complete(order, lines[order.pk])


def _require_complete(order: PurchaseOrder, lines) -> None:
    if not lines:
        raise ValidationError(_("An order needs at least one line."))
    if any(line.price is None for line in lines):
        raise ValidationError(_("Every line needs a price."))
    if not order.supplier.is_supplier or not order.supplier.active:
        raise ValidationError(_("%(party)s is not an active supplier.") % {"party": order.supplier})


@effect(PurchaseOrder, "confirm", many=True)
def confirm(orders, ctx):
    """The goods are expected from now on."""
    for order in orders:
        order.state = "confirmed"
    plan_supplies(orders, ctx)
    events.publish_all([PurchaseOrderConfirmed(order.pk) for order in orders], ctx)


def locked(order_ids) -> dict[UUID, PurchaseOrder]:
    """Orders under their row locks, taken in the order of keys."""
    return {order.pk: order for order in _locked(list(order_ids))}


_locked = Prepared(
    lambda keys: (
        PurchaseOrder.objects.select_for_update(of=("self",))
        .select_related("supplier")
        .filter(pk__any_of=keys)
        .order_by("pk")
    )
)


def plan_supply(order: PurchaseOrder, ctx, lines=None) -> None:
    """Write what is still to come into the material ledger as planned moves."""
    plan_supplies([order], ctx, None if lines is None else {order.pk: lines})


def plan_supplies(orders: Sequence[PurchaseOrder], ctx, lines: dict | None = None) -> None:
    """The same for many orders at once. `lines`: {order: its lines}, when the caller has them."""
    known = {order.pk: order for order in orders}
    if lines is None:
        lines = {pk: [] for pk in known}
        for line in progress.lines_of(known):
            line.document = known[line.document_id]
            lines[line.document_id].append(line)
    sites = {order.site_id: order.site for order in orders}
    places = {pk: stock.ensure_locations(site, ctx) for pk, site in sites.items()}
    stock.replan_all(ctx, {pk: _supply(order, lines[pk], places[order.site_id]) for pk, order in known.items()})
    accounting.plan_cash_all(ctx, {pk: _cash(order, ctx, lines[pk]) for pk, order in known.items()})


def _supply(order: PurchaseOrder, lines, places) -> list[stock.MoveSpec]:
    """The moves still to come of an order."""
    return [
        stock.MoveSpec(
            line.item,
            line.in_stock_unit(line.open_quantity),
            places["supplier"],
            places["internal"],
            order,
            line.pk,
            planned_on=line.expected_on or order.expected_on or order.ordered_on,
        )
        for line in lines
        if order.state == "confirmed" and line.is_stocked and line.open_quantity > 0
    ]


def _cash(order: PurchaseOrder, ctx, lines) -> list[dict]:
    """What is not billed yet is to be paid when due after it arrives."""
    left = sum((line.net * max(line.quantity - line.billed_quantity, ZERO) / line.quantity for line in lines), ZERO)
    rows = []
    if order.state == "confirmed" and left > 0 and order.net:
        amount = money.rounded(order.total * left / order.net, order.currency.digits)
        rows.append(
            {
                "planned_on": parties.due_on(
                    order.payment_term, max(order.expected_on or ctx.business_date, ctx.business_date)
                ),
                "currency_id": order.currency_id,
                "amount": -amount,
                "party_id": order.supplier_id,
                "amount_base": -money.rounded(order.total_base * amount / order.total, 2),
            }
        )
    return rows


@guard(PurchaseOrder, "receive")
def something_is_to_come(order, ctx):
    if not any(line.open_quantity > 0 for line in order.lines.all()):
        raise ValidationError(_("Nothing more is expected on this order."))


@effect(PurchaseOrder, "receive")
def receive(order, ctx):
    """A draft receipt of everything still to come."""
    return commands.create(Receipt, ctx, order=order, links=[order])


@effect(PurchaseOrder, "reschedule")
def reschedule(order, ctx, expected_on: date, position):
    """Move the open lines, or one of them, to the supplier's new date; the plan follows."""
    lines = list(order.lines.select_related("item__unit", "unit", "document"))
    moved = open_lines(lines, position, lambda line: line.open_quantity > 0)
    for line in moved:
        line.expected_on = expected_on
    database.update(moved, ["expected_on"])
    order.expected_on = max((line.expected_on for line in lines if line.expected_on), default=expected_on)
    plan_supply(order, ctx, lines)


@effect(PurchaseOrder, "close", many=True)
def close(orders, ctx):
    """Release what never came: its planned moves and the requests it was to serve."""
    for order in orders:
        order.state = "closed"
    _give_back(orders, ctx)


@guard(PurchaseOrder, "cancel")
def nothing_has_happened_yet(order, ctx):
    if any(line.received_quantity or line.billed_quantity for line in order.lines.all()):
        raise ValidationError(_("Part of it was received or billed; close the order instead."))
    if order.pk and order.receipts.filter(state="draft").exists():
        raise ValidationError(_("There is a draft receipt of this order; cancel it first."))


@effect(PurchaseOrder, "cancel", many=True)
def cancel(orders, ctx):
    """Nothing is expected any more; the requests are open again."""
    for order in orders:
        order.state = "cancelled"
    _give_back(orders, ctx)


def _give_back(orders, ctx) -> None:
    """Allocations keep what was received; the rest of each request is to be ordered again (D06)."""
    found = list(Allocation.objects.filter(order_line__document__in=orders))
    empty = [a.pk for a in found if not a.received_quantity]
    for allocation in found:
        allocation.quantity = allocation.received_quantity
    Allocation.objects.filter(pk__in=empty).delete()
    database.update([a for a in found if a.received_quantity], ["quantity"])
    lines = progress.refresh_all(ctx, orders)
    progress.refresh_requests({a.request_id for a in found})
    plan_supplies(orders, ctx, lines)


def requests_of(order) -> list:
    """Keys of the requests an order came from."""
    return list(
        DocumentLink.objects.filter(target=order.pk, source__kind="purchasing.purchaserequest").values_list(
            "source_id", flat=True
        )
    )
