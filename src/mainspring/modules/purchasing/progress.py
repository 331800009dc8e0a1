"""Progress of orders and requests, always computed anew from the facts (rules D01, D15)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from uuid import UUID

from mainspring.kernel import database, numbering, preferences
from mainspring.kernel.models import DocumentLink
from mainspring.kernel.prepared import Prepared

from .models import Allocation, PurchaseOrder, PurchaseOrderLine, PurchaseRequest
from .models.orders import Progress

ZERO = Decimal(0)


def refresh(ctx, order: PurchaseOrder) -> list[PurchaseOrderLine]:
    """Derive received, returned and billed of the order's lines and states of the order; returns the lines."""
    return refresh_all(ctx, [order])[order.pk]


def refresh_all(ctx, orders: Sequence[PurchaseOrder]) -> dict[UUID, list[PurchaseOrderLine]]:
    """The same for many orders of a company at once: {order: its lines}."""
    if not orders:
        return {}
    known = {order.pk: order for order in orders}
    lines = lines_of(known)
    keys = [line.pk for line in lines]
    facts = {row["line"]: row for row in database.planned_rows(FACTS, orders=list(known), lines=keys)}
    short = preferences.get(orders[0].company_id, "purchasing.under_receipt_pct")
    for line in lines:
        line.document = known[line.document_id]
        line.received_quantity, line.returned_quantity, line.billed_quantity = (
            facts[line.pk][what] for what in ("received", "returned", "billed")
        )
        enough = line.quantity * (100 - short) / 100
        line.is_complete = bool(
            line.document.state == "closed" or (line.received_quantity and line.received_quantity >= enough)
        )
    database.update(lines, ["received_quantity", "returned_quantity", "billed_quantity", "is_complete"])
    found: dict[UUID, list[PurchaseOrderLine]] = {pk: [] for pk in known}
    for line in lines:
        found[line.document_id].append(line)
    for pk, own in found.items():
        known[pk].received_state = _state([(line.received_quantity, line.is_complete) for line in own])
        known[pk].billed_state = _state([(line.billed_quantity, _billed_up(line)) for line in own])
    database.update(orders, ["received_state", "billed_state"])
    _spread_over_requests(lines)
    return found


def lines_of(order_ids) -> list[PurchaseOrderLine]:
    """Lines of orders with what quantities need, in order."""
    return _lines_of(list(order_ids))


_lines_of = Prepared(
    lambda keys: (
        PurchaseOrderLine.objects.filter(document_id__any_of=keys)
        .select_related("item", "document")
        .order_by("document_id", "position", "pk")
    )
)


def billed_quantities(line_ids, order_ids) -> dict[int, Decimal]:
    """Billed less credited of order lines, from posted bills, in the order's unit."""
    return {
        row["line"]: row["quantity"]
        for row in database.planned_rows(BILLED, orders=list(order_ids), lines=list(line_ids))
    }


BILLED = """
    SELECT l.origin_line AS line,
           SUM(CASE WHEN i.kind = 'supplier_credit' THEN -l.quantity ELSE l.quantity END) AS quantity
    FROM accounting_invoiceline l JOIN accounting_invoice i ON i.id = l.document_id
    WHERE l.origin_id = ANY(%(orders)s::uuid[]) AND l.origin_line = ANY(%(lines)s::bigint[]) AND i.state = 'posted'
      AND i.kind IN ('supplier_bill', 'supplier_credit')
    GROUP BY l.origin_line"""

FACTS = f"""
    WITH billed AS ({BILLED}),
    received AS (
        SELECT l.order_line_id AS line, SUM(l.quantity) AS quantity
        FROM purchasing_receiptline l JOIN purchasing_receipt d ON d.id = l.document_id AND d.state = 'posted'
        WHERE l.order_line_id = ANY(%(lines)s::bigint[]) GROUP BY l.order_line_id),
    returned AS (
        SELECT r.order_line_id AS line, SUM(l.quantity) AS quantity
        FROM purchasing_supplierreturnline l
        JOIN purchasing_supplierreturn d ON d.id = l.document_id AND d.state = 'posted'
        JOIN purchasing_receiptline r ON r.id = l.receipt_line_id
        WHERE r.order_line_id = ANY(%(lines)s::bigint[]) GROUP BY r.order_line_id)
    SELECT w.line, COALESCE(received.quantity, 0) AS received, COALESCE(returned.quantity, 0) AS returned,
           COALESCE(billed.quantity, 0) AS billed
    FROM unnest(%(lines)s::bigint[]) AS w (line) LEFT JOIN received USING (line) LEFT JOIN returned USING (line)
    LEFT JOIN billed USING (line)"""
"""What was received, returned and billed of order lines, in the order's unit: one row a line."""


def take(requests: Sequence[PurchaseRequest], order, ctx) -> None:
    """Note that requests went into a document, and what that makes of them."""
    came_from = [(r.pk, order.pk) for r in requests] + [(r.demand_id, r.pk) for r in requests if r.demand_id]
    DocumentLink.objects.bulk_create(
        [DocumentLink(source_id=source, target_id=target) for source, target in came_from], ignore_conflicts=True
    )
    numbering.number_many([r for r in requests if not r.number], ctx.business_date.year)
    for request in requests:
        request.state = "approved" if request.state == "proposed" else request.state
    database.update(requests, ["number", "state"])
    facts = refresh_requests([r.pk for r in requests])
    for request in requests:
        request.state, request.ordered_quantity = facts[request.pk]["state"], facts[request.pk]["ordered_quantity"]


def refresh_requests(request_ids) -> dict:
    """Derive ordered and received quantities and the state of requests from what was ordered or is transferred."""
    if not request_ids:
        return {}
    found = database.planned_rows(
        """
        WITH facts AS (
            SELECT r.id, COALESCE(SUM(a.quantity), 0) AS ordered, COALESCE(SUM(a.received), 0) AS received
            FROM purchasing_purchaserequest r LEFT JOIN (
                SELECT request_id, quantity, received_quantity AS received FROM purchasing_allocation
                WHERE request_id = ANY(%(ids)s::uuid[])
                UNION ALL
                SELECT l.needed_for_id, l.quantity, CASE WHEN t.state = 'received' THEN l.quantity ELSE 0 END
                FROM stock_transferline l JOIN stock_transfer t ON t.id = l.document_id AND t.state <> 'cancelled'
                WHERE l.needed_for_id = ANY(%(ids)s::uuid[])) a ON a.request_id = r.id
            WHERE r.id = ANY(%(ids)s::uuid[]) GROUP BY r.id)
        UPDATE purchasing_purchaserequest r
        SET ordered_quantity = f.ordered, received_quantity = f.received, state = CASE
            WHEN r.state NOT IN ('approved', 'ordered', 'received') THEN r.state
            WHEN f.received >= r.quantity THEN 'received' WHEN f.ordered >= r.quantity THEN 'ordered'
            ELSE 'approved' END
        FROM facts f WHERE f.id = r.id RETURNING r.id, r.state, r.ordered_quantity""",
        ids=list(request_ids),
    )
    return {row["id"]: row for row in found}


def _spread_over_requests(lines) -> None:
    """Give what was received to the requests of each line, the earliest need first."""
    allocations = defaultdict(list)
    for allocation in _allocations([line.pk for line in lines]):
        allocations[allocation.order_line_id].append(allocation)
    changed = []
    for line in lines:
        left = line.received_quantity - line.returned_quantity
        left = line.in_stock_unit(left) if left else ZERO
        for allocation, share in _spread(allocations[line.pk], left):
            if share != allocation.received_quantity:
                allocation.received_quantity = share
                changed.append(allocation)
    database.update(changed, ["received_quantity"])
    refresh_requests({a.request_id for found in allocations.values() for a in found})


def _spread(allocations: Sequence[Allocation], quantity: Decimal) -> Iterator[tuple[Allocation, Decimal]]:
    """(allocation, its share) of a quantity that was received in all, the earliest need first (D15)."""
    for allocation in allocations:
        share = min(quantity, allocation.quantity)
        quantity -= share
        yield allocation, share


def dedicated(line_ids) -> dict[int, list[Allocation]]:
    """{order line: all it is allocated to, the earliest need first} of lines that serve a document alone (P22)."""
    found = defaultdict(list)
    for allocation in _allocations(list(line_ids)):
        found[allocation.order_line_id].append(allocation)
    for line in [key for key, own in found.items() if not any(a.request.is_dedicated for a in own)]:
        del found[line]
    return found


def shared_out(allocations: Sequence[Allocation], quantity: Decimal) -> dict[UUID, Decimal]:
    """{document: how much} of what arrives, of those it comes for alone; what is taken counts as received."""
    shares: dict[UUID, Decimal] = defaultdict(Decimal)
    in_all = quantity + sum((a.received_quantity for a in allocations), ZERO)
    for allocation, share in _spread(allocations, in_all):
        part, allocation.received_quantity = share - allocation.received_quantity, share
        if part > 0 and allocation.request.is_dedicated and allocation.request.demand_id:
            shares[allocation.request.demand_id] += part
    return dict(shares)


_allocations = Prepared(
    lambda keys: (
        Allocation.objects.filter(order_line_id__any_of=keys)
        .select_related("request")
        .order_by("request__needed_on", "request_id")
    )
)


def _billed_up(line: PurchaseOrderLine) -> bool:
    due = line.received_quantity - line.returned_quantity if line.is_stocked and line.is_complete else line.quantity
    return line.billed_quantity >= due


def _state(lines: list[tuple[Decimal, bool]]) -> str:
    if lines and all(done for _quantity, done in lines):
        return Progress.FULLY
    return Progress.PARTLY if any(quantity for quantity, _done in lines) else Progress.NONE
