"""The life of a contract: made in one click, approved, signed, amended, renewed, ended (CRM-09, CRM-12)."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from mainspring.kernel import commands, errors, preferences, printing
from mainspring.kernel.models import Absence, ApprovalRequest
from mainspring.modules.contracts import commands as contracts
from mainspring.modules.contracts import hub, queries
from mainspring.modules.contracts.models import Amendment, CallOff, Contract
from mainspring.modules.crm.models import Opportunity
from mainspring.modules.sales.models import Quotation

from .world import fresh

D = Decimal


def test_one_click_carries_lines_prices_and_terms_from_the_offer(world):
    """CRM-09: offer, order, contract; the order is called off under it."""
    world.stocked(world.pump, 10, "60.00")
    offer = commands.create(
        Quotation, world.ctx, party=world.acme, lines=[{"item": world.pump, "quantity": 10, "discount_pct": 5}],
        reference="PO 7",
    )  # fmt: skip
    offer = commands.perform(offer, "send", world.ctx)
    order = commands.perform(offer, "accept", world.ctx, reference="PO 7").outcome
    contract = commands.perform(fresh(offer), "contract", world.ctx).outcome
    line = contract.lines.get()
    assert (line.item, line.quantity, line.price, line.discount_pct, line.net) == (world.pump, 10, 100, 5, 950)
    assert (contract.value, contract.reference, contract.quotation) == (D("1149.50"), "PO 7", offer)
    assert CallOff.objects.get().order == order
    with pytest.raises(ValidationError, match="already"):
        commands.perform(fresh(offer), "contract", world.ctx)


def test_a_won_deal_becomes_a_contract(world):
    deal = commands.create(Opportunity, world.ctx, name="Pumps", party=world.acme, amount=5000)
    deal = commands.perform(deal, "win", world.ctx, amount=5000)
    contract = commands.perform(deal, "contract", world.ctx).outcome
    assert (contract.name, contract.value, contract.opportunity) == ("Pumps", 5000, deal)


def test_a_contract_of_a_deal_carries_its_items_or_its_offer(world):
    items = [{"item": world.pump, "quantity": 3, "price": 90}, {"item": world.pump, "quantity": 2}]
    deal = commands.create(Opportunity, world.ctx, name="Pumps", party=world.acme, amount=470, lines=items)
    won = commands.perform(deal, "win", world.ctx, amount=470)
    contract = commands.perform(won, "contract", world.ctx).outcome
    assert list(contract.lines.values_list("item", "quantity", "price")) == [
        (world.pump.pk, 3, 90),
        (world.pump.pk, 2, 100),
    ]
    assert contract.value == D("568.70")
    other = commands.create(Opportunity, world.ctx, name="More", party=world.acme, amount=900, lines=items)
    offer = commands.perform(other, "quote", world.ctx).outcome
    commands.perform(offer, "send", world.ctx)
    other = commands.perform(fresh(other), "win", world.ctx, amount=900)
    assert commands.perform(other, "contract", world.ctx).outcome.quotation == offer


def test_nothing_is_agreed_with_a_customer_who_is_no_longer_active(world):
    contract = world.contract(valid_until="2026-03-31", renewal="automatic", renewal_months=6)
    world.acme = commands.change(world.acme, world.ctx, active=False)
    with pytest.raises(ValidationError, match="no longer active"):
        world.contract()
    assert contracts.renew_due(world.on("2026-04-01")) == 0
    assert not Contract.objects.filter(renews=contract).exists()


def test_orders_under_a_contract_are_watched(world):
    world.stocked(world.pump, 100, "60.00")
    contract = world.contract("1210")
    order = world.order(world.pump, 10, confirm=False)
    commands.perform(order, "call_off", world.ctx, contract=contract)
    commands.perform(fresh(order), "confirm", world.ctx)
    assert fresh(contract).ordered == 1210
    more = world.order(world.pump, 1, confirm=False)
    commands.perform(more, "call_off", world.ctx, contract=contract)
    with pytest.raises(ValidationError, match="amend it first"):
        commands.perform(fresh(more), "confirm", world.ctx)
    commands.perform(fresh(more), "leave_contract", world.ctx)
    assert commands.perform(fresh(more), "confirm", world.ctx).state == "confirmed"


def test_a_suspended_contract_takes_no_orders(world):
    contract = world.contract("1210")
    order = world.order(world.pump, 1, confirm=False)
    commands.perform(order, "call_off", world.ctx, contract=contract)
    commands.perform(fresh(contract), "suspend", world.ctx, reason="Dispute")
    with pytest.raises(errors.Conflict, match="Suspended"):
        commands.perform(fresh(order), "confirm", world.ctx)


def test_the_contract_drafts_an_order_of_what_is_left(world):
    contract = world.contract(lines=[{"item": world.pump, "quantity": 10, "price": 100}], value=None)
    first = commands.perform(contract, "order", world.ctx).outcome
    assert [(line.quantity, line.price) for line in first.lines.all()] == [(10, 100)]
    first = commands.change(first, world.ctx, lines=[{"id": first.lines.get().pk, "quantity": 4}])
    second = commands.perform(fresh(contract), "order", world.ctx).outcome
    assert second.lines.get().quantity == 6


def test_a_signed_contract_changes_by_amendment_only(world):
    """CRM-09: old and new value are kept, and the plan follows."""
    contract = world.contract()
    plan = world.plan(contract)
    with pytest.raises(errors.Conflict):
        commands.change(contract, world.ctx, value=40000)
    change = commands.perform(contract, "amend", world.ctx).outcome
    change = commands.change(change, world.ctx, value_change=6000, reason="Two more", new_valid_until="2026-12-31")
    change = commands.perform(change, "submit", world.ctx.inside(None))
    change = commands.perform(change, "apply", world.ctx, signed_on=world.ctx.business_date)
    assert (change.old_value, change.new_value, change.old_valid_until) == (30000, 36000, None)
    contract = fresh(contract)
    assert (contract.value, contract.valid_until, contract.original_value) == (36000, date(2026, 12, 31), 30000)
    assert [line.amount for line in plan.lines.all()] == [10000, 10000, 16000]

    back = commands.perform(change, "revert", world.ctx).outcome
    back = commands.change(back, world.ctx, plan_effect="spread")
    back = commands.perform(back, "submit", world.ctx.inside(None))
    commands.perform(back, "apply", world.ctx, signed_on=world.ctx.business_date)
    assert sum(line.amount for line in plan.lines.all()) == fresh(contract).value == 30000


def test_an_amendment_never_goes_below_what_is_invoiced(world):
    contract = world.contract()
    plan = world.plan(contract)
    world.invoice(world.request(contract, basis="instalment", instalment=world.line(plan)))
    change = commands.create(Amendment, world.ctx, contract=contract, reason="Less", value_change=-20000)
    change = commands.perform(change, "submit", world.ctx.inside(None))
    commands.perform(change, "apply", world.ctx, signed_on=world.ctx.business_date)
    assert [line.amount for line in plan.lines.all()] == [10000]
    less = commands.create(Amendment, world.ctx, contract=fresh(contract), reason="Less", value_change=-1)
    with pytest.raises(ValidationError, match="invoiced or collected already"):
        commands.perform(less, "submit", world.ctx.inside(None))


def test_the_signed_copy_is_needed_where_the_company_wants_it(world):
    preferences.save(world.ctx, {"contracts.signed_copy": True})
    contract = world.contract(state="signed")
    with pytest.raises(ValidationError, match="signed copy"):
        commands.perform(contract, "activate", world.ctx)


def test_a_large_contract_waits_for_the_manager_and_nobody_approves_their_own(world):
    """CRM-12, K09: no self-approval, also not as a delegate; the snapshot is what was approved."""
    rep_user = world.person("ona", "sales_rep")
    chief = world.context(world.person("petras", "sales_manager"))
    rep = world.context(rep_user)
    contract = commands.create(Contract, rep, name="Large", party=world.customer("Big", owner=rep_user), value="25000")
    with pytest.raises(errors.ApprovalRequired):
        commands.perform(contract, "submit", rep)
    request = ApprovalRequest.objects.get(entity="contracts.contract")
    assert D(request.snapshot["header"]["value"]) == 25000
    with pytest.raises((PermissionDenied, ValidationError)):
        commands.perform(request, "approve", rep)
    Absence.objects.create(user=chief.user, stand_in=rep_user, starts_on=rep.business_date, ends_on=date(2026, 12, 31))
    with pytest.raises((PermissionDenied, ValidationError)):
        commands.perform(fresh(request), "approve", world.context(rep_user))
    commands.perform(fresh(request), "approve", chief)
    assert fresh(contract).state == "approved"
    assert printing.pdf(fresh(contract), chief).startswith(b"%PDF")


def test_a_contract_cut_in_two_below_the_limit_is_noticed(world):
    """K09: 14 000 and 14 000 with the same customer within a month are 28 000."""
    rep_user = world.person("ona", "sales_rep")
    world.person("petras", "sales_manager")
    rep = world.context(rep_user)
    customer = world.customer("Big", owner=rep_user)
    first, second = (
        commands.create(Contract, rep, name=f"Part {n}", party=customer, value="14000", owner=rep_user) for n in (1, 2)
    )
    assert commands.perform(first, "submit", rep).state == "approved"
    with pytest.raises(errors.ApprovalRequired):
        commands.perform(second, "submit", rep)
    assert ApprovalRequest.objects.get().route["splitting"]["total"] == "28000.0000"


def test_a_later_edit_needs_approval_again(world):
    rep_user = world.person("ona", "sales_rep")
    rep, chief = world.context(rep_user), world.context(world.person("petras", "sales_manager"))
    contract = commands.create(Contract, rep, name="Large", party=world.customer("Big", owner=rep_user), value="25000")
    with pytest.raises(errors.ApprovalRequired):
        commands.perform(contract, "submit", rep)
    commands.perform(ApprovalRequest.objects.get(), "approve", chief)
    contract = commands.perform(fresh(contract), "withdraw", rep)
    contract = commands.change(contract, rep, value="26000")
    with pytest.raises(errors.ApprovalRequired):
        commands.perform(contract, "submit", rep)


def test_a_change_of_an_agreed_plan_waits_and_is_then_done(world):
    """CRM-12: the plan stays as it was until the change is approved."""
    rep_user = world.person("ona", "sales_rep")
    rep, chief = world.context(rep_user), world.context(world.person("petras", "sales_manager"))
    contract = world.contract(owner=rep_user, territory=world.north)
    plan = world.plan(contract)
    rows = [{"id": line.pk, "planned_on": "2026-06-10"} for line in plan.lines.all()]
    with pytest.raises(errors.ApprovalRequired):
        commands.change(fresh(plan), rep, lines=rows, reason="The customer asks")
    assert str(world.line(plan).due_on) == "2026-03-10"
    commands.perform(ApprovalRequest.objects.get(), "approve", chief)
    assert {str(line.due_on) for line in plan.lines.all()} == {"2026-06-10"}


def test_renewals(world):
    """One is drafted by hand, one renews by itself, and the page names what ends."""
    asked = world.contract(valid_until="2026-04-30", renewal="ask")
    by_itself = world.contract(valid_until="2026-03-31", renewal="automatic", renewal_months=6)
    assert [c.pk for c in queries.ending(world.ctx)] == [by_itself.pk, asked.pk]
    drafted = commands.perform(asked, "renew", world.ctx).outcome
    assert (drafted.renews, drafted.starts_on, drafted.valid_until) == (asked, date(2026, 5, 1), date(2027, 4, 30))
    with pytest.raises(ValidationError, match="renewed already"):
        commands.perform(fresh(asked), "renew", world.ctx)
    later = world.on("2026-04-01")
    assert contracts.renew_due(later) == 1
    assert contracts.renew_due(later) == 0
    made = Contract.objects.get(renews=by_itself)
    assert (made.state, made.starts_on, made.valid_until) == ("active", date(2026, 4, 1), date(2026, 9, 30))


def test_ending_and_taking_it_back(world):
    contract = world.contract()
    world.plan(contract)
    with pytest.raises(ValidationError, match="still to be collected"):
        commands.perform(fresh(contract), "complete", world.ctx)
    contract = commands.perform(fresh(contract), "terminate", world.ctx, reason="By agreement")
    assert (contract.state, contract.end_reason) == ("terminated", "By agreement")
    assert commands.perform(contract, "reinstate", world.ctx, reason="They came back").state == "active"


def test_the_page_says_what_comes_next_and_why(world):
    contract = world.contract(state="signed")
    world.plan(contract)
    said = hub.at_the_top(fresh(contract), world.ctx)
    assert [step["title"] for step in said["steps"]] == ["Activate"]
    commands.perform(contract, "activate", world.ctx)
    late = world.on("2026-03-20")
    steps = hub.at_the_top(fresh(contract), late)["steps"]
    assert [step["title"] for step in steps] == ["Collect", "Request invoice"]
    assert "10,000.00 EUR is overdue" in steps[0]["why"]


def test_lives_until(world):
    contract = world.contract(valid_until="2026-12-31")
    assert queries.lives_until([world.acme.pk], world.ctx.business_date) == {world.acme.pk: date(2026, 12, 31)}
    commands.perform(contract, "terminate", world.ctx, reason="x")
    assert queries.lives_until([world.acme.pk], world.ctx.business_date) == {}
