"""Samples of contracts and what is under them, made the way people make them."""

import itertools
from decimal import Decimal

from makers import DAY, _chart, ctx

from mainspring.kernel import commands
from mainspring.kernel.testing.samples import maker
from mainspring.modules.accounting.models import Payment
from mainspring.modules.contracts.models import (
    Amendment,
    CollectedPart,
    CollectionPlan,
    Contract,
    Instalment,
    InstalmentReminder,
    InvoiceRequest,
    ReceiptMatch,
    TaxProfile,
    WriteOff,
)
from mainspring.modules.parties.models import Party

_numbers = itertools.count(1)


def customer(samples) -> Party:
    n = next(_numbers)
    _chart(samples)
    return commands.create(
        Party,
        ctx(samples),
        code=f"CC{n}",
        name=f"Contract customer {n}",
        is_customer=True,
        country="LT",
        currency="EUR",
    )


@maker("contracts.contract")
def contract(samples) -> Contract:
    line = {"description": "Pumps", "quantity": 300, "price": 100}
    return commands.create(Contract, ctx(samples), name="Pumps", party=customer(samples), lines=[line])


def signed(samples) -> Contract:
    made = contract(samples)
    for verb, inputs in (("submit", {}), ("sign", {"signed_on": DAY}), ("activate", {})):
        made = commands.perform(made, verb, ctx(samples), **inputs)
    return made


@maker("contracts.collectionplan")
def plan(samples) -> CollectionPlan:
    lines = [{"planned_on": DAY, "amount": "1000"}]
    return commands.create(CollectionPlan, ctx(samples), contract=signed(samples), lines=lines)


@maker("contracts.instalment")
def instalment(samples) -> Instalment:
    return plan(samples).lines.get()


@maker("contracts.amendment")
def amendment(samples) -> Amendment:
    line = {"description": "More pumps", "quantity": 1, "price": 100}
    return commands.create(Amendment, ctx(samples), contract=signed(samples), reason="More", lines=[line])


@maker("contracts.invoicerequest")
def invoice_request(samples) -> InvoiceRequest:
    return commands.create(InvoiceRequest, ctx(samples), contract=signed(samples), amount="100")


@maker("contracts.writeoff")
def write_off(samples) -> WriteOff:
    return commands.create(WriteOff, ctx(samples), instalment=instalment(samples), amount="10", reason="Insolvent")


@maker("contracts.taxprofile")
def tax_profile(samples) -> TaxProfile:
    return commands.create(TaxProfile, ctx(samples), party=customer(samples), name="Main")


def payment(samples, party) -> Payment:
    made = commands.create(Payment, ctx(samples), party=party, amount=Decimal(10))
    return commands.perform(made, "post", ctx(samples))


@maker("contracts.receiptmatch")
def receipt_match(samples) -> ReceiptMatch:
    made = signed(samples)
    return ReceiptMatch.objects.create(contract=made, payment=payment(samples, made.party), amount=10)


@maker("contracts.collectedpart")
def collected_part(samples) -> CollectedPart:
    line = instalment(samples)
    return CollectedPart.objects.create(instalment=line, payment=payment(samples, line.document.party), amount=10)


@maker("contracts.instalmentreminder")
def reminder(samples) -> InstalmentReminder:
    return InstalmentReminder.objects.create(instalment=instalment(samples), due_on=DAY, step=1, sent_on=DAY)
