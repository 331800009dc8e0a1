"""Invoice requests: asked for by the representative, checked and posted by the books (K08)."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from mainspring.kernel import commands, errors, notifications
from mainspring.kernel.money import allocate
from mainspring.kernel.workflow import effect, guard
from mainspring.modules.accounting import queries as accounting
from mainspring.modules.accounting.models import Invoice
from mainspring.modules.sales.models import SalesOrder

from . import facts, queries, receiving, taxing
from .models import CallOff, Contract, Instalment, InvoiceRequest
from .models.requesting import Basis

ZERO = Decimal(0)


@effect(Contract, "request_invoice")
def request_invoice(contract, ctx):
    """Draft a request of what is delivered and not invoiced, else of the oldest instalment without an invoice."""
    for call_off in CallOff.objects.filter(contract=contract, order__state="confirmed").select_related("order"):
        if queries.deliverable(call_off.order):
            return _draft(contract, ctx, basis=Basis.DELIVERED, order=call_off.order)
    line = _next_instalment(contract)
    if line is not None:
        return _draft(contract, ctx, basis=Basis.INSTALMENT, instalment=line)
    left = contract.left_to_invoice
    if left is not None and left <= 0:
        raise ValidationError(_("All of the contract is requested or invoiced."), code="limit")
    return _draft(contract, ctx, basis=Basis.AMOUNT, amount=left or Decimal(1))


def _draft(contract, ctx, **values) -> InvoiceRequest:
    return commands.create(InvoiceRequest, ctx, contract=contract, links=[contract], **values)


def _next_instalment(contract) -> Instalment | None:
    lines = facts.in_order(list(Instalment.objects.filter(document__contract=contract)))
    return next((line for line in lines if line.left_to_request > 0), None)


@guard(InvoiceRequest, "submit")
@guard(InvoiceRequest, "post_invoice")
def contract_is_worked_under(request, ctx):
    if request.contract.state not in ("active", "suspended", "completed"):
        raise errors.Conflict(
            _("%(contract)s is %(state)s; it is invoiced once it is active.")
            % {"contract": request.contract, "state": request.contract.state_label},
            code="state",
        )


@guard(InvoiceRequest, "submit")
def fits_its_limits(request, ctx):
    """Within the instalment and the contract as they are now; the database asks again when the command ends."""
    left = request.contract.left_to_invoice
    if left is not None and request.amount > left:
        raise ValidationError(
            {"amount": _("The contract allows %(left)s more to be invoiced.") % {"left": f"{max(left, ZERO):.2f}"}},
            code="limit",
        )
    line = request.instalment
    if line is not None and request.amount > line.left_to_request:
        raise ValidationError(
            {
                "amount": _("%(left)s of this instalment is not requested or invoiced yet.")
                % {"left": f"{line.left_to_request:.2f}"}
            },
            code="instalment",
        )


@effect(InvoiceRequest, "submit")
def submit(request, ctx):
    taxing.refuse_incomplete(request)
    request.reject_reason = ""


@effect(InvoiceRequest, "reject")
def reject(request, ctx, reason):
    request.reject_reason = reason
    asked = request.created_by
    if asked is not None:
        notifications.notify(
            [asked, *([request.contract.owner] if request.contract.owner else [])],
            ctx,
            kind="task",
            title=lambda: _("%(request)s is rejected") % {"request": request.number},
            text=reason,
            record=request,
        )


# -- the invoice ------------------------------------------------------------------------------------------------------


@effect(InvoiceRequest, "post_invoice")
def post_invoice(request, ctx, invoice_on):
    """Book the invoice with the tax data checked; money set aside for it settles it at once."""
    taxing.refuse_incomplete(request)
    receiving.lock_payments(request.contract_id)
    contract = facts.lock([request.contract_id])[0]
    invoice = (
        _of_delivery(request, ctx, invoice_on)
        if request.basis == Basis.DELIVERED
        else _of_amount(request, contract, ctx, invoice_on)
    )
    # The request gives way to its invoice before that is counted, so the two never count both.
    InvoiceRequest.objects.filter(pk=request.pk).update(state="invoiced", invoice=invoice)
    request.state, request.invoice = "invoiced", invoice
    invoice = commands.perform(invoice, "post", ctx)
    receiving.use_prepayments(invoice, request.contract_id, request.instalment_id, ctx)
    return invoice


def _of_delivery(request, ctx, invoice_on) -> Invoice:
    """What is delivered and not invoiced of the order, by the order's own billing; refused when that changed since."""
    order = SalesOrder.objects.get(pk=request.order_id)
    invoice = commands.perform(order, "invoice", ctx).outcome
    if abs(invoice.total - request.amount) > Decimal("0.05"):
        raise ValidationError(
            {
                "amount": _("%(order)s has %(now)s delivered and not invoiced by now; recall the request and ask anew.")
                % {"order": order, "now": f"{invoice.total:.2f}"}
            },
            code="changed",
        )
    commands.link(request, invoice)
    return commands.change(invoice, ctx, invoice_on=invoice_on, memo=_tax_text(request))


def _of_amount(request, contract, ctx, invoice_on) -> Invoice:
    """One line a tax code: the amount asked for is what the customer pays, its tax is inside (M04)."""
    shares = _tax_shares(request, contract, ctx, invoice_on)
    return commands.create(
        Invoice,
        ctx,
        kind="customer_invoice",
        party=request.party,
        currency=request.currency,
        payment_term=contract.payment_term,
        invoice_on=invoice_on,
        reference=(contract.reference or contract.number)[:60],
        prices_include_tax=True,
        memo=_tax_text(request),
        lines=[
            {
                "description": request.description,
                "quantity": 1,
                "price": amount,
                "tax_code": code,
                "origin": request.identity,
            }
            for code, amount in shares
        ],
        links=[request, contract],
    )


def _tax_shares(request, contract, ctx, on) -> list[tuple]:
    """[(tax code, gross)]: the request's or contract's own code, else as the contract's lines are taxed."""
    code = request.tax_code or contract.tax_code
    if code is None:
        by_code: dict = {}
        for line in contract.lines.select_related("tax_code"):
            by_code[line.tax_code] = by_code.get(line.tax_code, ZERO) + line.net + line.tax
        by_code = {code: gross for code, gross in by_code.items() if code is not None and gross > 0}
        if by_code:
            parts = allocate(request.amount, list(by_code.values()), request.currency.digits)
            return [(code, part) for code, part in zip(by_code, parts, strict=True) if part]
        code = accounting.tax_code_for(None, request.party, contract.company, "sale", on)
    return [(code, request.amount)]


def _tax_text(request) -> str:
    """The customer's tax data as the invoice shows it."""
    labels = (
        (gettext_noop("Invoice to"), request.invoice_name),
        (gettext_noop("Tax number"), request.tax_number),
        (gettext_noop("Address"), request.tax_address),
        (gettext_noop("Phone"), request.tax_phone),
        (gettext_noop("Bank"), " ".join(part for part in (request.bank_name, request.bank_account) if part)),
    )
    lines = [f"{_(label)}: {value}" for label, value in labels if value]
    return "\n".join([request.get_invoice_type_display(), *lines, request.contract.number])
