"""Invoice requests: within the contract, with checked tax data, posted by somebody else (CRM-11, K08)."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction

from mainspring.kernel import checks, commands, errors
from mainspring.kernel.models import Notification
from mainspring.modules.contracts.models import InvoiceRequest, TaxProfile

from .world import fresh

D = Decimal


def all_hold():
    return [f"{r.name}: {r.findings}" for r in checks.run("contracts.") if r.findings]


def test_requested_and_invoiced_never_exceed_the_contract(world):
    """K08: 30 000 with 5 % tolerance is 31 500 and not a cent more; a credit note frees room again."""
    contract = world.contract(tolerance_pct=5)
    invoice = world.invoice(world.request(contract, amount=20000))
    world.request(contract, amount=10000)
    over = world.request(contract, amount="1500.01", submit=False)
    with pytest.raises(ValidationError, match=r"1500\.00"):
        commands.perform(over, "submit", world.ctx)
    assert fresh(over).state == "draft"
    commands.perform(commands.change(over, world.ctx, amount="1500"), "submit", world.ctx.inside(None))
    contract = fresh(contract)
    assert (contract.requested, contract.invoiced, contract.left_to_invoice) == (11500, 20000, 0)

    credit = commands.perform(invoice, "credit", world.ctx, on=world.ctx.business_date).outcome
    commands.perform(credit, "post", world.ctx)
    assert fresh(contract).left_to_invoice == 20000
    assert not all_hold()


def test_the_database_holds_the_limit_itself(world):
    contract = world.contract()
    one = world.request(contract, amount=20000)
    two = world.request(contract, amount=20000, submit=False)

    def write_past_the_commands():
        with transaction.atomic(), connection.cursor() as cursor:
            InvoiceRequest.objects.filter(pk=two.pk).update(state="requested")
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(DatabaseError, match="the contract allows 30000"):
        write_past_the_commands()
    assert fresh(one).state == "requested"


def test_an_invoice_made_past_the_requests_counts_too(world):
    """An order under the contract is invoiced directly: what it takes cannot be requested again, and not exceeded."""
    world.stocked(world.pump, 200, "60.00")
    contract = world.contract("12100")
    order = world.order(world.pump, 100, confirm=False)
    commands.perform(order, "call_off", world.ctx, contract=contract)
    order = commands.perform(fresh(order), "confirm", world.ctx)
    world.ship(order)
    world.request(contract, amount=100)
    draft = commands.perform(order, "invoice", world.ctx).outcome
    with pytest.raises(ValidationError, match=r"the contract allows 12100\.00"):
        commands.perform(draft, "post", world.ctx)
    assert fresh(draft).state == "draft"


def test_what_was_delivered_is_invoiced_line_by_line(world):
    world.stocked(world.pump, 10, "60.00")
    contract = world.contract("1210")
    order = world.order(world.pump, 10, confirm=False)
    commands.perform(order, "call_off", world.ctx, contract=contract)
    order = commands.perform(fresh(order), "confirm", world.ctx)
    world.ship(order, 4)
    assert fresh(contract).delivered == 484
    request = world.request(contract, basis="delivered", order=order)
    assert request.amount == D("484")
    world.ship(order, 3)
    with pytest.raises(ValidationError, match="ask anew"):
        world.invoice(request)
    request = commands.perform(fresh(request), "recall", world.ctx)
    request = commands.change(request, world.ctx, note="All of it")
    request = commands.perform(request, "submit", world.ctx.inside(None))
    invoice = world.invoice(request)
    assert (invoice.total, invoice.lines.get().quantity) == (D("847"), 7)
    contract = fresh(contract)
    assert (contract.ordered, contract.delivered, contract.invoiced) == (1210, 847, 847)
    assert (contract.delivered_pct, contract.invoiced_pct, contract.collected_pct) == (70, 70, 0)
    assert not all_hold()


def test_the_books_see_the_tax_data_and_refuse_what_is_missing(world):
    china = world.customer("Jiangsu Pumps", country="CN", vat_number="", phone="+8651288886666")
    profile = commands.create(
        TaxProfile, world.ctx, party=china, name="Main", invoice_type="special", tax_number="91320594MA1MXXXX4H",
        is_default=True,
    )  # fmt: skip
    contract = world.contract(party=china)
    assert contract.tax_profile == profile
    request = world.request(contract, amount=100, submit=False)
    assert (request.invoice_name, request.tax_number) == ("Jiangsu Pumps", "91320594MA1MXXXX4H")
    assert "bank account" in request.tax_problem
    with pytest.raises(ValidationError) as refused:
        commands.perform(request, "submit", world.ctx)
    assert set(refused.value.message_dict) == {"tax_address", "bank_name", "bank_account"}


def test_the_amount_asked_for_is_what_the_customer_pays(world):
    """M04: tax is inside the gross amount."""
    invoice = world.invoice(world.request(world.contract(), amount=10000))
    assert (invoice.net, invoice.tax, invoice.total) == (D("8264.46"), D("1735.54"), 10000)
    assert "Acme" in invoice.memo


def test_who_asks_does_not_post_and_hears_why_it_was_rejected(world):
    rep = world.context(world.person("ona", "sales_rep"))
    clerk = world.context(world.person("rasa", "accountant"))
    contract = world.contract(owner=rep.user, territory=world.north)
    request = world.request(contract, amount=500, submit=False)
    request = commands.create(InvoiceRequest, rep, contract=contract, amount="500")
    request = commands.perform(request, "submit", rep)
    with pytest.raises(PermissionDenied):
        commands.perform(request, "post_invoice", rep, invoice_on=rep.business_date)
    commands.perform(request, "reject", clerk, reason="The tax number is another company's")
    assert Notification.objects.get(user=rep.user, kind="task").text == "The tax number is another company's"
    assert fresh(contract).requested == 0
    request = commands.perform(fresh(request), "correct", rep)
    request = commands.perform(request, "submit", rep)
    done = commands.perform(request, "post_invoice", clerk, invoice_on=clerk.business_date)
    assert (done.state, done.outcome.state, fresh(done).invoice) == ("invoiced", "posted", done.outcome)


def test_four_eyes_hold_for_somebody_who_may_do_both(world):
    request = world.request(world.contract(), amount=500)
    with pytest.raises(errors.Forbidden):
        commands.perform(request, "post_invoice", world.ctx, invoice_on=world.ctx.business_date)


def test_a_reversed_invoice_gives_its_room_back(world):
    contract = world.contract()
    plan = world.plan(contract)
    request = world.request(contract, basis="instalment", instalment=world.line(plan))
    invoice = world.invoice(request)
    commands.perform(invoice, "reverse", world.ctx, on=world.ctx.business_date)
    assert fresh(request).state == "reversed"
    assert (fresh(contract).invoiced, world.line(plan).left_to_request) == (0, 10000)


def test_an_instalment_is_requested_once(world):
    contract = world.contract()
    plan = world.plan(contract)
    world.request(contract, basis="instalment", instalment=world.line(plan))
    again = world.request(contract, basis="instalment", instalment=world.line(plan), amount="0.01", submit=False)
    with pytest.raises(ValidationError, match=r"0\.00 of this instalment"):
        commands.perform(again, "submit", world.ctx)
