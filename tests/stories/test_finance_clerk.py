"""A day of a finance clerk: an invoice request is checked and posted, money matched, a bad debt approved.

Who may do what is as the roles come with the product: the representative asks, the clerk posts, the controller agrees.
"""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from mainspring.kernel import checks, commands, errors, home, numbering
from mainspring.kernel.models import ApprovalRequest, Notification
from mainspring.modules.accounting.models import Payment
from mainspring.modules.contracts import facts, reminding
from mainspring.modules.contracts.models import CollectionPlan, Contract, InvoiceRequest, WriteOff
from mainspring.modules.contracts.tests.world import World, fresh

D = Decimal


@pytest.fixture
def office(db):
    numbering.forget()
    world = World()
    for name, role in (
        ("ona", "sales_rep"),
        ("petras", "sales_manager"),
        ("rasa", "accountant"),
        ("vida", "controller"),
    ):
        setattr(world, name, world.context(world.person(name, role, email=f"{name}@example.com")))
    return world


def waiting(ctx) -> list[str]:
    """What the person's home shows first."""
    found = [one for group in (*home.tasks(ctx), *home.exceptions(ctx)) for one in group]
    return [str(one.title) for one in found]


def test_a_day_of_a_finance_clerk(office):
    customer = office.customer("Upė", owner=office.ona.user, vat_number="LT100001919017")
    # Ona has a contract of 18 000 signed, in three instalments.
    contract = commands.create(Contract, office.ona, name="Pumps", party=customer, value="18000")
    for verb, inputs in (("submit", {}), ("sign", {"signed_on": "2026-03-02"}), ("activate", {})):
        contract = commands.perform(contract, verb, office.ona, **inputs)
    plan = commands.perform(contract, "plan", office.ona, parts=3, first_on="2026-03-05", every_months=1).outcome
    plan = commands.perform(plan, "agree", office.ona)
    first = plan.lines.get(position=1)

    # The request arrives; the address is missing, so it does not leave Ona's desk before she fills it in.
    request = commands.create(InvoiceRequest, office.ona, contract=contract, basis="instalment", instalment=first.pk)
    with pytest.raises(ValidationError) as missing:
        commands.perform(request, "submit", office.ona)
    assert list(missing.value.message_dict) == ["tax_address"]
    request = commands.change(request, office.ona, tax_address="Upės 1, Kaunas")
    commands.perform(request, "submit", office.ona)
    assert "1 invoice request to check" in waiting(office.rasa)

    # Rasa sees the tax data filled in, posts it; who asked could not have.
    request = fresh(request)
    assert (request.invoice_name, request.tax_number) == ("Upė", "LT100001919017")
    with pytest.raises(PermissionDenied):
        commands.perform(request, "post_invoice", office.ona, invoice_on="2026-03-05")
    invoice = commands.perform(request, "post_invoice", office.rasa, invoice_on="2026-03-05").outcome
    assert (invoice.state, invoice.total, office.balance("receivable")) == ("posted", 6000, 6000)
    assert "1 invoice request to check" not in waiting(office.rasa)

    # The bank brings 5 000: the oldest instalment is filled, its invoice settled as far as it goes.
    on = office.rasa.on(office.ctx.business_date.replace(day=9))
    payment = commands.create(Payment, on, party=customer, amount="5000", paid_on="2026-03-09")
    commands.perform(payment, "post", on)
    first = plan.lines.get(position=1)
    assert (first.collected, first.open_amount, first.status) == (5000, 1000, "part")
    assert office.balance("receivable") == 1000
    assert fresh(contract).collected_pct == D("27.8")

    # The rest is late: Ona hears of it once, her home and Rasa's show it, a letter goes out.
    late = office.ctx.business_date.replace(day=20)
    assert reminding.remind(office.ctx.on(late)) == 1
    assert reminding.remind(office.ctx.on(late)) == 0
    assert "overdue" in Notification.objects.filter(user=office.ona.user).latest("pk").title
    for person in (office.ona, office.rasa, office.petras):
        assert "1 instalment overdue" in waiting(person.on(late))
    facts.refresh_alone([contract.pk], office.ctx.on(late))
    commands.perform(CollectionPlan.objects.get(), "write_customer", office.rasa.on(late))

    # Nobody will pay it: Rasa proposes to write it off, Vida agrees, the books show the loss.
    loss = commands.create(WriteOff, office.rasa.on(late), instalment=first.pk, reason="Insolvent")
    with pytest.raises(errors.ApprovalRequired):
        commands.perform(loss, "post", office.rasa.on(late), on=late)
    asked = ApprovalRequest.objects.get(entity="contracts.writeoff")
    assert D(asked.snapshot["header"]["amount"]) == 1000
    with pytest.raises((PermissionDenied, ValidationError)):
        commands.perform(asked, "approve", office.rasa.on(late))
    commands.perform(fresh(asked), "approve", office.vida.on(late))
    assert fresh(loss).state == "posted"
    assert (office.balance("receivable"), office.balance("bad_debt")) == (0, 1000)
    assert plan.lines.get(position=1).open_amount == 0
    assert "1 instalment overdue" not in waiting(office.rasa.on(late))
    assert not [f"{r.name}: {r.findings}" for r in checks.run() if r.findings]
