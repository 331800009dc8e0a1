"""What contracts and all that is under them fill in by themselves, and while a form is being filled."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mainspring.kernel import remembered
from mainspring.kernel.models import Company
from mainspring.kernel.money import allocate, rounded
from mainspring.modules.accounting import queries as accounting
from mainspring.modules.organization import queries as organization
from mainspring.modules.parties import queries as parties

from . import taxing
from .models import Contract
from .models.collecting import Due
from .models.contracts import BINDING
from .models.requesting import Basis

ZERO = Decimal(0)


# -- contracts and amendments -----------------------------------------------------------------------------------------


def contract(document, ctx, lines) -> None:
    """Terms from the customer; the value from the lines when there are some."""
    if not document.party_id:
        return
    company = remembered.row(Company, document.company_id or ctx.company_id)
    party = document.party
    parties.customer_terms(document, company, ctx)
    document.signatory_id = document.signatory_id or document.owner_id
    document.starts_on = document.starts_on or ctx.business_date
    if document._state.adding and document.tax_profile_id is None:
        document.tax_profile = taxing.default_profile(party)
    if document.renewal != "none" and document.valid_until is None:
        raise ValidationError({"valid_until": _("A contract that renews has an end.")})
    own = priced(document, lines, party, company, document.starts_on)
    if own is not None:
        document.value = own
    document.value = document.value or ZERO
    document.value_base = organization.in_base(document, document.value, company, document.starts_on)


def amendment(document, ctx, lines) -> None:
    """What it changes: before and after, from the contract as it is now."""
    if not document.contract_id:
        return
    of = document.contract
    if document._state.adding and of.state not in BINDING:
        raise ValidationError({"contract": _("%(contract)s is not signed yet; change it itself.") % {"contract": of}})
    company = remembered.row(Company, of.company_id)
    document.company_id = of.company_id
    document.party_id, document.currency_id = of.party_id, of.currency_id
    if document.state == "applied":
        return
    own = priced(document, lines, of.party, company, ctx.business_date)
    if own is not None:
        document.value_change = own
    document.value_change = document.value_change or ZERO
    document.old_value, document.old_valid_until = of.value, of.valid_until
    document.new_value = of.value + document.value_change
    document.change_base = abs(organization.in_base(document, document.value_change, company, ctx.business_date))
    if document.new_value < 0:
        raise ValidationError(
            {"value_change": _("The contract is worth %(value)s only.") % {"value": f"{of.value:.2f}"}}
        )
    if document.new_valid_until and of.starts_on and document.new_valid_until < of.starts_on:
        raise ValidationError({"new_valid_until": _("It must not end before it starts.")})


def priced(document, lines, party, company, on) -> Decimal | None:
    """Net and tax of the lines, computed the same way invoices are; their gross sum, None without lines."""
    if lines is None:
        if document._state.adding or not document.lines.exists():
            return None
        lines = list(document.lines.select_related("item", "tax_code"))
        if getattr(document, "discount", None) is None:
            return None
    if not lines:
        return None
    for line in lines:
        item = line.item if line.item_id else None
        if item is not None:
            line.description = line.description or item.local_name
            line.unit = line.unit or item.sale_unit or item.unit
        if line.tax_code_id is None:
            line.tax_code = getattr(document, "tax_code", None) or accounting.tax_code_for(
                item, party, company, "sale", on
            )
    rate = accounting.rates_on(lines, on)
    found = accounting.totals(lines, company.pk, document.currency.digits, rate=rate, discount=document.discount)
    for line, amounts in zip(lines, found.lines, strict=True):
        line.net, line.tax = amounts.net, amounts.tax
    return found.gross


# -- collection plans -------------------------------------------------------------------------------------------------


def plan(document, ctx, lines) -> None:
    """Amounts of instalments given as shares, days they are due on, and their sum; never more than the value (K07)."""
    if not document.contract_id:
        return
    of = document.contract
    document.company_id = of.company_id
    document.party_id, document.currency_id = of.party_id, of.currency_id
    if ctx.command_id is not None:  # plan, contract, instalments: the order in which everything here is locked
        of = Contract.objects.select_for_update(of=("self",), no_key=True).get(pk=of.pk)
    if lines is None:
        return
    shares(of, lines)
    base = remembered.row(Company, of.company_id)
    wrong = {}
    for n, line in enumerate(lines):
        line.name = line.name or _("Instalment %(number)d") % {"number": n + 1}
        if line.due == Due.DAY and line.planned_on is None:
            wrong[f"lines.{n}.planned_on"] = _("Say when it is due.")
        if line.amount is None or line.amount <= 0:
            wrong[f"lines.{n}.amount"] = _("The amount must be above zero.")
        elif line.pk and line.amount < line.collected + line.written_off:
            wrong[f"lines.{n}.amount"] = _("%(amount)s came in already.") % {"amount": f"{line.collected:.2f}"}
        line.due_on = due_on(line, of)
        line.open_amount = (line.amount or ZERO) - line.collected - line.written_off
    if wrong:
        raise ValidationError(wrong)
    document.planned = sum((line.amount for line in lines), ZERO)
    if of.value and document.planned > of.value:
        raise ValidationError(
            {
                "lines": _("The instalments come to %(sum)s; the contract is worth %(value)s.")
                % {"sum": f"{document.planned:.2f}", "value": f"{of.value:.2f}"}
            },
            code="over",
        )
    if document._state.adding:
        worth = of.value_base / of.value if of.value else Decimal(1)
        for line in lines:
            line.open_base = rounded(line.open_amount * worth, base.base_currency.digits)


def shares(of, lines) -> None:
    """Amounts of the instalments given in percent; together 100 percent are exactly the value."""
    given = [line for line in lines if line.percent is not None]
    if not given or not of.value:
        return
    digits = of.currency.digits
    whole = sum((Decimal(line.percent) for line in given), ZERO)
    if whole == 100 and len(given) == len(lines):
        parts = allocate(of.value, [Decimal(line.percent) for line in given], digits)
    else:
        parts = [rounded(of.value * Decimal(line.percent) / 100, digits) for line in given]
    for line, amount in zip(given, parts, strict=True):
        line.amount = amount


def due_on(line, of):
    """The day an instalment falls due; None while what it waits for has not happened."""
    if line.due == Due.DAY:
        return line.planned_on
    happened = {Due.SIGNING: of.signed_on, Due.DELIVERY: of.delivered_on, Due.ACCEPTANCE: of.accepted_on}[line.due]
    return happened and happened.fromordinal(happened.toordinal() + (line.days or 0))


# -- requests and write-offs ------------------------------------------------------------------------------------------


def invoice_request(document, ctx) -> None:
    """Customer, tax data, amount and text from the contract and what is asked for."""
    if not document.contract_id:
        return
    of = document.contract
    document.company_id = of.company_id
    document.party_id, document.currency_id = of.party_id, of.currency_id
    if document.instalment_id and document.instalment.document.contract_id != of.pk:
        raise ValidationError({"instalment": _("This instalment belongs to another contract.")})
    if document.basis != Basis.INSTALMENT and document.basis != Basis.DELIVERED:
        document.instalment = None if document._state.adding else document.instalment
    _worth(document, of)
    document.wanted_on = document.wanted_on or ctx.business_date
    if document._state.adding and not document.invoice_name:
        for name, value in taxing.data_for(of).items():
            if name == "invoice_type" or not getattr(document, name):
                setattr(document, name, value)
    if document.amount is None or document.amount <= 0:
        raise ValidationError({"amount": _("The amount must be above zero.")})
    company = remembered.row(Company, of.company_id)
    document.amount_base = organization.in_base(document, document.amount, company, ctx.business_date)
    document.tax_problem = taxing.problem_of(document)


def _worth(document, of) -> None:
    from . import queries

    if document.basis == Basis.INSTALMENT and document.instalment_id:
        document.amount = document.amount or document.instalment.left_to_request
        document.description = document.description or f"{of.name}: {document.instalment.name}"[:240]
    elif document.basis == Basis.DELIVERED:
        if document.order_id is None:
            raise ValidationError({"order": _("Choose the order that was delivered.")})
        if not queries.is_under(of, document.order_id):
            raise ValidationError({"order": _("This order is not under the contract.")})
        if document.state in ("", "draft"):
            document.amount = queries.deliverable(document.order)
            if not document.amount:
                raise ValidationError({"order": _("Everything delivered is on an invoice already.")})
        document.description = document.description or str(document.order.number)
    document.description = document.description or of.name[:240]


def write_off(document, ctx) -> None:
    """Contract and customer from the instalment; all of it that is invoiced and open, unless said otherwise."""
    if not document.instalment_id:
        return
    of = document.instalment.document.contract
    document.contract, document.company_id = of, of.company_id
    document.party_id, document.currency_id = of.party_id, of.currency_id
    document.amount = document.amount or document.instalment.open_amount
    document.amount_base = organization.in_base(
        document, document.amount, remembered.row(Company, of.company_id), ctx.business_date
    )


def due_days(term, total: Decimal, on, digits: int):
    """(amount, day) of the parts of a payment term."""
    return [(part.amount, part.due_on) for part in parties.instalments(term, total, dated_on=on, digits=digits)]
