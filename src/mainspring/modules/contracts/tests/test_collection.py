"""Collection plans and the money that comes: never more than the contract, the oldest first (CRM-10, K07)."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from mainspring.kernel import checks, commands
from mainspring.modules.accounting import queries as books
from mainspring.modules.accounting.models import PlannedCash
from mainspring.modules.contracts.models import CollectedPart, Instalment, ReceiptMatch
from mainspring.modules.crm.models import Opportunity

from .world import fresh

D = Decimal


def all_hold():
    return [f"{r.name}: {r.findings}" for r in checks.run("contracts.") if r.findings]


def test_a_fourth_instalment_beyond_the_contract_is_refused(world):
    """K07: contract 30 000 in three instalments; a fourth would exceed it, and nothing changes."""
    plan = world.plan(world.contract())
    kept = [{"id": line.pk} for line in plan.lines.all()]
    with pytest.raises(ValidationError, match=r"30000\.01"):
        commands.change(plan, world.ctx, lines=[*kept, {"planned_on": "2026-06-10", "amount": "0.01"}])
    assert plan.lines.count() == 3


def test_the_database_itself_holds_the_sum(world):
    """K07: even a row written past every command is refused when its transaction ends."""
    plan = world.plan(world.contract())

    def write_past_the_commands():
        with transaction.atomic(), connection.cursor() as cursor:
            Instalment.objects.create(document=plan, position=4, planned_on="2026-06-10", amount=D(1))
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(DatabaseError, match="instalments come to"):
        write_past_the_commands()
    assert plan.lines.count() == 3


def test_shares_are_the_whole_to_the_cent(world):
    plan = world.plan(
        world.contract("100.00"),
        [{"planned_on": "2026-03-10", "percent": share} for share in ("33.3333", "33.3333", "33.3334")],
    )
    assert [line.amount for line in plan.lines.all()] == [D("33.33"), D("33.33"), D("33.34")]


def test_what_waits_for_an_event_falls_due_when_it_happens(world):
    contract = world.contract(state="approved")
    plan = world.plan(
        contract,
        [
            {"due": "signing", "days": 10, "percent": 30},
            {"due": "acceptance", "days": 30, "percent": 70, "planned_on": "2026-06-01"},
        ],
    )
    assert [line.due_on for line in plan.lines.all()] == [None, None]
    contract = world.walk(contract, "active")
    assert str(world.line(plan).due_on) == "2026-03-12"
    commands.perform(contract, "accept", world.on("2026-04-01"), accepted_on="2026-04-01")
    assert str(world.line(plan, 2).due_on) == "2026-05-01"


def test_a_receipt_fills_the_oldest_and_the_rest_stays_a_prepayment(world):
    """K07: 35 000 for a contract of 30 000."""
    contract = world.contract()
    plan = world.plan(contract)
    world.pays(15000)
    assert world.collected(plan) == [D(10000), D(5000), D(0)]
    assert fresh(contract).collected_pct == 50
    last = world.pays(20000)
    assert world.collected(plan) == [D(10000)] * 3
    assert ReceiptMatch.objects.get(payment=last).amount == 15000
    assert world.balance("prepayment") == -35000  # nothing is invoiced yet
    assert not all_hold()


def test_a_receipt_fills_the_instalment_it_is_for(world):
    """K07: unless stated."""
    contract = world.contract()
    plan = world.plan(contract)
    payment = world.pays(12000, post=False)
    from mainspring.kernel import preferences

    preferences.save(world.ctx, {"contracts.match_receipts": False})
    payment = commands.perform(payment, "post", world.ctx)
    assert world.collected(plan) == [D(0)] * 3
    commands.perform(payment, "match", world.ctx, contract=contract, instalment=world.line(plan, 3), amount="9000")
    assert world.collected(plan) == [D(0), D(0), D(9000)]
    with pytest.raises(ValidationError, match=r"Only 3000.00"):
        commands.perform(payment, "match", world.ctx, contract=contract, amount="3000.01")
    commands.perform(payment, "unmatch", world.ctx)
    assert world.collected(plan) == [D(0)] * 3


def test_reversing_a_payment_opens_its_instalments_again(world):
    plan = world.plan(world.contract())
    payment = world.pays(15000)
    commands.perform(payment, "reverse", world.ctx, on=world.ctx.business_date)
    assert world.collected(plan) == [D(0)] * 3
    assert not ReceiptMatch.objects.exists()
    assert not CollectedPart.objects.exists()
    assert not all_hold()


def test_a_receipt_for_an_invoiced_instalment_settles_its_invoice(world):
    contract = world.contract()
    plan = world.plan(contract)
    request = world.request(contract, basis="instalment", instalment=world.line(plan))
    invoice = world.invoice(request)
    assert (invoice.total, world.balance("receivable")) == (10000, 10000)
    payment = world.pays(12000)
    assert world.balance("receivable") == 0
    assert payment.lines.get().amount == 10000
    assert world.collected(plan) == [D(10000), D(2000), D(0)]
    assert ReceiptMatch.objects.get().amount == 2000
    assert not all_hold()


def test_money_set_aside_settles_the_invoice_when_it_comes(world):
    """M14: the prepayment is used, so the customer owes nothing for what was paid before."""
    contract = world.contract()
    plan = world.plan(contract)
    world.pays(10000)
    world.invoice(world.request(contract, basis="instalment", instalment=world.line(plan)))
    assert world.balance("receivable") == 0
    assert world.balance("prepayment") == 0
    assert not ReceiptMatch.objects.exists()
    assert world.collected(plan) == [D(10000), D(0), D(0)]
    assert fresh(contract).collected == 10000
    assert not all_hold()


def test_cash_in_sight_counts_an_instalment_or_its_invoice_never_both(world):
    contract = world.contract()
    plan = world.plan(contract)

    def seen():
        found = books.cash_in_sight(world.ctx, world.ctx.business_date.replace(year=2027))
        return sum(row["amount_base"] for row in found)

    assert seen() == 30000
    world.invoice(world.request(contract, basis="instalment", instalment=world.line(plan)))
    assert seen() == 30000
    assert PlannedCash.objects.filter(origin=plan.pk).count() == 2
    world.pays(4000)
    assert seen() == 26000
    world.pays(10000)
    assert seen() == 16000


def test_a_contract_of_an_open_deal_is_not_hoped_for_once_more(world):
    """CRM-08, CRM-10: what its instalments will bring is agreed; the rest of the deal stays a hope."""
    on = world.ctx.business_date
    deal = commands.create(
        Opportunity, world.ctx, name="Pumps", party=world.acme, amount=40000, probability=50, expected_close_on=on
    )

    def hoped():
        return sum(row["amount_base"] for row in books.hoped_for(world.ctx, on.replace(year=2027), on))

    assert hoped() == 20000
    contract = world.contract(opportunity=deal)
    assert hoped() == 20000
    world.plan(contract)
    assert hoped() == 5000


def test_orders_under_a_planned_contract_expect_no_money_of_their_own(world):
    world.stocked(world.pump, 100, "60.00")
    contract = world.contract("12100")
    plan = world.plan(contract, [("2026-03-10", "12100")])
    order = world.order(world.pump, 50, confirm=False)
    commands.perform(order, "call_off", world.ctx, contract=contract)
    commands.perform(fresh(order), "confirm", world.ctx)
    assert {row.origin_id for row in PlannedCash.objects.all()} == {plan.pk}


def test_a_bad_debt_is_booked_and_can_be_taken_back(world):
    """K07: 4 000 of an invoiced instalment is written off; the receivable goes, the expense stays."""
    from mainspring.modules.contracts.models import WriteOff

    contract = world.contract()
    plan = world.plan(contract)
    world.invoice(world.request(contract, basis="instalment", instalment=world.line(plan)))
    world.pays(6000)
    loss = commands.create(WriteOff, world.ctx, instalment=world.line(plan), reason="Insolvent")
    assert loss.amount == 4000
    loss = commands.perform(loss, "post", world.ctx.inside(None), on=world.ctx.business_date)
    assert (world.balance("receivable"), world.balance("bad_debt")) == (0, 4000)
    assert (world.line(plan).status, world.line(plan).open_amount) == ("done", 0)
    commands.perform(loss, "reverse", world.ctx, on=world.ctx.business_date)
    assert (world.balance("receivable"), world.balance("bad_debt")) == (4000, 0)
    assert world.line(plan).open_amount == 4000
    assert not all_hold()


def test_what_is_not_invoiced_is_not_written_off(world):
    from mainspring.modules.contracts.models import WriteOff

    plan = world.plan(world.contract())
    loss = commands.create(WriteOff, world.ctx, instalment=world.line(plan), amount=1, reason="Insolvent")
    with pytest.raises(ValidationError, match="Only what is invoiced"):
        commands.perform(loss, "post", world.ctx.inside(None), on=world.ctx.business_date)


def test_working_it_out_twice_changes_nothing(world):
    from mainspring.modules.contracts import facts

    contract = world.contract()
    plan = world.plan(contract)
    world.pays(15000)
    before = [list(m.objects.order_by("pk").values()) for m in (Instalment, type(contract))]
    parts = list(CollectedPart.objects.order_by("pk").values_list("instalment", "payment", "amount"))
    facts.refresh_alone([contract.pk], world.ctx)
    facts.refresh_alone([contract.pk], world.ctx)
    assert before == [list(m.objects.order_by("pk").values()) for m in (Instalment, type(contract))]
    assert parts == list(CollectedPart.objects.order_by("pk").values_list("instalment", "payment", "amount"))
    assert world.collected(plan)[0] == 10000
