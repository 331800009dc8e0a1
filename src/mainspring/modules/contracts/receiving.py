"""Money that comes: what a payment leaves over fills the oldest instalments, unless somebody says which (K07).

An instalment that is invoiced is paid by settling its invoice in the books; one that is not yet invoiced has the money
set aside for it, which settles the invoice as soon as it is posted. What fills nothing stays a prepayment.
"""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainspring.kernel import amounts, commands, database, preferences, workflow
from mainspring.kernel.workflow import Input, Verb, effect, guard
from mainspring.modules.accounting import queries as accounting
from mainspring.modules.accounting.models import Invoice, Payment
from mainspring.modules.accounting.models.payments import Direction

from . import facts, queries
from .models import Instalment, ReceiptMatch

ZERO = Decimal(0)

workflow.extend(
    Payment,
    Verb(
        "match",
        "posted",
        "",
        label=gettext_lazy("Match to contract"),
        bulk=False,
        help=gettext_lazy("Uses what is left of the payment for a contract: its oldest instalments, or the one named."),
        ask=(
            Input("contract", "link", gettext_lazy("Contract"), to="contracts.contract"),
            Input("instalment", "link", gettext_lazy("Instalment"), required=False, to="contracts.instalment"),
            Input("amount", "decimal", gettext_lazy("Amount"), required=False),
        ),
    ),
)
workflow.extend(
    Payment,
    Verb(
        "unmatch",
        "posted",
        "",
        label=gettext_lazy("Free from contract"),
        bulk=False,
        danger=True,
        help=gettext_lazy("What was set aside for contracts is a plain prepayment again."),
    ),
)


def left_of(payment) -> Decimal:
    """What of a posted payment settles nothing in the books: its open prepayment."""
    found = accounting.locked_open_items(payment.pk, roles=("prepayment",))
    return sum((abs(item["amount"]) for item in found), ZERO)


def free_of(payment) -> Decimal:
    """What of its prepayment is not set aside for a contract either."""
    aside = sum(ReceiptMatch.objects.filter(payment=payment).values_list("amount", flat=True), ZERO)
    return max(left_of(payment) - aside, ZERO)


@guard(Payment, "match")
def something_is_left(payment, ctx):
    if payment.direction != Direction.IN:
        raise ValidationError(_("Only money received is matched to contracts."), code="direction")
    if not free_of(payment):
        raise ValidationError(_("Nothing of the payment is left."), code="left")


@effect(Payment, "match")
def match(payment, ctx, contract, instalment, amount):
    """Fill the contract's oldest instalments, or the one stated; what does not fit stays a prepayment."""
    if contract.party_id != payment.party_id:
        raise ValidationError({"contract": _("%(contract)s is with another customer.") % {"contract": contract}})
    if contract.currency_id != payment.currency_id:
        raise ValidationError(
            {
                "contract": _("%(contract)s is in %(currency)s.")
                % {"contract": contract, "currency": contract.currency_id}
            }
        )
    free = free_of(payment)
    if amount is not None:
        if amount <= 0:
            raise ValidationError({"amount": _("The amount must be above zero.")}, code="above_zero")
        amounts.refuse_parts(payment.currency, {"amount": amount})
        if amount > free:
            raise ValidationError(
                {"amount": _("Only %(amount)s of the payment is left.") % {"amount": f"{free:.2f}"}}, code="over"
            )
    if instalment is not None and instalment.document.contract_id != contract.pk:
        raise ValidationError({"instalment": _("This instalment belongs to another contract.")})
    _lock([contract.pk])
    used = _set_aside(payment, [contract.pk], ctx, amount or free, instalment)
    if not used:
        raise ValidationError(_("No instalment of the contract is open."), code="full")
    facts.refresh([contract.pk], ctx)


@guard(Payment, "unmatch")
def is_matched(payment, ctx):
    if not ReceiptMatch.objects.filter(payment=payment).exists():
        raise ValidationError(_("Nothing of it is set aside for a contract."))


@effect(Payment, "unmatch")
def unmatch(payment, ctx):
    contracts = set(ReceiptMatch.objects.filter(payment=payment).values_list("contract_id", flat=True))
    ReceiptMatch.objects.filter(payment=payment).delete()
    facts.refresh(contracts, ctx)


# -- what happens by itself -------------------------------------------------------------------------------------------


def follow(payment: Payment, ctx, *, fill: bool) -> None:
    """After a payment was posted, allocated or reversed: keep what is set aside within it, fill what is oldest.

    fill  whether what is left of it goes to the oldest instalments of the customer's contracts
    """
    if payment.direction != Direction.IN:
        facts.refresh(queries.of_payment(payment.pk), ctx)
        return
    touched = set(queries.of_payment(payment.pk))
    touched |= _trim(payment)
    if fill and payment.state == "posted":
        touched |= _fill_oldest(payment, ctx)
    facts.refresh(touched, ctx)


def _trim(payment: Payment) -> set:
    """What is set aside is never more than what is left: what was allocated since is freed, the newest first."""
    matches = list(ReceiptMatch.objects.filter(payment=payment).order_by("-pk"))
    if not matches:
        return set()
    left = left_of(payment) if payment.state == "posted" else ZERO
    over = sum((m.amount for m in matches), ZERO) - left
    touched = set()
    paid = set(queries.of_invoices(payment.lines.values_list("invoice_id", flat=True)))
    for one in sorted(matches, key=lambda m: (m.contract_id not in paid, -m.pk)):
        if over <= 0:
            break
        part = min(over, one.amount)
        over -= part
        touched.add(one.contract_id)
        if part == one.amount:
            one.delete()
        else:
            one.amount -= part
            one.save(update_fields=["amount"])
    return touched


def _fill_oldest(payment: Payment, ctx) -> set:
    """Use what is left of a payment for the customer's oldest due instalments, across the contracts that live."""
    if not preferences.get(payment.company_id, "contracts.match_receipts"):
        return set()
    contracts = [
        row["id"]
        for row in database.rows(
            """
        SELECT c.id FROM contracts_contract c JOIN contracts_collectionplan p ON p.contract_id = c.id
        WHERE c.party_id = %(party)s AND c.company_id = %(company)s AND c.currency_id = %(currency)s
          AND c.state IN ('signed', 'active', 'suspended') AND p.state = 'agreed' ORDER BY c.id""",
            party=payment.party_id,
            company=payment.company_id,
            currency=payment.currency_id,
        )
    ]
    free = free_of(payment) if contracts else ZERO
    if not free:
        return set()
    _lock(contracts)
    _set_aside(payment, contracts, ctx, free)
    return set(contracts)


def _lock(contracts: list) -> None:
    """Invoices of contracts, then the contracts: the order of everybody who posts, credits or pays an invoice."""
    database.rows(
        """
        SELECT id FROM accounting_invoice WHERE id IN (
            SELECT invoice_id FROM contracts_invoicerequest WHERE contract_id = ANY(%(contracts)s::uuid[]))
        ORDER BY id FOR UPDATE""",
        contracts=contracts,
    )
    facts.lock(contracts)


def lock_payments(contract_id) -> None:
    """Payments with money set aside for a contract, before the contract itself."""
    database.rows(
        """
        SELECT id FROM accounting_payment WHERE id IN (
            SELECT payment_id FROM contracts_receiptmatch WHERE contract_id = %(contract)s) ORDER BY id FOR UPDATE""",
        contract=contract_id,
    )


def _set_aside(payment, contracts: list, ctx, amount: Decimal, stated: Instalment | None = None) -> Decimal:
    """Settle invoices of open instalments, the oldest first, and set the rest aside; returns what was used."""
    used, refreshed = ZERO, contracts
    facts.refresh(refreshed, ctx)
    lines = Instalment.objects.filter(document__contract__in=contracts, open_amount__gt=0)
    if stated is not None:
        lines = lines.filter(pk=stated.pk)
    for line in facts.in_order(list(lines.select_related("document"))):
        part = min(amount - used, line.open_amount)
        if part <= 0:
            break
        settled = _settle(payment, line, part, ctx)
        if part > settled:
            _keep(payment, line, part - settled, stated is not None)
        used += part
    return used


def _settle(payment, line: Instalment, amount: Decimal, ctx) -> Decimal:
    """Allocate to the open invoices of an instalment, the oldest first; how much of the amount that took."""
    done = ZERO
    invoices = Invoice.objects.filter(
        pk__in=line.invoice_requests.filter(state="invoiced").values("invoice"), state="posted"
    )
    for invoice in invoices.order_by("invoice_on", "number"):
        still = sum((item["amount"] for item in accounting.locked_open_items(invoice.pk)), ZERO)
        part = min(still, amount - done)
        if part > 0:
            commands.perform(
                payment, "allocate", ctx, invoice=invoice, amount=part, on=max(payment.paid_on, ctx.business_date)
            )
            done += part
    return done


def _keep(payment, line: Instalment, amount: Decimal, stated: bool) -> None:
    """Set money aside for an instalment that is not invoiced yet."""
    match, made = ReceiptMatch.objects.get_or_create(
        payment=payment,
        contract_id=line.document.contract_id,
        instalment=line if stated else None,
        defaults={"amount": amount},
    )
    if not made:
        match.amount += amount
        match.save(update_fields=["amount"])


def use_prepayments(invoice: Invoice, contract_id, instalment_id, ctx) -> None:
    """Settle a new invoice by what was set aside for its contract: for its instalment first, then what has no aim."""
    matches = ReceiptMatch.objects.filter(contract=contract_id, payment__state="posted").select_related("payment")
    wanted = [m for m in matches if m.instalment_id in (instalment_id, None)]
    for one in sorted(wanted, key=lambda m: (m.instalment_id is None, m.payment.paid_on, m.pk)):
        still = sum((item["amount"] for item in accounting.locked_open_items(invoice.pk)), ZERO)
        part = min(still, one.amount, left_of(one.payment))
        if part <= 0:
            continue
        commands.perform(
            one.payment, "allocate", ctx, invoice=invoice, amount=part, on=max(invoice.invoice_on, one.payment.paid_on)
        )
