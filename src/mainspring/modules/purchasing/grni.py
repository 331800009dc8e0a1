"""Goods received and not invoiced: what is matched leaves no remainder on the account (rules D09, I09).

Receipts and bills of an order line are matched in the order they were posted. When both sides of a match differ, the
difference in price goes to the goods received, the difference in exchange rate to gain or loss.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from mainspring.kernel import money
from mainspring.kernel.prepared import Prepared
from mainspring.modules.accounting import commands as books
from mainspring.modules.accounting import queries as accounting
from mainspring.modules.stock import commands as stock
from mainspring.modules.stock.models import StockMove

from .models import GrniEntry, PurchaseOrderLine, ReceiptLine

ZERO = Decimal(0)


@dataclass
class Part:
    """What is still unmatched of an entry."""

    entry: GrniEntry
    quantity: Decimal
    amount: Decimal
    currency_amount: Decimal

    def take(self, quantity: Decimal, digits: int, foreign: int) -> "Part":
        """Split off so much (its own sign); the last part takes the remainder of the amounts."""
        if quantity == self.quantity:
            taken = Part(self.entry, self.quantity, self.amount, self.currency_amount)
        else:
            share = quantity / self.quantity
            taken = Part(
                self.entry,
                quantity,
                money.rounded(self.amount * share, digits),
                money.rounded(self.currency_amount * share, foreign),
            )
        self.quantity -= taken.quantity
        self.amount -= taken.amount
        self.currency_amount -= taken.currency_amount
        return taken


def matched(entries: Iterable[GrniEntry], digits: int, foreign: int) -> tuple[list[tuple[Part, Part]], list[Part]]:
    """(pairs of a part above and a part below zero, parts still open) of one order line, first in, first matched.

    A return takes from its own receipt first; only then it waits for a credit note.
    """
    pairs: list[tuple[Part, Part]] = []
    parts: list[Part] = []
    for entry in sorted(entries, key=lambda e: e.pk):
        new = Part(entry, entry.quantity, entry.amount, entry.currency_amount)
        others = [p for p in parts if p.quantity and (p.quantity > 0) != (new.quantity > 0)]
        if entry.kind == GrniEntry.Kind.RETURN:
            others = [
                p for p in others if p.entry.kind == GrniEntry.Kind.RECEIPT and p.entry.source_line == entry.source_line
            ]
        for other in others:
            if not new.quantity:
                break
            size = min(abs(other.quantity), abs(new.quantity))
            mine = new.take(size.copy_sign(new.quantity), digits, foreign)
            theirs = other.take(size.copy_sign(other.quantity), digits, foreign)
            pairs.append((mine, theirs) if mine.quantity > 0 else (theirs, mine))
        parts.append(new)
    return pairs, [p for p in parts if p.quantity]


def settle(ctx, order_line_ids: Iterable[int], document, on: date) -> list[GrniEntry]:
    """Book the differences of what the document matched, so that each matched unit leaves nothing on the account."""
    return settle_all(ctx, [(order_line_ids, document, on)])


def settle_all(ctx, matches: Sequence[tuple[Iterable[int], Any, date]]) -> list[GrniEntry]:
    """The same for many documents: (order lines, document, day) of each."""
    groups = [(set(line_ids), document, on) for line_ids, document, on in matches]
    ids = {pk for line_ids, _document, _on in groups for pk in line_ids}
    lines = {line.pk: line for line in _lines(list(ids))}
    entries = defaultdict(list)
    for entry in _entries(list(ids)):
        entries[entry.order_line_id].append(entry)
    made: list[GrniEntry] = []
    for line_ids, document, on in groups:
        for line_id in sorted(line_ids):
            line, order = lines[line_id], lines[line_id].document
            digits, foreign = order.company.base_currency.digits, order.currency.digits
            pairs, _open = matched(entries[line_id], digits, foreign)
            for above, below in pairs:
                if document.pk in (above.entry.document_id, below.entry.document_id):
                    made += _difference(ctx, line, above, below, document, on, digits)
    return GrniEntry.objects.bulk_create(made)


_lines = Prepared(
    lambda keys: (
        PurchaseOrderLine.objects.filter(pk__any_of=keys).select_related("item", "document__supplier").order_by()
    )
)
_entries = Prepared(
    lambda keys: GrniEntry.objects.filter(order_line_id__any_of=keys).exclude(kind="difference").order_by("id")
)


def _difference(ctx, line, above: Part, below: Part, document, on: date, digits: int) -> list[GrniEntry]:
    amount, in_currency = -(above.amount + below.amount), -(above.currency_amount + below.currency_amount)
    if not amount and not in_currency:
        return []
    receipt = _receipt_line(above, below)
    side = above if above.currency_amount else below
    rate = side.amount / side.currency_amount if side.currency_amount else Decimal(1)
    price_part = (
        amount
        if line.document.currency_id == line.document.company.base_currency_id
        else money.rounded(in_currency * rate, digits)
    )
    if price_part:
        move = StockMove.objects.filter(origin=receipt.document_id, origin_line=receipt.pk, state="done").first()
        day = max(on, move.effective_on)
        stock.charge_receipt(ctx, move, -price_part, effective_on=day, origin=document)
    if amount != price_part:
        _exchange(ctx, line, amount - price_part, document, on)
    return [
        GrniEntry(
            company_id=line.document.company_id,
            order_line=line,
            document_id=document.pk,
            source_line=receipt.pk,
            kind="difference",
            posted_on=on,
            quantity=ZERO,
            amount=amount,
            currency_amount=in_currency,
        )
    ]


def _receipt_line(above: Part, below: Part) -> ReceiptLine:
    """The receipt whose goods bear the difference: the one matched, else the one that was sent back, else the last."""
    for part in (above, below):
        if part.entry.kind in ("receipt", "return"):
            return ReceiptLine.objects.get(pk=part.entry.source_line)
    return ReceiptLine.objects.filter(order_line=above.entry.order_line_id, document__state="posted").latest("pk")


def _exchange(ctx, line, amount: Decimal, document, on: date) -> None:
    """Amount to bring onto the account (debit above zero) because the rate changed between receipt and bill."""
    chart = accounting.Chart(line.document.company_id)
    role = "exchange_gain" if amount > 0 else "exchange_loss"
    books.post_entry(
        ctx,
        company=line.document.company_id,
        posted_on=on,
        origin=document,
        area="purchase",
        memo="",
        lines=[
            books.EntryLine(chart.account("grni", line.item), amount, party=line.document.supplier, item=line.item),
            books.EntryLine(chart.account(role), -amount, party=line.document.supplier, item=line.item),
        ],
    )


def unmatched(company_id: int, on: date | None = None) -> list[dict]:
    """One row per order line with something on the account: line, quantity, amount, amount in currency."""
    from mainspring.kernel import database

    return database.rows(
        """
        SELECT e.order_line_id, o.id AS order_id, o.number, p.name AS supplier, i.code AS item, l.description,
               SUM(e.quantity) AS quantity, SUM(e.amount) AS amount, SUM(e.currency_amount) AS currency_amount,
               o.currency_id AS currency, MIN(e.posted_on) AS since
        FROM purchasing_grnientry e JOIN purchasing_purchaseorderline l ON l.id = e.order_line_id
        JOIN purchasing_purchaseorder o ON o.id = l.document_id JOIN parties_party p ON p.id = o.supplier_id
        LEFT JOIN items_item i ON i.id = l.item_id
        WHERE e.company_id = %(company)s AND e.posted_on <= %(on)s
        GROUP BY e.order_line_id, o.id, o.number, p.name, i.code, l.description, o.currency_id
        HAVING SUM(e.amount) <> 0 OR SUM(e.quantity) <> 0 ORDER BY since, o.number, e.order_line_id""",
        company=company_id,
        on=on or date.max,
    )
