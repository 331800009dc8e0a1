"""Payments: what they settle, what they leave over, and the exchange difference they realise (rules M11 to M14)."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.engines.money import exchange
from mainspring.kernel import amounts, database, events
from mainspring.kernel.workflow import effect

from . import invoicing, queries
from .events import PaymentPosted
from .models import Invoice, Payment, PaymentAllocation
from .posting import EntryLine, EntrySpec, post_entries

ZERO = Decimal(0)


class Settling:
    """The posting of one payment or of a later allocation, built up allocation by allocation."""

    def __init__(self, payment: Payment):
        self.payment = payment
        self.base = queries.base_currency(payment.company_id)
        self.chart = queries.Chart(payment.company_id)
        self.lines: list[EntryLine] = []

    def settle(self, invoice: Invoice, amount: Decimal, worth: Decimal) -> Decimal:
        """Settle `amount` of an invoice, worth so much base that day; returns the difference (a gain above zero)."""
        sign = self.payment.sign
        left, worth_left, gained = amount, worth, ZERO
        for item in queries.locked_open_items(invoice.pk):
            if item["amount"] * sign <= 0 or left <= 0:
                continue
            part = min(left, abs(item["amount"]))
            part_worth = (
                worth_left if part == left else exchange.convert(worth_left * part / left, ONE, self.base.digits)
            )
            found = exchange.settle(
                exchange.Open(item["amount"], item["amount_base"]), part * sign, part_worth * sign, self.base.digits
            )
            self.lines.append(
                EntryLine(
                    item["account_id"],
                    -found.relieved,
                    self.payment.currency_id,
                    -part * sign,
                    self.payment.party_id,
                    settles=item["line_id"],
                )
            )
            left, worth_left, gained = left - part, worth_left - part_worth, gained + found.difference
        if left:
            raise ValidationError(
                {
                    "amount": _("%(invoice)s: only %(open)s is open.")
                    % {"invoice": invoice, "open": f"{amount - left:f}"}
                },
                code="over",
            )
        return gained

    def difference(self, gained: Decimal) -> None:
        if gained:
            account = self.chart.account("exchange_gain" if gained > 0 else "exchange_loss")
            self.lines.append(EntryLine(account, -gained, self.base, ZERO, self.payment.party_id))

    def post(self, ctx, on, memo: str) -> None:
        spec = EntrySpec(on, self.lines, self.payment.company_id, memo, self.payment.pk)
        post_entries(ctx, [spec])


ONE = exchange.Rate(Decimal(1))


@effect(Payment, "post")
def post(payment, ctx):
    """Book the money, settle the allocated invoices at what they are carried at, keep the rest as a prepayment."""
    payment.prepare(ctx)
    if payment.rate is None:
        payment.rate = queries.rate_to_base(payment.company_id, payment.currency_id, payment.paid_on)[0].quantize(
            Decimal(1).scaleb(-12)
        )
    rate = exchange.Rate(payment.rate)
    allocations = list(payment.lines.select_related("invoice__party").order_by("position"))
    _check(payment, allocations)
    _lock([a.invoice_id for a in allocations])
    settling = Settling(payment)
    total = exchange.convert(payment.amount, rate, settling.base.digits)
    payment.total, payment.total_base = payment.amount, total
    rest = payment.amount - sum((a.amount for a in allocations), ZERO)
    worths = exchange.convert_lines(
        [a.amount for a in allocations] + ([rest] if rest else []), rate, settling.base.digits
    )
    gained = ZERO
    for allocation, worth in zip(allocations, worths, strict=False):
        allocation.difference = settling.settle(allocation.invoice, allocation.amount, worth)
        allocation.allocated_on = payment.paid_on
        gained += allocation.difference
    if rest:
        account = settling.chart.account("prepayment", party=payment.party)
        settling.lines.append(
            EntryLine(
                account,
                -payment.sign * worths[-1],
                payment.currency_id,
                -payment.sign * rest,
                payment.party_id,
                due_on=payment.paid_on,
            )
        )
    settling.difference(gained)
    settling.lines.insert(
        0,
        EntryLine(
            payment.account_id,
            payment.sign * total,
            payment.currency_id,
            payment.sign * payment.amount,
            payment.party_id,
        ),
    )
    settling.post(ctx, payment.paid_on, f"{payment.get_direction_display()} {payment.party}")
    database.update(allocations, ["difference", "allocated_on"])
    payment.state = "posted"
    events.publish(PaymentPosted(payment.pk), ctx)


@effect(Payment, "allocate")
def allocate(payment, ctx, invoice, amount, on):
    """Use a prepayment, at the rate it was paid at, for an invoice; the difference is realised now (M14)."""
    allocation = PaymentAllocation(document=payment, invoice=invoice, amount=amount, allocated_on=on)
    if amount <= 0:
        raise ValidationError({"amount": _("The amount must be above zero.")}, code="above_zero")
    amounts.refuse_parts(payment.currency, {"amount": amount})
    _check(payment, [allocation])
    _lock([invoice.pk])
    advances = queries.locked_open_items(payment.pk, roles=("prepayment",))
    if not advances or amount > abs(advances[0]["amount"]):
        raise ValidationError(
            {
                "amount": _("Only %(amount)s of the payment is left.")
                % {"amount": f"{abs(advances[0]['amount']) if advances else ZERO:f}"}
            },
            code="over",
        )
    advance, settling = advances[0], Settling(payment)
    used = exchange.settle(
        exchange.Open(advance["amount"], advance["amount_base"]), -payment.sign * amount, ZERO, settling.base.digits
    ).relieved
    allocation.difference = settling.settle(invoice, amount, abs(used))
    settling.lines.append(
        EntryLine(
            advance["account_id"],
            -used,
            payment.currency_id,
            payment.sign * amount,
            payment.party_id,
            settles=advance["line_id"],
        )
    )
    settling.difference(allocation.difference)
    settling.post(ctx, on, _("Allocation of %(payment)s") % {"payment": payment.number})
    allocation.position = payment.lines.count() + 1
    allocation.save()
    events.publish(PaymentPosted(payment.pk), ctx)


@effect(Payment, "reverse")
def reverse(payment, ctx, on):
    """Post the opposite of everything the payment booked; the invoices are open again."""
    _lock(list(payment.lines.values_list("invoice_id", flat=True)))
    invoicing.reverse_document(payment, ctx, on)
    events.publish(PaymentPosted(payment.pk), ctx)


def _check(payment, allocations) -> None:
    wrong = {}
    for n, a in enumerate(allocations):
        invoice = a.invoice
        if invoice.state != "posted":
            wrong[f"lines.{n}.invoice"] = _("%(invoice)s is not posted.") % {"invoice": invoice}
        elif invoice.party_id != payment.party_id:
            wrong[f"lines.{n}.invoice"] = _("%(invoice)s is of another party.") % {"invoice": invoice}
        elif invoice.currency_id != payment.currency_id:
            wrong[f"lines.{n}.invoice"] = _("%(invoice)s is in %(currency)s.") % {
                "invoice": invoice,
                "currency": invoice.currency_id,
            }
        elif invoice.sign != payment.sign:
            wrong[f"lines.{n}.invoice"] = _("%(invoice)s is settled by money in the other direction.") % {
                "invoice": invoice
            }
    if sum((a.amount for a in allocations), ZERO) > payment.amount:
        wrong["amount"] = _("More is allocated than was paid.")
    if wrong:
        raise ValidationError(wrong)


def _lock(invoice_ids) -> None:
    """Lock the invoices in one order, so that two payments cannot settle the same amount."""
    database.rows(
        "SELECT id FROM accounting_invoice WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE", ids=list(invoice_ids)
    )
