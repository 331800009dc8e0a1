"""Contracts of the demo: every state, plans of which parts are paid, overdue or written off, requests to check."""

from datetime import date, timedelta
from decimal import Decimal

from mainspring.kernel import commands
from mainspring.kernel.context import Context
from mainspring.kernel.models import ApprovalRequest
from mainspring.modules.accounting.models import Payment
from mainspring.modules.contracts import reminding
from mainspring.modules.contracts.models import (
    Amendment,
    CallOff,
    CollectionPlan,
    Contract,
    Instalment,
    InvoiceRequest,
    WriteOff,
)
from mainspring.modules.contracts.models.contracts import Kind, Renewal
from mainspring.modules.crm.models import Opportunity
from mainspring.modules.sales.models import SalesOrder

from . import words
from .life import Life

SUBJECTS = (
    "Bicycles for city rental",
    "Fleet of cargo bicycles",
    "Yearly supply of the shop",
    "Bicycles for couriers",
    "Service and spare parts",
    "Bicycles for hotels",
)


def live(life: Life) -> None:
    """A contract in each state, then those that are alive, with their money."""
    for state, value in (("draft", 9000), ("approved", 14000), ("signed", 16000), ("cancelled", 5000)):
        _contract(life, value, state)
    _contract(life, 48000, "waits")
    _from_deal(life)
    rental = _contract(life, 30000, "active", signed=75)
    rental and _paid_in_thirds(life, rental)
    fleet = _contract(life, 18000, "active", signed=50)
    fleet and _in_trouble(life, fleet)
    _framework(life)
    for state in ("suspended", "terminated", "completed"):
        found = _contract(life, 6000, "active", signed=120)
        found and _ended(life, found, state)
    if life.cast.makes:
        by_itself = _contract(life, 12000, "active", signed=340, renewal=Renewal.AUTOMATIC, until=25)
        if by_itself and _plan(life, by_itself, 4, 330, 3):
            _pays(life, by_itself, by_itself.value * 3 / 4 + 500, 30)  # before any invoice, and a little too much
    reminding.refresh_days(life.by("accountant"))


# -- making them ------------------------------------------------------------------------------------------------------


def _day(life: Life, ago: int) -> date:
    return life.day - timedelta(days=ago)


def _at(life: Life, user: str, ago: int = 0) -> Context:
    return life.by(user, on=_day(life, ago))


def _contract(
    life: Life, value, state: str, *, signed: int = 5, renewal=Renewal.NONE, until: int = 290, **more
) -> Contract | None:
    """A contract of somebody's customer, walked to a state on the days it would have taken; large ones are approved.

    state "waits": it is too large to be approved by nobody
    """
    customer = life.rng.choice(life.customers)
    seller = life.seller_of(customer.territory.code)
    ctx = _at(life, seller, signed)
    made = life.make(
        "contract",
        Contract,
        ctx,
        name=life.rng.choice(SUBJECTS),
        party=customer,
        owner=life.user(seller),
        currency=life.plants[0].company.base_currency,
        value=value,
        starts_on=_day(life, signed),
        valid_until=life.day + timedelta(days=until),
        renewal=renewal,
        note=words.CONTRACT_TERMS,
        **more,
    )
    if made is None or state == "draft":
        return made
    if state == "cancelled":
        return life.do(made, "cancel", ctx)
    done = life.do(made, "submit", ctx)
    if done is None and state != "waits":
        _approve(life, made, signed)
        done = Contract.objects.get(pk=made.pk)
    if done is None or done.state != "approved" or state == "approved":
        return done
    done = life.do(done, "sign", ctx, signed_on=ctx.business_date)
    return life.do(done, "activate", ctx) if done and state == "active" else done


def _approve(life: Life, record, ago: int) -> None:
    request = ApprovalRequest.objects.filter(record_id=str(record.pk), state="waiting").first()
    if request is not None:
        manager = "sales_manager" if life.cast.makes else "manager"
        life.attempt("approve", lambda: commands.perform(request, "approve", _at(life, manager, ago)))


def _from_deal(life: Life) -> None:
    """One click on a won deal."""
    deal = Opportunity.objects.filter(**life.mine, state="won").exclude(owner=None).order_by("-number").first()
    deal and life.do(deal, "contract", life.by(deal.owner.username))


def _owner(contract: Contract) -> str:
    return contract.owner.username


def _plan(life: Life, contract: Contract, parts: int, first: int, months: int = 1) -> CollectionPlan | None:
    ctx = _at(life, _owner(contract), first)
    made = life.do(contract, "plan", ctx, parts=parts, first_on=_day(life, first), every_months=months)
    return life.do(made.outcome, "agree", ctx) if made else None


# -- the money --------------------------------------------------------------------------------------------------------


def _request(life: Life, line: Instalment, ago: int, *, submit: bool = True) -> InvoiceRequest | None:
    contract = line.document.contract
    ctx = _at(life, _owner(contract), ago)
    made = life.make(
        "invoice request", InvoiceRequest, ctx, contract=contract, basis="instalment", instalment=line,
        wanted_on=_day(life, ago), tax_address=words.TAX_ADDRESS,
    )  # fmt: skip
    if made is None or not submit:
        return made
    done = life.do(made, "submit", ctx)
    if done is None:  # many small ones of a customer wait like a large one
        _approve(life, made, ago)
        done = InvoiceRequest.objects.get(pk=made.pk)
    return done if done.state == "requested" else None


def _invoiced(life: Life, line: Instalment, ago: int):
    request = _request(life, line, ago)
    ctx = _at(life, "accountant", ago)
    return request and life.do(request, "post_invoice", ctx, invoice_on=ctx.business_date)


def _pays(life: Life, contract: Contract, amount, ago: int, invoice=None) -> None:
    """Money of the customer: for an invoice, or without a word of what it is for."""
    ctx = _at(life, "accountant", ago)
    made = life.make(
        "payment", Payment, ctx, direction="in", party=contract.party, currency=contract.currency, amount=amount,
        paid_on=ctx.business_date, lines=[{"invoice": invoice, "amount": amount}] if invoice else [],
    )  # fmt: skip
    made and life.do(made, "post", ctx)


def _lines(plan: CollectionPlan) -> list[Instalment]:
    return list(plan.lines.select_related("document__contract__owner").order_by("position"))


def _paid_in_thirds(life: Life, contract: Contract) -> None:
    """The first third is paid, the second asked for, and an amendment brought more; another one waits."""
    plan = _plan(life, contract, 3, 60)
    if plan is None:
        return
    first, second, _third = _lines(plan)
    if _invoiced(life, first, 58):
        _pays(life, contract, first.amount, 40)
    _request(life, second, 2)
    for value, until in ((contract.value / 50, "applied"), (contract.value / 10, "draft")):
        ctx = _at(life, _owner(contract), 20)
        made = life.make(
            "amendment", Amendment, ctx, contract=contract, reason="More bicycles", value_change=value,
            plan_effect="last",
        )  # fmt: skip
        if made and until == "applied":
            made = life.do(made, "submit", ctx)
            made and life.do(made, "apply", ctx, signed_on=ctx.business_date)


def _in_trouble(life: Life, contract: Contract) -> None:
    """Two thirds are overdue: one is partly paid, of the other a loss is proposed; a request was rejected."""
    plan = _plan(life, contract, 3, 48, 1)
    if plan is None:
        return
    first, second, third = _lines(plan)
    _invoiced(life, first, 46)
    _pays(life, contract, (first.amount / 2).quantize(Decimal(1)), 20)
    _invoiced(life, second, 15)
    request = _request(life, third, 3)
    if request:
        life.do(request, "reject", _at(life, "accountant", 2), reason="The customer asked for another invoicing name")
    line = Instalment.objects.get(pk=first.pk)
    ctx = _at(life, "accountant", 1)
    loss = life.make(
        "write-off", WriteOff, ctx, instalment=line, amount=(line.open_amount / 4).quantize(Decimal(1)),
        reason="Agreed in the dispute about late delivery",
    )  # fmt: skip
    loss and life.do(loss, "post", ctx, on=ctx.business_date)  # waits for the controller


def _framework(life: Life) -> None:
    """Orders a customer has already are called off under a framework that ends soon."""
    orders = SalesOrder.objects.filter(**life.mine, state="confirmed").exclude(owner=None)
    orders = orders.exclude(pk__in=CallOff.objects.values("order"))
    first = orders.order_by("-number").first()
    if first is None:
        return
    ctx = _at(life, first.owner.username)
    contract = life.make(
        "contract", Contract, ctx, name="Bicycles as called off", kind=Kind.FRAMEWORK, party=first.party,
        owner=first.owner, currency=first.currency, starts_on=_day(life, 300), renewal=Renewal.ASK,
        valid_until=life.day + timedelta(days=40), note=words.CONTRACT_TERMS,
    )  # fmt: skip
    for verb, inputs in (("submit", {}), ("sign", {"signed_on": ctx.business_date}), ("activate", {})):
        contract = contract and life.do(contract, verb, ctx, **inputs)
    mine = orders.filter(party=first.party, currency=first.currency, owner=first.owner).order_by("-number")[:4]
    for order in mine if contract else ():
        life.do(order, "call_off", ctx, contract=contract)


def _ended(life: Life, contract: Contract, state: str) -> None:
    ctx = _at(life, "sales_manager" if life.cast.makes else "manager")
    if state == "suspended":
        life.do(contract, "suspend", ctx, reason="The customer disputes the last delivery")
    elif state == "terminated":
        life.do(contract, "terminate", ctx, reason="By agreement of both sides")
    else:
        plan = _plan(life, contract, 1, 100)
        asked = plan and _invoiced(life, _lines(plan)[0], 99)
        asked and _pays(life, contract, contract.value, 80, asked.outcome)
        life.do(Contract.objects.get(pk=contract.pk), "complete", ctx)
