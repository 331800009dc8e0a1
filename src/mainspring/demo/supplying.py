"""Purchasing: requests become orders, goods arrive, bills are matched."""

from datetime import timedelta
from decimal import Decimal

from mainspring.kernel import commands
from mainspring.kernel.models import ApprovalRequest
from mainspring.modules.items.models import ItemSite
from mainspring.modules.purchasing import commands as purchasing
from mainspring.modules.purchasing.models import (
    BillMatch,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseRequest,
    Receipt,
    SupplierItem,
)

from . import selling, words
from .life import Life

ZERO = Decimal(0)


def buy(life: Life) -> None:
    """The buyer orders what the plan asks for before the next look at it."""
    buyer = life.by("buyer")
    if life.cast.makes:
        wanted = list(
            PurchaseRequest.objects.filter(**life.mine, state__in=("proposed", "approved"), order_by__lte=life.until)
            .select_related("item", "site", "supplier")
            .order_by("order_by", "item__code", "site__code", "quantity")[:60]
        )
        if wanted:
            life.attempt("order requests", lambda: purchasing.order_requests(wanted, buyer))
    else:
        restock(life)
    for order in PurchaseOrder.objects.filter(**life.mine, state="draft", created_by=buyer.user).order_by(
        "supplier__code", "net"
    ):
        if not waits(order):
            life.do(order, "confirm", buyer)


def restock(life: Life, *, confirm: bool = True) -> PurchaseOrder | None:
    """A trading company buys bicycles by reorder point, whatever the plan says."""
    site = life.plants[0]
    plans = list(ItemSite.objects.filter(site=site, reorder_to__gt=0).order_by("item__code"))
    here = selling.free([p.item_id for p in plans], site)
    coming = {}
    for line in PurchaseOrderLine.objects.filter(document__site=site, document__state__in=("draft", "confirmed")):
        coming[line.item_id] = coming.get(line.item_id, ZERO) + line.open_quantity
    sources = {s.item_id: s for s in SupplierItem.objects.filter(company__code=life.cast.company).order_by("-priority")}
    lines, supplier = [], None
    for plan in plans:
        position = here.get(plan.item_id, ZERO) + coming.get(plan.item_id, ZERO)
        if position < plan.reorder_point and plan.item_id in sources:
            source = sources[plan.item_id]
            supplier = source.supplier
            lines.append(
                {"item": plan.item_id, "quantity": (plan.reorder_to - position).quantize(ZERO), "price": source.price}
            )
    if not lines:
        return None
    made = life.make(
        "purchase order",
        PurchaseOrder,
        life.by("buyer"),
        supplier=supplier,
        site=site,
        expected_on=life.in_days(8, 16),
        lines=lines[:8],
    )
    return made


def waits(record) -> bool:
    """Whether somebody is asked to approve something about the record."""
    return ApprovalRequest.objects.filter(
        entity=record._meta.label_lower, record_id=str(record.pk), state="waiting"
    ).exists()


def receive(life: Life) -> None:
    """What is due arrives, sometimes late or in two parts."""
    ctx = life.by("warehouse")
    due = PurchaseOrder.objects.filter(
        **life.mine, state="confirmed", received_state__in=("none", "partly"), expected_on__lte=life.day
    )
    for order in due.order_by("expected_on", "number")[:14]:
        if life.happens(0.05 if life.is_past else 0.2):  # the supplier is late
            continue
        made = life.do(order, "receive", ctx)
        if made is None:
            continue
        receipt = made.outcome
        if life.happens(0.15):
            halve(life, receipt)
        life.do(receipt, "post", ctx)


def halve(life: Life, receipt: Receipt) -> None:
    """A part comes now, the rest later."""
    lines = [
        {"id": line.pk, "quantity": max(Decimal(1), (line.quantity / 2).quantize(Decimal(1)))}
        for line in receipt.lines.order_by("position")
    ]
    life.attempt("part receipt", lambda: commands.change(receipt, life.by("warehouse"), lines=lines))


def bill(life: Life) -> None:
    """Bills come some days after the goods; one that differs from the order waits for the buyer."""
    for match in BillMatch.objects.filter(
        invoice__company__code=life.cast.company, needs_buyer=True, accepted_by=None, invoice__state="draft"
    ).order_by("pk"):
        if life.happens(0.6) and life.do(match, "accept", life.by("buyer"), why=life.rng.choice(words.ACCEPTED)):
            life.do(match.invoice, "post", life.by("accountant"))
    waiting = Receipt.objects.filter(
        **life.mine,
        state="posted",
        received_on__lte=life.day - timedelta(days=0 if life.is_past else 3),
        order__billed_state__in=("none", "partly"),
    )
    for receipt in waiting.select_related("order").order_by("number")[:14]:
        if any(line.to_bill > 0 for line in receipt.order.lines.select_related("item")):
            enter(life, receipt, dearer=life.happens(0.08))


def enter(life: Life, receipt: Receipt, *, dearer: bool, post: bool = True):
    """The supplier's bill for a receipt, at the order's prices or dearer than agreed."""
    ctx = life.by("accountant")
    if life.done.get(f"bill of {receipt.number}"):
        return None
    life.done[f"bill of {receipt.number}"] += 1
    made = life.do(receipt, "bill", ctx, supplier_number=f"S-{receipt.number}", invoiced_on=life.day)
    if made is None or made.outcome is None:
        return None
    invoice = made.outcome
    if dearer:
        lines = [
            {"id": line.pk, "price": (line.price * Decimal("1.06")).quantize(Decimal("0.01"))}
            for line in invoice.lines.order_by("position")
        ]
        life.attempt("dearer bill", lambda: commands.change(invoice, ctx, lines=lines))
    waits_for_buyer = BillMatch.objects.filter(invoice=invoice, needs_buyer=True, accepted_by=None).exists()
    if post and not waits_for_buyer:
        life.do(invoice, "post", ctx)
    return invoice


def ask(life: Life) -> PurchaseRequest | None:
    """Somebody needs something that is no item."""
    who = life.rng.choice(["workshop", "engineer", "sales", "hr"])
    what, price = life.rng.choice(words.WANTED)
    ctx = life.by(who)
    made = life.make(
        "purchase request",
        PurchaseRequest,
        ctx,
        description=what,
        quantity=Decimal(life.rng.randrange(1, 5)),
        site=life.plants[0],
        needed_on=life.in_days(10, 30),
        reason_text=price,
    )
    return made and life.do(made, "submit", ctx)
