"""Supplier bills and credit notes: drafted from what arrived and matched to what was ordered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Sum, prefetch_related_objects
from django.utils.translation import gettext as _

from mainspring.kernel import bulk, commands, money, preferences, sets
from mainspring.kernel.prepared import Prepared
from mainspring.kernel.workflow import effect, guard
from mainspring.modules.accounting import queries as accounting
from mainspring.modules.accounting.models import Invoice, InvoiceLine, JournalLine

from . import ordering, progress
from .grni import settle_all
from .models import BillMatch, GrniEntry, PurchaseOrder, PurchaseOrderLine, Receipt, ReceiptLine

ZERO = Decimal(0)
SUPPLIER_KINDS = ("supplier_bill", "supplier_credit")


# -- drafting ---------------------------------------------------------------------------------------------------------


@effect(PurchaseOrder, "bill")
def bill_order(order, ctx, supplier_number, invoiced_on, ahead):
    """A draft bill of what arrived and is not billed; `ahead` adds what is still to come."""
    lines = _lines([order])[order.pk]
    wanted = {line.pk: line.quantity - line.billed_quantity if ahead else line.to_bill for line in lines}
    return _draft(ctx, [Wanted(order, lines, wanted, supplier_number, [order])], invoiced_on)[0]


@effect(Receipt, "bill")
def bill_receipt(receipt, ctx, supplier_number, invoiced_on):
    """A draft bill of what arrived with this receipt and is not billed."""
    return bill_receipts([(receipt, supplier_number)], ctx, invoiced_on=invoiced_on)[0]


def bill_receipts(numbered: Sequence[tuple[Receipt, str]], ctx, *, invoiced_on: date | None = None) -> list[Invoice]:
    """Draft bills of what arrived with each receipt and is not billed: (receipt, supplier's bill number).

    Raises ValidationError when there is nothing to bill for one of them; then nothing was drafted.
    """
    if ctx.command_id is None:
        with commands.batch(Receipt, ctx, "bill", receipts=len(numbered)) as inner:
            return bill_receipts(numbered, inner, invoiced_on=invoiced_on)
    prefetch_related_objects([receipt for receipt, _number in numbered], "order__company")
    lines = _lines([receipt.order for receipt, _number in numbered])
    here: dict[tuple, Decimal] = {}
    for kept in ReceiptLine.objects.filter(document__in=[receipt.pk for receipt, _number in numbered]):
        here[kept.document_id, kept.order_line_id] = (
            here.get((kept.document_id, kept.order_line_id), ZERO) + kept.left_quantity
        )
    bills = []
    for receipt, number in numbered:
        own = lines[receipt.order_id]
        wanted = {line.pk: min(line.to_bill, here.get((receipt.pk, line.pk), ZERO)) for line in own}
        bills.append(Wanted(own[0].document, own, wanted, number, [receipt.order, receipt]))
    return _draft(ctx, bills, invoiced_on)


@dataclass(frozen=True)
class Wanted:
    """A bill to draft: quantities by order line (order's unit), and the documents it comes from."""

    order: PurchaseOrder
    lines: Sequence[PurchaseOrderLine]
    quantities: dict[int, Decimal]
    supplier_number: str
    links: Sequence


def _draft(ctx, wanted: Sequence[Wanted], invoiced_on: date | None) -> list[Invoice]:
    """Draft bills of one company, all of them or none, and lay them beside their orders."""
    drafted = _drafted([w.order.pk for w in wanted])
    chart = accounting.Chart(wanted[0].order.company_id)
    rows = []
    for w in wanted:
        specs = _bill_lines(w, drafted, chart)
        if not specs:
            raise ValidationError(_("There is nothing received that is not billed yet."))
        rows.append(
            {
                "kind": "supplier_bill",
                "party": w.order.supplier,
                "currency": w.order.currency,
                "site": w.order.site,
                "payment_term": w.order.payment_term,
                "invoice_on": invoiced_on or ctx.business_date,
                "reference": w.supplier_number or "",
                "lines": specs,
            }
        )
    if len(rows) == 1:
        bills = [commands.create(Invoice, ctx, links=wanted[0].links, **rows[0])]
    else:
        bills = bulk.create_many(Invoice, ctx, rows, links=[w.links for w in wanted])
    refresh_matches(bills, ctx)
    return bills


def _bill_lines(wanted: Wanted, drafted: dict[int, Decimal], chart) -> list[dict]:
    """Values of the lines of a draft bill: what is wanted and not on another draft."""
    specs = []
    for line in wanted.lines:
        quantity = min(wanted.quantities[line.pk], wanted.quantities[line.pk] - drafted.get(line.pk, ZERO))
        if quantity > 0:
            role = "grni" if line.is_stocked else "purchase_expense"
            specs.append(
                {
                    "item": line.item,
                    "description": line.description,
                    "quantity": quantity,
                    "unit": line.unit,
                    "price": line.price,
                    "discount_pct": line.discount_pct,
                    "tax_code": line.tax_code,
                    "account": chart.account(role, line.item, wanted.order.supplier),
                    "origin": wanted.order.identity,
                    "origin_line": line.pk,
                }
            )
    return specs


def to_credit(record) -> dict[int, Decimal]:
    """{order line: quantity} billed beyond what we kept, at most what this return sent back."""
    returned: dict[int, Decimal] = {}
    for line in record.lines.select_related("receipt_line"):
        key = line.receipt_line.order_line_id
        returned[key] = returned.get(key, ZERO) + line.quantity
    drafted = _drafted([record.receipt.order_id], "supplier_credit")
    found = {}
    for line in PurchaseOrderLine.objects.filter(pk__in=returned).select_related("item"):
        beyond = line.billed_quantity - (line.received_quantity - line.returned_quantity)
        found[line.pk] = max(min(returned[line.pk], beyond - drafted.get(line.pk, ZERO)), ZERO)
    return found


def draft_credit(ctx, record, supplier_number, invoiced_on) -> Invoice:
    """The credit note takes prices and taxes of the bill lines it credits (M09)."""
    wanted = to_credit(record)
    order = record.receipt.order
    billed = (
        InvoiceLine.objects.filter(
            origin=order.pk, origin_line__in=wanted, document__state="posted", document__kind="supplier_bill"
        )
        .select_related("document")
        .order_by("-pk")
    )
    first, specs = None, []
    for line in billed:
        quantity = min(wanted.get(line.origin_line, ZERO), line.quantity)
        if quantity <= 0 or (first and line.document_id != first.pk):
            continue
        first = first or line.document
        wanted[line.origin_line] -= quantity
        specs.append(
            {
                "item": line.item,
                "description": line.description,
                "quantity": quantity,
                "unit": line.unit,
                "price": line.price,
                "discount_pct": line.discount_pct,
                "tax_code": line.tax_code,
                "account": line.account,
                "origin": order.identity,
                "origin_line": line.origin_line,
                "credits": line,
            }
        )
    return commands.create(
        Invoice,
        ctx,
        kind="supplier_credit",
        party=order.supplier,
        currency=order.currency,
        site=order.site,
        invoice_on=invoiced_on or ctx.business_date,
        reference=supplier_number or "",
        credits=first,
        rate=first.rate,
        tax_point_on=first.tax_point_on,
        lines=specs,
        links=[record, first],
    )


def _lines(orders) -> dict[UUID, list[PurchaseOrderLine]]:
    """{order: its lines} with what a bill takes from them."""
    found: dict[UUID, list[PurchaseOrderLine]] = {order.pk: [] for order in orders}
    related = ("supplier", "currency", "site", "payment_term", "identity")
    for line in (
        PurchaseOrderLine.objects.filter(document__in=found)
        .select_related("item__category", "unit", "tax_code", *(f"document__{name}" for name in related))
        .order_by("document_id", "position", "pk")
    ):
        found[line.document_id].append(line)
    return found


def _drafted(order_ids, kind: str = "supplier_bill") -> dict[int, Decimal]:
    """Quantities on draft bills of the orders, so that nothing is drafted twice."""
    return dict(
        InvoiceLine.objects.filter(origin__in=order_ids, document__kind=kind, document__state="draft")
        .order_by()
        .values_list("origin_line")
        .annotate(Sum("quantity"))
    )


# -- matching ---------------------------------------------------------------------------------------------------------


def differences(bill: Invoice) -> list[dict]:
    """Lines of a bill outside the company's tolerances, as plain data: line, kind, expected, billed, text."""
    return all_differences([bill])[bill.pk]


def all_differences(bills: Sequence[Invoice]) -> dict[UUID, list[dict]]:
    """The same for many bills: {bill: differences}."""
    lines = order_lines_of(bills)
    if not any(lines.values()):
        return {bill.pk: [] for bill in bills}
    ordered = {line.pk: line for line in _ordered([line.origin_line for own in lines.values() for line in own])}
    return {bill.pk: _differences(bill, lines[bill.pk], ordered) for bill in bills}


def order_lines_of(bills: Sequence[Invoice]) -> dict[UUID, list[InvoiceLine]]:
    """{bill: its lines that come from purchase orders}."""
    found: dict[UUID, list[InvoiceLine]] = {bill.pk: [] for bill in bills}
    for line in _from_orders(list(found)) if bills else ():
        found[line.document_id].append(line)
    return found


_ordered = Prepared(lambda keys: PurchaseOrderLine.objects.filter(pk__any_of=keys).select_related("item").order_by())
_from_orders = Prepared(
    lambda keys: (
        InvoiceLine.objects.filter(document_id__any_of=keys, origin__kind="purchasing.purchaseorder")
        .select_related("item")
        .order_by("document_id", "position", "pk")
    )
)


def _differences(bill: Invoice, lines: Sequence[InvoiceLine], ordered: dict[int, PurchaseOrderLine]) -> list[dict]:
    wishes = preferences.all_of(bill.company_id)
    rate = bill.rate or (accounting.rate_to_base(bill.company_id, bill.currency_id, bill.invoice_on)[0] if lines else 1)
    found = []
    for line in lines:
        source = ordered[line.origin_line]
        price = (line.price or ZERO) * (100 - line.discount_pct) / 100
        over = price - source.unit_price
        pct, amount = wishes["purchasing.price_tolerance_pct"], wishes["purchasing.price_tolerance_amount"]
        if over > 0 and (over * 100 > pct * source.unit_price or over * line.quantity * rate > amount):
            found.append(
                _said(line, "price", source.unit_price, price, _("%(item)s: price %(billed)s, ordered at %(expected)s"))
            )
        here = sum(x.quantity for x in lines if x.origin_line == line.origin_line)
        due = source.received_quantity - source.returned_quantity if source.is_stocked else source.quantity
        if here + source.billed_quantity > due * (100 + wishes["purchasing.quantity_tolerance_pct"]) / 100:
            found.append(
                _said(
                    line,
                    "quantity",
                    max(due - source.billed_quantity, ZERO),
                    here,
                    _("%(item)s: %(billed)s billed, %(expected)s received and not billed"),
                )
            )
    return found


def _said(line, kind: str, expected: Decimal, billed: Decimal, text: str) -> dict:
    expected, billed = f"{expected.normalize():f}", f"{billed.normalize():f}"
    return {
        "line": line.origin_line,
        "kind": kind,
        "expected": expected,
        "billed": billed,
        "text": text
        % {"item": line.item.code if line.item_id else line.description, "expected": expected, "billed": billed},
    }


def refresh_match(bill: Invoice, ctx) -> None:
    """Lay the bill beside its orders; a change of what differs voids an acceptance."""
    refresh_matches([bill], ctx)


def refresh_matches(bills: Sequence[Invoice], ctx) -> None:
    """The same for many bills."""
    user = ctx.user if getattr(ctx.user, "pk", None) else None
    known = {match.invoice_id: match for match in BillMatch.objects.filter(invoice__in=[bill.pk for bill in bills])}
    differing, new = all_differences(bills), []
    for bill in bills:
        found, match = differing[bill.pk], known.get(bill.pk)
        values = {"differences": found, "summary": "\n".join(d["text"] for d in found), "needs_buyer": bool(found)}
        if match is None:
            new.append(BillMatch(invoice=bill, created_by=user, **values))
        elif _facts(match.differences) != _facts(found):
            BillMatch.objects.filter(pk=match.pk).update(**values, accepted_by=None, accepted_why="")
    BillMatch.objects.bulk_create(new)


@guard(BillMatch, "accept")
def there_is_something_to_accept(match, ctx):
    if not match.needs_buyer:
        raise ValidationError(_("The bill agrees with the order."))


@effect(BillMatch, "accept")
def accept(match, ctx, why):
    """The buyer lets the bill through as it is."""
    match.accepted_by, match.accepted_why, match.needs_buyer = ctx.user, why[:240], False


@guard(Invoice, "post", many=True)
def bills_agree_with_their_orders(invoices, ctx):
    """Outside the tolerances a bill waits until a buyer accepts it (D04)."""
    bills = [invoice for invoice in invoices if invoice.kind == "supplier_bill"]
    differing = {pk: found for pk, found in all_differences(bills).items() if found}
    if not differing:
        return
    accepted = BillMatch.objects.filter(invoice__in=differing, accepted_by__isnull=False)
    known = {match.invoice_id: _facts(match.differences) for match in accepted}
    for pk, found in differing.items():
        if known.get(pk) != _facts(found):
            raise ValidationError([*(d["text"] for d in found), _("A buyer has to accept this in bill matching.")])


def _facts(found: list[dict]) -> list[tuple]:
    return [(d["line"], d["kind"], d["expected"], d["billed"]) for d in found]


# -- posted bills -----------------------------------------------------------------------------------------------------


def follow_invoices(invoices: Sequence[Invoice], ctx, *, reversed_: bool = False) -> None:
    """Bills or credit notes are in the books, or taken out again: write the account's lines and settle differences."""
    lines = {pk: own for pk, own in order_lines_of(invoices).items() if own}
    if not lines:
        return
    orders = ordering.locked({line.origin_id for own in lines.values() for line in own})
    progress.refresh_all(ctx, list(orders.values()))
    stocked = {pk: [line for line in own if line.item_id and line.item.is_stocked] for pk, own in lines.items()}
    posted = _posted(stocked)
    entries, matches = [], []
    for invoice in invoices:
        if invoice.pk in lines:
            on = ctx.business_date if reversed_ else invoice.invoice_on
            entries += _entries(invoice, stocked[invoice.pk], on, reversed_, posted)
            matches.append(({line.origin_line for line in stocked[invoice.pk]}, invoice, on))
    GrniEntry.objects.bulk_create(entries)
    settle_all(ctx, matches)
    close_when_done(ctx, orders)


def _posted(lines: dict[UUID, list[InvoiceLine]]) -> dict[tuple, Decimal]:
    """{(invoice, account): amount} of what the invoices' entries put on the accounts of their lines."""
    return {
        (row["document__origin"], row["account"]): row["amount"]
        for row in JournalLine.objects.filter(
            document__origin__in=lines,
            document__reverses=None,
            account__in={line.account_id for own in lines.values() for line in own},
        )
        .order_by()
        .values("document__origin", "account")
        .annotate(amount=Sum("amount"))
    }


def _entries(invoice: Invoice, lines, on, reversed_: bool, posted: dict[tuple, Decimal]) -> list[GrniEntry]:
    """What the invoice's entry put on the account, spread over its lines so that the sum agrees to the cent (M06)."""
    sign = (-1 if invoice.kind == "supplier_credit" else 1) * (-1 if reversed_ else 1)
    digits, found = invoice.company.base_currency.digits, []
    for account_id in sorted({line.account_id for line in lines}):
        here = [line for line in lines if line.account_id == account_id]
        amount = posted.get((invoice.pk, account_id), ZERO)
        total = money.rounded(amount, digits) * (-1 if reversed_ else 1)
        for line, amount in zip(here, money.allocate(total, [line.net for line in here], digits), strict=True):
            found.append(
                GrniEntry(
                    company_id=invoice.company_id,
                    order_line_id=line.origin_line,
                    document_id=invoice.pk,
                    source_line=line.pk,
                    kind="credit" if invoice.kind == "supplier_credit" else "bill",
                    posted_on=on,
                    quantity=-sign * line.quantity,
                    amount=amount,
                    currency_amount=sign * line.net,
                )
            )
    return found


def close_when_done(ctx, order_ids) -> None:
    """Orders that are wholly received and billed have nothing left to do (D02)."""
    done = PurchaseOrder.objects.filter(
        pk__in=list(order_ids), state="confirmed", received_state="fully", billed_state="fully"
    )
    sets.perform(list(done.order_by("pk")), "close", ctx)
